"""Votes of the demo community, one in each state that a page or a desk can show.

Every vote is lived through with the clock of its days, as real people would: it is
announced, opened, ballots come in online, by proxy and on paper, it is counted.
"""

import random
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

SEED = 61
# Of 100 who vote: agree, against; the rest abstain.
LEANING = {"agree": 74, "against": 17}
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def make_votes(env, now):
    """Make the votes.

    :param env: with the demo's estates, people and units
    :param datetime now: the present of the demo, naive UTC
    :return: ids by name
    """
    return Votes(env, now).make()


class Votes:
    def __init__(self, env, now):
        self.env = env
        self.now = now.replace(minute=0, second=0, microsecond=0)
        self.rng = random.Random(SEED)
        self.clock = self.now
        self.estates = {
            code: env["shequ.estate"].search([("code", "=", code)])
            for code in ("JHYY", "MQXQ", "KLJY")
        }

    def make(self):
        with self._own_clock():
            made = {
                "facade": self._facade(),
                "lift": self._lift(),
                "parcels": self._parcels(),
                "charging": self._charging(),
                "company": self._company(),
                "committee": self._committee(),
                "gate": self._gate(),
                "rules": self._rules(),
            }
        return {name: vote.id for name, vote in made.items()}

    # --- time ------------------------------------------------------------------------

    @contextmanager
    def _own_clock(self):
        model = self.env.registry["shequ.vote"]
        with patch.object(model, "_clock", lambda _vote: self.clock):
            yield

    def _at(self, days, hours=0):
        """So many days before the present (after it, when negative)."""
        self.clock = self.now - timedelta(days=days, hours=-hours)
        return self.clock

    # --- pieces ----------------------------------------------------------------------

    def _vote(self, estate, name, motions, opens, closes, **values):
        """A proposal; ``opens`` and ``closes`` in days before the present."""
        documents = values.pop("documents", ())
        vote = self.env["shequ.vote"].create(
            {
                "name": name,
                "estate_id": self.estates[estate].id,
                "opens_at": self.now - timedelta(days=opens),
                "closes_at": self.now - timedelta(days=closes),
                "motion_ids": [
                    (0, 0, {**motion, "sequence": number * 10})
                    for number, motion in enumerate(motions, 1)
                ],
                **values,
            }
        )
        vote.document_ids = self.env["ir.attachment"].create(
            [
                {
                    "name": file,
                    "raw": PDF,
                    "mimetype": "application/pdf",
                    "res_model": vote._name,
                    "res_id": vote.id,
                }
                for file in documents
            ]
        )
        return vote

    def _motion(self, code, name, text="", **values):
        matter = self.env["shequ.vote.matter"].search([("code", "=", code)])
        description = f"<p>{text}</p>" if text else False
        return {
            "name": name,
            "matter_id": matter.id,
            "description": description,
            **values,
        }

    def _announce(self, vote, days):
        self._at(days)
        if vote.kind in ("assembly", "building"):
            vote.committee_told_on = self.clock.date()
            vote.committee_told_note = "已书面告知居委会"
        vote.action_submit()
        vote.action_announce()

    def _open(self, vote):
        self.clock = vote.opens_at
        vote.action_open()

    def _close(self, vote):
        self.clock = vote.closes_at
        vote.action_close()

    def _ballots(self, vote, share, leaning=None, keep=(), paper=0.25):
        """Let so much of the roll vote, online or on paper, over the days so far.

        :param keep: partners who have not voted yet
        """
        until = min(self.now, vote.closes_at)
        span = max(1, int((until - vote.opens_at).total_seconds()) - 3600)
        electors = (
            self.env["shequ.vote.elector"]
            .sudo()
            .search(
                [("vote_id", "=", vote.id), ("voter_id", "!=", False)], order="number"
            )
        )
        heads = list(electors.grouped("head").values())
        heads = [h for h in heads if not h.voter_id & self._people(keep)]
        self.rng.shuffle(heads)
        desk = self.env.ref("base.user_root")
        for number, elector in enumerate(heads[: int(len(heads) * share)]):
            self.clock = vote.opens_at + timedelta(seconds=self.rng.randrange(span))
            choices = self._choices(vote, leaning or LEANING)
            if paper and number % 100 < paper * 100 and vote.secrecy == "open":
                for one in elector:
                    vote._enter_paper(one, choices, desk)
                continue
            vote._cast(
                elector,
                elector.voter_id[:1],
                choices,
                confirmed_by="sms",
                token=f"demo-{vote.id}-{number}",
            )

    def _people(self, logins):
        users = self.env["res.users"].search([("login", "in", list(logins))])
        return users.partner_id

    def _choices(self, vote, leaning):
        choices = {}
        for motion in vote.motion_ids:
            if motion.form == "election":
                people = motion.candidate_ids
                most = motion.max_choices or motion.seats
                weights = range(len(people) + 6, 6, -1)
                chosen = set()
                while len(chosen) < min(most, len(people)):
                    chosen |= set(self.rng.choices(people.ids, weights))
                choices[motion.id] = sorted(chosen)
                continue
            roll = self.rng.randrange(100)
            choices[motion.id] = (
                "agree"
                if roll < leaning["agree"]
                else "against"
                if roll < leaning["agree"] + leaning["against"]
                else "abstain"
            )
        return choices

    def _owner(self, vote, number=0):
        electors = (
            self.env["shequ.vote.elector"]
            .sudo()
            .search(
                [("vote_id", "=", vote.id), ("voter_id", "!=", False)], order="number"
            )
        )
        return electors[number * 7 % len(electors)].voter_id

    # --- the votes -------------------------------------------------------------------

    def _facade(self):
        """Open: the facade that waits for the owners. 朱先生 has not voted yet."""
        house = self.env["shequ.building"].search(
            [("estate_id", "=", self.estates["JHYY"].id), ("name", "=", "12")]
        )
        vote = self._vote(
            "JHYY",
            "12号楼外墙修缮是否动用维修资金",
            [
                self._motion(
                    "fund_use",
                    "同意动用维修资金修缮12号楼外墙",
                    "12号楼东侧外墙空鼓、渗水，第三方鉴定面积420平方米。预算28.6万元，"
                    "从12号楼维修资金账户列支，按专有面积分摊，平均每户约1.3万元。",
                ),
                self._motion(
                    "other",
                    "同意由业委会从三家报价中选定施工单位",
                    "三家报价已随公告公示，最低报价27.9万元，质保五年。",
                ),
            ],
            6,
            -8,
            kind="building",
            building_ids=[(6, 0, house.ids)],
            proposer="committee",
            description="<p>去年冬天以来，12号楼有九户反映外墙渗水。修不修、钱从哪里出，"
            "由12号楼的业主共同决定。</p>",
            documents=("外墙检测报告.pdf", "修缮预算书.pdf", "三家报价汇总.pdf"),
        )
        self._announce(vote, 22)
        self._open(vote)
        self._ballots(vote, 0.55, keep=("zhu",))
        return vote

    def _lift(self):
        """Open for the whole estate; 王阿姨 may vote, 小李 rents and is told so."""
        vote = self._vote(
            "MQXQ",
            "续聘物业服务企业及服务标准",
            [
                self._motion(
                    "manager",
                    "同意续聘现物业服务企业三年",
                    "合同期三年，物业费维持每月每平方米1.55元不变，新增每季度楼道消杀。",
                ),
                self._motion(
                    "management_rules",
                    "同意《管理规约》增加电动自行车不得进楼的条款",
                    "不在楼道、门厅停放或充电，违者由物业劝离并公示楼栋。",
                ),
            ],
            5,
            -16,
            proposer="committee",
            documents=("物业服务合同（草案）.pdf", "管理规约修改对照表.pdf"),
        )
        self._announce(vote, 21)
        self._open(vote)
        self._ballots(vote, 0.42, keep=("wang",))
        return vote

    def _parcels(self):
        """Announced: the roll is posted, and somebody has objected to it."""
        vote = self._vote(
            "JHYY",
            "南门设置智能快递柜",
            [
                self._motion(
                    "common_parts",
                    "同意在南门绿地旁设置两组快递柜",
                    "占用公共部位18平方米，年租金2.4万元归全体业主，计入公共收益。",
                )
            ],
            -9,
            -25,
            proposer="company",
            documents=("选址平面图.pdf", "租赁协议（草案）.pdf"),
        )
        self._announce(vote, 8)
        Objection = self.env["shequ.vote.objection"]
        first = Objection._object(
            vote,
            self._owner(vote, 1),
            "roll",
            "我家专有面积少了一平方米，请核对产证。",
        )
        first._answer(
            "已核对不动产权证，表决权名册在开始投票前按产证更正。", True, self.env.user
        )
        Objection._object(
            vote,
            self._owner(vote, 3),
            "notice",
            "离我家窗户太近，请说明噪声如何控制。",
        )
        return vote

    def _charging(self):
        """A poll for everybody who lives there, tenants too."""
        vote = self._vote(
            "MQXQ",
            "电动自行车充电棚放在哪里",
            [
                self._motion("opinion", "东门停车场北侧"),
                self._motion("opinion", "3号楼西侧空地"),
            ],
            3,
            -11,
            kind="poll",
            audience="residents",
            proposer="company",
            description="<p>两个地方都可以建，想先听听大家的意见。</p>",
        )
        self._announce(vote, 3)
        self._open(vote)
        self._ballots(vote, 0.3, keep=("xiaoli", "wang"), paper=0)
        return vote

    def _company(self):
        """Counted and posted; one objection is answered, one waits."""
        vote = self._vote(
            "JHYY",
            "地下车库照明改造及公共收益使用",
            [
                self._motion(
                    "other",
                    "同意从公共收益中列支8.2万元改造车库照明",
                    "更换LED感应灯326盏，预计每年节电3.1万度。",
                ),
                self._motion(
                    "common_parts",
                    "同意将一层架空层改为收费储物间",
                    "每间每月120元，收入归全体业主。",
                ),
            ],
            26,
            5,
            proposer="committee",
            documents=("照明改造方案.pdf",),
        )
        self._announce(vote, 42)
        self._open(vote)
        self._ballots(vote, 0.79, leaning={"agree": 68, "against": 24}, paper=0.2)
        self._close(vote)
        self._at(4)
        vote.action_publish()
        Objection = self.env["shequ.vote.objection"]
        first = Objection._object(
            vote, self._owner(vote, 2), "result", "我投了纸质票，怎么确认计进去了？"
        )
        first._answer(
            "您家的纸质票已计入，可在本页“我的票在不在”输入回执号查询，也可到服务台看扫描件。",
            False,
            self.env.user,
        )
        Objection._object(
            vote,
            self._owner(vote, 5),
            "result",
            "储物间那一项差多少通过？",
        )
        return vote

    def _committee(self):
        """Final and filed: a secret election with seats for two parts of the estate."""
        houses = [("顾启明", "1号楼"), ("沈若兰", "3号楼"), ("许国安", "6号楼")]
        houses += [("陆文君", "9号楼"), ("蒋一帆", "11号楼"), ("唐素芬", "12号楼")]
        vote = self._vote(
            "KLJY",
            "第二届业主委员会选举",
            [
                self._motion(
                    "committee",
                    "选举业主委员会委员五名",
                    form="election",
                    seats=5,
                    max_choices=5,
                    candidate_ids=[
                        (0, 0, {"name": name, "home": home, "sequence": number})
                        for number, (name, home) in enumerate(houses)
                    ],
                )
            ],
            70,
            50,
            secrecy="secret",
            proposer="committee",
            documents=("候选人简历.pdf", "选举办法.pdf"),
        )
        self._announce(vote, 86)
        self._open(vote)
        self._ballots(vote, 0.82, paper=0)
        self._close(vote)
        self._at(49)
        vote.action_publish()
        self._at(33)
        vote.action_finalise()
        self._at(30)
        vote._file(self.clock.date(), "备案回执2026-017")
        return vote

    def _gate(self):
        """A proposal of owners that collects signatures."""
        estate = self.estates["JHYY"]
        self._at(6)
        zhu = self._people(("zhu",))
        matter = self.env["shequ.vote.matter"].search([("code", "=", "other")])
        vote = self.env["shequ.vote"]._propose(
            estate,
            zhu,
            "南门夜间十一点后改为刷卡进出",
            "最近夜里常有外面的人和外卖车从南门抄近路，老人孩子睡不好，也丢过两辆车。"
            "建议晚上十一点到早上五点刷卡进出，保安室可以远程开门，不用增加人手。",
            matter,
        )
        stays = self.env["shequ.residency"].search(
            [
                ("estate_id", "=", estate.id),
                ("is_representative", "=", True),
                ("date_to", "=", False),
            ]
        )
        owners = stays.partner_id - self._people(("committee",))
        Signature = self.env["shequ.vote.signature"]
        for partner in owners[: vote._support()["needed"] - 9]:
            Signature._sign(vote, partner, "code")
        return vote

    def _rules(self):
        """Being checked: something is still missing before it can be announced."""
        vote = self._vote(
            "JHYY",
            "业主大会议事规则修订",
            [self._motion("rules_of_procedure", "同意修订后的《业主大会议事规则》")],
            -20,
            -50,
            proposer="committee",
        )
        self._at(1)
        vote.action_submit()
        return vote
