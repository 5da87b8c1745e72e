from odoo import api, fields, models
from odoo.exceptions import UserError


class SupervisionLine(models.Model):
    """One line of a complaint's record: who said or did what, when.  Append-only."""

    _name = "shequ.supervision.line"
    _description = "Line of a Supervision Case"
    _order = "at, id"
    _log_access = False

    case_id = fields.Many2one(
        "shequ.supervision.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    at = fields.Datetime(
        string="Time", required=True, readonly=True, default=fields.Datetime.now
    )
    code = fields.Selection(
        [
            ("opened", "Turned to the supervision post"),
            ("added", "Added a word"),
            ("demanded", "Answer demanded"),
            ("answered", "Answered"),
            ("reopened", "Ticket reopened"),
            ("noted", "Note of the post"),
            ("closed", "Closed"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    side = fields.Selection(
        [
            ("resident", "Resident"),
            ("company", "Property company"),
            ("post", "Supervision post"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    words = fields.Text(string="What They Said", readonly=True)

    def write(self, vals):
        if self and not self.env.context.get("shequ_retention"):
            raise UserError(self.env._("The record of a complaint is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The record of a complaint is not changed."))
