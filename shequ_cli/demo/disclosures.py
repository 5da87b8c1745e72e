"""What the demo estate has published: a quarter's accounts and what became of them.

Everybody in it is invented.  The entries are posted in the books first; the figures
are drawn from them.  One thing is overdue, one question is answered and one waits,
and the committee's objection has led to a second version.
"""

import random
from datetime import datetime, time, timedelta

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.shequ_property.tools import disclosure_calendar as calendar

ESTATE = "JHYY"
PREPARES, PUBLISHES, ANSWERS = "manager", "supervisor", "frontdesk"
# key: code, name, type, owners' money
ACCOUNTS = {
    "fees": ("600191", "物业服务费收入", "income", False),
    "lift": ("640191", "电梯维保费", "expense", False),
    "clean": ("640192", "保洁服务费", "expense", False),
    "order": ("640193", "秩序维护费", "expense", False),
    "green": ("640194", "绿化养护费", "expense", False),
    "power": ("640195", "公共水电费", "expense", False),
    "parking": ("605191", "地面停车收益", "income", True),
    "advert": ("605192", "电梯广告收益", "income", True),
    "cost": ("640291", "公共收益管理成本", "expense", True),
}
# account, month of the quarter, day, yuan, words, firm
MONTHLY = [
    ("lift", 12, 8600.00, "电梯半月维保", "安捷电梯（演示）有限公司"),
    ("clean", 25, 31200.00, "保洁外包费", "洁洁保洁（演示）有限公司"),
    ("order", 26, 42800.00, "秩序维护外包费", "安邻保安（演示）有限公司"),
    ("green", 18, 6400.00, "绿化养护", "南桥绿化（演示）有限公司"),
    ("power", 28, 11850.35, "公共区域电费", "供电公司（演示）"),
    ("power", 29, 1320.60, "公共区域水费", "自来水公司（演示）"),
]
REVENUE = [
    ("parking", 10, -9800.00, "地面停车费", ""),
    ("advert", 16, -3500.00, "电梯广告场地费", "楼宇传媒（演示）有限公司"),
    ("cost", 20, 1960.00, "停车管理人工", ""),
]
STANDING = {
    "service_items": [
        "房屋共用部位维护、设施设备运行、公共秩序、环境卫生、绿化养护、客户服务",
        "JHYY-2023-01，金昊雅苑业主大会与申邻物业（演示），三年",
        "服务中心每天8:00–20:00，紧急报修24小时：02100001201",
    ],
    "responsible_staff": [
        "顾文斌，项目经理",
        "工程、秩序、保洁、客服各一名主管，名单张贴于服务中心",
    ],
    "fee_standards": [
        "包干制",
        "高层住宅2.20元/㎡·月；地面停车150元/月",
        "物业服务合同，业主大会表决通过",
    ],
    "price_list": [
        "申邻物业（演示）",
        "本小区业主、物业使用人",
        "物业服务、停车服务",
        "二级服务标准",
        "按建筑面积按月；停车按车位按月",
        "2023年起",
        "高层住宅2.20元/㎡·月；地面停车150元/月",
        "市场调节价",
        "物业服务合同",
        "12315",
    ],
}


def load(env, today, ids):
    """Publish what the demo estate has to publish.

    :param env: Odoo environment of the demo, as super-user
    :param date today: the day the demo plays on
    :param dict ids: ids of users by log-in
    """
    disclosures = env["shequ.disclosure"]
    estates = env["shequ.estate"].search([])
    disclosures._plan(estates, today)
    estate = estates.filtered(lambda one: one.code == ESTATE)
    if estate:
        Demo(env, estate, today, ids).run()


class Demo:
    def __init__(self, env, estate, today, ids):
        self.env = env
        self.estate = estate
        self.today = today
        self.ids = ids
        self.company = estate.company_id
        self.rng = random.Random(5)
        self.first, self.last = calendar.last_period("quarterly", today)
        members = env["shequ.disclosure.review"]._members(estate)
        self.chair = members.filtered(lambda m: m.position == "chair")[:1]
        self.others = members - self.chair

    def run(self):
        self._books()
        self._standing()
        self._revenue()
        accounts = self._accounts()
        self._performance()
        self._late()
        self._talk(accounts)
        self._desk()
        self.estate._disclosure_sign_token()

    # --- who and when ----------------------------------------------------

    def _at(self, days, hour=10):
        """The clock ``days`` ago, by day in China."""
        moment = datetime.combine(self.today - timedelta(days=days), time(hour))
        return freeze_time(moment - timedelta(hours=8))

    def _user(self, login):
        return self.env["res.users"].browse(self.ids[login])

    def _portal(self, partner):
        return self.env["res.users"].search([("partner_id", "=", partner.id)], limit=1)

    # --- the books ---------------------------------------------------------

    def _books(self):
        env = self.env
        tag = env.ref("shequ_property.account_tag_public_revenue")
        accounts = env["account.account"].with_company(self.company)
        bank = accounts.search(
            [
                *accounts._check_company_domain(self.company),
                ("account_type", "=", "asset_cash"),
            ],
            limit=1,
        ) or accounts.create(
            {"code": "100291", "name": "银行存款", "account_type": "asset_cash"}
        )
        self.accounts = {
            key: accounts.create(
                {
                    "code": code,
                    "name": name,
                    "account_type": kind,
                    "tag_ids": [Command.set(tag.ids if owners else [])],
                }
            )
            for key, (code, name, kind, owners) in ACCOUNTS.items()
        }
        self.bank = bank
        self.journal = env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "general")], limit=1
        )
        self.firms = {}
        moves = env["account.move"]
        months = [self.first + timedelta(days=31 * n) for n in range(3)]
        for month in months:
            month = month.replace(day=1)
            for key, day, amount, words, firm in MONTHLY + REVENUE:
                moves |= self._entry(month.replace(day=day), key, amount, words, firm)
            moves |= self._fees(month)
        # The half year before the quarter earned, too.
        begin, end = calendar.last_period("half_yearly", self.today)
        month = begin
        while month < end:
            for key, day, amount, words, firm in REVENUE:
                moves |= self._entry(month.replace(day=day), key, amount, words, firm)
            month = (month + timedelta(days=31)).replace(day=1)
        # Entered twice, as the committee will find.
        self.twice = self._entry(
            self.last, "lift", 8600.00, "电梯半月维保", "安捷电梯（演示）有限公司"
        )
        (moves | self.twice).action_post()

    def _fees(self, month):
        """What the owners of some homes have paid in the month."""
        owners = self.env["shequ.residency"].search(
            [("estate_id", "=", self.estate.id), ("role", "=", "owner")], limit=120
        )
        moves = self.env["account.move"]
        for residency in self.rng.sample(list(owners), min(70, len(owners))):
            unit = residency.unit_id
            amount = round((unit.exclusive_area or 90) * 2.2 * 12, 2)
            moves |= self._entry(
                month.replace(day=self.rng.randint(2, 27)),
                "fees",
                -amount,
                f"{unit.short_address} 全年物业费",
                partner=residency.partner_id,
            )
        return moves

    def _entry(self, day, key, amount, words, firm="", partner=None):
        if firm and firm not in self.firms:
            self.firms[firm] = self.env["res.partner"].create(
                {"name": firm, "is_company": True}
            )
        partner = partner or self.firms.get(firm)
        estate = self.estate._ensure_analytic_account()
        return self.env["account.move"].create(
            {
                "journal_id": self.journal.id,
                "company_id": self.company.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.accounts[key].id,
                            "name": words,
                            "balance": amount,
                            "partner_id": partner.id if partner else False,
                            "analytic_distribution": {str(estate.id): 100},
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.bank.id,
                            "name": words,
                            "balance": -amount,
                        }
                    ),
                ],
            }
        )

    # --- publishing --------------------------------------------------------

    def _disclosure(self, code):
        kind = self.env["shequ.disclosure.type"]._by_code(code)
        return self.env["shequ.disclosure"].search(
            [("estate_id", "=", self.estate.id), ("type_id", "=", kind.id)], limit=1
        )

    def _publish(self, disclosure, days):
        with self._at(days + 1):
            disclosure.with_user(self._user(PREPARES)).action_submit()
        with self._at(days):
            disclosure.with_user(self._user(PUBLISHES)).action_publish()
        return disclosure.current_version_id

    def _standing(self):
        for code, statements in STANDING.items():
            disclosure = self._disclosure(code)
            lines = disclosure.line_ids.filtered(lambda line: line.kind == "text")
            for line, text in zip(lines.sorted("sequence"), statements, strict=True):
                line.text = text
            self._publish(disclosure, 45)

    def _revenue(self):
        disclosure = self._disclosure("public_revenue")
        disclosure.action_draw()
        lines = disclosure.line_ids.filtered(lambda line: line.kind == "text")
        for line, text in zip(
            lines.sorted("sequence"),
            ["业主共有资金专户（尾号0012）", "经业主大会同意，70%补充维修资金"],
            strict=True,
        ):
            line.text = text
        disclosure.summary = "停车和广告是本小区公共收益的全部来源。"
        self._publish(disclosure, 40)
        review = disclosure.review_ids
        with self._at(36):
            for item in review.item_ids:
                review._check_item(self._chair_user(), item.id, "yes")
            review._sign(self._chair_user(), "accept")
        with self._at(25):
            review._close()

    def _chair_user(self):
        return self._portal(self.chair.partner_id)

    def _accounts(self):
        """Version 1, the objection of the committee, version 2."""
        disclosure = self._disclosure("settlement")
        disclosure.summary = (
            "本季度物业费集中收取，收入高于支出；盈余用于下半年的维修。"
        )
        disclosure.action_draw()
        self._publish(disclosure, 20)
        review = disclosure.review_ids
        chair = self._chair_user()
        with self._at(17):
            for item, answer in zip(
                review.item_ids, ("no", "yes", "unclear", "yes"), strict=False
            ):
                review._check_item(chair, item.id, answer)
            review._comment(
                chair,
                f"expense/{ACCOUNTS['lift'][0]}",
                ACCOUNTS["lift"][1],
                "每月一笔，三个月应是三笔，为什么有四笔？",
            )
            review._sign(chair, "object", "电梯维保费多记一笔8600元，请更正。")
        with self._at(15):
            review.write(
                {"answer": "经核对，9月的电梯维保费重复入账一笔，已冲回并更正公示。"}
            )
            review.with_user(self._user(PREPARES)).action_answer()
        with self._at(14):
            self.twice._reverse_moves([{"date": self.last}], cancel=True)
            work = disclosure.with_user(self._user(PREPARES))
            work.action_correct()
            work.action_draw()
            work.change_note = "9月电梯维保费8600元重复入账，已冲回；支出合计相应减少。"
        self._publish(disclosure, 12)
        return disclosure

    def _performance(self):
        disclosure = self._disclosure("performance")
        disclosure.action_draw()
        self._publish(disclosure, 9)

    def _late(self):
        """One thing is overdue, one is due soon."""
        self._disclosure("energy").due_on = self.today - timedelta(days=12)
        self._disclosure("fund_use").due_on = self.today + timedelta(days=6)

    # --- residents and committee -----------------------------------------------

    def _talk(self, disclosure):
        residents = self._readers()
        reads = self.env["shequ.disclosure.read"]
        published = self.env["shequ.disclosure"].search(
            [
                ("estate_id", "=", self.estate.id),
                ("current_version_id", "!=", False),
            ]
        )
        for one in published:
            for user in residents[: self.rng.randint(8, len(residents))]:
                reads._note(one.current_version_id, user.partner_id)
            for _number in range(self.rng.randint(3, 25)):
                reads._note(one.current_version_id)
        questions = self.env["shequ.disclosure.question"]
        asks = [user for user in residents if user.login != "zhu"][:2]
        with self._at(8, 20):
            first = questions._ask(
                disclosure,
                asks[0].partner_id,
                "秩序维护费一个季度12万多，是几个岗位？",
                f"expense/{ACCOUNTS['order'][0]}",
                ACCOUNTS["order"][1],
            )
        with self._at(7):
            answering = first.with_user(self._user(ANSWERS))
            answering.answer = (
                "大门2岗、巡逻1岗，24小时三班，共9人；合同在服务中心可查。"
            )
            answering.action_answer()
        with self._at(1, 9):
            questions._ask(
                disclosure,
                asks[1].partner_id,
                "公共电费比上个季度多，是什么原因？",
                f"expense/{ACCOUNTS['power'][0]}",
                ACCOUNTS["power"][1],
            )

    def _readers(self):
        current = self.env["shequ.residency"].search(
            [("estate_id", "=", self.estate.id), ("is_current", "=", True)]
        )
        return self.env["res.users"].search(
            [("partner_id", "in", current.partner_id.ids), ("share", "=", True)],
            order="id",
            limit=90,
        )

    def _desk(self):
        """Marks of two members, and a term that ends soon."""
        assessment = self.env["shequ.assessment"]._current(self.estate)
        criteria = self.env["shequ.assessment.criterion"]._of(self.estate)
        for member, base in zip(self.others[:2], (86, 79), strict=False):
            assessment._mark(
                self.env["res.users"]._shequ_grant_portal(member.partner_id),
                {c.id: base + 3 * n % 10 for n, c in enumerate(criteria)},
                "报修响应快了，地库照明要加强。",
            )
        if ending := self.others[-1:]:
            ending.date_to = self.today + timedelta(days=20)
            self.env["shequ.committee.handover"]._cron_prepare()
