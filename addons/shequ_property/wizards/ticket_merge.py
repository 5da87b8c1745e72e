from odoo import api, fields, models
from odoo.exceptions import UserError


class TicketMerge(models.TransientModel):
    """Merge copies of one matter into the ticket that is worked on."""

    _name = "shequ.ticket.merge"
    _description = "Merge Tickets"

    ticket_ids = fields.Many2many(
        "shequ.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env["shequ.ticket"]._of_context(),
    )
    estate_id = fields.Many2one("shequ.estate", compute="_compute_estate_id")
    suggested_ids = fields.Many2many(
        "shequ.ticket",
        "shequ_ticket_merge_suggested_rel",
        string="Probably the Same",
        compute="_compute_suggested_ids",
    )
    master_id = fields.Many2one(
        "shequ.ticket",
        string="Merge Into",
        compute="_compute_master_id",
        store=True,
        readonly=False,
        domain="[('is_open', '=', True), ('estate_id', '=', estate_id)]",
        help="The ticket that stays open. Its reporters and those of the copies are "
        "kept informed through it.",
    )

    @api.depends("ticket_ids")
    def _compute_estate_id(self):
        for wizard in self:
            wizard.estate_id = wizard.ticket_ids.estate_id[:1]

    @api.depends("ticket_ids")
    def _compute_suggested_ids(self):
        for wizard in self:
            tickets = wizard.ticket_ids
            found = tickets.browse()
            if len(tickets) == 1:
                # Only what the user may see is named.
                found = tickets._likely_duplicates()._filtered_access("read")
            wizard.suggested_ids = found

    @api.depends("ticket_ids")
    def _compute_master_id(self):
        for wizard in self:
            tickets = wizard.ticket_ids
            choice = tickets if len(tickets) > 1 else wizard.suggested_ids
            wizard.master_id = choice.filtered("is_open").sorted("reported_at")[:1]

    def action_merge(self):
        """Close the copies and go on with the one ticket."""
        self.ensure_one()
        if not self.master_id:
            raise UserError(self.env._("Please choose the ticket to merge into."))
        self.master_id.check_access("write")
        self.ticket_ids._merge_into(self.master_id)
        return {"type": "ir.actions.act_window_close"}
