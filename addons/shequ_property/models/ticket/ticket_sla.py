from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .sla_breach import ACTIVITY
from .sla_clock import REACHED
from .sla_target import AT_ONCE, TARGETS

# A change of one of these may put a ticket under another policy.
POLICY_FIELDS = {"category_id", "kind", "urgency", "situation", "channel", "estate_id"}
# Kept by the clocks alone.
CLOCK_FIELDS = {"next_deadline", "next_target", "is_late", "missed_clock_count"}


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    situation = fields.Char(
        string="Reporter's Situation",
        readonly=True,
        groups="base.group_user",
        help="Key of the situation the reporter is in, for instance elder_alone.",
    )
    clock_ids = fields.One2many("shequ.sla.clock", "ticket_id", string="Clocks")
    next_deadline = fields.Datetime(
        readonly=True, copy=False, help="The nearest deadline that still runs."
    )
    next_target = fields.Selection(TARGETS, readonly=True, copy=False)
    is_late = fields.Boolean(
        string="Overdue",
        readonly=True,
        copy=False,
        help="A deadline has passed and what it asks for has not been done yet.",
    )
    missed_clock_count = fields.Integer(
        string="Missed Deadlines",
        readonly=True,
        copy=False,
        help="Deadlines that were or are missed; it stays when the ticket is closed.",
    )
    breach_ids = fields.One2many(
        "shequ.sla.breach", "ticket_id", groups="base.group_user"
    )
    # What the sweep and the counts of overdue tickets read.
    _late_idx = models.Index(
        "(estate_id) WHERE is_late IS TRUE AND is_open IS TRUE AND active IS TRUE"
    )

    # --- CRUD --------------------------------------------------------------------

    def write(self, vals):
        if not self.env.su and CLOCK_FIELDS & vals.keys():
            raise UserError(self.env._("Deadlines are kept by the clocks."))
        starting = self.env.context.get("shequ_sla_starting")
        concerned = POLICY_FIELDS & vals.keys() and not starting
        if concerned:
            before = {t.id: t._sla_facts() for t in self}
        result = super().write(vals)
        if concerned:
            self.filtered(lambda t: before[t.id] != t._sla_facts())._reapply_policy()
        return result

    # --- intake --------------------------------------------------------------------

    @api.model
    def _intake_values(self, report, place, name):
        values = super()._intake_values(report, place, name)
        if report.get("situation"):
            values["situation"] = report["situation"]
        return values

    @api.model
    def _intake_insert(self, vals_list):
        """Write the nearest deadline together with the ticket.

        An UPDATE after the INSERT would write every row and its index entries twice.
        """
        Clock = self.env["shequ.sla.clock"]
        plans = [Clock._plan(vals) for vals in vals_list]
        for vals, plan in zip(vals_list, plans, strict=True):
            if plan:
                # Columns of a plan: see COLUMNS; 2 is the target, 10 the deadline.
                first = min(plan, key=lambda row: row[10])
                vals.update(next_deadline=first[10], next_target=first[2])
        tickets = super()._intake_insert(vals_list)
        kept = self.env.cr.cache.setdefault("shequ.sla.plans", {})
        kept.update(zip(tickets.ids, plans, strict=True))
        return tickets

    def _intake_rows(self):
        clocks = self.env["shequ.sla.clock"]._start_rows(self)
        return [*super()._intake_rows(), clocks]

    def _after_intake(self):
        self.env["shequ.sla.clock"]._started(self)
        return super()._after_intake()

    # --- facts ---------------------------------------------------------------------

    def _sla_values(self):
        """Return what the policies look at, as values."""
        self.ensure_one()
        ticket = self.sudo()
        return {
            "company_id": ticket.company_id.id,
            "estate_id": ticket.estate_id.id,
            "category_id": ticket.category_id.id,
            "kind": ticket.kind,
            "urgency": ticket.urgency,
            "situation": ticket.situation,
            "channel": ticket.channel,
            "reported_at": ticket.reported_at,
        }

    def _sla_facts(self):
        return self.env["shequ.sla.clock"]._facts(self._sla_values())

    def _sla_round(self):
        """Return the number of the present round of clocks."""
        self.ensure_one()
        return max(self.sudo().clock_ids.mapped("round"), default=0)

    def _sla_place(self):
        """Return the place as alarms write it: as short as it stays clear."""
        self.ensure_one()
        return (
            self.unit_id.short_address
            or self.place_text
            or self.spot_id.name
            or self.building_id.display_name
            or self.estate_id.name
            or ""
        )

    # --- clocks ----------------------------------------------------------------------

    def _stop_clocks(self, targets=None, at=None):
        """Stop clocks: what they ask for was done at the instant `at`.

        :param targets: keys of targets; None for all
        :param datetime at: naive UTC, by default now
        """
        clocks = self.env["shequ.sla.clock"]._open_of(self, targets)
        clocks._stop(at or fields.Datetime.now())
        clocks.ticket_id._sync_clocks()

    def _void_clocks(self):
        """Clocks that no longer matter: returned, cancelled, merged.

        Figures of clocks that stopped before stay.
        """
        clocks = self.env["shequ.sla.clock"]._open_of(self)
        clocks.write(
            {
                "state": "void",
                "stopped_at": fields.Datetime.now(),
                "next_event_at": False,
                "paused_at": False,
            }
        )
        clocks.ticket_id._sync_clocks()

    def _pause_clocks(self, reason, at=None):
        """Let the clocks stand still, except those that must not.

        A deadline set by hand runs on.  A target that promises a longer time for
        parts gets that time, once, instead of a pause without end.  Work that the
        maintenance fund pays starts the clock for explaining that to the resident.

        :param str reason: key of the ticket's hold reason
        """
        if not reason:
            raise UserError(self.env._("A pause needs a reason."))
        at = at or fields.Datetime.now()
        clocks = self.env["shequ.sla.clock"]._open_of(self)
        clocks = clocks.filtered(lambda c: c.target != "fund_contact")
        if reason == "parts":
            longer = clocks.filtered(lambda c: c.policy_target_id.parts_minutes)
            for clock in longer.filtered(
                lambda c: not (c.parts_extended or c.manual_deadline)
            ):
                clock.parts_extended = True
                clock.ticket_id._extend_clock(
                    clock.target,
                    clock.policy_target_id.parts_minutes,
                    self.env._("Parts have to be bought"),
                )
            clocks -= longer
        clocks._pause(reason, at)
        if reason == "fund":
            self._start_fund_clock(at)
        self._sync_clocks()

    def _start_fund_clock(self, at):
        Clock = self.env["shequ.sla.clock"].sudo()
        for ticket in self.sudo():
            number = ticket._sla_round()
            known = ticket.clock_ids.filtered(
                lambda c, number=number: (c.target, c.round) == ("fund_contact", number)
            )
            promises = self.env["shequ.sla.policy"]._match(ticket._sla_facts())
            wanted = [p for p in promises if p.target == "fund_contact"]
            if wanted and not known:
                Clock._begin(ticket, wanted, at, number)

    def _resume_clocks(self, at=None):
        """Let paused clocks go on with exactly what was left."""
        clocks = self.env["shequ.sla.clock"]._open_of(self)
        clocks._resume(at or fields.Datetime.now())
        self._sync_clocks()

    def _extend_clock(self, target, minutes, reason):
        """Allow more time for a target, tell the resident and leave a trace.

        :param str target: key of the target
        :param int minutes: how many minutes more, in the clock's own time
        :param str reason: words for the resident
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("An extension needs a reason."))
        if minutes <= 0:
            raise UserError(self.env._("An extension must make the time longer."))
        clocks = self._open_clocks_or_raise(target)
        clocks._extend(minutes, reason)
        clocks.ticket_id._sync_clocks()
        self._tell_deadline("extended", clocks, reason)

    def _set_deadline(self, target, deadline, reason="", tell=True):
        """Promise a date by hand; neither pauses nor policies move it later.

        :param datetime deadline: naive UTC
        :param bool tell: let the resident know, who may know already
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("A new deadline needs a reason."))
        Clock = self.env["shequ.sla.clock"]
        clocks = Clock._open_of(self, [target])
        for ticket in self - clocks.ticket_id:
            if not ticket.is_open or ticket.sudo().clock_ids.filtered(
                lambda c, t=ticket: (c.target, c.round) == (target, t._sla_round())
            ):
                self._open_clocks_or_raise(target)
            clocks |= Clock._begin_by_hand(ticket, target, deadline, reason)
        clocks._fix_deadline(deadline, reason)
        clocks.ticket_id._sync_clocks()
        if tell:
            self._tell_deadline("deadline", clocks, reason)

    def _open_clocks_or_raise(self, target):
        clocks = self.env["shequ.sla.clock"]._open_of(self, [target])
        if self - clocks.ticket_id:
            raise UserError(
                self.env._(
                    "%(ticket)s has no such deadline that still runs.",
                    ticket=(self - clocks.ticket_id)[:1].name,
                )
            )
        return clocks

    def _tell_deadline(self, code, clocks, reason):
        """Trace a new deadline and tell the resident when and why."""
        for clock in clocks:
            ticket = clock.ticket_id.with_env(self.env)
            zone = clock.tz or ticket.estate_id.sudo().tz
            local = fields.Datetime.context_timestamp(
                clock.with_context(tz=zone), clock.deadline
            )
            note = self.env._(
                "%(target)s: new deadline %(deadline)s. %(reason)s",
                target=clock.with_env(self.env)._label("target"),
                deadline=local.strftime("%Y-%m-%d %H:%M"),
                reason=reason,
            )
            ticket._trace(code, note)
            ticket._tell_residents(note)

    def _restart_clocks(self, at=None):
        """Start a new round after a ticket was reopened or sent again.

        The clocks of the round before keep their figures; the time between is
        neither elapsed nor paused, it belongs to no clock.  Call it once the ticket
        has its new state: what that state has reached already is not asked again.
        """
        Clock = self.env["shequ.sla.clock"].sudo()
        at = at or fields.Datetime.now()
        self._void_clocks()
        for ticket in self.sudo():
            had_any = bool(ticket.clock_ids)
            number = ticket._sla_round() + 1 if had_any else 0
            promises = [
                promise
                for promise in self.env["shequ.sla.policy"]._match(ticket._sla_facts())
                if promise.target in AT_ONCE
                and ticket.state not in REACHED.get(promise.target, ())
            ]
            Clock._begin(ticket, promises, at, number)
        self._sync_clocks()

    def _reapply_policy(self):
        """Follow the policies as they are now.

        Clocks that run keep their start, what has elapsed, what was paused and what
        was granted; clocks that have stopped keep everything.
        """
        for ticket in self.sudo().filtered("is_open"):
            number = ticket._sla_round()
            clocks = ticket.clock_ids.filtered(lambda c, n=number: c.round == n)
            promises = {
                promise.target: promise
                for promise in self.env["shequ.sla.policy"]._match(ticket._sla_facts())
            }
            for clock in clocks.filtered(lambda c: c.state in ("running", "paused")):
                if clock.target in promises:
                    clock._follow(promises[clock.target])
                elif not clock.manual_deadline:
                    clock.write(
                        {
                            "state": "void",
                            "stopped_at": fields.Datetime.now(),
                            "next_event_at": False,
                            "paused_at": False,
                        }
                    )
            known = set(clocks.mapped("target"))
            missing = [
                promise
                for target, promise in promises.items()
                if target in AT_ONCE
                and target not in known
                and ticket.state not in REACHED.get(target, ())
            ]
            if missing:
                ticket._begin_like(clocks, missing, number)
        self._sync_clocks()

    def _begin_like(self, siblings, promises, number):
        """Start clocks that a policy adds later, with the past of their siblings."""
        self.ensure_one()
        Clock = self.env["shequ.sla.clock"].sudo()
        started = min(siblings.mapped("started_at"), default=self.reported_at)
        Clock._begin(self, promises, started, number)
        like = siblings.filtered(lambda c: c.state == "paused")[:1]
        like = like or siblings.sorted(lambda c: len(c.pauses or []))[-1:]
        if not (like.pauses or like.state == "paused"):
            return
        targets = [promise.target for promise in promises]
        for clock in Clock._open_of(self, targets):
            for start, end, reason in like.pauses or []:
                clock._replay_pause(start, end, reason)
            if like.state == "paused":
                clock._pause(like.pause_reason, like.paused_at)

    def _continue_clocks(self, targets):
        """Let stopped clocks of the present round run on as if never stopped."""
        for ticket in self.sudo():
            number = ticket._sla_round()
            clocks = ticket.clock_ids.filtered(
                lambda c, n=number: (
                    c.round == n and c.target in targets and c.state in ("met", "late")
                )
            )
            clocks.write(
                {
                    "state": "running",
                    "stopped_at": False,
                    "used_seconds": 0,
                    "overdue_seconds": 0,
                }
            )
            for clock in clocks:
                clock._recalculate()
        self._sync_clocks()

    def _sync_clocks(self):
        """Bring nearest deadline and lateness of the tickets up to date at once."""
        if not self:
            return
        self.env["shequ.sla.clock"].flush_model()
        self.flush_model(list(CLOCK_FIELDS))
        self.env.cr.execute(
            SQL(
                """
                UPDATE shequ_ticket t
                   SET next_deadline = c.deadline,
                       next_target = c.target,
                       is_late = COALESCE(c.is_late, FALSE),
                       missed_clock_count = c.missed
                  FROM unnest(%(ids)s) AS wanted(id)
                 CROSS JOIN LATERAL (
                       SELECT (array_agg(deadline ORDER BY deadline, id)
                               FILTER (WHERE state = 'running'))[1] AS deadline,
                              (array_agg(target ORDER BY deadline, id)
                               FILTER (WHERE state = 'running'))[1] AS target,
                              bool_or(state = 'running' AND deadline < %(now)s)
                                  AS is_late,
                              COUNT(*) FILTER (WHERE state = 'late'
                                  OR state = 'running' AND deadline < %(now)s)
                                  AS missed
                         FROM shequ_sla_clock
                        WHERE ticket_id = wanted.id) c
                 WHERE t.id = wanted.id
                   AND (t.next_deadline, t.next_target, t.is_late,
                        t.missed_clock_count)
                       IS DISTINCT FROM
                       (c.deadline, c.target, COALESCE(c.is_late, FALSE), c.missed)
             RETURNING t.id, t.is_late
                """,
                ids=self.ids,
                now=fields.Datetime.now(),
            )
        )
        changed = self.env.cr.fetchall()
        self.invalidate_recordset([*CLOCK_FIELDS, "clock_ids"], flush=False)
        relieved = self.browse([row[0] for row in changed if not row[1]]).sudo()
        if relieved and self.env.ref(ACTIVITY, raise_if_not_found=False):
            relieved.activity_unlink([ACTIVITY])

    # --- steps -----------------------------------------------------------------------

    def _finish_clocks(self, now):
        """The resident is told the result with the last step, so nothing runs on."""
        result = super()._finish_clocks(now)
        self._stop_clocks(at=now)
        return result

    def _unassign(self, reason):
        """A dispatch that was taken back has not happened."""
        result = super()._unassign(reason)
        self._continue_clocks(["dispatch"])
        return result

    def _talk(self, partner, body, media=()):
        """A member of staff who answers has called back; a resident has not."""
        message = super()._talk(partner, body, media)
        if partner and partner not in self.sudo().participant_ids:
            if any(not user.share for user in partner.sudo().user_ids):
                self._stop_clocks(["call_back", "fund_contact"])
        return message

    def _call_back(self, note):
        result = super()._call_back(note)
        self._stop_clocks(["fund_contact"])
        return result

    def _escalate(self, clock, level):
        """Extension point: what a passed level does besides the automation rules.

        :param clock: the ``shequ.sla.clock``
        :param int level: 1 to 4, for 80, 100, 150 and 200 %
        """

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if self.env.context.get("shequ_inbox_only"):
            # Alarms come by the dozen on a bad day: in the system, not by e-mail.
            recipients = [{**data, "notif": "inbox"} for data in recipients]
        return recipients
