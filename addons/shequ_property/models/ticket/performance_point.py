from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .performance_rule import EVENTS

DEFAULT_TZ = "Asia/Shanghai"
# Line of the trace → what it may count as.
COUNTED_STEPS = ("reopened", "rated")


class PerformancePoint(models.Model):
    """Points for or against somebody (绩效), each from one event of one ticket.

    Append-only: a correction is a point of its own that names the one it corrects.
    """

    _name = "shequ.performance.point"
    _description = "Performance Point"
    _order = "date desc, id desc"
    _rec_name = "ticket_id"

    breach_id = fields.Many2one(
        "shequ.sla.breach",
        string="Missed Deadline",
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
    event = fields.Selection(
        [*EVENTS, ("correction", "Correction")],
        string="Counted For",
        required=True,
        readonly=True,
        default="late_100",
    )
    rule_id = fields.Many2one("shequ.performance.rule", readonly=True)
    # What it comes from, so that counting again finds it.
    origin = fields.Char(readonly=True)
    party = fields.Selection(
        [("front_desk", "Front desk"), ("team", "Team"), ("worker", "Worker")],
        string="Whose",
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
    points = fields.Integer(
        string="Taken Away", required=True, readonly=True, help="Below zero: added."
    )
    score = fields.Integer(string="Points", compute="_compute_score", store=True)
    note = fields.Char(readonly=True)
    target = fields.Selection(related="breach_id.target", store=True)
    level = fields.Selection(related="breach_id.level", store=True)
    worker_sheet_id = fields.Many2one(
        "shequ.performance.sheet", readonly=True, index="btree_not_null"
    )
    team_sheet_id = fields.Many2one(
        "shequ.performance.sheet", readonly=True, index="btree_not_null"
    )
    corrects_id = fields.Many2one("shequ.performance.point", readonly=True, index=True)
    correction_ids = fields.One2many("shequ.performance.point", "corrects_id")
    objection_ids = fields.One2many(
        "shequ.performance.objection", "point_id", string="Objections"
    )
    objection_state = fields.Selection(
        [("open", "Objection"), ("accepted", "Corrected"), ("refused", "Upheld")],
        compute="_compute_objection_state",
        string="Objection",
    )
    is_mine = fields.Boolean(compute="_compute_is_mine")

    _estate_idx = models.Index("(estate_id, date DESC)")
    _origin_uniq = models.UniqueIndex(
        "(origin) WHERE origin IS NOT NULL", "This event has been counted."
    )
    _waiting_idx = models.Index(
        "(company_id, date) WHERE worker_sheet_id IS NULL OR team_sheet_id IS NULL"
    )

    @api.depends("points")
    def _compute_score(self):
        for point in self:
            point.score = -point.points

    @api.depends("objection_ids.state")
    def _compute_objection_state(self):
        for point in self:
            point.objection_state = point.objection_ids.sorted("id")[-1:].state

    @api.depends("worker_id", "user_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for point in self:
            users = point.sudo().worker_id.user_id | point.sudo().user_id
            point.is_mine = self.env.user in users

    def write(self, vals):
        if not self.env.su:
            raise UserError(
                self.env._("Points are not changed. A correction is a new point.")
            )
        return super().write(vals)

    # --- counting --------------------------------------------------------------

    @api.model
    def _day(self, moment, tz):
        """The day of a moment where it happened."""
        zoned = self.with_context(tz=tz or DEFAULT_TZ)
        return fields.Datetime.context_timestamp(zoned, moment).date()

    @api.model
    def _values(self, ticket, event, moment, origin, stars=0, note=""):
        """Values of a point by the rule that counts, or None when none does."""
        ticket = ticket.sudo()
        rule = self.env["shequ.performance.rule"]._for(
            ticket.company_id.id,
            event,
            self._day(moment, ticket.estate_id.tz),
            ticket.team_id.id,
            stars,
        )
        if not rule or not rule.score:
            return None
        if not ticket.worker_id and not ticket.team_id:
            return None
        return {
            "ticket_id": ticket.id,
            "company_id": ticket.company_id.id,
            "estate_id": ticket.estate_id.id,
            "date": moment,
            "event": event,
            "rule_id": rule.id,
            "origin": origin,
            "party": "worker" if ticket.worker_id else "team",
            "worker_id": ticket.worker_id.id,
            "team_id": ticket.team_id.id,
            "user_id": ticket.worker_id.user_id.id,
            "points": -rule.score,
            "note": (note or "")[:200] or False,
        }

    @api.model
    def _add(self, values_list):
        """Keep points that are not there yet; counting twice changes nothing."""
        wanted = {values["origin"]: values for values in values_list if values}
        if not wanted:
            return self.sudo().browse()
        known = self.sudo().search([("origin", "in", list(wanted))])
        for origin in known.mapped("origin"):
            wanted.pop(origin)
        return self.sudo().create(list(wanted.values()))

    @api.model
    def _from_events(self, events):
        """Points for lines of the trace: reopened, rated."""
        values = []
        for event in events.sudo():
            ticket = event.ticket_id
            if event.code == "reopened":
                post = event.user_id.has_group("shequ_property.group_supervision")
                kind = "supervision" if post else "rework"
                origin = f"event:{event.id}"
                values.append(
                    self._values(ticket, kind, event.at, origin, note=event.note)
                )
            elif event.code == "rated" and event.note:
                stars = event.note.partition("★")[0]
                stars = int(stars) if stars.isdigit() else ticket.rating_value
                for kind in ("bad_rating", "good_rating"):
                    origin = f"event:{event.id}:{kind}"
                    values.append(
                        self._values(ticket, kind, event.at, origin, stars, event.note)
                    )
        return self._add(values)

    @api.model
    def _from_cases(self, cases):
        """Points for model cases that were published."""
        return self._add(
            [
                self._values(
                    case.ticket_id,
                    "praise",
                    case.published_at,
                    f"case:{case.id}",
                    note=case.name,
                )
                for case in cases.sudo()
                if case.published_at
            ]
        )

    @api.model
    def _count_span(self, company, start, end):
        """Count what happened in a span and was not counted at once.

        :param datetime start: naive UTC, inclusive
        :param datetime end: naive UTC, exclusive
        """
        span = [("at", ">=", start), ("at", "<", end)]
        Event = self.env["shequ.ticket.event"].sudo()
        known = SQL(
            """
            SELECT e.id FROM shequ_ticket_event e
              JOIN shequ_ticket t ON t.id = e.ticket_id
             WHERE t.company_id = %s AND e.code = ANY(%s)
               AND e.at >= %s AND e.at < %s
               AND NOT EXISTS (SELECT 1 FROM shequ_performance_point p
                    WHERE p.ticket_id = e.ticket_id
                      AND p.origin LIKE 'event:' || e.id || '%%')
            """,
            company.id,
            list(COUNTED_STEPS),
            start,
            end,
        )
        Event.flush_model()
        self.flush_model()
        ids = [row[0] for row in self.env.execute_query(known)]
        self._from_events(Event.search([("id", "in", ids), *span], order="id"))
        self._from_cases(
            self.env["shequ.model.case"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("published_at", ">=", start),
                    ("published_at", "<", end),
                ]
            )
        )

    # --- objection and correction ----------------------------------------------

    def _object(self, reason):
        """The worker does not agree with a point of the own sheet."""
        self.ensure_one()
        self.check_access("read")
        if not self.is_mine:
            raise AccessError(self.env._("Only the worker objects to a point."))
        days = self.env["shequ.ticket"]._days("performance.objection_days", 30)
        if self.date < fields.Datetime.now() - timedelta(days=days):
            raise UserError(
                self.env._(
                    "An objection is possible for %(days)s days after the event.",
                    days=days,
                )
            )
        return self._add_objection(reason)

    def _add_objection(self, reason):
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why."))
        point = self.sudo()
        if point.event == "correction" or point.correction_ids:
            raise UserError(self.env._("This point has been corrected already."))
        if point.objection_ids.filtered(lambda o: o.state == "open"):
            raise UserError(self.env._("An objection to this point is open already."))
        return (
            self.env["shequ.performance.objection"]
            .sudo()
            .create(
                {
                    "point_id": point.id,
                    "company_id": point.company_id.id,
                    "estate_id": point.estate_id.id,
                    "user_id": self.env.uid,
                    "reason": reason,
                }
            )
        )

    def _correct(self, objection, score):
        """Add the point that makes up the difference; the first one stays.

        It goes into the same sheet, or into the one of this month when that is
        closed.

        :param int score: what should have been counted
        """
        self.ensure_one()
        point = self.sudo()
        difference = score - point.score
        if not difference:
            return self.browse()
        closed = (point.worker_sheet_id | point.team_sheet_id).filtered(
            lambda sheet: sheet.state == "closed"
        )
        correction = point.create(
            {
                "ticket_id": point.ticket_id.id,
                "company_id": point.company_id.id,
                "estate_id": point.estate_id.id,
                "date": fields.Datetime.now() if closed else point.date,
                "event": "correction",
                "origin": f"objection:{objection.id}",
                "party": point.party,
                "worker_id": point.worker_id.id,
                "team_id": point.team_id.id,
                "user_id": point.user_id.id,
                "points": -difference,
                "note": objection.answer,
                "corrects_id": point.id,
            }
        )
        self.env["shequ.performance.sheet"]._place(correction)
        return correction


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    def _step(self, code, *args, **kwargs):
        """Count rework and stars at once, while it is known who had the ticket."""
        result = super()._step(code, *args, **kwargs)
        if code in COUNTED_STEPS:
            events = self.env["shequ.ticket.event"].sudo()
            for ticket in self:
                events |= events.search(
                    [("ticket_id", "=", ticket.id), ("code", "=", code)],
                    order="id desc",
                    limit=1,
                )
            self.env["shequ.performance.point"]._from_events(events)
        return result
