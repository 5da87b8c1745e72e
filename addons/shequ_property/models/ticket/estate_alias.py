from odoo import models


class Estate(models.Model):
    """An estate may have an e-mail address of its own; letters become tickets."""

    _name = "shequ.estate"
    _inherit = ["shequ.estate", "mail.alias.mixin.optional"]

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("shequ.ticket")
        values["alias_defaults"] = repr({"estate_id": self.id})
        values["alias_contact"] = "everyone"
        return values
