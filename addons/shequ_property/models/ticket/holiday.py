from odoo import api, fields, models
from odoo.exceptions import ValidationError

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class Holiday(models.Model):
    """Public holiday or make-up working day (调休).

    The State Council announces each year's days around November of the year before.
    """

    _name = "shequ.holiday"
    _inherit = ["shequ.cached.mixin"]
    _description = "Public Holiday"
    _order = "date, id"

    date = fields.Date(required=True)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("holiday", "Holiday"), ("makeup_workday", "Make-up working day")],
        required=True,
        default="holiday",
    )
    works_like = fields.Selection(
        WEEKDAYS, default="0", help="A make-up day has the hours of this weekday."
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: for every company. The day of a company goes before it.",
    )
    source = fields.Char()

    _date_uniq = models.UniqueIndex(
        "(date, (COALESCE(company_id, 0)))", "This day is in the list already."
    )

    @api.constrains("kind", "works_like")
    def _check_works_like(self):
        if any(d.kind == "makeup_workday" and not d.works_like for d in self):
            raise ValidationError(
                self.env._("Please say which weekday's hours the make-up day has.")
            )

    def _forget_cached(self):
        self.env["shequ.sla.clock"]._working_time_changed()

    @api.model
    def _days_for(self, company_id):
        """Return the days off and ``{make-up day: weekday}`` of a company."""
        days_off, works_like = set(), {}
        days = self.sudo().search([("company_id", "in", (False, company_id))])
        # A company's own day replaces the country's.
        for day in days.sorted(lambda d: bool(d.company_id)):
            days_off.discard(day.date)
            works_like.pop(day.date, None)
            if day.kind == "holiday":
                days_off.add(day.date)
            else:
                works_like[day.date] = int(day.works_like)
        return days_off, works_like
