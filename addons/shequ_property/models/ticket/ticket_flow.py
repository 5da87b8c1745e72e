from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError

from .ticket import CLOSE_REASONS, FINISHED_STATES, HOLD_REASONS, OPEN_STATES

# From which states each step may be taken.
STEPS = {
    "accepted": ("new",),
    "assigned": ("new", "accepted", "assigned", "in_progress"),
    "unassigned": ("assigned", "in_progress"),
    "arrived": ("accepted", "assigned"),
    "held": OPEN_STATES,
    "resumed": OPEN_STATES,
    "finished": OPEN_STATES,
    "returned": ("new", "accepted", "assigned"),
    "resubmitted": ("returned",),
    "cancelled": (*OPEN_STATES, "returned"),
    "reopened": FINISHED_STATES,
    "rated": ("done", "closed"),
    "closed": ("done",),
    "merged": OPEN_STATES,
}
# Only the steps below write these; a direct write over the interface is refused.
FLOW_FIELDS = {
    "name",
    "company_id",
    "estate_id",
    "channel",
    "external_ref",
    "state",
    "hold_reason",
    "hold_note",
    "hold_since",
    "reported_at",
    "accepted_at",
    "accepted_by_id",
    "assigned_at",
    "arrived_at",
    "done_at",
    "closed_at",
    "close_reason",
    "duplicate_of_id",
    "me_too_count",
    "participant_ids",
    "return_reason",
    "cancel_reason",
    "reopen_reason",
    "reopen_until",
    "rework_count",
    "grid_id",
    "arrived_latitude",
    "arrived_longitude",
    "rating_asked_at",
    "rating_reminded_at",
    "rating_last_value",
    "is_open",
    "urgency_rank",
    "search_terms",
    "rating_value",
    "rating_tag_ids",
    "rating_comment",
    "rated_at",
    "team_id",
    "worker_id",
}


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Tickets are taken in through the intake only.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and FLOW_FIELDS & vals.keys():
            raise UserError(
                self.env._("A ticket moves by its steps; use the buttons for that.")
            )
        if "active" in vals and not self.env.su:
            self._check_may_archive()
        return super().write(vals)

    def _check_may_archive(self):
        """Only a manager puts tickets away, and never one that waits for somebody."""
        if not self.env.user.has_group("shequ_property.group_estate_manager"):
            raise UserError(self.env._("Only the estate manager archives tickets."))
        if any(ticket.is_open for ticket in self):
            raise UserError(
                self.env._("An open ticket cannot be archived. Finish it first.")
            )

    # --- one step --------------------------------------------------------------

    def _step(self, code, to_state=None, note="", public=True, partner=None, **vals):
        """Take one step with all tickets: check, write, leave a trace.

        :param code: event code, a key of :data:`STEPS`
        :param to_state: new state, or None when the state stays
        :param note: words for the trace
        :param public: whether the resident sees the line
        :param partner: the resident who acts, if it is not a member of staff
        """
        for ticket in self:
            if ticket.state not in STEPS[code]:
                raise UserError(
                    self.env._(
                        "%(ticket)s is “%(state)s”: this step is not possible now.",
                        ticket=ticket.name,
                        state=ticket._label("state"),
                    )
                )
        events = [
            ticket._event_values(code, note, public, partner, to_state)
            for ticket in self
        ]
        if to_state:
            vals["state"] = to_state
        if vals:
            self.sudo().write(vals)
        self.env["shequ.ticket.event"].sudo().create(events)
        self._notify_pool()

    def _event_values(self, code, note="", public=True, partner=None, to_state=None):
        self.ensure_one()
        return {
            "ticket_id": self.id,
            "at": fields.Datetime.now(),
            "code": code,
            "user_id": self.env.uid,
            "partner_id": (partner or self.env.user.partner_id).id,
            "from_state": self.state,
            "to_state": to_state or self.state,
            "note": note or False,
            "public": public,
        }

    def _trace(self, code, note="", public=True, partner=None):
        """Leave a line in the trace without moving the ticket."""
        return (
            self.env["shequ.ticket.event"]
            .sudo()
            .create([t._event_values(code, note, public, partner) for t in self])
        )

    def _check_staff(self):
        self.check_access("write")

    def _check_participant(self, partner):
        """Only people of the ticket may decide about it on the portal."""
        for ticket in self.sudo():
            if not partner or partner not in ticket.participant_ids:
                raise AccessError(self.env._("This ticket belongs to somebody else."))

    def _check_owner(self, partner):
        """Who reported it or for whom it is; “me too” neighbours may not.

        Staff act for a caller who left no name: then there is no partner.
        """
        if not partner and self.env.user._is_internal():
            self.with_user(self.env.user)._check_staff()
            return
        for ticket in self.sudo():
            if not partner or partner not in ticket.reporter_id | ticket.on_behalf_id:
                raise AccessError(self.env._("This ticket belongs to somebody else."))

    # --- staff -----------------------------------------------------------------

    def action_accept(self):
        """Take the tickets out of the waiting line (待接收 → 已接收)."""
        self._check_staff()
        self._step(
            "accepted",
            "accepted",
            accepted_at=fields.Datetime.now(),
            accepted_by_id=self.env.uid,
        )
        self._stop_clocks(["accept"])
        self._tell_residents(self.env._("We have received your request."))
        return True

    def _assign(self, team=None, worker=None):
        """Send a worker or a team (已派单).

        :param team: ``shequ.team``; by default the worker's first team
        :param worker: ``shequ.worker``, or None to leave the choice to the team
        """
        self._check_staff()
        waiting = self.filtered(lambda t: t.state == "new")
        if waiting:
            waiting.action_accept()
        team = team or (worker and worker.team_ids[:1]) or self.team_id[:1]
        if not team and not worker:
            raise UserError(self.env._("Please choose a team or a worker."))
        now = fields.Datetime.now()
        self._step(
            "assigned",
            "assigned",
            note=(worker or team).name,
            team_id=team.id if team else False,
            worker_id=worker.id if worker else False,
            assigned_at=now,
        )
        self._stop_clocks(["dispatch"])
        if worker:
            self._tell_residents(
                self.env._("%(worker)s is on the way to you.", worker=worker.name)
            )
            self._tell_worker()
        return True

    def _unassign(self, reason):
        """Give tickets back to the pool, with the reason."""
        self._check_staff()
        self._step("unassigned", "accepted", note=reason, public=False, worker_id=False)

    def action_start(self, latitude=None, longitude=None):
        """The worker is on site (处理中)."""
        self._check_staff()
        self._check_may_start()
        self._step(
            "arrived",
            "in_progress",
            arrived_at=fields.Datetime.now(),
            arrived_latitude=latitude or 0.0,
            arrived_longitude=longitude or 0.0,
        )
        self._stop_clocks(["dispatch", "on_site"])
        return True

    def _check_may_start(self):
        """Extension point: raise when work must not begin yet."""

    def _hold(self, reason, note=""):
        """Pause: the resident always sees why and what it does to the deadline."""
        self._check_staff()
        if reason not in dict(HOLD_REASONS):
            raise UserError(self.env._("Please say what the ticket waits for."))
        now = fields.Datetime.now()
        self._step(
            "held", note=note, hold_reason=reason, hold_note=note, hold_since=now
        )
        self._pause_clocks(reason, now)
        for ticket in self:
            ticket._tell_residents(
                self.env._(
                    "Your request is on hold: %(reason)s %(note)s",
                    reason=ticket._label("hold_reason"),
                    note=note or "",
                )
            )

    def action_resume(self):
        """Go on after a pause."""
        self._check_staff()
        held = self.filtered("hold_reason")
        held._step("resumed", hold_reason=False, hold_note=False, hold_since=False)
        held._resume_clocks(fields.Datetime.now())
        return True

    def _finish(self, resolution, photos=(), close_reason="solved"):
        """Close the work (已办结).

        :param resolution: what was done; for a complaint the reply to the resident
        :param photos: list of dicts with ``type``, ``name`` and ``raw``
        :param close_reason: a key of ``CLOSE_REASONS``.  Closing as not solved or
            not ours is possible and counted as such, so that rates stay honest.
        """
        self.ensure_one()
        self._check_staff()
        if close_reason not in dict(CLOSE_REASONS):
            raise UserError(self.env._("Please say how the ticket ended."))
        resolution = (resolution or self.resolution or "").strip()
        self._check_finish(resolution, photos, close_reason)
        if photos:
            self.sudo()._add_media(list(photos), phase="evidence")
        if self.hold_reason:
            self.action_resume()
        now = fields.Datetime.now()
        self._step(
            "finished",
            "done",
            note=resolution[:200],
            resolution=resolution,
            close_reason=close_reason,
            done_at=now,
            reopen_until=now + timedelta(days=self._days("reopen_days", 7)),
            rating_asked_at=now,
        )
        self._finish_clocks(now)
        self._tell_residents(
            self.env._(
                "Your request has been dealt with: %(resolution)s Please tell us how "
                "it went.",
                resolution=resolution,
            )
        )

    def _check_finish(self, resolution, photos, close_reason):
        if not resolution and self.kind == "complaint":
            raise UserError(
                self.env._("Please write the reply that the resident will read.")
            )
        if not resolution:
            raise UserError(self.env._("Please say in a word what was done."))
        evidence = self.media_ids.filtered(
            lambda m: m.phase == "evidence" and m.type == "photo"
        )
        solved_repair = self.kind == "repair" and close_reason == "solved"
        if solved_repair and not evidence and not photos:
            raise UserError(
                self.env._("A repair needs at least one photo of the finished work.")
            )

    def _finish_clocks(self, now):
        """Work that is done was also accepted, sent and on site."""
        self._stop_clocks(["accept", "dispatch", "on_site", "complete"])

    def _return(self, reason):
        """Send a ticket back to the resident, saying why."""
        self._check_staff()
        if not (reason or "").strip():
            raise UserError(self.env._("Please tell the resident why."))
        self._step("returned", "returned", note=reason, return_reason=reason)
        self._void_clocks()
        self._tell_residents(
            self.env._("Your request came back to you: %(reason)s", reason=reason)
        )

    def _call_back(self, note):
        """Record that the resident was called back."""
        self._check_staff()
        self._trace("called", note)
        self._stop_clocks(["call_back"])

    # --- resident --------------------------------------------------------------

    def _resubmit(self, partner, description):
        """Answer a returned ticket and put it into the pool again."""
        self._check_owner(partner)
        words = (description or "").strip()
        if not words:
            raise UserError(self.env._("Please say in a few words what it is about."))
        self._step(
            "resubmitted",
            "new",
            partner=partner,
            description=words,
            return_reason=False,
        )
        self._restart_clocks()

    def _cancel(self, partner, reason=""):
        """The resident takes the report back."""
        self._check_owner(partner)
        self._step(
            "cancelled",
            "cancelled",
            note=reason,
            partner=partner,
            cancel_reason=reason,
            closed_at=fields.Datetime.now(),
            hold_reason=False,
        )
        self._void_clocks()

    def _reopen(self, partner, reason):
        """Not fixed after all: within seven days, counted against the team."""
        self.ensure_one()
        self._check_owner(partner)
        if not (reason or "").strip():
            raise UserError(self.env._("Please say what is still wrong."))
        if not self.reopen_until or fields.Datetime.now() > self.reopen_until:
            raise UserError(
                self.env._("The time to reopen has passed. Please report it anew.")
            )
        self._reopen_now(partner, reason)

    def _reopen_now(self, partner, reason):
        """Reopen, the checks having been made."""
        self._step(
            "reopened",
            "accepted",
            note=reason,
            partner=partner,
            reopen_reason=reason,
            rework_count=self.rework_count + 1,
            done_at=False,
            closed_at=False,
            close_reason=False,
            arrived_at=False,
            assigned_at=False,
            rating_asked_at=False,
        )
        self._restart_clocks()
        self._tell_worker()

    def _rate(self, partner, stars, tags=None, comment=""):
        """One to five stars, words to tap and words of one's own.

        :param stars: int 1–5
        :param tags: ``shequ.rating.tag`` records
        """
        self.ensure_one()
        self._check_owner(partner)
        if stars not in (1, 2, 3, 4, 5):
            raise UserError(self.env._("Please give one to five stars."))
        if self.rated_at:
            raise UserError(self.env._("You have rated this already. Thank you!"))
        comment = (comment or "").strip()[:1000]
        self.sudo().rating_apply(
            stars,
            rating=self.sudo()
            .env["rating.rating"]
            .create(self._rating_values(partner)),
            feedback=comment,
            subtype_xmlid="mail.mt_note",
            notify_delay_send=False,
        )
        self._step(
            "rated",
            "rated",
            note=f"{stars}★ {comment}".strip(),
            partner=partner,
            rating_value=stars,
            rating_tag_ids=[(6, 0, tags.ids if tags else [])],
            rating_comment=comment,
            rated_at=fields.Datetime.now(),
        )
        self._tell_worker()

    def _rating_values(self, partner):
        model_id = self.env["ir.model"]._get_id(self._name)
        return {
            "res_model_id": model_id,
            "res_id": self.id,
            "partner_id": partner.id,
            "rated_partner_id": self.sudo().worker_id.partner_id.id,
            "is_internal": False,
        }

    def _talk(self, partner, body, media=()):
        """Say something on the ticket, with photos; resident and staff see it."""
        self.ensure_one()
        body = (body or "").strip()
        if not body and not media:
            raise UserError(self.env._("Please write something or add a photo."))
        kept = self.sudo()._add_media(list(media), phase="talk") if media else None
        # Odoo drops the attachments of a message that a portal user posts, unless
        # they come from its own composer.
        return self.with_user(SUPERUSER_ID).message_post(
            body=body,
            author_id=partner.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachment_ids=kept.attachment_id.ids if kept else [],
            partner_ids=self._talk_recipients(partner).ids,
        )

    def _talk_recipients(self, author):
        ticket = self.sudo()
        staff = ticket.worker_id.partner_id | ticket.accepted_by_id.partner_id
        people = ticket.participant_ids.filtered("email") | staff
        return people - author

    # --- time ------------------------------------------------------------------

    @api.model
    def _days(self, key, default):
        value = self.env["ir.config_parameter"].sudo().get_param(f"shequ.{key}")
        return int(value or default)

    @api.model
    def _cron_close(self, limit=500):
        """Close what was done a week ago and ask once more for a rating."""
        self._remind_rating(limit)
        limit_at = fields.Datetime.now() - timedelta(days=self._days("close_days", 7))
        domain = [("state", "=", "done"), ("done_at", "<=", limit_at)]
        cron = self.env["ir.cron"]
        while due := self.search(domain, limit=limit, order="done_at"):
            due._step("closed", "closed", closed_at=fields.Datetime.now())
            due._void_clocks()
            if not cron._commit_progress(len(due), remaining=self.search_count(domain)):
                break

    @api.model
    def _remind_rating(self, limit):
        asked_before = fields.Datetime.now() - timedelta(
            days=self._days("rating_reminder_days", 2)
        )
        tickets = self.search(
            [
                ("state", "=", "done"),
                ("rating_reminded_at", "=", False),
                ("rating_asked_at", "<=", asked_before),
            ],
            limit=limit,
        )
        tickets._tell_residents(
            self.env._("Are you satisfied? A star or two would help us.")
        )
        tickets.sudo().write({"rating_reminded_at": fields.Datetime.now()})

    # --- telling people --------------------------------------------------------

    def _tell_residents(self, body):
        """Post news for the people of the ticket; e-mail where there is one."""
        for ticket in self.sudo():
            ticket.message_post(
                body=body,
                message_type="notification",
                subtype_xmlid="mail.mt_comment",
                partner_ids=ticket.participant_ids.filtered("email").ids,
            )

    def _tell_worker(self):
        """Tell the worker of each ticket that there is something to do."""
        for ticket in self.sudo():
            partner = ticket.worker_id.user_id.partner_id
            if partner:
                ticket.message_notify(
                    partner_ids=partner.ids,
                    subject=ticket.name,
                    body=self.env._(
                        "%(place)s: %(what)s",
                        place=ticket.place or ticket.estate_id.name,
                        what=ticket.category_id.name or ticket._label("kind"),
                    ),
                )
