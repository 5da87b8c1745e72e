from odoo import fields, models


class PerformancePoint(models.Model):
    """Points against whoever let a ticket lie (绩效扣分).  Append-only."""

    _name = "shequ.performance.point"
    _description = "Performance Point"
    _order = "date desc, id desc"
    _rec_name = "ticket_id"

    breach_id = fields.Many2one(
        "shequ.sla.breach",
        string="Missed Deadline",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, index=True)
    party = fields.Selection(
        [("front_desk", "Front desk"), ("team", "Team"), ("worker", "Worker")],
        string="Against",
        required=True,
        readonly=True,
    )
    worker_id = fields.Many2one("shequ.worker", readonly=True, index="btree_not_null")
    team_id = fields.Many2one("shequ.team", readonly=True, index="btree_not_null")
    user_id = fields.Many2one(
        "res.users",
        readonly=True,
        index="btree_not_null",
        help="Who had the ticket: the worker's log-in, or who accepted it.",
    )
    points = fields.Integer(required=True, readonly=True)
    target = fields.Selection(related="breach_id.target", store=True)
    level = fields.Selection(related="breach_id.level", store=True)

    _estate_idx = models.Index("(estate_id, date DESC)")
