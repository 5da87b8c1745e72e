"""An estate with books: posted entries of a quarter, a committee, residents."""

from odoo import Command

from ..portal.common import PASSWORD, PortalCase

FROM, TO = "2026-07-01", "2026-09-30"


class DisclosureCase(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.phone = "021-57189999"
        cls.env["account.chart.template"].try_loading(
            "generic_coa", cls.company, install_demo=False
        )
        cls.analytic = cls.estate._ensure_analytic_account()
        accounts = cls.env["account.account"].with_company(cls.company)
        cls.fees, cls.lift, cls.parking, cls.bank = accounts.create(
            [
                {"code": "910001", "name": "物业费收入", "account_type": "income"},
                {"code": "910002", "name": "电梯维保", "account_type": "expense"},
                {
                    "code": "910003",
                    "name": "停车收益",
                    "account_type": "income",
                    "tag_ids": [
                        Command.link(
                            cls.env.ref("shequ_property.account_tag_public_revenue").id
                        )
                    ],
                },
                {"code": "910004", "name": "银行", "account_type": "asset_current"},
            ]
        )
        cls.journal = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "general")], limit=1
        )
        cls.supplier = cls.env["res.partner"].create(
            {"name": "安捷电梯有限公司", "is_company": True}
        )
        cls._enter("2026-07-15", cls.fees, -30000, "12-1201 朱先生 物业费", cls.zhu)
        cls._enter("2026-08-15", cls.fees, -1200.55, "物业费", cls.neighbour)
        cls.repair = cls._enter(
            "2026-08-20",
            cls.lift,
            30000,
            "电梯大修 联系人13800001111",
            partner=cls.supplier,
        )
        cls._enter("2026-09-01", cls.parking, -4500, "地面停车")
        # What must not count: other dates, drafts, other estates.
        cls._enter("2026-10-01", cls.lift, 77, "next quarter")
        cls._enter("2026-08-01", cls.lift, 88, "draft", post=False)
        cls._enter("2026-08-01", cls.lift, 99, "elsewhere", analytic=False)
        cls.chair = cls._make_member("chair", "陆主任", "13300000001", "chair")
        cls.member = cls._make_member("member", "秦委员", "13300000002", "member")
        cls.manager = cls._make_staff("disc_manager", "estate_manager", cls.estate)
        cls.second = cls._make_staff("disc_second", "estate_manager", cls.estate)
        cls.estate.manager_id = cls.manager

    @classmethod
    def _enter(
        cls, day, account, balance, label, user=None, partner=None, post=True, **options
    ):
        analytic = options.get("analytic", True)
        partner = user.partner_id if user else partner
        move = cls.env["account.move"].create(
            {
                "journal_id": cls.journal.id,
                "date": day,
                "company_id": cls.company.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "name": label,
                            "balance": balance,
                            "partner_id": partner.id if partner else False,
                            "analytic_distribution": {str(cls.analytic.id): 100}
                            if analytic
                            else False,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": cls.bank.id,
                            "balance": -balance,
                            "name": label,
                        }
                    ),
                ],
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _make_member(cls, login, name, phone, position):
        unit = cls._make_unit(cls.building, f"9{phone[-2:]}")
        user = cls._make_resident(login, name, phone, unit)
        cls.env["shequ.committee.member"].create(
            {
                "estate_id": cls.estate.id,
                "partner_id": user.partner_id.id,
                "position": position,
                "date_from": "2024-01-01",
            }
        )
        user.password = PASSWORD
        return user

    @classmethod
    def _make_disclosure(cls, code, **values):
        kind = cls.env["shequ.disclosure.type"]._by_code(code)
        return (
            cls.env["shequ.disclosure"]
            .with_user(cls.manager)
            .create(
                {
                    "estate_id": cls.estate.id,
                    "type_id": kind.id,
                    "date_from": FROM,
                    "date_to": TO,
                    **values,
                }
            )
        )

    @classmethod
    def _publish(cls, disclosure):
        """Prepared by one, published by another."""
        disclosure.with_user(cls.manager).action_submit()
        disclosure.with_user(cls.second).action_publish()
        return disclosure.sudo().current_version_id

    @classmethod
    def _publish_accounts(cls):
        disclosure = cls._make_disclosure("settlement")
        disclosure.action_draw()
        return cls._publish(disclosure)
