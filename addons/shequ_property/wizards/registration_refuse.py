from odoo import fields, models


class ShequRegistrationRefuse(models.TransientModel):
    """Ask for the reason that the applicant will read."""

    _name = "shequ.registration.refuse"
    _description = "Refuse Registration"

    registration_ids = fields.Many2many("shequ.registration", required=True)
    reason = fields.Text(required=True)

    def action_refuse(self):
        self.registration_ids.check_access("write")
        self.registration_ids.sudo()._refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
