from odoo import api, fields, models

from .login_throttle import LIMITS
from .sms_api import secret


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    shequ_sms_provider = fields.Selection(
        related="company_id.shequ_sms_provider", readonly=False
    )
    shequ_sms_sign_name = fields.Char(
        related="company_id.shequ_sms_sign_name", readonly=False
    )
    shequ_staff_totp = fields.Boolean(
        related="company_id.shequ_staff_totp", readonly=False
    )
    shequ_aliyun_endpoint = fields.Char(
        string="Address of the Provider",
        config_parameter="shequ.aliyun.endpoint",
        help="Empty: https://dysmsapi.aliyuncs.com",
    )
    shequ_aliyun_key_found = fields.Boolean(
        string="Access Key Found", compute="_compute_shequ_aliyun_key_found"
    )
    shequ_code_minutes = fields.Integer(
        string="A Code Counts for (Minutes)",
        config_parameter="shequ.login.code_minutes",
        default=5,
    )
    shequ_code_tries = fields.Integer(
        string="Tries for a Code", config_parameter="shequ.login.code_tries", default=5
    )
    shequ_limit_phone = fields.Char(
        string="Codes for One Number",
        config_parameter="shequ.login.limit_phone",
        default=LIMITS["shequ.login.limit_phone"],
        help="How many in how many seconds, such as 1/60 5/3600 10/86400.",
    )
    shequ_limit_address = fields.Char(
        string="Codes for One Network Address",
        config_parameter="shequ.login.limit_address",
        default=LIMITS["shequ.login.limit_address"],
        help="Mobile operators have many people behind one address.",
    )
    shequ_confirm_days = fields.Integer(
        string="Ask for the Name After (Days)",
        config_parameter="shequ.login.confirm_days",
        default=90,
        help="Whoever has not logged in by code for so long writes the full name as "
        "well: the number may belong to somebody else by now.",
    )
    shequ_grace_days = fields.Integer(
        string="Former Residents Read Their Tickets for (Days)",
        config_parameter="shequ.login.grace_days",
        default=90,
    )
    shequ_invitation_days = fields.Integer(
        string="An Invitation Counts for (Days)",
        config_parameter="shequ.invitation.days",
        default=30,
    )

    @api.depends("company_id")
    def _compute_shequ_aliyun_key_found(self):
        names = ("shequ.aliyun.access_key_id", "shequ.aliyun.access_key_secret")
        for settings in self:
            settings.shequ_aliyun_key_found = all(
                secret(self.env, name) for name in names
            )
