"""Dispatch: how a ticket finds its worker (自动派单、抢单、紧急响铃)."""

import time

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import dispatch
from .ticket import OPEN_STATES, QUIET
from .ticket_flow import FLOW_FIELDS

DISPATCH_STATES = [
    ("queued", "To be sent by itself"),
    ("offered", "On offer"),
    ("waiting", "Waits for a free hand"),
    ("ringing", "Ringing"),
]
# Why nobody was sent; `tools.dispatch.plan` says which.
WAITS = [
    ("full", "Everybody's hands are full"),
    ("off_duty", "Nobody is on duty"),
    ("away", "Those who could go are on leave"),
    ("refused", "Those who could go have refused"),
    ("nobody", "Nobody has the skill here"),
]
FLOW_FIELDS.update(
    {"dispatch_state", "dispatch_wait", "dispatch_reasons", "refused_worker_ids"}
)
# What decides about the mode.
DECIDING = {"urgency", "category_id", "team_id", "skill_id"}
# Seconds within which one process wakes the dispatch once.
WAKE_EVERY = 2
_woken = {}


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    dispatch_state = fields.Selection(
        DISPATCH_STATES, string="Dispatch", readonly=True, copy=False
    )
    dispatch_wait = fields.Selection(
        WAITS, string="Why Nobody Goes Yet", readonly=True, copy=False
    )
    dispatch_reasons = fields.Json(readonly=True, copy=False)
    refused_worker_ids = fields.Many2many(
        "shequ.worker",
        "shequ_ticket_refused_rel",
        string="Refused By",
        readonly=True,
        copy=False,
    )
    offer_ids = fields.One2many("shequ.dispatch.offer", "ticket_id", readonly=True)

    _dispatch_idx = models.Index(
        "(urgency_rank, id) WHERE dispatch_state IN ('queued', 'waiting')"
    )

    # --- settings ------------------------------------------------------------------

    @api.model
    def _dispatch_setting(self, key, default):
        """A whole number of the parameters ``shequ.dispatch.…``."""
        value = (
            self.env["ir.config_parameter"].sudo().get_param(f"shequ.dispatch.{key}")
        )
        return int(value) if str(value or "").isdigit() else default

    @api.model
    def _dispatch_weights(self):
        text = (
            self.env["ir.config_parameter"].sudo().get_param("shequ.dispatch.weights")
        )
        try:
            return dispatch.parse_weights(text)
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "“%(word)s” in the system parameter shequ.dispatch.weights is no "
                    "weight such as skill=10.",
                    word=error,
                )
            ) from error

    # --- a new ticket --------------------------------------------------------------

    @api.model
    def _dispatch_mode(self, values):
        """How a ticket of these values (ids) finds its worker: a mode, or "ring".

        Nothing is read but what is kept in memory.
        """
        Rule = self.env["shequ.dispatch.rule"]
        company = values["company_id"]
        if values.get("urgency") == "red" and Rule._has_workers(company):
            if self._dispatch_setting("ring_red", 1):
                return "ring"
        return Rule._mode(
            company,
            values.get("estate_id") or 0,
            values.get("team_id") or 0,
            values.get("category_id") or 0,
        )[0]

    def _dispatch_mode_now(self):
        self.ensure_one()
        return self._dispatch_mode(
            {
                "company_id": self.company_id.id,
                "estate_id": self.estate_id.id,
                "urgency": self.urgency,
                "team_id": self.team_id.id,
                "category_id": self.category_id.id,
            }
        )

    @api.model
    def _intake_values(self, report, place, name):
        values = super()._intake_values(report, place, name)
        if self._dispatch_mode(values) != "assign":
            values["dispatch_state"] = "queued"
        return values

    def _after_intake(self):
        result = super()._after_intake()
        self._dispatch_new()
        return result

    def _dispatch_new(self):
        """Emergencies ring at once; the rest is sent right after the request."""
        Rule = self.env["shequ.dispatch.rule"]
        companies = self.company_id.ids
        if not any(Rule._rules_of(c) or Rule._has_workers(c) for c in companies):
            return
        queued = self.filtered(lambda t: t.dispatch_state == "queued")
        reds = queued.filtered(lambda t: t._dispatch_mode_now() == "ring")
        reds._ring_start()
        if queued - reds:
            self._dispatch_soon()

    def _dispatch_queue(self):
        """Let tickets without a worker find one again, by the rule that holds now."""
        free = self.sudo().filtered(
            lambda t: (
                not t.worker_id
                and t.state in ("new", "accepted", "assigned")
                and not t.hold_reason
            )
        )
        modes = {ticket: ticket._dispatch_mode_now() for ticket in free}
        reds = free.filtered(lambda t: modes[t] == "ring")
        reds.filtered(lambda t: t.dispatch_state != "ringing")._ring_start()
        queued = (free - reds).filtered(
            lambda t: modes[t] != "assign" and t.dispatch_state != "offered"
        )
        queued.write({"dispatch_state": "queued", "dispatch_wait": False})
        (free - reds - queued).filtered(lambda t: modes[t] == "assign").write(
            {"dispatch_state": False, "dispatch_wait": False}
        )
        if queued:
            self._dispatch_soon()

    @api.model
    def _dispatch_soon(self):
        """Wake the dispatch right after this transaction, once for a storm of them."""
        key = self.env.cr.dbname
        if time.monotonic() - _woken.get(key, -WAKE_EVERY) < WAKE_EVERY:
            return
        cron = self.env.ref("shequ_property.cron_dispatch", raise_if_not_found=False)
        if cron:
            _woken[key] = time.monotonic()
            cron.sudo()._trigger()

    def write(self, vals):
        result = super().write(vals)
        if DECIDING & vals.keys() and not self.env.context.get("shequ_dispatching"):
            waiting = self.sudo().filtered(
                lambda t: t.is_open and not t.worker_id and t.state != "returned"
            )
            waiting._dispatch_follow()
        return result

    def _dispatch_follow(self):
        """What a changed urgency, category or team means for the dispatch."""
        Rule = self.env["shequ.dispatch.rule"]
        for company, tickets in self.grouped("company_id").items():
            if Rule._rules_of(company.id) or Rule._has_workers(company.id):
                calm = tickets.filtered(
                    lambda t: t.dispatch_state == "ringing" and t.urgency != "red"
                )
                calm._dispatch_stop()
                tickets._dispatch_queue()

    # --- steps that end it ---------------------------------------------------------

    def _step(self, code, to_state=None, note="", public=True, partner=None, **vals):
        before = self.worker_id if code == "unassigned" else None
        result = super()._step(code, to_state, note, public, partner, **vals)
        if code == "assigned":
            self._dispatch_assigned(vals.get("worker_id"))
        elif code == "unassigned":
            # Who gave it back is not sent there again by itself.
            self.sudo().write({"refused_worker_ids": [(4, w.id) for w in before]})
            self._dispatch_queue()
        elif code in ("resubmitted", "resumed", "reopened"):
            self._dispatch_queue()
        elif to_state and to_state not in ("new", "accepted"):
            self._dispatch_stop()
            self._dispatch_hand_free()
        elif code == "held":
            self._dispatch_stop()
        return result

    def _dispatch_assigned(self, worker_id):
        tickets = self.sudo()
        worker = self.env["shequ.worker"].sudo().browse(worker_id or [])
        if not worker:
            tickets._dispatch_queue()
            return
        tickets._dispatch_stop(worker)
        worker.last_job_at = fields.Datetime.now()

    def _dispatch_stop(self, worker=None):
        """End offers and ringing."""
        tickets = self.sudo()
        busy = tickets.filtered("dispatch_state")
        if busy:
            busy.write({"dispatch_state": False, "dispatch_wait": False})
        offers = self.env["shequ.dispatch.offer"].sudo()
        if worker or busy:
            offers = offers.search(
                [("ticket_id", "in", tickets.ids), ("state", "=", "open")]
            )
        mine = offers.filtered(lambda o: worker and worker in o.line_ids.worker_id)
        mine._close("taken", worker)
        (offers - mine)._close("withdrawn")
        offers.ticket_id._ring_stop()

    def _dispatch_hand_free(self):
        """A hand has become free: somebody may be waiting for it."""
        Rule = self.env["shequ.dispatch.rule"]
        if any(Rule._rules_of(company) for company in self.sudo().company_id.ids):
            self._dispatch_soon()

    # --- the pass --------------------------------------------------------------------

    @api.model
    def _cron_dispatch(self):
        """Ring again, end offers nobody took, send what waits; resumable."""
        self._ring_due()
        self._offers_due()
        cron, size = self.env["ir.cron"], self._dispatch_setting("batch", 500)
        domain = [("dispatch_state", "in", ("queued", "waiting"))]
        last = (0, 0)
        while True:
            after = [
                "|",
                ("urgency_rank", ">", last[0]),
                "&",
                ("urgency_rank", "=", last[0]),
                ("id", ">", last[1]),
            ]
            tickets = self.sudo().search(
                domain + after, order="urgency_rank, id", limit=size
            )
            if not tickets:
                return
            last = (tickets[-1].urgency_rank, tickets[-1].id)
            tickets.try_lock_for_update(allow_referencing=True)._dispatch()
            if self.env.context.get("cron_id") and not cron._commit_progress(
                len(tickets)
            ):
                return

    def _dispatch(self):
        """Send, offer or let wait; for as many tickets as there are.

        :return: dict with the number of ``sent``, ``offered`` and ``waiting``
        """
        Rule = self.env["shequ.dispatch.rule"]
        counts = {"sent": 0, "offered": 0, "waiting": 0}
        for company, tickets in self.sudo().grouped("company_id").items():
            free = tickets.filtered(
                lambda t: t.is_open and not t.worker_id and not t.hold_reason
            )
            (tickets - free).filtered("dispatch_state").write({"dispatch_state": False})
            by_mode = {"auto": self.browse(), "grab": self.browse()}
            for ticket in free:
                mode = ticket._dispatch_mode_now()
                if mode == "ring":
                    ticket._ring_start()
                elif mode in by_mode:
                    by_mode[mode] |= ticket
                else:
                    ticket.dispatch_state = False
            if not (by_mode["auto"] or by_mode["grab"]):
                continue
            workers = self.env["shequ.worker"].sudo()
            if Rule._has_workers(company.id):
                workers = workers.search([("company_id", "=", company.id)])
            crew = workers._facts(free)
            if by_mode["auto"]:
                crew = by_mode["auto"]._dispatch_auto(crew, counts)
            if by_mode["grab"]:
                by_mode["grab"]._dispatch_grab(crew, counts)
        return counts

    def _dispatch_jobs(self):
        """Tickets as the plain facts that the ranking reads."""
        return [
            dispatch.Job(
                id=ticket.id,
                urgency=ticket.urgency_rank,
                skill=ticket.skill_id.id or 0,
                team=ticket.team_id.id or 0,
                estate=ticket.estate_id.id,
                building=ticket.building_id.id or 0,
                grid=ticket.grid_id.id or 0,
                household=ticket.unit_id.id or 0,
                language=(ticket.on_behalf_id or ticket.reporter_id).shequ_dialect_id.id
                or 0,
                refused=frozenset(ticket.refused_worker_ids.ids),
                since=ticket.reported_at.timestamp() if ticket.reported_at else 0.0,
            )
            for ticket in self.sudo()
        ]

    def _dispatch_auto(self, crew, counts):
        """Give each ticket to the best worker; return the crew with its new loads."""
        plan = dispatch.plan(self._dispatch_jobs(), crew, self._dispatch_weights())
        waiting, chosen = {}, {}
        for ticket_id, choice, why in plan:
            if choice:
                chosen.setdefault(choice.worker, []).append((ticket_id, choice))
            else:
                waiting.setdefault(why, []).append(ticket_id)
        self._dispatch_send(chosen)
        self._dispatch_wait(waiting)
        counts["sent"] += sum(len(pairs) for pairs in chosen.values())
        counts["waiting"] += sum(len(ids) for ids in waiting.values())
        return [
            worker._replace(load=worker.load + len(chosen.get(worker.id, ())))
            for worker in crew
        ]

    def _dispatch_wait(self, waiting):
        """Say why nobody goes yet; what has not changed is not written."""
        for why, ids in waiting.items():
            tickets = self.browse(ids).filtered(
                lambda t, why=why: (
                    (t.dispatch_state, t.dispatch_wait) != ("waiting", why)
                )
            )
            tickets.write({"dispatch_state": "waiting", "dispatch_wait": why})

    def _dispatch_send(self, chosen):
        """Send many tickets to many workers, a handful of statements for each worker.

        :param chosen: dict worker id → list of (ticket id, `tools.dispatch.Choice`)
        """
        if not chosen:
            return
        now, sent = fields.Datetime.now(), self.browse()
        workers = self.env["shequ.worker"].sudo().browse(chosen)
        quiet = self.sudo().with_context(**QUIET, shequ_dispatching=True)
        events = []
        for worker in workers:
            pairs = chosen[worker.id]
            tickets = quiet.browse([ticket_id for ticket_id, _choice in pairs])
            for ticket, (_ticket_id, choice) in zip(tickets, pairs, strict=True):
                events += ticket._dispatch_events(worker, now)
                ticket.dispatch_reasons = [list(reason) for reason in choice.reasons]
            fresh = tickets.filtered(lambda t: t.state == "new")
            fresh.write({"accepted_at": now, "accepted_by_id": self.env.uid})
            tickets.write(
                {
                    "state": "assigned",
                    "worker_id": worker.id,
                    "assigned_at": now,
                    "dispatch_state": False,
                    "dispatch_wait": False,
                }
            )
            tickets.filtered(lambda t: not t.team_id).write(
                {"team_id": worker.team_ids[:1].id}
            )
            sent |= tickets
        self.env["shequ.ticket.event"]._append(events)
        workers.write({"last_job_at": now})
        sent = sent.with_env(self.env)
        sent._stop_clocks(["accept", "dispatch"])
        sent._notify_pool()
        sent._dispatch_tell()

    def _dispatch_events(self, worker, now):
        """Rows of the trace for a ticket that is about to be sent."""
        steps = [("accepted", "accepted", "")] if self.state == "new" else []
        steps.append(("assigned", "assigned", worker.name))
        rows, state = [], self.state
        for code, to_state, note in steps:
            rows.append((self.id, now, code, self.env.uid, state, to_state, note, True))
            state = to_state
        return rows

    def _dispatch_tell(self):
        """Tell residents who comes, and each worker once, however many jobs it is."""
        by_mail = self.filtered(lambda t: t.sudo().participant_ids.filtered("email"))
        for ticket in by_mail:
            ticket._tell_residents(ticket._dispatch_news())
        (self - by_mail)._dispatch_note()
        for worker, tickets in self.sudo().grouped("worker_id").items():
            partner = worker.user_id.partner_id
            if len(tickets) == 1:
                tickets._tell_worker()
            elif partner:
                tickets[0].message_notify(
                    partner_ids=partner.ids,
                    subject=self.env._("%(count)s new jobs", count=len(tickets)),
                    body=", ".join(
                        t.place or t.estate_id.name or "" for t in tickets[:10]
                    ),
                )

    def _dispatch_news(self):
        return self.env._(
            "%(worker)s is on the way to you.", worker=self.sudo().worker_id.name
        )

    def _dispatch_note(self):
        """Put the news into the conversation of people whom no e-mail reaches."""
        author = self.env.user.partner_id
        self.env["mail.message"].sudo().create(
            [
                {
                    "model": self._name,
                    "res_id": ticket.id,
                    "body": ticket._dispatch_news(),
                    "message_type": "notification",
                    "subtype_id": self.env.ref("mail.mt_comment").id,
                    "author_id": author.id,
                    "email_from": author.email_formatted,
                    "reply_to": author.email_formatted or "",
                }
                for ticket in self
            ]
        )

    # --- offers ----------------------------------------------------------------------

    def _dispatch_grab(self, crew, counts):
        """Offer each ticket to all who could go now and have not too many offers."""
        Rule, Offer = (
            self.env["shequ.dispatch.rule"],
            self.env["shequ.dispatch.offer"].sudo(),
        )
        now, weights = fields.Datetime.now(), self._dispatch_weights()
        limit = self._dispatch_setting("offers_at_once", 20)
        default = self._dispatch_setting("grab_minutes", 5)
        shown = self._dispatch_shown([worker.id for worker in crew])
        offers, waiting = Offer, {}
        for job in dispatch.order(self._dispatch_jobs()):
            ticket = self.browse(job.id)
            suited = [
                choice
                for choice in dispatch.rank(job, crew, weights)
                if not choice.blocked and shown.get(choice.worker, 0) < limit
            ]
            if not suited:
                plan = dispatch.plan([job], crew, weights)
                waiting.setdefault(plan[0][2] or "full", []).append(ticket.id)
                continue
            minutes = Rule._mode(
                ticket.company_id.id,
                ticket.estate_id.id,
                ticket.team_id.id,
                ticket.category_id.id,
            )[1]
            expires = fields.Datetime.add(now, minutes=minutes or default)
            offers |= Offer._make(ticket, suited, "grab", expires_at=expires)
            for choice in suited:
                shown[choice.worker] = shown.get(choice.worker, 0) + 1
        tickets = offers.ticket_id
        tickets.write({"dispatch_state": "offered", "dispatch_wait": False})
        tickets._trace("offered", public=False)
        offers._push()
        self._dispatch_wait(waiting)
        counts["offered"] += len(offers)
        counts["waiting"] += sum(len(ids) for ids in waiting.values())

    @api.model
    def _dispatch_shown(self, worker_ids):
        """Return ``{worker id: offers that wait for an answer}``."""
        return {
            worker.id: count
            for worker, count in self.env["shequ.dispatch.offer.line"]
            .sudo()
            ._read_group(
                [
                    ("worker_id", "in", worker_ids),
                    ("state", "=", "waiting"),
                    ("offer_id.state", "=", "open"),
                ],
                ["worker_id"],
                ["__count"],
            )
        }

    @api.model
    def _offers_due(self):
        """No taker in time: the best worker is sent."""
        offers = (
            self.env["shequ.dispatch.offer"]
            .sudo()
            .search(
                [
                    ("state", "=", "open"),
                    ("kind", "=", "grab"),
                    ("expires_at", "<=", fields.Datetime.now()),
                ],
                limit=self._dispatch_setting("batch", 500),
            )
        )
        tickets = offers.ticket_id.try_lock_for_update(allow_referencing=True)
        offers = offers.filtered(lambda offer: offer.ticket_id in tickets)
        offers._close("expired")
        for company, free in tickets.grouped("company_id").items():
            free = free.filtered(lambda t: t.state in OPEN_STATES and not t.worker_id)
            free.write({"dispatch_state": "waiting"})
            workers = (
                self.env["shequ.worker"]
                .sudo()
                .search([("company_id", "=", company.id)])
            )
            free._dispatch_auto(
                workers._facts(free), {"sent": 0, "offered": 0, "waiting": 0}
            )
