from markupsafe import Markup, escape

from odoo import api, fields, models

from ...tools.sla import LEVEL_LATE, LEVEL_PERCENT
from .performance_rule import LATE_EVENTS
from .sla_target import TARGETS

LEVELS = [
    ("1", "80 %: due soon"),
    ("2", "100 %: late"),
    ("3", "150 %"),
    ("4", "200 %"),
]
AUDIENCES = [
    ("team", "The team or worker"),
    ("supervisor", "The supervisor of the estate"),
    ("manager", "The estate manager"),
    ("company_manager", "The managers of the company"),
]
# Whom to call when there is nobody of the audience: the next one up.
NEXT_UP = {
    "team": "supervisor",
    "supervisor": "manager",
    "manager": "company_manager",
}
ACTIVITY = "shequ_property.activity_deadline"
# From so many at once, one person gets one list for an estate.
DIGEST_FROM = 6
DIGEST_LINES = 30


class SlaBreach(models.Model):
    """A level that a clock has passed.  Append-only.

    Automation rules on the creation of breaches decide what follows; the shipped
    ones are in ``data/sla_automation.xml``.
    """

    _name = "shequ.sla.breach"
    _description = "Missed Deadline"
    _order = "due_at desc, id desc"
    _rec_name = "message"

    clock_id = fields.Many2one(
        "shequ.sla.clock", required=True, readonly=True, ondelete="cascade"
    )
    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    team_id = fields.Many2one(related="ticket_id.team_id")
    worker_id = fields.Many2one(related="ticket_id.worker_id")
    category_id = fields.Many2one(related="ticket_id.category_id")
    target = fields.Selection(TARGETS, required=True, readonly=True)
    level = fields.Selection(LEVELS, required=True, readonly=True)
    deadline = fields.Datetime(required=True, readonly=True)
    due_at = fields.Datetime(
        string="Passed At", required=True, readonly=True, help="When it was reached."
    )
    raised_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now, help="When seen."
    )
    silent = fields.Boolean(
        readonly=True,
        help="Recorded without calling anybody: a higher level was reached at the "
        "same time, or the work was done before the sweep saw it.",
    )
    message = fields.Char(string="Alarm", compute="_compute_message")
    point_ids = fields.One2many("shequ.performance.point", "breach_id")

    # Once for each promise: an extension is a new promise with alarms of its own.
    _clock_level_uniq = models.Constraint(
        "UNIQUE(clock_id, level, deadline)", "This level was raised already."
    )
    _estate_idx = models.Index("(estate_id, due_at DESC)")
    _company_idx = models.Index("(company_id, due_at DESC)")

    @api.depends("ticket_id", "clock_id", "level", "target")
    @api.depends_context("lang")
    def _compute_message(self):
        for breach in self:
            breach.message = breach._message()

    @api.depends("message")
    def _compute_display_name(self):
        for breach in self:
            breach.display_name = breach.message

    # --- words -------------------------------------------------------------------

    def _message(self):
        """Return one line for people: where, what, and what has not happened."""
        self.ensure_one()
        clock, ticket = self.clock_id, self.ticket_id.sudo()
        percent = LEVEL_PERCENT[int(self.level or 1) - 1]
        allowed = clock.minutes + clock.extended_minutes
        if clock.manual_deadline:
            allowed = (clock.deadline - clock.started_at).total_seconds() // 60
        what = {
            "place": ticket._sla_place(),
            "category": ticket.category_id.alert_name or ticket.category_id.name or "",
            "kind": ticket._label("kind"),
        }
        if self.level == "1":
            left = clock._duration_label(allowed - allowed * percent // 100)
            words = self._soon(clock.target, left, what)
        else:
            over = clock._duration_label(allowed * percent // 100)
            words = self._over(clock.target, over, what)
        return " ".join(words.split())

    def _over(self, target, over, what):
        """Say what has not happened for how long."""
        what = {**what, "over": over}
        if target == "accept":
            return self.env._(
                "%(place)s %(category)s %(kind)s: over %(over)s without being accepted",
                **what,
            )
        if target == "dispatch":
            return self.env._(
                "%(place)s %(category)s %(kind)s: over %(over)s without dispatch",
                **what,
            )
        if target == "on_site":
            return self.env._(
                "%(place)s %(category)s %(kind)s: over %(over)s and nobody on site",
                **what,
            )
        if target == "complete":
            return self.env._(
                "%(place)s %(category)s %(kind)s: over %(over)s without completion",
                **what,
            )
        if target == "call_back":
            return self.env._(
                "%(place)s %(category)s %(kind)s: over %(over)s without a call back",
                **what,
            )
        return self.env._(
            "%(place)s %(category)s %(kind)s: over %(over)s, fund not explained",
            **what,
        )

    def _soon(self, target, left, what):
        """Say what has to happen soon."""
        what = {**what, "left": left}
        if target == "accept":
            return self.env._(
                "%(place)s %(category)s %(kind)s: accept within %(left)s",
                **what,
            )
        if target == "dispatch":
            return self.env._(
                "%(place)s %(category)s %(kind)s: dispatch within %(left)s",
                **what,
            )
        if target == "on_site":
            return self.env._(
                "%(place)s %(category)s %(kind)s: be on site within %(left)s",
                **what,
            )
        if target == "complete":
            return self.env._(
                "%(place)s %(category)s %(kind)s: complete within %(left)s",
                **what,
            )
        if target == "call_back":
            return self.env._(
                "%(place)s %(category)s %(kind)s: call back within %(left)s",
                **what,
            )
        return self.env._(
            "%(place)s %(category)s %(kind)s: explain the fund within %(left)s",
            **what,
        )

    # --- whom to tell --------------------------------------------------------------

    def _notify(self, audience):
        """Tell the people of an audience.

        While the sweep runs, what is to be said is collected first, so that a person
        who would get many messages gets one list instead.

        :param audience: a key of :data:`AUDIENCES`
        """
        entries = [(audience, breach.id) for breach in self]
        outbox = self.env.context.get("shequ_sla_outbox")
        if outbox is None:
            self._send_outbox(entries)
        else:
            outbox.extend(entries)

    def _audience_key(self, audience):
        """Return what decides who the people of an audience are."""
        self.ensure_one()
        if audience != "team":
            return (audience, self.estate_id.id)
        ticket = self.ticket_id
        desk = self.target in ("accept", "dispatch", "call_back")
        return (
            audience,
            self.estate_id.id,
            ticket.team_id.id,
            ticket.worker_id.id,
            desk,
        )

    def _users_of(self, audience):
        """Return the users of an audience, or of the next one up; maybe nobody."""
        self.ensure_one()
        ticket = self.ticket_id.sudo()
        estate = ticket.estate_id
        while audience:
            if audience == "team":
                users = ticket.worker_id.user_id | ticket.team_id.leader_id
                if self.target in ("accept", "dispatch", "call_back") or not users:
                    users |= self._dispatchers(estate)
            elif audience == "supervisor":
                users = estate.supervisor_id
            elif audience == "manager":
                users = estate.manager_id
            else:
                users = self._company_managers(estate.company_id)
            users = users.filtered(lambda user: user.active and not user.share)
            if users:
                return users
            audience = NEXT_UP.get(audience)
        return self.env["res.users"].sudo()

    @api.model
    def _dispatchers(self, estate):
        group = self.env.ref("shequ_property.group_dispatcher")
        return estate.staff_ids.filtered(lambda user: group in user.all_group_ids)

    @api.model
    def _company_managers(self, company):
        group = self.env.ref("shequ_property.group_company_manager")
        root = self.env.ref("base.user_root")
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", group.ids),
                    ("company_ids", "in", company.ids),
                    ("share", "=", False),
                    ("id", "!=", root.id),
                ]
            )
        )

    @api.model
    def _send_outbox(self, entries):
        """Send what was collected: single messages, or one list a person and estate."""
        by_user, known = {}, {}
        for breach, audience in zip(
            self.sudo().browse([entry[1] for entry in entries]),
            [entry[0] for entry in entries],
            strict=True,
        ):
            people = breach._audience_key(audience)
            if people not in known:
                known[people] = breach._users_of(audience)
            for user in known[people]:
                by_user.setdefault((user, breach.estate_id), {})[breach.id] = True
        for (user, estate), found in by_user.items():
            breaches = (
                self.sudo()
                .browse(found)
                .with_context(lang=user.lang, tz=user.tz, shequ_sla_outbox=None)
            )
            if len(breaches) < DIGEST_FROM:
                for breach in breaches:
                    breach._tell(user)
            else:
                breaches._tell_digest(user, estate)

    def _tell(self, user):
        """Tell one user about one breach: inbox, pop-up, and a to-do when late."""
        self.ensure_one()
        ticket = self.ticket_id
        self._send(user, ticket, self.message, escape(self.message))
        if int(self.level) >= LEVEL_LATE and ticket.with_user(user).has_access("read"):
            self._remind(user)

    def _tell_digest(self, user, estate):
        """Tell one user about many breaches of an estate in one message."""
        subject = self.env._(
            "%(estate)s: %(count)s deadlines need attention",
            estate=estate.name,
            count=len(self),
        )
        ordered = self.sorted(lambda b: (-int(b.level), b.due_at))
        lines = [escape(breach.message) for breach in ordered[:DIGEST_LINES]]
        if len(self) > DIGEST_LINES:
            lines.append(
                escape(self.env._("and %(count)s more", count=len(self) - DIGEST_LINES))
            )
        body = Markup("<ul>%s</ul>") % Markup().join(
            Markup("<li>%s</li>") % line for line in lines
        )
        # Under the estate's name, which need not be said twice.
        shown = self.env._("%(count)s deadlines need attention", count=len(self))
        self._send(user, ordered[0].ticket_id, subject, body, shown)

    @api.model
    def _send(self, user, ticket, subject, body, shown=None):
        """Leave a message in the user's inbox and show it at once; never an e-mail.

        :param str shown: what pops up under the estate's name, if not the subject
        """
        ticket.with_context(shequ_inbox_only=True).message_notify(
            partner_ids=user.partner_id.ids,
            subject=subject,
            body=body,
            notify_author=True,
        )
        user._bus_send(
            "simple_notification",
            {
                "title": ticket.estate_id.name,
                "message": shown or subject,
                "sticky": True,
            },
        )

    def _remind(self, user):
        """Leave a to-do with the user, one a ticket, which grows with the level."""
        activity_type = self.env.ref(ACTIVITY, raise_if_not_found=False)
        if not activity_type:
            return
        ticket = self.ticket_id.with_context(mail_activity_quick_update=True)
        mine = ticket.activity_ids.filtered(
            lambda a: a.user_id == user and a.activity_type_id == activity_type
        )
        if mine:
            mine.summary = self.message
        else:
            ticket.activity_schedule(ACTIVITY, summary=self.message, user_id=user.id)

    # --- points --------------------------------------------------------------------

    def _give_points(self):
        """Count points by the performance rules against whoever let it lie."""
        Point = self.env["shequ.performance.point"].sudo()
        Point._add([breach._point_values() for breach in self])

    def _point_values(self):
        """Values of the point for a missed deadline, or None without a rule."""
        self.ensure_one()
        ticket = self.ticket_id.sudo()
        event = LATE_EVENTS.get(self.level)
        day = self.env["shequ.performance.point"]._day(self.due_at, ticket.estate_id.tz)
        rule = self.env["shequ.performance.rule"]._for(
            self.company_id.id, event, day, ticket.team_id.id
        )
        if not rule or not rule.score:
            return None
        values = {
            "breach_id": self.id,
            "event": event,
            "rule_id": rule.id,
            "origin": f"breach:{self.id}",
            # Kept as it is: in the company's language, whoever runs the sweep.
            "note": self.with_context(
                lang=self.company_id.partner_id.lang or self.env.lang
            )._message()[:200],
            "ticket_id": ticket.id,
            "company_id": self.company_id.id,
            "estate_id": self.estate_id.id,
            "date": self.due_at,
            "points": -rule.score,
        }
        desk = self.target in ("accept", "dispatch", "call_back", "fund_contact")
        if desk or not ticket.assigned_at:
            values.update(party="front_desk", user_id=ticket.accepted_by_id.id)
        elif ticket.worker_id:
            values.update(
                party="worker",
                worker_id=ticket.worker_id.id,
                user_id=ticket.worker_id.user_id.id,
                team_id=ticket.team_id.id,
            )
        else:
            values.update(party="team", team_id=ticket.team_id.id)
        return values
