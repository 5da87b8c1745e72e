from odoo import fields, models

from .measure_mixin import AREAS, ROUND_KINDS
from .service_standard import EVERY


class Round(models.Model):
    """A plan of rounds (例行巡查计划): what is walked, how often, by whom."""

    _name = "shequ.round"
    _inherit = ["shequ.scope.mixin", "mail.thread"]
    _description = "Scheduled Round"
    _order = "estate_id, area, name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    estate_id = fields.Many2one("shequ.estate", required=True, index=True)
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    contract_id = fields.Many2one("shequ.contract", index="btree_not_null")
    standard_id = fields.Many2one("shequ.service.standard", ondelete="set null")
    kind = fields.Selection(ROUND_KINDS, required=True, default="patrol")
    area = fields.Selection(AREAS, required=True, default="order")
    every = fields.Integer(required=True, default=1)
    every_unit = fields.Selection(EVERY, required=True, default="day")
    times = fields.Char(
        string="At", help="Times of the day, for instance 08:00, 20:00."
    )
    duration_hours = fields.Float(string="To Be Done Within (h)", default=8)
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until")
    planned_until = fields.Date(readonly=True)
    worker_id = fields.Many2one("shequ.worker", index="btree_not_null")
    team_id = fields.Many2one("shequ.team", index="btree_not_null")
    source = fields.Char(help="Law or contract that asks for it.")
    point_ids = fields.One2many("shequ.round.point", "round_id", copy=True)
    task_ids = fields.One2many("shequ.round.task", "round_id", copy=False)
