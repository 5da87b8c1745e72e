from odoo import api, fields, models, tools

from ...tools import performance

EVENTS = [
    ("late_100", "Deadline missed (100 %)"),
    ("late_150", "Deadline missed by half (150 %)"),
    ("late_200", "Deadline missed twice over (200 %)"),
    ("rework", "Reopened: not fixed the first time"),
    ("bad_rating", "Bad rating"),
    ("good_rating", "Good rating"),
    ("praise", "Model case"),
    ("supervision", "Reopened by the supervision post"),
]
#: Level of a missed deadline → event.
LATE_EVENTS = {"2": "late_100", "3": "late_150", "4": "late_200"}


class PerformanceRule(models.Model):
    """How many points an event counts (绩效规则); managers edit them."""

    _name = "shequ.performance.rule"
    _inherit = ["shequ.cached.mixin"]
    _description = "Performance Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    event = fields.Selection(EVENTS, required=True)
    score = fields.Integer(
        string="Points",
        required=True,
        help="Below zero takes away, above zero adds.",
    )
    stars = fields.Integer(
        default=2, help="A bad rating has at most so many stars, a good one at least."
    )
    team_id = fields.Many2one("shequ.team", help="Empty: for every team.")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")

    _dates = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_from <= date_to)",
        "A rule cannot end before it begins.",
    )
    _stars_range = models.Constraint(
        "CHECK (stars BETWEEN 1 AND 5)", "Stars are one to five."
    )

    @api.model
    @tools.ormcache("company_id")
    def _rules_of(self, company_id):
        """Rules of a company in their order, its own before those of all."""
        rules = self.sudo().search([("company_id", "in", (False, company_id))])
        return tuple(
            performance.Rule(
                rule.id,
                rule.event,
                rule.score,
                rule.team_id.id or None,
                rule.date_from or None,
                rule.date_to or None,
                rule.stars,
            )
            for rule in rules.sorted(lambda rule: not rule.company_id)
        )

    @api.model
    def _for(self, company_id, event, day, team_id=None, stars=0):
        """The `tools.performance.Rule` that counts, or None."""
        rules = self._rules_of(company_id)
        return performance.choose(rules, event, day, team_id or None, stars)
