import logging
from datetime import timedelta
from functools import lru_cache

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import bulk, sla
from .sla_policy import Facts
from .sla_target import AT_ONCE, TARGETS, TIME_MODES
from .ticket import FINISHED_STATES, HOLD_REASONS

_logger = logging.getLogger(__name__)

STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("met", "Met"),
    ("late", "Late"),
    ("void", "Void"),
]
OPEN = ("running", "paused")
INSTANTS = ("warn_at", "deadline", "late_150_at", "late_200_at")
# States of a ticket in which a target has been reached already.
REACHED = {
    "accept": ("accepted", "assigned", "in_progress", *FINISHED_STATES),
    "dispatch": ("assigned", "in_progress", *FINISHED_STATES),
    "on_site": ("in_progress", *FINISHED_STATES),
    "complete": FINISHED_STATES,
}
# Columns of a new clock, in the order of the rows that `_plan` makes.
COLUMNS = (
    "company_id",
    "estate_id",
    "target",
    "policy_target_id",
    "minutes",
    "time_mode",
    "calendar_id",
    "tz",
    "started_at",
    *INSTANTS,
    "next_event_at",
)
SWEEP_BATCH = 1000


@lru_cache(maxsize=4096)
def _instants(time, started, allowed):
    """Instants of a new clock; in a storm of reports the same are asked for again."""
    seconds = sla.thresholds(time, started, allowed)
    return tuple(sla.to_datetime(second) for second in seconds)


class CopiedMany2one(fields.Many2one):
    """A column that the ticket of the clock has, too, with its foreign key.

    Copied for the record rules; a ticket has four to five clocks, and PostgreSQL would
    look up the same two rows again for each.
    """

    def update_db_foreign_key(self, model, column):
        """Leave it to the ticket."""


class SlaClock(models.Model):
    """Clock of one target of one ticket (时限).

    A clock keeps sums and instants: when it started, how much it may use, how much
    of that time it was paused, and the four instants at which 80, 100, 150 and
    200 % are used.  The instants are stored, so the sweep compares and does not
    calculate.  The arithmetic is in ``tools/sla.py``.

    Clocks are changed by the ``_…_clocks`` methods of tickets, never directly.
    """

    _name = "shequ.sla.clock"
    _description = "Service Deadline Clock"
    _order = "ticket_id desc, round desc, deadline, id"
    _rec_name = "target"
    # Who and when is in the trace of the ticket; each clock would say it again, and
    # have PostgreSQL look up the user twice.
    _log_access = False

    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, readonly=True, ondelete="cascade"
    )
    company_id = CopiedMany2one("res.company", required=True, readonly=True)
    estate_id = CopiedMany2one("shequ.estate", required=True, readonly=True)
    target = fields.Selection(TARGETS, required=True, readonly=True)
    round = fields.Integer(
        default=0, readonly=True, help="0 at first, one more each time it starts anew."
    )
    state = fields.Selection(STATES, required=True, default="running", readonly=True)
    policy_target_id = fields.Many2one(
        "shequ.sla.target",
        string="Promise",
        readonly=True,
        ondelete="set null",
        groups="base.group_user",
    )
    minutes = fields.Integer(readonly=True, aggregator=False)
    time_mode = fields.Selection(TIME_MODES, readonly=True, default="calendar")
    calendar_id = fields.Many2one(
        "resource.calendar", readonly=True, groups="base.group_user"
    )
    tz = fields.Char(readonly=True)

    started_at = fields.Datetime(required=True, readonly=True)
    deadline = fields.Datetime(required=True, readonly=True)
    warn_at = fields.Datetime(string="80 % At", readonly=True, groups="base.group_user")
    late_150_at = fields.Datetime(
        string="150 % At", readonly=True, groups="base.group_user"
    )
    late_200_at = fields.Datetime(
        string="200 % At", readonly=True, groups="base.group_user"
    )
    next_event_at = fields.Datetime(readonly=True, groups="base.group_user")
    level = fields.Integer(
        default=0,
        readonly=True,
        aggregator=False,
        groups="base.group_user",
        help="0 in time, 1 warned at 80 %, 2 late, 3 at 150 %, 4 at 200 %.",
    )

    paused_at = fields.Datetime(readonly=True)
    pause_reason = fields.Selection(HOLD_REASONS, readonly=True)
    paused_seconds = fields.Integer(
        default=0, readonly=True, help="In the clock's own time: working or wall clock."
    )
    # [[from, to, reason], …]: what a change from wall clock to working time needs.
    pauses = fields.Json(readonly=True, groups="base.group_user")
    manual_deadline = fields.Boolean(string="Set by Hand", readonly=True)
    extended_minutes = fields.Integer(default=0, readonly=True)
    extension_reason = fields.Char(readonly=True)
    parts_extended = fields.Boolean(readonly=True, groups="base.group_user")

    stopped_at = fields.Datetime(readonly=True)
    used_seconds = fields.Integer(
        readonly=True, help="Time used when the clock stopped, pauses left out."
    )
    overdue_seconds = fields.Integer(
        readonly=True, help="Time beyond the deadline when the clock stopped."
    )
    remaining_seconds = fields.Integer(
        compute="_compute_remaining",
        help="What is left, in the clock's own time; negative when late.",
    )
    remaining = fields.Char(compute="_compute_remaining", string="Left")
    breach_ids = fields.One2many(
        "shequ.sla.breach", "clock_id", groups="base.group_user"
    )

    _ticket_target_round_uniq = models.Constraint(
        "UNIQUE(ticket_id, target, round)", "The ticket has this clock already."
    )
    # What the sweep reads.  Its query says state = 'running' literally, as the index
    # does; a parameter there could make PostgreSQL ignore the index.
    _due_idx = models.Index("(next_event_at) WHERE state = 'running'")
    # The sweep moves `next_event_at`, so it writes every index of a row it touches:
    # no index that no screen needs.
    _estate_idx = models.Index("(estate_id, started_at)")

    def init(self):
        result = super().init()
        # Databases of before have them.
        for name in ("company_id", "estate_id"):
            constraint = SQL.identifier(f"{self._table}_{name}_fkey")
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s",
                    SQL.identifier(self._table),
                    constraint,
                )
            )
        return result

    # --- compute -----------------------------------------------------------------

    @api.depends("state", "deadline", "paused_at", "stopped_at")
    def _compute_remaining(self):
        now = fields.Datetime.now()
        for clock in self:
            if not clock.deadline or clock.state == "void":
                clock.remaining_seconds, clock.remaining = 0, False
                continue
            until = clock.stopped_at or clock.paused_at or now
            left = clock._time().between(
                sla.to_seconds(until), sla.to_seconds(clock.deadline)
            )
            clock.remaining_seconds = left
            duration = clock._duration_label(abs(left) // 60)
            clock.remaining = (
                self.env._("late by %(duration)s", duration=duration)
                if until > clock.deadline
                else self.env._("%(duration)s left", duration=duration)
            )

    @api.depends("target", "state")
    def _compute_display_name(self):
        for clock in self:
            clock.display_name = clock._label("target")

    def _label(self, field_name):
        self.ensure_one()
        field = self._fields[field_name]
        return dict(field._description_selection(self.env)).get(self[field_name], "")

    @api.model
    def _duration_label(self, minutes):
        """Return minutes in words: 30 minutes, 24 hours, 3 days."""
        minutes = int(minutes)
        if minutes >= 2880 and minutes % 1440 == 0:
            return self.env._("%(count)s days", count=minutes // 1440)
        if minutes >= 60 and minutes % 60 == 0:
            return self.env._("%(count)s hours", count=minutes // 60)
        if minutes > 120:
            return self.env._(
                "%(hours)s hours %(minutes)s minutes",
                hours=minutes // 60,
                minutes=minutes % 60,
            )
        return self.env._("%(count)s minutes", count=minutes)

    # --- time --------------------------------------------------------------------

    def _time(self):
        """Return what the clock counts: the wall clock or its working time."""
        self.ensure_one()
        clock = self.sudo()
        return self._time_of(
            clock.time_mode, clock.calendar_id.id, clock.tz, clock.company_id.id
        )

    @api.model
    def _time_of(self, mode, calendar_id, tz, company_id):
        if mode != "working" or not calendar_id:
            return sla.ALWAYS
        return self._working_time(calendar_id, tz, company_id)

    @api.model
    @tools.ormcache("calendar_id", "tz", "company_id")
    def _working_time(self, calendar_id, tz, company_id):
        """Return the working time of a calendar, with its intervals kept in memory.

        Attendances are hours of the estate's time zone.  A flexible calendar has no
        hours that a promise could count, so the wall clock is used.
        """
        calendar = self.env["resource.calendar"].sudo().browse(calendar_id).exists()
        if not calendar or calendar.flexible_hours:
            return sla.ALWAYS
        weekly = {}
        for line in calendar.attendance_ids:
            if line._is_work_period():
                day = int(line.dayofweek)
                if calendar.two_weeks_calendar and line.week_type:
                    day = (int(line.week_type), day)
                span = (round(line.hour_from * 60), round(line.hour_to * 60))
                weekly.setdefault(day, []).append(span)
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("time_type", "=", "leave"),
                    ("calendar_id", "in", (False, calendar_id)),
                    ("company_id", "in", (False, company_id)),
                ]
            )
        )
        days_off, works_like = self.env["shequ.holiday"]._days_for(company_id)
        return sla.WorkingTime(
            weekly,
            tz or calendar.tz or "UTC",
            days_off,
            works_like,
            [(sla.to_seconds(i.date_from), sla.to_seconds(i.date_to)) for i in leaves],
        )

    @api.model
    def _thresholds(self, time, started, allowed, paused=0, fixed=None):
        """Like :func:`tools.sla.thresholds`, but a report is never refused because
        of a calendar in which nobody ever works: then the wall clock counts."""
        try:
            return sla.thresholds(time, started, allowed, paused, fixed)
        except sla.NoWorkingTime:
            _logger.warning("A working time has no hours left: counting day and night.")
            return sla.thresholds(sla.ALWAYS, started, allowed, paused, fixed)

    @api.model
    def _working_time_changed(self):
        """Forget the intervals and let the deadlines be worked out anew soon."""
        self.env.registry.clear_cache()
        cron = self.env.ref("shequ_property.cron_sla_refresh", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _refresh_deadlines(self, limit=5000):
        """Work out the open deadlines in working time after a change of calendar."""
        domain = [
            ("state", "in", OPEN),
            ("time_mode", "=", "working"),
            ("manual_deadline", "=", False),
        ]
        last = 0
        while clocks := self.sudo().search(
            [*domain, ("id", ">", last)], order="id", limit=limit
        ):
            last = clocks[-1].id
            moved = clocks.filtered(lambda clock: clock._recalculate())
            moved.ticket_id._sync_clocks()
            if self.env.context.get("cron_id"):
                self.env["ir.cron"]._commit_progress(len(clocks))
            self.env.invalidate_all()

    # --- start -------------------------------------------------------------------

    @api.model
    def _plan(self, vals):
        """Return the rows of the clocks of a ticket with these values.

        Asks the database nothing once the policies are known.

        :param dict vals: values of a ticket
        :return: list of tuples in the order of :data:`COLUMNS`
        """
        now = fields.Datetime.now()
        started = min(vals.get("reported_at") or now, now)
        facts = self._facts(vals)
        return [
            self._row(facts, promise, started)
            for promise in self.env["shequ.sla.policy"]._match(facts)
            if promise.target in AT_ONCE
        ]

    @api.model
    def _facts(self, vals):
        return Facts(
            vals["company_id"],
            vals["estate_id"],
            vals.get("category_id") or False,
            vals["kind"],
            vals["urgency"],
            vals.get("situation") or False,
            vals["channel"],
        )

    @api.model
    def _row(self, facts, promise, started):
        time = self._time_of(
            promise.mode, promise.calendar_id, promise.tz, facts.company
        )
        begin = sla.to_seconds(started)
        instants = self._new_instants(time, begin, promise.minutes * 60)
        return (
            facts.company,
            facts.estate,
            promise.target,
            promise.target_id,
            promise.minutes,
            promise.mode,
            promise.calendar_id or None,
            promise.tz,
            started,
            *instants,
            instants[0],
        )

    @api.model
    def _new_instants(self, time, started, allowed):
        try:
            return _instants(time, started, allowed)
        except sla.NoWorkingTime:
            seconds = self._thresholds(time, started, allowed)
            return tuple(sla.to_datetime(second) for second in seconds)

    @api.model
    def _start_rows(self, tickets):
        """Return the rows of the clocks of new tickets, all of a batch at once.

        The plans were made when the tickets' values were known, so that the nearest
        deadline was written with the ticket; here they only get the tickets' ids.
        A row per clock through ``create`` costs more than ten times as much,
        most of it in the cache of fields that nobody reads in the same request.

        :param tickets: new ``shequ.ticket`` records
        """
        plans = self.env.cr.cache.get("shequ.sla.plans", {})
        rows, late_plans = [], set()
        for ticket in tickets:
            plan = plans.pop(ticket.id, None)
            situation = ticket._triage_context().get("situation")
            if situation and situation != ticket.situation:
                ticket = ticket.with_context(shequ_sla_starting=True)
                ticket.sudo().situation = situation
                plan = None
            if plan is None:
                plan = self._plan(ticket._sla_values())
                late_plans.add(ticket.id)
            rows += [(ticket.id, 0, *row) for row in plan]
        if late_plans:
            self.env.cr.cache["shequ.sla.late_plans"] = late_plans
        return self._rows(rows)

    @api.model
    def _started(self, tickets):
        """Write the nearest deadline of those that had no plan when they came."""
        late_plans = self.env.cr.cache.pop("shequ.sla.late_plans", ())
        tickets.filtered(lambda ticket: ticket.id in late_plans)._sync_clocks()

    @api.model
    def _rows(self, rows):
        """Return clocks as rows of their table.

        :param rows: list of (ticket id, round, \\*values of :data:`COLUMNS`)
        """
        constants = {
            "state": "running",
            "level": 0,
            "paused_seconds": 0,
            "extended_minutes": 0,
            "manual_deadline": False,
            "parts_extended": False,
        }
        values = tuple(constants.values())
        return bulk.Rows(
            self._table,
            ("ticket_id", "round", *COLUMNS, *constants),
            [row + values for row in rows],
        )

    # --- change ------------------------------------------------------------------

    def _open_of(self, tickets, targets=None):
        """Return the clocks of `tickets` that have not stopped."""
        domain = [("ticket_id", "in", tickets.ids), ("state", "in", OPEN)]
        if targets is not None:
            domain.append(("target", "in", list(targets)))
        return self.sudo().search(domain)

    def _recalculate(self, lower_level=False):
        """Work out the instants from the sums; return whether the deadline moved.

        :param lower_level: the promise itself changed, so levels that lie ahead
            again may be raised again
        """
        self.ensure_one()
        time = self._time()
        before = self.deadline
        fixed = sla.to_seconds(self.deadline) if self.manual_deadline else None
        instants = [
            sla.to_datetime(second)
            for second in self._thresholds(
                time,
                sla.to_seconds(self.started_at),
                (self.minutes + self.extended_minutes) * 60,
                self.paused_seconds,
                fixed,
            )
        ]
        vals = dict(zip(INSTANTS, instants, strict=True))
        level = self.level
        if lower_level:
            until = self.paused_at or fields.Datetime.now()
            level = min(level, sla.level_at(instants, until))
        vals["level"] = level
        running = self.state == "running" and level < len(instants)
        vals["next_event_at"] = instants[level] if running else False
        self.write(vals)
        return self.deadline != before

    def _stop(self, at):
        """Stop at the instant `at`; the figures stay with the clock for good."""
        for clock in self:
            if clock.state == "paused":
                clock._resume(max(at, clock.paused_at))
            time, until = clock._time(), sla.to_seconds(at)
            due = sla.to_seconds(clock.deadline)
            clock._record_breaches(at)
            clock.write(
                {
                    "state": "late" if at > clock.deadline else "met",
                    "stopped_at": at,
                    "next_event_at": False,
                    "used_seconds": sla.used(
                        time,
                        sla.to_seconds(clock.started_at),
                        clock.paused_seconds,
                        until,
                    ),
                    "overdue_seconds": max(0, time.between(due, until)),
                }
            )

    def _record_breaches(self, at):
        """Record the levels passed before `at` that the sweep has not seen.

        The server may have been down: what was late stays on record, but nobody is
        called for what is done already.
        """
        vals_list = []
        for clock in self:
            reached = sla.level_at([clock[name] for name in INSTANTS], at)
            vals_list += clock._breach_values(clock.level, reached, silent=True)
            if reached > clock.level:
                clock.level = reached
        if vals_list:
            self.env["shequ.sla.breach"].sudo().create(vals_list)

    def _breach_values(self, old_level, new_level, silent=False):
        """Return values for the breaches of the levels after `old_level`, in order.

        Of several levels passed since the last look only the highest calls somebody.
        """
        self.ensure_one()
        return [
            {
                "clock_id": self.id,
                "ticket_id": self.ticket_id.id,
                "company_id": self.company_id.id,
                "estate_id": self.estate_id.id,
                "target": self.target,
                "level": str(level),
                "deadline": self.deadline,
                "due_at": self[INSTANTS[level - 1]],
                "silent": silent or level < new_level,
            }
            for level in range(old_level + 1, new_level + 1)
        ]

    def _pause(self, reason, at):
        """Stand still from `at` on.  A deadline set by hand runs on: it is a date
        promised to somebody, whatever happens in between."""
        for clock in self:
            if clock.state != "running" or clock.manual_deadline:
                continue
            clock.write(
                {
                    "state": "paused",
                    "paused_at": max(at, clock.started_at),
                    "pause_reason": reason,
                    "next_event_at": False,
                }
            )

    def _resume(self, at):
        """Go on with exactly what was left."""
        for clock in self:
            if clock.state != "paused":
                continue
            span = (sla.to_seconds(clock.paused_at), sla.to_seconds(at))
            length = sla.pause_length(clock._time(), *span)
            log = [*(clock.pauses or []), [*span, clock.pause_reason]]
            clock.write(
                {
                    "state": "running",
                    "paused_at": False,
                    "pause_reason": False,
                    "paused_seconds": clock.paused_seconds + length,
                    "pauses": log,
                }
            )
            clock._recalculate()

    def _replay_pause(self, start, end, reason):
        """Take over a pause that lies in the past, as instants in seconds."""
        self.ensure_one()
        self.paused_seconds += sla.pause_length(self._time(), start, end)
        self.pauses = [*(self.pauses or []), [start, end, reason]]
        self._recalculate(lower_level=True)

    def _extend(self, minutes, reason):
        """Allow more time; the reason is kept."""
        for clock in self:
            if clock.manual_deadline:
                due = sla.to_seconds(clock.deadline)
                clock.deadline = sla.to_datetime(clock._time().add(due, minutes * 60))
            clock.extended_minutes += minutes
            clock.extension_reason = reason
            clock._recalculate(lower_level=True)

    def _fix_deadline(self, deadline, reason):
        """Promise a date by hand; pauses and policies do not move it any more."""
        for clock in self:
            if deadline <= clock.started_at:
                raise UserError(
                    self.env._("A deadline must be after the start of its clock.")
                )
            clock._resume(fields.Datetime.now())
            clock.write(
                {
                    "deadline": deadline,
                    "manual_deadline": True,
                    "extension_reason": reason,
                }
            )
            clock._recalculate(lower_level=True)

    def _follow(self, promise):
        """Follow another promise.  What has elapsed and what was paused stays."""
        self.ensure_one()
        self.policy_target_id = promise.target_id
        same = (self.minutes, self.time_mode, self.calendar_id.id, self.tz) == (
            promise.minutes,
            promise.mode,
            promise.calendar_id,
            promise.tz,
        )
        if same or self.manual_deadline:
            return
        self.write(
            {
                "minutes": promise.minutes,
                "time_mode": promise.mode,
                "calendar_id": promise.calendar_id,
                "tz": promise.tz,
            }
        )
        # Pauses are kept as instants: the same pause is two days by the wall clock
        # and nothing in working time when it covers a weekend.
        time = self._time()
        self.paused_seconds = sum(
            sla.pause_length(time, start, end) for start, end, _why in self.pauses or []
        )
        self._recalculate(lower_level=True)

    # --- sweep -------------------------------------------------------------------

    @api.model
    def _sweep(self, now=None, batch=SWEEP_BATCH):
        """Raise what is due: each level of each clock once, in order.

        Touches only rows that are due, found through a partial index.  Rows that
        another server or a person is changing right now are skipped and found again
        a minute later, so two servers may sweep at the same time.

        :param datetime now: the present, for tests
        :param int batch: clocks in one statement and, as a cron job, one transaction
        :return: number of clocks that reached a new level
        """
        total = 0
        now = now or fields.Datetime.now()
        as_cron = bool(self.env.context.get("cron_id"))
        while True:
            due = self._sweep_due(now, batch)
            if due:
                self._sweep_raise(due, now)
            total += len(due)
            if as_cron and not self.env["ir.cron"]._commit_progress(
                len(due), remaining=int(len(due) == batch)
            ):
                return total
            if len(due) < batch:
                return total

    @api.model
    def _sweep_due(self, now, batch):
        """Advance the due clocks by one statement.

        :return: list of (clock id, ticket id, level before, level now)
        """
        self.env["shequ.ticket"].flush_model()
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH due AS (
                    SELECT c.id, c.level
                      FROM shequ_sla_clock c
                      JOIN shequ_ticket t ON t.id = c.ticket_id
                     WHERE c.state = 'running' AND c.next_event_at <= %(now)s
                     ORDER BY c.next_event_at
                     LIMIT %(batch)s
                       FOR NO KEY UPDATE OF c, t SKIP LOCKED
                ), raised AS (
                    UPDATE shequ_sla_clock c
                       SET level = CASE WHEN c.late_200_at <= %(now)s THEN 4
                                        WHEN c.late_150_at <= %(now)s THEN 3
                                        WHEN c.deadline <= %(now)s THEN 2
                                        ELSE 1 END,
                           next_event_at = CASE
                                        WHEN c.late_200_at <= %(now)s THEN NULL
                                        WHEN c.late_150_at <= %(now)s THEN c.late_200_at
                                        WHEN c.deadline <= %(now)s THEN c.late_150_at
                                        ELSE c.deadline END
                      FROM due
                     WHERE c.id = due.id
                 RETURNING c.id, c.ticket_id, due.level AS old_level, c.level,
                           c.deadline
                ), late AS (
                    UPDATE shequ_ticket t
                       SET is_late = TRUE,
                           missed_clock_count = COALESCE(t.missed_clock_count, 0) + m.n
                      FROM (SELECT ticket_id, COUNT(*) FILTER (WHERE old_level < 2) AS n
                              FROM raised WHERE level >= 2 GROUP BY ticket_id) m
                     WHERE t.id = m.ticket_id AND (m.n > 0 OR NOT t.is_late)
                )
                SELECT id, ticket_id, old_level, level FROM raised ORDER BY deadline, id
                """,
                now=now,
                batch=batch,
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _sweep_raise(self, due, now):
        """Record the breaches and let the automation rules act on them."""
        clocks = self.browse([row[0] for row in due])
        tickets = self.env["shequ.ticket"].browse({row[1] for row in due})
        clocks.invalidate_recordset(["level", "next_event_at"], flush=False)
        tickets.invalidate_recordset(["is_late", "missed_clock_count"], flush=False)
        vals_list = []
        for clock, (_id, _ticket, old_level, level) in zip(
            clocks.sudo(), due, strict=True
        ):
            if level > old_level:
                vals_list += clock._breach_values(old_level, level)
        vals_list.sort(key=lambda vals: (vals["due_at"], vals["clock_id"]))
        outbox = []
        breaches = (
            self.env["shequ.sla.breach"]
            .sudo()
            .with_context(shequ_sla_outbox=outbox)
            .create(vals_list)
        )
        for breach in breaches:
            if not breach.silent:
                breach.ticket_id._escalate(breach.clock_id, int(breach.level))
        self.env["shequ.sla.breach"]._send_outbox(outbox)
        tickets._notify_pool()

    # --- new round ---------------------------------------------------------------

    @api.model
    def _begin(self, ticket, promises, started, round_number):
        """Start clocks of a ticket for `promises` outside of the intake."""
        facts = ticket._sla_facts()
        rows = [
            (ticket.id, round_number, *self._row(facts, promise, started))
            for promise in promises
        ]
        bulk.write(self.env.cr, [self._rows(rows)])
        ticket.invalidate_recordset(["clock_ids"], flush=False)

    @api.model
    def _begin_by_hand(self, ticket, target, deadline, reason):
        """Start the clock of a target that no policy promises."""
        ticket = ticket.sudo()
        now = fields.Datetime.now()
        return self.sudo().create(
            {
                "ticket_id": ticket.id,
                "company_id": ticket.company_id.id,
                "estate_id": ticket.estate_id.id,
                "target": target,
                "round": ticket._sla_round(),
                "minutes": max(1, (deadline - now) // timedelta(minutes=1)),
                "tz": ticket.estate_id.tz,
                "started_at": now,
                "deadline": deadline,
                "manual_deadline": True,
                "extension_reason": reason,
            }
        )
