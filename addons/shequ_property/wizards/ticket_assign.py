from odoo import api, fields, models
from odoo.exceptions import UserError

# More than a dispatcher looks through; the field below finds the others by name.
MAX_SUGGESTED = 20


class TicketAssign(models.TransientModel):
    """Send a worker or a team to one or several tickets."""

    _name = "shequ.ticket.assign"
    _description = "Send a Worker"

    ticket_ids = fields.Many2many(
        "shequ.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env["shequ.ticket"]._of_context(),
    )
    ticket_count = fields.Integer(compute="_compute_facts")
    company_id = fields.Many2one("res.company", compute="_compute_facts")
    estate_ids = fields.Many2many("shequ.estate", compute="_compute_facts")
    skill_ids = fields.Many2many("shequ.skill", compute="_compute_facts")
    team_id = fields.Many2one(
        "shequ.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id)]",
        help="The team's workers see the job and may take it.",
    )
    candidate_ids = fields.Many2many("shequ.worker", compute="_compute_candidate_ids")
    worker_id = fields.Many2one(
        "shequ.worker",
        domain="[('id', 'in', candidate_ids)]",
        help="Empty: whoever of the team takes it first.",
    )
    suggestions = fields.Json(compute="_compute_suggestions")

    @api.depends("ticket_ids")
    def _compute_facts(self):
        for wizard in self:
            tickets = wizard.ticket_ids
            wizard.ticket_count = len(tickets)
            wizard.company_id = tickets.company_id[:1]
            wizard.estate_ids = tickets.estate_id
            wizard.skill_ids = tickets.skill_id

    @api.depends("ticket_ids")
    def _compute_team_id(self):
        for wizard in self:
            teams = wizard.ticket_ids.team_id
            wizard.team_id = teams if len(teams) == 1 else False

    @api.depends("ticket_ids", "team_id")
    def _compute_candidate_ids(self):
        """Who may be sent: of the team, able to go to every estate concerned."""
        for wizard in self:
            # In a form that is not saved yet the records stand for those they are of.
            team, estates = wizard.team_id._origin, wizard.estate_ids._origin
            workers = self.env["shequ.worker"].search(
                [("company_id", "=", wizard.company_id._origin.id)]
                + ([("team_ids", "in", team.ids)] if team else [])
            )
            # sudo: a worker may go to estates the dispatcher does not see
            able = workers.sudo().filtered(
                lambda w, estates=estates: not w.estate_ids or estates <= w.estate_ids
            )
            wizard.candidate_ids = able.with_env(self.env)

    @api.depends("ticket_ids", "team_id", "candidate_ids")
    def _compute_suggestions(self):
        """The workers ranked for the job; for several jobs, for the most urgent.

        Who is on leave or lacks the skill comes last, and may be chosen all the same:
        the dispatcher knows more than the list.
        """
        for wizard in self:
            tickets = wizard.ticket_ids._origin
            tickets = tickets.sorted(lambda t: (t.urgency_rank, t.id))
            workers = wizard.candidate_ids._origin
            wizard.suggestions = (
                tickets[0]._dispatch_suggestions(workers)[:MAX_SUGGESTED]
                if tickets
                else []
            )

    @api.onchange("team_id")
    def _onchange_team_id(self):
        if self.worker_id and self.worker_id not in self.candidate_ids:
            self.worker_id = False

    def action_assign(self):
        """Send them, or say why not."""
        self.ensure_one()
        if len(self.ticket_ids.company_id) > 1:
            raise UserError(
                self.env._("Please send workers to one company's tickets at a time.")
            )
        self.ticket_ids._assign(team=self.team_id, worker=self.worker_id)
        return {"type": "ir.actions.act_window_close"}
