from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.ticket.call_back import RESULTS

STARS = [(str(n), "★" * n) for n in range(5, 0, -1)]


class CallBackWizard(models.TransientModel):
    """The sheet next to the telephone: what the person says is kept."""

    _name = "shequ.call.back.wizard"
    _description = "Call Back"

    ticket_id = fields.Many2one(
        "shequ.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env["shequ.ticket"]._of_context()[:1],
    )
    person = fields.Char(compute="_compute_person")
    phone = fields.Char(compute="_compute_person")
    asked = fields.Char(string="About", compute="_compute_person")
    result = fields.Selection(RESULTS, string="Result of the Call", required=True)
    stars = fields.Selection(STARS)
    tag_ids = fields.Many2many("shequ.rating.tag", string="Words")
    note = fields.Text(string="What Was Said")
    reopen = fields.Boolean(
        string="Not Fixed: Open It Again",
        help="Somebody is sent again; it counts as rework.",
    )
    may_rate = fields.Boolean(compute="_compute_person")
    may_reopen = fields.Boolean(compute="_compute_person")

    @api.depends("ticket_id")
    def _compute_person(self):
        now = fields.Datetime.now()
        for call in self:
            # The ticket is read by its own rights; the name is part of the call.
            ticket = call.ticket_id
            ticket.check_access("read")
            call.person = ticket._shequ_contact().name or ""
            call.phone = ticket._job_phone() if ticket else ""
            call.asked = " · ".join(
                filter(None, (ticket.place, ticket.category_id.name, ticket.resolution))
            )
            call.may_rate = ticket.state in ("done", "closed") and not ticket.rated_at
            call.may_reopen = bool(ticket.reopen_until and ticket.reopen_until > now)

    def action_reveal(self):
        """Show the number, with the reason noted."""
        self.ensure_one()
        return self.ticket_id.action_shequ_reveal()

    def action_save(self):
        self.ensure_one()
        ticket = self.ticket_id
        # Whoever takes steps on a ticket calls about it; the grid worker, who only
        # reads, calls the people of the own grid.
        if not ticket.has_access("write") and not self.env.user.has_group(
            "shequ_property.group_grid_worker"
        ):
            raise AccessError(self.env._("Please ask the front desk to call."))
        ticket._record_call(
            self.result,
            int(self.stars or 0),
            self.tag_ids,
            self.note,
            reopen=self.reopen,
        )
        return {"type": "ir.actions.act_window_close"}
