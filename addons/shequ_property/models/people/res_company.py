from odoo import fields, models
from odoo.exceptions import UserError

from .sms_api import AliyunSmsApi, LogSmsApi

OWN_PROVIDERS = {"aliyun": AliyunSmsApi, "log": LogSmsApi}


class ResCompany(models.Model):
    _inherit = "res.company"

    shequ_sms_provider = fields.Selection(
        [
            ("odoo", "As Odoo is set up"),
            ("aliyun", "Alibaba Cloud SMS"),
            ("log", "Nobody: keep messages in the development outbox"),
        ],
        string="Provider of Text Messages",
        default="odoo",
        required=True,
    )
    shequ_sms_sign_name = fields.Char(
        string="Signature of Text Messages",
        help="The approved signature (签名) in front of each message, without 【】.",
    )
    shequ_staff_totp = fields.Boolean(
        string="Staff Log In with a Second Factor",
        help="Staff need a code of an authenticator application, or of an e-mail "
        "until they have set one up. Without this the policy of the whole "
        "database in the general settings counts.",
    )

    def _get_sms_api_class(self):
        self.ensure_one()
        return (
            OWN_PROVIDERS.get(self.shequ_sms_provider) or super()._get_sms_api_class()
        )

    def write(self, vals):
        if vals.get("shequ_staff_totp"):
            self.filtered(lambda c: not c.shequ_staff_totp)._check_staff_can_use_totp()
        return super().write(vals)

    def _check_staff_can_use_totp(self):
        """Nobody is locked out by a second factor that cannot reach him."""
        staff = (
            self.env["res.users"]
            .sudo()
            .search([("company_id", "in", self.ids), ("share", "=", False)])
        )
        stuck = staff.filtered(lambda user: not user.totp_enabled and not user.email)
        if stuck:
            raise UserError(
                self.env._(
                    "These colleagues have neither an authenticator application nor "
                    "an e-mail address and could no longer log in: %(names)s. Enter "
                    "their e-mail addresses first.",
                    names=", ".join(stuck[:10].mapped("name")),
                )
            )
