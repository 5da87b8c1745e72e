from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import promises
from ..ticket.sla_target import TARGETS
from ..ticket.ticket_category import KINDS

AREAS = [
    ("clean", "Cleanliness"),
    ("order", "Order and Safety"),
    ("facility", "Facilities and Equipment"),
    ("green", "Greenery"),
    ("desk", "Customer Service"),
]
MEASURES = [
    ("clock", "Deadlines of tickets kept"),
    ("rating_avg", "Stars of residents, average"),
    ("rating_share", "Stars of residents, share of good ones"),
    ("call_rate", "Finished tickets called back"),
    ("call_result", "People called back who are satisfied"),
    ("ticket_count", "Number of tickets"),
    ("round", "Rounds done in time"),
    ("round_ok", "Points checked without fault"),
    ("attested", "Attested by staff"),
]
#: Unit of the value of each measure.
UNITS = {
    "rating_avg": promises.MILLI,
    "ticket_count": promises.WHOLE,
}
DIRECTIONS = [(promises.AT_LEAST, "at least"), (promises.AT_MOST, "at most")]
PERIODS = [("month", "Month"), ("quarter", "Quarter"), ("year", "Year")]
ROUND_KINDS = [
    ("patrol", "Patrol"),
    ("cleaning", "Cleaning Round"),
    ("inspection", "Inspection"),
    ("lift", "Lift Maintenance"),
    ("fire", "Fire Protection Check"),
    ("green", "Care of Greenery"),
]


class MeasureMixin(models.AbstractModel):
    """What is measured and from when on it is kept; standards and promises share it."""

    _name = "shequ.measure.mixin"
    _description = "Measure of a Promise"

    area = fields.Selection(AREAS, required=True, default="desk")
    measure = fields.Selection(
        MEASURES, string="Measured By", required=True, default="attested"
    )
    clock_target = fields.Selection(TARGETS, string="Deadline", default="complete")
    limit_minutes = fields.Integer(
        string="Within (min)",
        help="The time the promise gives, pauses left out. 0: whatever deadline each "
        "ticket had.",
    )
    ticket_kind = fields.Selection(KINDS, help="Empty: of every kind.")
    category_ids = fields.Many2many(
        "shequ.ticket.category",
        string="Categories",
        help="With everything below them. Empty: of every category.",
    )
    min_stars = fields.Integer(string="Good From (Stars)", default=4)
    round_kind = fields.Selection(ROUND_KINDS, string="Kind of Round")
    direction = fields.Selection(
        DIRECTIONS, string="Kept With", required=True, default=promises.AT_LEAST
    )
    threshold = fields.Integer(
        required=True,
        default=1000,
        aggregator=False,
        string="Threshold (stored)",
        help="Per mille for shares, thousandths of a star for averages, else a count.",
    )
    threshold_shown = fields.Float(
        string="Threshold",
        compute="_compute_threshold_shown",
        inverse="_inverse_threshold_shown",
        digits=(16, 2),
        help="Percent for shares, stars for averages, else a number.",
    )
    threshold_text = fields.Char(string="Kept If", compute="_compute_threshold_text")
    unit = fields.Selection(
        [
            (promises.PER_MILLE, "Per mille"),
            (promises.MILLI, "Thousandths of a star"),
            (promises.WHOLE, "Number"),
        ],
        compute="_compute_unit",
    )
    period = fields.Selection(
        PERIODS, string="Judged Each", required=True, default="month"
    )
    weight = fields.Integer(string="Weighting", default=1, aggregator=False)
    source = fields.Char(
        translate=True, help="Where the promise comes from: a law, a standard."
    )

    @api.depends("measure")
    def _compute_unit(self):
        for record in self:
            record.unit = UNITS.get(record.measure, promises.PER_MILLE)

    @api.depends("threshold", "measure")
    def _compute_threshold_shown(self):
        for record in self:
            record.threshold_shown = record.threshold / record._scale()

    @api.onchange("threshold_shown")
    def _inverse_threshold_shown(self):
        for record in self:
            record.threshold = round(record.threshold_shown * record._scale())

    def _scale(self):
        """How many of the stored unit make one of what people read."""
        scales = {promises.PER_MILLE: 10, promises.MILLI: 1000, promises.WHOLE: 1}
        return scales[UNITS.get(self.measure, promises.PER_MILLE)]

    @api.depends("threshold", "measure", "direction")
    def _compute_threshold_text(self):
        for record in self:
            sign = "≥" if record.direction == promises.AT_LEAST else "≤"
            shown = record._shown(record.measure, record.threshold)
            record.threshold_text = f"{sign} {shown}"

    @api.model
    def _shown(self, measure, value):
        """Return a stored value in the unit people read: 95 %, 4.5, 3."""
        if value is None or value is False:
            return "–"
        unit = UNITS.get(measure, promises.PER_MILLE)
        if unit == promises.WHOLE:
            return str(value)
        scale = 10 if unit == promises.PER_MILLE else 1000
        whole, rest = divmod(value, scale)
        digits = str(rest).zfill(len(str(scale)) - 1).rstrip("0")
        text = f"{whole}.{digits}" if digits else str(whole)
        return f"{text} %" if unit == promises.PER_MILLE else text

    @api.constrains("threshold", "measure", "weight", "min_stars", "limit_minutes")
    def _check_measure(self):
        for record in self:
            unit = UNITS.get(record.measure, promises.PER_MILLE)
            highest = {promises.PER_MILLE: 1000, promises.MILLI: 5000}.get(unit)
            if record.threshold < 0 or (highest and record.threshold > highest):
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: the threshold %(value)s is out of range: shares "
                        "are 0 to 100 %%, stars 0 to 5.",
                        name=record.display_name,
                        value=self._shown(record.measure, record.threshold),
                    )
                )
            if record.weight < 0 or record.limit_minutes < 0:
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: weight and time are not negative.",
                        name=record.display_name,
                    )
                )
            if not 1 <= record.min_stars <= 5:
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: stars are one to five.", name=record.display_name
                    )
                )
