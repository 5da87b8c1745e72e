from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _vote_units(self, estate):
        """Units of ``estate`` that belong to this person today (as super-user)."""
        self.ensure_one()
        Residency = self.env["shequ.residency"].sudo()
        stays = Residency.search(
            Residency._current_domain()
            & Domain("partner_id", "=", self.id)
            & Domain("estate_id", "=", estate.id)
            & Domain("is_title", "=", True)
        )
        return stays.unit_id
