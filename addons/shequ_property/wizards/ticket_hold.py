from odoo import fields, models

from ..models.ticket.ticket import HOLD_REASONS


class TicketHold(models.TransientModel):
    """Pause one or several tickets and say what they wait for."""

    _name = "shequ.ticket.hold"
    _description = "Put on Hold"

    ticket_ids = fields.Many2many(
        "shequ.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env["shequ.ticket"]._of_context(),
    )
    reason = fields.Selection(HOLD_REASONS, required=True)
    note = fields.Char(help="The resident reads it too, for instance when parts come.")

    def action_hold(self):
        """Pause the clocks and tell the residents why."""
        self.ensure_one()
        self.ticket_ids._hold(self.reason, (self.note or "").strip())
        return {"type": "ir.actions.act_window_close"}
