"""Contracts of the demo estates: three months of promises, rounds done and missed.

Everybody in it is invented.  The past is made as it would have been: the contract in
force since years, an amendment, months counted from the demo's own tickets, attested
and closed, one result that the owners' committee disputes.
"""

import io
import random
from datetime import datetime, time, timedelta
from pathlib import Path

from freezegun import freeze_time
from PIL import Image, ImageDraw, ImageFont

from odoo import fields
from odoo.fields import Command

from odoo.addons.shequ_property.tools import periods

from . import photos

# Months before this one that were measured.
PAST = 3
# estate: grade, party, price per m² (yuan), years it has run, months until its end
CONTRACTS = {
    "JHYY": ("grade_2", "金昊雅苑业主大会", 2.20, 3, 3),
    "MQXQ": ("grade_3", "明强小区业主大会", 1.45, 2, 13),
    "KLJY": ("grade_3", "昆仑家园物业管理委员会", 1.68, 3, 24),
}
# Kind of round: which of the workers of the estate walks it, and how often not.
WALKERS = {
    "patrol": ("guard", 0.012),
    "cleaning": ("clean", 0.008),
    "lift": ("lift", 0.0),
    "fire": ("guard", 0.0),
    "inspection": ("power", 0.0),
    "green": ("green", 0.03),
}
# Rounds that were missed on purpose, so that the list has something to say.
MISSED = {("MQXQ", "lift"): 2}
PAPER = [
    "物业服务合同",
    "",
    "甲方：{client}",
    "乙方：{company}",
    "",
    "（演示文本，人物与内容均为虚构）",
]
TERMINATION = (
    "任何一方提前解除或到期不再续签的，按《民法典》第九百四十六条至第九百四十八条"
    "书面通知对方；交接期不少于三十日。"
)
WORDS = {
    True: "公示栏已更新：服务事项、负责人员、收费标准和投诉电话均在有效期内。",
    False: "公示栏玻璃破损待换，本月内容未能按期更新。",
}


def load(env, today, workers):
    """Make the contracts, rounds and promise sheets.

    :param env: Odoo environment of the demo, as super-user
    :param date today: the day the demo plays on
    :param list workers: rows of ``workers.csv``
    """
    for number, code in enumerate(CONTRACTS):
        estate = env["shequ.estate"].search([("code", "=", code)])
        if estate and not env["shequ.contract"]._of_estate(estate):
            Demo(env, estate, today, workers, number).run()


def publish(env, today):
    """Put the contracts on the notice boards, with the signed paper.

    After what was published before: the chain of an estate goes by time.
    """
    with freeze_time(datetime.combine(today - timedelta(days=4), time(2))):
        for contract in env["shequ.contract"].search([("state", "=", "active")]):
            manager = contract.estate_ids.manager_id[:1]
            if manager:
                contract = contract.with_user(manager)
            contract._disclose(contract.document_ids)


class Demo:
    """The contract of one estate."""

    def __init__(self, env, estate, today, workers, number):
        self.env = env
        self.estate = estate
        self.today = today
        self.rng = random.Random(number)
        self.month = periods.first(today)
        self.start = periods.add_months(self.month, -PAST)
        self.walkers = {
            kind: self._walker(team, workers) for kind, (team, _miss) in WALKERS.items()
        }

    def _walker(self, team, rows):
        names = [
            row["name"]
            for row in rows
            if team in row["teams"].split()
            and self.estate.code in row["estates"].split()
        ]
        return self.env["shequ.worker"].search(
            [
                ("name", "in", names[:1]),
                ("company_id", "=", self.estate.company_id.id),
            ],
            limit=1,
        )

    def run(self):
        self._contract()
        self._rounds()
        self._sheets()
        self._faults()

    # --- the contract -----------------------------------------------------------

    def _contract(self):
        grade, client, price, years, ahead = CONTRACTS[self.estate.code]
        begin = periods.add_months(self.month, -12 * years + ahead)
        last = periods.add_months(begin, 12 * years) - timedelta(days=1)
        company = self.estate.company_id
        paper = self.env["ir.attachment"].create(
            {
                "name": "物业服务合同（签字盖章扫描件）.jpg",
                "raw": _paper(client, company.name),
                "mimetype": "image/jpeg",
            }
        )
        self.contract = self.env["shequ.contract"].create(
            {
                "title": f"{self.estate.name}物业服务合同",
                "company_id": company.id,
                "client_name": client,
                "estate_ids": [Command.set(self.estate.ids)],
                "date_from": begin,
                "date_to": last,
                "signed_on": begin - timedelta(days=12),
                "document_ids": [Command.set(paper.ids)],
                "termination_text": TERMINATION,
                "price_ids": [
                    Command.create(
                        {
                            "name": "物业服务费",
                            "amount": round(price * 0.95, 2),
                            "use": "home",
                            "content": "综合管理、保洁、保安、绿化、共用设施日常维护",
                            "basis": "业主大会决定",
                        }
                    ),
                    Command.create(
                        {
                            "name": "地面停车管理费",
                            "amount": 150,
                            "use": "parking",
                            "per": "space_month",
                            "basis": "业主大会决定",
                        }
                    ),
                ],
            }
        )
        compose = self.env["shequ.contract.compose"].create(
            {
                "contract_id": self.contract.id,
                "grade_id": self.env.ref(f"shequ_property.{grade}").id,
            }
        )
        compose.action_confirm()
        for commitment in self.contract.commitment_ids:
            if commitment.measure == "clock":
                commitment.deduction = 500
        with freeze_time(datetime.combine(begin, time(2))):
            self.contract.action_activate()
        if self.estate.code == "JHYY":
            self._amend(price)

    def _amend(self, price):
        day = periods.add_months(self.start, -2)
        with freeze_time(datetime.combine(day, time(2))):
            self.contract.action_amend()
            self.contract.amendment_ids.price_ids[0].amount = price
            self.contract._put_amendment_in_force("业主大会表决通过调整物业服务费", day)

    # --- rounds -----------------------------------------------------------------

    def _rounds(self):
        """Three months of rounds, and those of the next two weeks."""
        now = fields.Datetime.now()
        until = self.today + timedelta(days=14)
        Task = self.env["shequ.round.task"]
        vals_list = []
        for plan in self.contract.round_ids:
            # Not each estate's on the same day; what comes yearly, this year.
            shift = timedelta(days=self.rng.randrange(6))
            begin = self.start + shift
            plan.write({"date_from": begin, "worker_id": self.walkers[plan.kind].id})
            miss = WALKERS[plan.kind][1]
            wanted = MISSED.get((self.estate.code, plan.kind))
            for number, vals in enumerate(plan._task_vals(begin, until)):
                if vals["due_at"] < now:
                    vals.update(self._walked(plan, vals, miss, number == wanted))
                vals_list.append(vals)
            plan.planned_until = until
        tasks = Task.create(vals_list)
        self._checks(tasks.filtered(lambda task: task.done_at))
        Task._remind_day()

    def _walked(self, plan, vals, miss, wanted):
        if wanted or self.rng.random() < miss:
            return {"state": "missed"}
        length = (vals["due_at"] - vals["start_at"]).total_seconds()
        done = vals["start_at"] + timedelta(
            seconds=length * self.rng.uniform(0.15, 0.85)
        )
        return {
            "state": "done",
            "done_at": done,
            "done_by_id": plan.worker_id.user_id.id or self.env.uid,
        }

    def _checks(self, tasks):
        vals_list = [
            {
                "task_id": task.id,
                "point_id": point.id,
                "sequence": number,
                "name": point.name,
                "photo_required": point.photo,
                "result": "ok",
                "checked_at": task.done_at,
                "checked_by_id": task.done_by_id.id,
            }
            for task in tasks
            for number, point in enumerate(task.round_id.point_ids)
        ]
        self.env["shequ.round.check"].create(vals_list)

    def _faults(self):
        """On the last patrol something was found: a ticket."""
        words = {
            "patrol": ("lamp", "3号楼西侧路灯不亮"),
            "cleaning": ("bin", "垃圾桶盖破损，污水外溢"),
        }
        for kind, (photo, note) in words.items():
            tasks = self.env["shequ.round.task"].search(
                [
                    ("estate_id", "=", self.estate.id),
                    ("kind", "=", kind),
                    ("state", "=", "done"),
                ],
                limit=1,
            )
            for check in tasks.check_ids[1:2]:
                check._record(
                    "fault",
                    note,
                    [{"name": "现场.jpg", "raw": photos.photo(photo)}],
                    tasks.done_by_id,
                )
                tasks.fault_count = 1

    # --- months -----------------------------------------------------------------

    def _sheets(self):
        Sheet = self.env["shequ.contract.sheet"]
        months = periods.months_between(self.start, self.month)
        for month in months:
            sheet = Sheet._ensure(self.contract, month)
            after = datetime.combine(periods.add_months(month, 1), time(2))
            if month == self.month:
                sheet._count()
                continue
            with freeze_time(min(after + timedelta(days=2), fields.Datetime.now())):
                sheet._count()
                self._attest(sheet)
                if month < months[-2]:
                    sheet.action_close()
        self._dispute(Sheet._ensure(self.contract, months[-2]))

    def _attest(self, sheet):
        for row in sheet.measure_ids.filtered(lambda row: row.state == "waiting"):
            kept = sheet.month != self.start or self.estate.code != "MQXQ"
            picture = "tree_done" if row.area == "green" else "tile_done"
            row._attest(
                kept,
                "本季度病虫害防治已完成，施药前三天在公示栏预告。"
                if row.area == "green"
                else WORDS[kept],
                [{"name": "公示.jpg", "raw": photos.photo(picture)}] if kept else [],
            )

    def _dispute(self, sheet):
        """The committee's chair does not agree with what was attested."""
        chair = self.env["shequ.committee.member"].search(
            [
                ("estate_id", "=", self.estate.id),
                ("position", "=", "chair"),
                ("is_current", "=", True),
            ],
            limit=1,
        )
        row = sheet.measure_ids.filtered(
            lambda row: row.measure == "attested" and row.state == "kept"
        )[:1]
        if chair and row and self.estate.code == "JHYY":
            row._dispute(
                chair.partner_id,
                "公示栏里公共收益一栏还是上季度的，照片没有拍到这一块，请补充。",
            )


def _paper(client, company):
    """A sheet of paper with a title and the parties, as if it had been scanned."""
    image = Image.new("RGB", (900, 1273), (250, 248, 242))
    draw = ImageDraw.Draw(image)
    font = next(
        (ImageFont.truetype(path, 34) for path in photos.FONTS if Path(path).exists()),
        ImageFont.load_default(),
    )
    for number, line in enumerate(PAPER):
        text = line.format(client=client, company=company)
        draw.text((120, 180 + number * 80), text, fill=(30, 30, 30), font=font)
    draw.ellipse((560, 900, 780, 1120), outline=(196, 30, 30), width=8)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()
