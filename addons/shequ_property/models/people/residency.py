from odoo import api, models


class ShequResidency(models.Model):
    """Whoever lives or lived in a unit has personal data to protect."""

    _inherit = "shequ.residency"

    @api.model_create_multi
    def create(self, vals_list):
        residencies = super().create(vals_list)
        residencies.partner_id._shequ_protect()
        return residencies

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self.partner_id._shequ_protect()
        return result

    def action_reveal(self):
        """Ask why, then show the data of the person whole."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.action_shequ_reveal()
