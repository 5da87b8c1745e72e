from odoo import api, fields, models
from odoo.http import request

WAYS = [
    ("code", "Code by text message"),
    ("password", "Password"),
    ("passkey", "Passkey"),
    ("other", "Something else"),
]


class ShequLoginLog(models.Model):
    """Who logged in when, and how: the person reads it in the settings."""

    _name = "shequ.login.log"
    _description = "Log-in"
    _order = "id desc"
    _log_access = False
    _rec_name = "date"

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="user_id.company_id", store=True)
    way = fields.Selection(WAYS, required=True, readonly=True)
    address = fields.Char(string="Network Address", readonly=True)
    device = fields.Char(readonly=True)

    _date_idx = models.Index("(date)")

    @api.model
    def _note(self, user, kind):
        """Note a log-in of ``user`` by credentials of ``kind``."""
        way = {"shequ_code": "code", "password": "password", "webauthn": "passkey"}
        self.sudo().create(
            {
                "user_id": user.id,
                "way": way.get(kind, "other"),
                "address": request.httprequest.remote_addr if request else "",
                "device": self._device(),
            }
        )

    @api.model
    def _device(self):
        """Browser and system, as far as a person recognises his own."""
        if not request:
            return ""
        agent = request.httprequest.user_agent
        name = "WeChat" if "MicroMessenger" in agent.string else agent.browser
        words = [(name or "").title(), (agent.platform or "").title()]
        return " · ".join(filter(None, words))
