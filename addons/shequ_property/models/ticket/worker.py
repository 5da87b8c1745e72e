from odoo import api, fields, models


class Worker(models.Model):
    """A worker (师傅) who is sent to tickets, employed or from outside."""

    _name = "shequ.worker"
    _description = "Worker"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _rec_names_search = ["name", "phone"]

    name = fields.Char(string="Full Name", required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        domain="[('share', '=', False)]",
        tracking=True,
        help="The log-in with which the worker sees the jobs on a phone.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
    )
    external = fields.Boolean(string="Outside Contractor")
    phone = fields.Char(tracking=True)
    image_128 = fields.Image(max_width=256, max_height=256, string="Photo")
    team_ids = fields.Many2many("shequ.team", string="Teams")
    skill_ids = fields.Many2many("shequ.skill", string="Skills")
    estate_ids = fields.Many2many(
        "shequ.estate",
        string="Estates",
        help="Where the worker can be sent. Empty: everywhere in the company.",
    )
    ticket_ids = fields.One2many("shequ.ticket", "worker_id", string="Tickets")
    open_count = fields.Integer(compute="_compute_ticket_stats", string="Open Tickets")
    done_count = fields.Integer(compute="_compute_ticket_stats", string="Done Tickets")
    rating_avg = fields.Float(
        compute="_compute_ticket_stats", string="Average Rating", digits=(3, 2)
    )

    _user_company_uniq = models.Constraint(
        "UNIQUE(user_id, company_id)",
        "This user is a worker of the company already.",
    )

    @api.depends("user_id")
    def _compute_partner_id(self):
        for worker in self:
            worker.partner_id = worker.user_id.partner_id or worker.partner_id

    def _compute_ticket_stats(self):
        Ticket = self.env["shequ.ticket"].sudo()
        open_counts = dict(
            Ticket._read_group(
                [("worker_id", "in", self.ids), ("is_open", "=", True)],
                ["worker_id"],
                ["__count"],
            )
        )
        done = {
            worker: (count, total, rated)
            for worker, count, total, rated in Ticket._read_group(
                [
                    ("worker_id", "in", self.ids),
                    ("state", "in", ("done", "rated", "closed")),
                ],
                ["worker_id"],
                ["__count", "rating_value:sum", "rated_at:count"],
            )
        }
        for worker in self:
            count, total, rated = done.get(worker, (0, 0, 0))
            worker.open_count = open_counts.get(worker, 0)
            worker.done_count = count
            worker.rating_avg = total / rated if rated else 0.0
