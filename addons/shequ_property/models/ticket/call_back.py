from odoo import api, fields, models
from odoo.exceptions import UserError

RESULTS = [
    ("satisfied", "Reached, satisfied"),
    ("unsatisfied", "Reached, not satisfied"),
    ("reached", "Reached"),
    ("missed", "Not reached"),
]


class CallBack(models.Model):
    """A call to the person of a ticket (回访): who called, when, what was said.

    Append-only.  People without the residents' pages are asked how it went by
    telephone; their stars count like everybody's.
    """

    _name = "shequ.call.back"
    _description = "Call Back"
    _order = "at desc, id desc"
    _rec_name = "ticket_id"
    _log_access = False

    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    at = fields.Datetime(
        string="Called At", required=True, readonly=True, default=fields.Datetime.now
    )
    user_id = fields.Many2one(
        "res.users", string="Called By", required=True, readonly=True
    )
    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    result = fields.Selection(
        RESULTS, string="Result of the Call", required=True, readonly=True
    )
    stars = fields.Integer(readonly=True, aggregator="avg")
    note = fields.Char(string="What Was Said", readonly=True)

    _estate_idx = models.Index("(estate_id, at DESC)")
    _stars_range = models.Constraint(
        "CHECK (stars IS NULL OR stars BETWEEN 0 AND 5)", "Stars are one to five."
    )

    def write(self, vals):
        if self and not self.env.context.get("shequ_retention"):
            raise UserError(self.env._("What was said on the phone is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was said on the phone is not changed."))
