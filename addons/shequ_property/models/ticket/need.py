from odoo import api, fields, models
from odoo.tools import SQL


class Need(models.Model):
    """The needs list (需求清单): what a grid asks for, how often, and what is unmet.

    A query over the tickets of the last months (``shequ.dispatch.need_days``), so that
    it costs nothing until somebody looks.  Each row says whether somebody could do it
    and whether it can be ordered.  Only what people order can be missing in the service
    list: calls for help and emergencies are not ordered, nor is what nobody has sorted.
    """

    _name = "shequ.need"
    _description = "Need"
    _auto = False
    _log_access = False
    _order = "gap_rank, unmet_count desc, ticket_count desc, id"
    _rec_name = "category_id"

    company_id = fields.Many2one("res.company", readonly=True)
    estate_id = fields.Many2one("shequ.estate", readonly=True)
    grid_id = fields.Many2one("shequ.grid", readonly=True)
    category_id = fields.Many2one("shequ.ticket.category", readonly=True)
    skill_id = fields.Many2one("shequ.skill", readonly=True)
    ticket_count = fields.Integer(string="How Often", readonly=True)
    home_count = fields.Integer(string="Homes", readonly=True)
    open_count = fields.Integer(string="Open", readonly=True)
    unmet_count = fields.Integer(
        string="Unmet",
        readonly=True,
        help="Not solved, not ours, late, or nobody could be sent.",
    )
    last_at = fields.Datetime(string="Last Time", readonly=True)
    has_worker = fields.Boolean(string="Somebody Can Do It", readonly=True)
    has_service = fields.Boolean(string="Can Be Ordered", readonly=True)
    gap = fields.Selection(
        [
            ("both", "No worker, no service"),
            ("worker", "No worker has the skill"),
            ("service", "Not in the service list"),
        ],
        string="Missing",
        readonly=True,
    )

    gap_rank = fields.Integer(
        aggregator=None, readonly=True, help="What nobody can do comes first."
    )

    @property
    def _table_query(self):
        days = self.env["shequ.ticket"]._dispatch_setting("need_days", 90)
        return SQL(
            """
            SELECT n.*,
                   CASE WHEN NOT has_worker AND wants_service AND NOT has_service
                        THEN 'both'
                        WHEN NOT has_worker THEN 'worker'
                        WHEN wants_service AND NOT has_service THEN 'service'
                        END AS gap,
                   CASE WHEN NOT has_worker THEN 0
                        WHEN wants_service AND NOT has_service THEN 1
                        ELSE 2 END AS gap_rank
              FROM (
            SELECT g.id, g.company_id, g.estate_id, g.grid_id, g.category_id,
                   g.ticket_count, g.home_count, g.open_count, g.unmet_count, g.last_at,
                   c.skill_id,
                   c.public_area IS NOT TRUE AND c.urgency <> 'red'
                       AND c.kind IN ('repair', 'application') AS wants_service,
                   c.skill_id IS NULL OR EXISTS (
                       SELECT FROM shequ_worker w
                         JOIN shequ_skill_shequ_worker_rel s
                           ON s.shequ_worker_id = w.id
                          AND s.shequ_skill_id = c.skill_id
                        WHERE w.active AND w.company_id = g.company_id
                          AND (NOT EXISTS (
                                   SELECT FROM shequ_estate_shequ_worker_rel e
                                    WHERE e.shequ_worker_id = w.id)
                               OR EXISTS (
                                   SELECT FROM shequ_estate_shequ_worker_rel e
                                    WHERE e.shequ_worker_id = w.id
                                      AND e.shequ_estate_id = g.estate_id))
                   ) AS has_worker,
                   EXISTS (
                       SELECT FROM shequ_service v
                         JOIN shequ_ticket_category o ON o.id = v.category_id
                        WHERE v.active AND v.company_id = g.company_id
                          -- Whoever says no more than "home repair" can order some.
                          AND (o.id IN (c.id, c.parent_id) OR o.parent_id = c.id)
                          AND (NOT EXISTS (
                                   SELECT FROM shequ_estate_shequ_service_rel e
                                    WHERE e.shequ_service_id = v.id)
                               OR EXISTS (
                                   SELECT FROM shequ_estate_shequ_service_rel e
                                    WHERE e.shequ_service_id = v.id
                                      AND e.shequ_estate_id = g.estate_id))
                   ) AS has_service
              FROM (
                    SELECT min(t.id) AS id, t.company_id, t.estate_id, t.grid_id,
                           t.category_id,
                           count(*) AS ticket_count,
                           count(DISTINCT t.unit_id) AS home_count,
                           count(*) FILTER (WHERE t.is_open) AS open_count,
                           count(*) FILTER (
                               WHERE t.close_reason IN ('not_solved', 'not_ours')
                                  OR t.is_open AND (t.is_late
                                     OR t.dispatch_wait IS NOT NULL)
                           ) AS unmet_count,
                           max(t.reported_at) AS last_at
                      FROM shequ_ticket t
                     WHERE t.active AND t.state NOT IN ('cancelled')
                       AND t.duplicate_of_id IS NULL
                       AND t.reported_at >= (now() AT TIME ZONE 'utc')
                           - make_interval(days => %(days)s)
                     GROUP BY t.company_id, t.estate_id, t.grid_id, t.category_id
                   ) g
              LEFT JOIN shequ_ticket_category c ON c.id = g.category_id
                   ) n
            """,
            days=days,
        )

    @api.depends("category_id", "grid_id")
    def _compute_display_name(self):
        for need in self:
            need.display_name = " · ".join(
                filter(None, (need.category_id.name, need.grid_id.name))
            )

    def action_open_tickets(self):
        """The tickets behind a row."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_ticket_all"
        )
        action["domain"] = [
            ("estate_id", "=", self.estate_id.id),
            ("grid_id", "=", self.grid_id.id),
            ("category_id", "=", self.category_id.id),
            ("duplicate_of_id", "=", False),
            ("state", "!=", "cancelled"),
        ]
        return action

    def action_add_worker(self):
        """Enter somebody who has the skill."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Worker"),
            "res_model": "shequ.worker",
            "views": [(False, "form")],
            "context": {
                "default_skill_ids": self.skill_id.ids,
                "default_estate_ids": self.estate_id.ids,
                "default_company_id": self.company_id.id,
            },
        }

    def action_add_service(self):
        """Put it into the service list."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Service"),
            "res_model": "shequ.service",
            "views": [(False, "form")],
            "context": {
                "default_category_id": self.category_id.id,
                "default_name": self.category_id.name,
                "default_estate_ids": self.estate_id.ids,
                "default_company_id": self.company_id.id,
            },
        }
