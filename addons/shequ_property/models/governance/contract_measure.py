from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ...tools import promises
from .measure_mixin import AREAS, DIRECTIONS, MEASURES, PERIODS, UNITS
from .measure_sources import SOURCES

RESULTS = [
    (promises.KEPT, "Promise Kept"),
    (promises.BROKEN, "Broken"),
    (promises.NOTHING, "Nothing to Measure"),
    ("waiting", "To Be Attested"),
]


class ContractMeasure(models.Model):
    """What a promise came to in a period, with the list behind it.

    The words and the threshold are those of the period; a later amendment does not
    reach back.  Rows are made and counted by their sheet, never by hand.
    """

    _name = "shequ.contract.measure"
    _description = "Measured Promise"
    _order = "date_to desc, estate_id, sequence, id"

    sheet_id = fields.Many2one(
        "shequ.contract.sheet",
        string="Promise Sheet",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    sheet_state = fields.Selection(related="sheet_id.state")
    contract_id = fields.Many2one(
        "shequ.contract", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    commitment_id = fields.Many2one(
        "shequ.contract.commitment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    sequence = fields.Integer(readonly=True, aggregator=False)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="Until", required=True, readonly=True)
    span_from = fields.Datetime(required=True, readonly=True)
    span_to = fields.Datetime(required=True, readonly=True)
    name = fields.Text(string="Promise", required=True, readonly=True)
    area = fields.Selection(AREAS, readonly=True)
    measure = fields.Selection(
        MEASURES, string="Measured By", required=True, readonly=True
    )
    direction = fields.Selection(DIRECTIONS, required=True, readonly=True)
    threshold = fields.Integer(readonly=True, aggregator=False)
    period = fields.Selection(PERIODS, required=True, readonly=True, default="month")
    weight = fields.Integer(string="Weighting", readonly=True, aggregator=False)
    deduction = fields.Monetary(readonly=True)
    numerator = fields.Integer(string="Number Kept", readonly=True, aggregator=False)
    denominator = fields.Integer(string="Cases", readonly=True, aggregator=False)
    value = fields.Integer(string="Value (stored)", readonly=True, aggregator=False)
    counted_state = fields.Selection(
        RESULTS, string="As Counted", readonly=True, default=promises.NOTHING
    )
    overruled = fields.Boolean(
        string="By Dispute",
        readonly=True,
        help="A dispute of the owners' committee was upheld: it counts as broken.",
    )
    state = fields.Selection(
        RESULTS,
        string="Outcome",
        required=True,
        readonly=True,
        default=promises.NOTHING,
        index=True,
    )
    is_kept = fields.Integer(
        string="Share Kept (%)", readonly=True, default=0, aggregator="avg"
    )
    shown = fields.Char(string="Measured Value", compute="_compute_shown")
    wanted = fields.Char(string="Kept If", compute="_compute_shown")
    line_ids = fields.One2many(
        "shequ.contract.measure.line", "measure_id", string="Counted Cases"
    )
    line_count = fields.Integer(string="Counted", compute="_compute_line_count")
    attestation_ids = fields.One2many(
        "shequ.contract.attestation", "measure_id", string="Attestations"
    )
    dispute_ids = fields.One2many(
        "shequ.contract.dispute", "measure_id", string="Disputes"
    )

    _commitment_uniq = models.Constraint(
        "UNIQUE(sheet_id, commitment_id)", "The promise is in the sheet already."
    )
    _estate_idx = models.Index("(estate_id, date_to)")

    def init(self):
        result = super().init()
        self.env["shequ.contract.sheet"]._guard_rows(
            self._table,
            SQL(
                "SELECT sheet.state FROM changed "
                "JOIN shequ_contract_sheet sheet ON sheet.id = changed.sheet_id"
            ),
        )
        return result

    @api.depends("name", "date_to")
    def _compute_display_name(self):
        for row in self:
            row.display_name = (row.name or "").split("\n")[0][:80]

    @api.depends("value", "state", "measure", "direction", "threshold")
    def _compute_shown(self):
        mixin = self.env["shequ.measure.mixin"]
        for row in self:
            sign = "≥" if row.direction == promises.AT_LEAST else "≤"
            row.wanted = f"{sign} {mixin._shown(row.measure, row.threshold)}"
            if row.measure == "attested":
                row.wanted = self.env._("Attested by staff")
                row.shown = ""
            elif row.denominator or UNITS.get(row.measure) == promises.WHOLE:
                row.shown = mixin._shown(row.measure, row.value)
            else:
                row.shown = "–"

    def _compute_line_count(self):
        counts = dict(
            self.env["shequ.contract.measure.line"]
            .sudo()
            ._read_group([("measure_id", "in", self.ids)], ["measure_id"], ["__count"])
        )
        for row in self:
            row.line_count = counts.get(row, 0)

    def write(self, vals):
        if any(row.sheet_id.state == "closed" for row in self.sudo()):
            raise UserError(
                self.env._("The month is closed: what was counted does not change.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_open_only(self):
        if any(row.sheet_id.state == "closed" for row in self.sudo()):
            raise UserError(
                self.env._("The month is closed: what was counted does not change.")
            )

    def _set(self, vals):
        """Write what differs; most nights nothing does."""
        self.ensure_one()
        changed = {}
        for name, value in vals.items():
            mine = self[name]
            if (mine.id if isinstance(mine, models.BaseModel) else mine) != value:
                changed[name] = value
        if changed:
            self.write(changed)

    # --- counting -------------------------------------------------------------

    def _count(self):
        """Gather the cases anew, set-based, and judge.

        One statement for each kind of measure, however many estates and promises.
        """
        rows = self.sudo().filtered(lambda row: row.sheet_id.state == "open")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "DELETE FROM shequ_contract_measure_line WHERE measure_id = ANY(%s)",
                rows.ids,
            )
        )
        now = fields.Datetime.now()
        for measure, group in rows.grouped("measure").items():
            if measure in SOURCES:
                self.env.cr.execute(
                    SQL(
                        "INSERT INTO shequ_contract_measure_line "
                        "(measure_id, ticket_id, call_id, task_id, check_id, hit, "
                        "points, at) %s",
                        SQL(SOURCES[measure], ids=group.ids, now=now),
                    )
                )
        self.env["shequ.contract.measure.line"].invalidate_model()
        rows.invalidate_recordset(["line_ids"])
        rows._judge(rows._sums())

    def _sums(self):
        """Return ``{id: (hits, sum of points, cases)}`` of what was gathered."""
        self.env.cr.execute(
            SQL(
                """
                SELECT measure_id, count(*) FILTER (WHERE hit), sum(points), count(*)
                  FROM shequ_contract_measure_line
                 WHERE measure_id = ANY(%s)
              GROUP BY measure_id
                """,
                self.ids,
            )
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def _judge(self, sums):
        for row in self:
            hits, points, cases = sums.get(row.id, (0, 0, 0))
            if row.measure == "attested":
                row._judge_attested()
                continue
            unit = UNITS.get(row.measure, promises.PER_MILLE)
            numerator = hits if unit == promises.PER_MILLE else points or 0
            verdict = promises.verdict(
                unit, row.direction, row.threshold, numerator, cases
            )
            row._set_result(
                numerator,
                cases,
                promises.value(unit, numerator, cases) or 0,
                verdict,
            )

    def _judge_attested(self):
        last = self.attestation_ids.sorted("id")[-1:]
        if not last:
            self._set_result(0, 0, 0, "waiting")
            return
        kept = bool(last.kept)
        self._set_result(
            int(kept), 1, 1000 * kept, promises.KEPT if kept else promises.BROKEN
        )

    def _set_result(self, numerator, denominator, value, verdict):
        state = promises.BROKEN if self.overruled else verdict
        self._set(
            {
                "numerator": numerator,
                "denominator": denominator,
                "value": value,
                "counted_state": verdict,
                "state": state,
                "is_kept": 100 if state == promises.KEPT else 0,
            }
        )

    def _together(self):
        """Return periods of one promise as one result (see ``_performance``)."""
        last = self[-1]
        unit = UNITS.get(last.measure, promises.PER_MILLE)
        numerator, denominator = promises.together(
            (row.numerator, row.denominator) for row in self
        )
        threshold = last.threshold
        if unit == promises.WHOLE:
            # So many a month are so many more in several months.
            threshold = sum(row.threshold for row in self)
        verdict = promises.verdict(
            unit, last.direction, threshold, numerator, denominator
        )
        if any(row.overruled for row in self):
            verdict = promises.BROKEN
        value = promises.value(unit, numerator, denominator)
        mixin = self.env["shequ.measure.mixin"]
        sign = "≥" if last.direction == promises.AT_LEAST else "≤"
        return {
            "commitment_id": last.commitment_id.id,
            "text": last.name,
            "area": last.area,
            "measure": last.measure,
            "unit": unit,
            "threshold": threshold,
            "direction": last.direction,
            "value": value,
            "numerator": numerator,
            "denominator": denominator,
            "kept": {promises.KEPT: True, promises.BROKEN: False}.get(verdict),
            "shown": mixin._shown(last.measure, value),
            "wanted": f"{sign} {mixin._shown(last.measure, threshold)}",
            "kept_count": len(self.filtered(lambda r: r.state == promises.KEPT)),
            "broken_count": len(self.filtered(lambda r: r.state == promises.BROKEN)),
            "measure_ids": self.ids,
        }

    def _content(self):
        """The row and its cases as canonical data, for the digest of the sheet."""
        self.ensure_one()
        return {
            "promise": self.name,
            "from": str(self.date_from),
            "until": str(self.date_to),
            "measure": self.measure,
            "direction": self.direction,
            "threshold": self.threshold,
            "weight": self.weight,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "state": self.state,
            "cases": [
                [line._key(), bool(line.hit), line.points or 0]
                for line in self.line_ids.sorted("id")
            ],
        }

    # --- buttons --------------------------------------------------------------

    def action_open_cases(self):
        """Exactly the cases that were counted."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_contract_measure_line"
        )
        action["domain"] = [("measure_id", "=", self.id)]
        action["display_name"] = self.env._(
            "%(promise)s, until %(day)s",
            promise=self.display_name,
            day=format_date(self.env, self.date_to),
        )
        return action

    def action_attest(self):
        """Say with photos whether the promise was kept."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Attest"),
            "res_model": "shequ.contract.attest",
            "view_mode": "form",
            "target": "new",
            "context": {"default_measure_id": self.id},
        }
