from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools import periods


class ContractCommitment(models.Model):
    """A promise in a contract (服务承诺): a text and, where possible, a measure."""

    _name = "shequ.contract.commitment"
    _inherit = ["shequ.contract.term.mixin", "shequ.measure.mixin"]
    _description = "Contract Commitment"
    _order = "contract_id, area, sequence, id"

    name = fields.Text(string="Promise", required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    contract_id = fields.Many2one(
        "shequ.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    standard_id = fields.Many2one("shequ.service.standard", ondelete="set null")
    date_from = fields.Date(
        string="Holds From", help="Empty: as long as the contract does."
    )
    date_to = fields.Date(string="Holds Until", help="The last day.")
    deduction = fields.Monetary(
        help="Taken off the fee for each period in which it is broken."
    )
    currency_id = fields.Many2one(related="contract_id.currency_id")
    measure_ids = fields.One2many(
        "shequ.contract.measure", "commitment_id", string="Results", copy=False
    )
    round_ids = fields.One2many("shequ.round", "commitment_id", string="Rounds")

    _deduction_positive = models.Constraint(
        "CHECK (COALESCE(deduction, 0) >= 0)", "A deduction is not negative."
    )

    @api.constrains("measure", "clock_target", "round_kind", "date_from", "date_to")
    def _check_source(self):
        for one in self:
            if one.measure == "clock" and not one.clock_target:
                raise ValidationError(
                    self.env._("“%(name)s”: choose which deadline.", name=one.name)
                )
            if one.measure in ("round", "round_ok") and not one.round_kind:
                raise ValidationError(
                    self.env._("“%(name)s”: choose the kind of round.", name=one.name)
                )
            if one.date_from and one.date_to and one.date_to < one.date_from:
                raise ValidationError(
                    self.env._("“%(name)s” ends before it begins.", name=one.name)
                )

    @api.depends("name")
    def _compute_display_name(self):
        for one in self:
            one.display_name = (one.name or "").split("\n")[0][:80]

    @api.ondelete(at_uninstall=False)
    def _unlink_unmeasured(self):
        for one in self.sudo():
            if one.measure_ids:
                raise UserError(
                    self.env._(
                        "“%(name)s” has been measured already. Archive it, or give it "
                        "a last day; the months before keep their results.",
                        name=one.display_name,
                    )
                )

    def _terms(self):
        self.ensure_one()
        return {
            "key": str((self.origin_id or self).id),
            "text": self.name,
            "area": self.area,
            "measure": self.measure,
            "measured": "" if self.measure == "attested" else self.threshold_text,
            "threshold": self.threshold,
            "direction": self.direction,
            "period": self.period,
            "weight": self.weight,
            "deduction_cents": round(self.deduction * 100),
            "date_from": str(self.date_from) if self.date_from else "",
            "date_to": str(self.date_to) if self.date_to else "",
        }

    def _span_in(self, month):
        """Return the days of the period judged with a month, or None.

        A promise judged each quarter is judged with the quarter's last month.
        """
        self.ensure_one()
        if not periods.due_in(self.period, month):
            return None
        contract = self.contract_id
        start, end = periods.span(self.period, month)
        span = periods.clip(
            start, end, contract.date_from, contract._last_day() or None
        )
        if span and (self.date_from or self.date_to):
            span = periods.clip(*span, self.date_from or span[0], self.date_to or None)
        return span
