from odoo import models


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "shequ.cached.mixin"]

    # Part of what is kept of the company's estates.
    _cached_fields = frozenset({"resource_calendar_id"})
