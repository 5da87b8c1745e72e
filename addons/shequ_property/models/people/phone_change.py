from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import mask


class ShequPhoneChange(models.Model):
    """Telephone numbers that were changed or released; kept as the history."""

    _name = "shequ.phone.change"
    _description = "Change of a Telephone Number"
    _inherit = ["mail.activity.mixin", "mail.thread"]
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    estate_ids = fields.Many2many("shequ.estate", string="Estates", readonly=True)
    old_number = fields.Char(readonly=True)
    new_number = fields.Char(readonly=True)
    wanted = fields.Char(readonly=True, groups="base.group_system")
    state = fields.Selection(
        [
            ("waiting", "Waits for the service desk"),
            ("changed", "Changed"),
            ("released", "Released"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        tracking=True,
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True)

    _waiting_uniq = models.UniqueIndex(
        "(partner_id) WHERE state = 'waiting'",
        "A change of this person's number is waiting already.",
    )

    @api.model
    def _note(self, partner, old, new, state, wanted=False):
        """Write down a change (as super-user), masked."""
        residencies = (
            self.env["shequ.residency"].sudo().search([("partner_id", "=", partner.id)])
        )
        change = self.sudo().create(
            {
                "partner_id": partner.id,
                "company_id": (residencies.company_id[:1] or self.env.company).id,
                "estate_ids": [(6, 0, residencies.estate_id.ids)],
                "old_number": mask.mask_phone(old),
                "new_number": mask.mask_phone(new),
                "wanted": wanted,
                "state": state,
                "user_id": self.env.uid,
            }
        )
        return change

    @api.model
    def _change(self, partner, number):
        """Give ``partner`` the number, shown to be his or hers by a code."""
        partner = partner.sudo()
        old = partner.shequ_phone
        self._note(partner, old, number, "changed")
        partner.phone = number
        partner.user_ids.filtered("share").write(
            {"shequ_phone_confirmed_at": fields.Datetime.now()}
        )
        self.sudo().search(
            [("partner_id", "=", partner.id), ("state", "=", "waiting")]
        ).write({"state": "changed", "wanted": False})

    @api.model
    def _ask_desk(self, partner, number):
        """The old number cannot be reached any more: the desk looks at papers."""
        waiting = self.sudo().search(
            [("partner_id", "=", partner.id), ("state", "=", "waiting")]
        )
        waiting.write({"state": "refused", "wanted": False})
        return self._note(
            partner, partner.sudo().shequ_phone, number, "waiting", wanted=number
        )

    def action_apply(self):
        """The service desk has seen who it is."""
        self.check_access("write")
        for change in self:
            if change.state != "waiting":
                raise UserError(self.env._("This change is done already."))
            self.env["shequ.phone.change"]._apply(change)
        return True

    def _apply(self, change):
        secret = change.sudo()
        partner = secret.partner_id
        partner.phone = secret.wanted
        partner.user_ids.filtered("share").write(
            {"shequ_phone_confirmed_at": fields.Datetime.now()}
        )
        secret.write({"state": "changed", "wanted": False, "user_id": self.env.uid})

    def action_refuse(self):
        self.check_access("write")
        self.filtered(lambda c: c.state == "waiting").sudo().write(
            {"state": "refused", "wanted": False, "user_id": self.env.uid}
        )
        return True
