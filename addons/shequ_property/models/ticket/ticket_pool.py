from odoo import api, fields, models

from .ir_websocket import POOL_CHANNEL

# A message names at most so many tickets; a board that hears of more reloads anyway.
MAX_NAMED = 100


class Ticket(models.Model):
    """What the demand pool (需求池) shows and how it stays live."""

    _inherit = "shequ.ticket"

    is_mine = fields.Boolean(
        compute="_compute_is_mine", help="The current user is the worker of the ticket."
    )
    call_phone = fields.Char(
        string="Phone",
        compute="_compute_call_phone",
        groups="base.group_user",
        help="The number given with the report, or that of the person.",
    )
    can_take = fields.Boolean(
        compute="_compute_is_mine",
        help="A job of the user's team that nobody has taken yet.",
    )

    @api.depends("worker_id", "team_id", "is_open")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        workers = self.env["shequ.worker"]._of_user()
        for ticket in self:
            ticket.is_mine = bool(ticket.worker_id & workers)
            ticket.can_take = bool(
                ticket.is_open
                and not ticket.worker_id
                and ticket.team_id & workers.team_ids
            )

    @api.depends("contact_phone", "reporter_id.phone", "on_behalf_id.phone")
    def _compute_call_phone(self):
        for ticket in self.sudo():
            person = ticket.on_behalf_id or ticket.reporter_id
            ticket.call_phone = (
                ticket.contact_phone or person.phone or ticket.reporter_id.phone
            )

    def _notify_pool(self):
        """Tell open demand pools that something changed."""
        self.env["bus.bus"]._shequ_send(POOL_CHANNEL, self._pool_news())

    def _intake_rows(self):
        news = self._pool_news(new=True)
        return [
            *super()._intake_rows(),
            self.env["bus.bus"]._shequ_rows(POOL_CHANNEL, news),
        ]

    def _pool_news(self, new=False):
        """Return what open demand pools are told, as dict target → message.

        One message per estate and one per company; nothing but ids and the number of
        emergencies is sent, so that a board reads the rest under its user's rights.

        :param new: the tickets have just come in
        """
        news = {}
        for ticket in self.sudo():
            for place in (ticket.estate_id, ticket.company_id):
                told = news.setdefault(
                    (place, POOL_CHANNEL), {"ticket_ids": [], "new": new, "red": 0}
                )
                if len(told["ticket_ids"]) < MAX_NAMED:
                    told["ticket_ids"].append(ticket.id)
                told["red"] += ticket.urgency == "red"
        return news

    @api.model
    def _of_context(self):
        """Tickets a wizard was opened for, from a form or a selection."""
        if self.env.context.get("active_model") != self._name:
            return self.browse()
        ids = self.env.context.get("active_ids") or [self.env.context.get("active_id")]
        return self.browse([ticket_id for ticket_id in ids if ticket_id]).exists()

    def _resident(self):
        """Who speaks for the ticket when staff act for somebody on the phone."""
        self.ensure_one()
        ticket = self.sudo()
        return (ticket.reporter_id or ticket.on_behalf_id).with_env(self.env)

    def action_open_ticket(self):
        """Open the whole ticket from the quick panel."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def action_open_copies(self):
        """Show the tickets that were merged into this one."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merged Into %(ticket)s", ticket=self.name),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("duplicate_of_id", "=", self.id)],
        }

    def action_open_participants(self):
        """Show who is kept informed: reporters and neighbours who said “me too”."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Kept Informed"),
            "res_model": "res.partner",
            "view_mode": "kanban,list,form",
            "domain": [("id", "in", self.participant_ids.ids)],
        }
