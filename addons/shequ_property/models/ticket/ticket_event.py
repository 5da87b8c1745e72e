from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import bulk

CODES = [
    ("reported", "Reported"),
    ("accepted", "Accepted"),
    ("assigned", "Dispatched"),
    ("unassigned", "Sent back to the pool"),
    ("arrived", "On site"),
    ("held", "Put on hold"),
    ("resumed", "Resumed"),
    ("evidence", "Photo added"),
    ("finished", "Finished"),
    ("returned", "Returned to the resident"),
    ("resubmitted", "Sent again"),
    ("cancelled", "Cancelled"),
    ("reopened", "Reopened"),
    ("rated", "Rated"),
    ("closed", "Closed"),
    ("joined", "Neighbour joined"),
    ("left", "Neighbour left"),
    ("merged", "Merged"),
    ("called", "Called back"),
    ("extended", "Deadline extended"),
    ("deadline", "Deadline changed"),
    ("late", "Deadline passed"),
    ("quotation", "Quotation"),
    ("duplicate_reported", "Reported again"),
    ("note", "Note"),
]


class TicketEvent(models.Model):
    """One line of a ticket's trace: who did what when.  Append-only."""

    _name = "shequ.ticket.event"
    _description = "Ticket Event"
    _order = "at, id"
    _log_access = False

    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, index=True, readonly=True, ondelete="restrict"
    )
    at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    code = fields.Selection(CODES, required=True, readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, groups="base.group_user")
    partner_id = fields.Many2one("res.partner", readonly=True, groups="base.group_user")
    from_state = fields.Char(readonly=True)
    to_state = fields.Char(readonly=True)
    note = fields.Char(readonly=True)
    public = fields.Boolean(
        default=True, readonly=True, help="Shown to the resident on the portal."
    )

    @api.model
    def _report_rows(self, tickets):
        """Return the beginning of the trace of new tickets: who reported when."""
        rows = [
            (
                ticket.id,
                ticket.reported_at,
                "reported",
                self.env.uid,
                ticket.reporter_id.id or None,
                "new",
                True,
            )
            for ticket in tickets
        ]
        columns = "ticket_id at code user_id partner_id to_state public".split()
        return bulk.Rows(self._table, columns, rows)

    def write(self, vals):
        if self:
            raise UserError(self.env._("The trace of a ticket cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The trace of a ticket cannot be deleted."))
