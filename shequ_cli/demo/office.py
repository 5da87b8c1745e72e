"""What lies on the desks of the demo offices: registrations, invitations, moves …

Everybody in it is invented.
"""

import base64
from datetime import timedelta

from odoo import fields

ESTATE = "JHYY"
# A list as an office has it, with the mistakes such lists have.
LIST = """\
楼号,单元,房号,建筑面积,业主姓名,联系电话,入住日期
21号楼,1,101,89.50,周一鸣,13800001001,2020-05-01
21号楼,1,102,八十九,吴三省,13800001002,2020-05-01
21号楼,1,201,90.25,郑四维,13800001003,2021/3/5
21号楼,1,202,90.25,冯五常,1380000100,2021年3月5日
21号楼,1,301,90.25,陈六一,13800001005,2021-03-05
"""


def load(env):
    """Fill the lists that only daily work fills.

    :param env: Odoo environment of the demo, as super-user
    """
    Desk(env).run()


class Desk:
    def __init__(self, env):
        self.env = env
        self.estate = env["shequ.estate"].search([("code", "=", ESTATE)])
        owners = env["shequ.residency"].search(
            [
                ("estate_id", "=", self.estate.id),
                ("role", "=", "owner"),
                ("is_current", "=", True),
                ("partner_id.user_ids", "=", False),
                ("partner_id.phone", "!=", False),
            ],
            order="id",
        )
        # Everyone with one home: what happens to them touches nobody else.
        once = [stays for stays in owners.grouped("partner_id").values()]
        self.owners = [stays for stays in once if len(stays) == 1]

    def run(self):
        self.twice_on_file()
        self.invitations()
        self.registration()
        self.data_request()
        self.sale()
        self.model_case()
        self.objection()
        self.list_of_homes()

    def user(self, login):
        return self.env["res.users"].search([("login", "=", login)])

    def take(self):
        return self.owners.pop(0)

    def twice_on_file(self):
        """Two people entered a second time with the same number."""
        for _number in range(2):
            stay, other = self.take(), self.take()
            person = stay.partner_id
            again = self.env["res.partner"].create(
                {"name": person.name, "phone": person.phone, "lang": "zh_CN"}
            )
            self.env["shequ.residency"].create(
                {
                    "unit_id": other.unit_id.id,
                    "partner_id": again.id,
                    "role": "tenant",
                    "date_from": fields.Date.today() - timedelta(days=40),
                }
            )
        self.env["shequ.duplicate"]._look(self.estate)

    def invitations(self):
        stays = self.env["shequ.residency"]
        for _number in range(6):
            stays |= self.take()
        made = self.env["shequ.invitation"]._invite(stays, "letter")
        made[0].used_at = fields.Datetime.now() - timedelta(hours=5)

    def registration(self):
        Registration = self.env["shequ.registration"]
        for name, phone, role, proof in (
            ("蒋小满", "19900007701", "tenant", "visit"),
            ("陶立秋", "19900007702", "family", "owner"),
        ):
            Registration._apply_for(
                self.take().unit_id,
                phone,
                {"person_name": name, "role": role, "proof": proof},
            )

    def data_request(self):
        self.env["shequ.data.request"]._ask(
            self.take().partner_id,
            "correct",
            wish="我换邮箱了，账单请发到新的。",
            new_email="xin.youxiang@example.cn",
        )

    def sale(self):
        buyer = self.env["res.partner"].create(
            {"name": "苗新居", "phone": "19900007703", "lang": "zh_CN"}
        )
        wizard = (
            self.env["shequ.residency.transfer"]
            .with_user(self.user("frontdesk"))
            .create(
                {
                    "kind": "sale",
                    "unit_id": self.take().unit_id.id,
                    "date": fields.Date.today() - timedelta(days=3),
                    "new_owner_id": buyer.id,
                }
            )
        )
        wizard.action_apply()

    def model_case(self):
        ticket = self.env["shequ.ticket"].search(
            [
                ("estate_id", "=", self.estate.id),
                ("rating_last_value", "=", 5),
                ("resolution", "!=", False),
                ("media_ids.phase", "=", "evidence"),
                ("reporter_id", "!=", False),
            ],
            limit=1,
        )
        if not ticket:
            return
        ticket.with_user(self.user("manager")).action_propose_model_case()
        ticket._model_case_consent(ticket.on_behalf_id or ticket.reporter_id, True)
        case = ticket.model_case_id
        case.photo_ids.filtered(lambda p: p.phase == "evidence").chosen = True
        case.with_user(self.user("manager")).action_publish()

    def objection(self):
        user = self.user("worker")
        point = self.env["shequ.performance.point"].search(
            [("worker_id.user_id", "=", user.id), ("score", "<", 0)],
            order="id desc",
            limit=1,
        )
        if point:
            point.with_user(user)._object("那天电梯停运，爬楼送料耽误了时间。")

    def list_of_homes(self):
        job = (
            self.env["shequ.import"]
            .with_user(self.user("manager"))
            .create(
                {
                    "filename": "21号楼业主.csv",
                    "upload": base64.b64encode(LIST.encode("gb18030")),
                    "company_id": self.estate.company_id.id,
                    "estate_id": self.estate.id,
                }
            )
        )
        job.action_read()
        job.action_check()
