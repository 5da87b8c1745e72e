from odoo import fields, models

from ...tools import promises
from .measure_mixin import DIRECTIONS, MEASURES

RESULTS = [
    (promises.KEPT, "Kept"),
    (promises.BROKEN, "Broken"),
    (promises.NOTHING, "Nothing to Measure"),
    ("waiting", "To Be Attested"),
]


class ContractMeasure(models.Model):
    """What a promise came to in a period, with the list behind it."""

    _name = "shequ.contract.measure"
    _description = "Measured Promise"
    _order = "date_to desc, estate_id, sequence, id"

    sheet_id = fields.Many2one(
        "shequ.contract.sheet", required=True, readonly=True, ondelete="cascade"
    )
    contract_id = fields.Many2one(
        "shequ.contract", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    commitment_id = fields.Many2one(
        "shequ.contract.commitment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    sequence = fields.Integer(readonly=True)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="Until", required=True, readonly=True)
    # The promise as it was: a later amendment does not change it.
    name = fields.Text(string="Promise", required=True, readonly=True)
    measure = fields.Selection(MEASURES, required=True, readonly=True)
    direction = fields.Selection(DIRECTIONS, required=True, readonly=True)
    threshold = fields.Integer(readonly=True, aggregator=False)
    weight = fields.Integer(readonly=True, aggregator=False)
    numerator = fields.Integer(string="Hits", readonly=True)
    denominator = fields.Integer(string="Cases", readonly=True)
    value = fields.Integer(readonly=True, aggregator="avg")
    state = fields.Selection(
        RESULTS, required=True, readonly=True, default=promises.NOTHING, index=True
    )
    line_ids = fields.One2many("shequ.contract.measure.line", "measure_id")

    _commitment_uniq = models.Constraint(
        "UNIQUE(sheet_id, commitment_id)", "The promise is in the sheet already."
    )
