from odoo import fields, models

STATES = [
    ("planned", "Planned"),
    ("done", "Done"),
    ("late", "Done Late"),
    ("missed", "Missed"),
    ("cancelled", "Cancelled"),
]


class RoundTask(models.Model):
    """One round that is due (巡查任务), with its checklist."""

    _name = "shequ.round.task"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Round"
    _order = "start_at, id"

    round_id = fields.Many2one(
        "shequ.round", required=True, readonly=True, ondelete="restrict"
    )
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(related="round_id.kind", store=True)
    start_at = fields.Datetime(string="From", required=True, readonly=True)
    due_at = fields.Datetime(string="Until", required=True, readonly=True)
    state = fields.Selection(STATES, required=True, default="planned", readonly=True)
    worker_id = fields.Many2one("shequ.worker")
    team_id = fields.Many2one("shequ.team")
    done_at = fields.Datetime(readonly=True)
    done_by_id = fields.Many2one("res.users", readonly=True)
    note = fields.Text(readonly=True)
    cancel_reason = fields.Char(readonly=True)
    check_ids = fields.One2many("shequ.round.check", "task_id")

    _start_uniq = models.Constraint(
        "UNIQUE(round_id, start_at)", "This round is planned already."
    )
    _due_idx = models.Index("(due_at) WHERE state = 'planned'")
    _estate_idx = models.Index("(estate_id, start_at)")
