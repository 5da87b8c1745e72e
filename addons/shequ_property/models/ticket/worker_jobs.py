from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain

# What a worker's phone shows at once; nobody works on more in a day.
MAX_JOBS = 100


class Worker(models.Model):
    _inherit = "shequ.worker"

    @api.depends("name")
    @api.depends_context("shequ_worker_load")
    def _compute_display_name(self):
        """Name, and for the dispatcher how busy and how well rated (Li · 3 · 4.8★)."""
        super()._compute_display_name()
        if not self.env.context.get("shequ_worker_load"):
            return
        for worker in self:
            parts = [worker.name or ""]
            parts.append(self.env._("%(count)s open", count=worker.open_count))
            if worker.rating_avg:
                parts.append(f"{worker.rating_avg:.1f}★")
            worker.display_name = " · ".join(parts)

    @api.model
    def _of_user(self, company=None):
        """Return the workers (as super-user) that log in as the current user."""
        domain = Domain("user_id", "=", self.env.uid)
        if company:
            domain &= Domain("company_id", "=", company.id)
        return self.sudo().search(domain)


class Ticket(models.Model):
    """The worker's side: my jobs, take, arrive, photo, finish."""

    _inherit = "shequ.ticket"

    def action_take(self):
        """The worker takes a job of the team; of several who tap, one wins.

        :raise UserError: when somebody else was quicker, or the user is no worker
        """
        self.ensure_one()
        self._check_staff()
        worker = self.env["shequ.worker"]._of_user(self.sudo().company_id)[:1]
        if not worker:
            raise UserError(
                self.env._("Only a worker can take a job. Ask the manager to add you.")
            )
        try:
            self.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._("Somebody else is taking this job right now.")
            ) from error
        self.invalidate_recordset(["worker_id", "team_id", "state"])
        taken_by = self.sudo().worker_id
        if taken_by == worker:
            return True
        if taken_by:
            raise UserError(
                self.env._(
                    "%(worker)s has already taken this job.", worker=taken_by.name
                )
            )
        if self.sudo().team_id not in worker.team_ids:
            raise UserError(self.env._("This job belongs to another team."))
        return self._assign(team=self.sudo().team_id, worker=worker)

    @api.model
    def worker_jobs(self):
        """Return what the phone of the current user shows.

        :return: dict with ``worker`` (name), ``now`` (server time, UTC), ``mine`` and
            ``team`` (lists of dicts) and ``done_today`` (int)
        """
        workers = self.env["shequ.worker"]._of_user()
        if not workers:
            return {"worker": False, "mine": [], "team": [], "done_today": 0}
        mine = Domain("worker_id", "in", workers.ids) | Domain(
            "helper_worker_ids", "in", workers.ids
        )
        free = Domain("worker_id", "=", False) & Domain(
            "team_id", "in", workers.team_ids.ids
        )
        order = "urgency_rank, next_deadline, id"
        is_open = Domain("is_open", "=", True)
        return {
            "worker": workers[0].name,
            "mine": self.search(is_open & mine, order=order, limit=MAX_JOBS)._job_cards(
                workers
            ),
            "team": self.search(is_open & free, order=order, limit=MAX_JOBS)._job_cards(
                workers
            ),
            "done_today": self.search_count(
                mine & Domain("done_at", ">=", self._start_of_today())
            ),
        }

    @api.model
    def _start_of_today(self):
        """Midnight of the user's time zone, as the database keeps it (UTC)."""
        local = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight.astimezone(timezone.utc).replace(tzinfo=None)

    def _job_cards(self, workers):
        """Return what a card on the phone needs."""
        return [ticket._job_card(workers) for ticket in self]

    def _job_card(self, workers):
        self.ensure_one()
        # sudo: names of the estate, the unit and the person are part of the job
        ticket = self.sudo()
        person = ticket.on_behalf_id or ticket.reporter_id
        estate = ticket.estate_id
        return {
            "id": self.id,
            "name": ticket.name,
            "kind": ticket.kind,
            "title": ticket.category_id.name or ticket._label("kind"),
            "urgency": ticket.urgency,
            "urgency_label": ticket._label("urgency"),
            "state": ticket.state,
            "state_label": ticket._label("state"),
            "hold": ticket._label("hold_reason") if ticket.hold_reason else "",
            "hold_note": ticket.hold_note or "",
            "deadline": fields.Datetime.to_string(ticket.next_deadline) or False,
            "reported_at": fields.Datetime.to_string(ticket.reported_at),
            "estate": estate.name,
            "place": ticket.place or "",
            "address": ticket._job_address(),
            "description": ticket.description or "",
            "preferred_time": ticket.preferred_time or "",
            "hints": ticket._visit_hints(),
            "person": person.name or "",
            "phone": self._job_phone(),
            "rework": ticket.rework_count,
            "helper": not (ticket.worker_id & workers) and bool(ticket.worker_id),
            "photos": [
                {"id": media.id, "phase": media.phase, "name": media.name}
                for media in ticket.media_ids
                if media.type == "photo"
            ],
            "recordings": [
                {"id": media.id, "type": media.type, "name": media.name}
                for media in ticket.media_ids
                if media.type in ("voice", "video")
            ],
        }

    def _job_address(self):
        """Return the address a map can find."""
        ticket = self.sudo()
        estate = ticket.estate_id
        parts = [
            estate.city,
            estate.district,
            estate.address,
            estate.name,
            ticket.building_id.label,
        ]
        return "".join(part for part in parts if part)

    def worker_photo(self, photos):
        """Add photos from the phone as evidence of the work.

        :param photos: list of dicts with ``name`` and ``data`` (base64)
        """
        self.ensure_one()
        self._check_staff()
        if not self.is_open:
            raise UserError(self.env._("The ticket is finished already."))
        items = self._media_from_base64(photos)
        if not items:
            raise UserError(self.env._("Please take a photo first."))
        self.sudo()._add_media(items, phase="evidence")
        self._trace("evidence", public=True)
        self._notify_pool()
        return True

    def worker_finish(self, resolution, photos=(), close_reason="solved"):
        """Finish from the phone, with the words and photos of one sheet.

        A phone that lost the network after the server had saved sends it again; the
        same words on a ticket that is done already are no error.

        :param photos: list of dicts with ``name`` and ``data`` (base64)
        """
        self.ensure_one()
        self._check_staff()
        words = (resolution or "").strip()
        if self.state == "done" and words and words == self.resolution:
            return True
        self._finish(words, self._media_from_base64(photos or []), close_reason)
        return True

    def worker_hold(self, reason, note=""):
        """Put on hold from the phone; ``reason`` is a key of the hold reasons."""
        self.ensure_one()
        self._hold(reason, (note or "").strip())
        return True

    def worker_hand_back(self, reason):
        """Give the job back to the pool, saying why."""
        self.ensure_one()
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why you hand the job back."))
        self._unassign(reason.strip())
        return True
