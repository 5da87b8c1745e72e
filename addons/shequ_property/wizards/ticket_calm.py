from odoo import api, fields, models

from ..models.ticket.triage_correction import WHYS


class TicketCalm(models.TransientModel):
    """Say why a red ticket is no emergency (不是紧急情况)."""

    _name = "shequ.ticket.calm"
    _description = "No Emergency"

    ticket_ids = fields.Many2many("shequ.ticket", required=True, readonly=True)
    why = fields.Selection(WHYS, required=True)
    note = fields.Char(string="In a Few Words")
    category_id = fields.Many2one(
        "shequ.ticket.category",
        string="What It Is About",
        compute="_compute_category_id",
        store=True,
        readonly=False,
    )

    @api.depends("ticket_ids")
    def _compute_category_id(self):
        for wizard in self:
            # With several tickets each keeps its own.
            wizard.category_id = (
                wizard.ticket_ids.category_id if len(wizard.ticket_ids) == 1 else False
            )

    def action_confirm(self):
        self.ensure_one()
        note = (self.note or "").strip()
        self.ticket_ids._triage_calm(self.why, note, self.category_id)
        return {"type": "ir.actions.act_window_close"}
