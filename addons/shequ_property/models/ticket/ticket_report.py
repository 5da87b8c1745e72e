from odoo import fields, models
from odoo.tools import SQL

from .ticket import CHANNELS, CLOSE_REASONS, STATES
from .ticket_category import KINDS, URGENCIES


class TicketReport(models.Model):
    """Ticket analysis: how many, how fast, how well.

    A query over the tickets and not stored columns, so that taking in a ticket costs
    nothing more.  Times run from the report to the step, as the resident waits.
    """

    _name = "shequ.ticket.report"
    _description = "Ticket Analysis"
    _auto = False
    _log_access = False
    _order = "reported_at desc, id desc"
    _rec_name = "name"

    name = fields.Char(string="Number", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    estate_id = fields.Many2one("shequ.estate", readonly=True)
    grid_id = fields.Many2one("shequ.grid", readonly=True)
    team_id = fields.Many2one("shequ.team", readonly=True)
    worker_id = fields.Many2one("shequ.worker", readonly=True)
    category_id = fields.Many2one("shequ.ticket.category", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    urgency = fields.Selection(URGENCIES, readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    state = fields.Selection(STATES, readonly=True)
    close_reason = fields.Selection(CLOSE_REASONS, readonly=True)
    is_open = fields.Boolean(string="Open", readonly=True)
    is_public_area = fields.Boolean(string="Public Area", readonly=True)
    reported_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(readonly=True)
    accept_minutes = fields.Float(
        string="Minutes to Accept", aggregator="avg", readonly=True
    )
    complete_hours = fields.Float(
        string="Hours to Complete", aggregator="avg", readonly=True
    )
    stars = fields.Float(aggregator="avg", readonly=True)
    reworks = fields.Integer(readonly=True)
    solved_rate = fields.Float(
        string="Solved (%)",
        aggregator="avg",
        readonly=True,
        help="Of the tickets that ended, those that ended as solved.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT t.id, t.name, t.company_id, t.estate_id, t.grid_id, t.team_id,
                   t.worker_id, t.category_id, t.kind, t.urgency, t.channel, t.state,
                   t.close_reason, t.is_open, t.is_public_area, t.reported_at,
                   t.done_at, t.rework_count AS reworks,
                   EXTRACT(EPOCH FROM t.accepted_at - t.reported_at) / 60.0
                       AS accept_minutes,
                   EXTRACT(EPOCH FROM t.done_at - t.reported_at) / 3600.0
                       AS complete_hours,
                   NULLIF(t.rating_value, 0)::float AS stars,
                   CASE WHEN t.close_reason IS NULL THEN NULL
                        WHEN t.close_reason = 'solved' THEN 100.0
                        ELSE 0.0 END AS solved_rate
              FROM shequ_ticket t
             WHERE t.active IS TRUE
            """
        )
