from odoo import fields, models


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "shequ.cached.mixin"]

    # Part of what is kept of the company's estates.
    _cached_fields = frozenset({"resource_calendar_id"})

    shequ_triage_hold = fields.Boolean(
        string="Hold Back New Versions",
        help="The nightly learning still keeps its versions with their scores, but "
        "none is used until a manager chooses it.",
    )
    shequ_triage_learned_at = fields.Datetime(readonly=True, copy=False)
