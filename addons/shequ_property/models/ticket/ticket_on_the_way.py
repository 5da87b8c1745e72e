"""What a worker does from the phone besides the work itself."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import dispatch

LATE = (10, 20, 30, 60, 120)
MAX_LATE = 24 * 60


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    no_home_count = fields.Integer(
        string="Nobody at Home", readonly=True, copy=False, help="How many times."
    )

    def _my_job(self):
        """Return the user's worker of this open ticket (as super-user).

        :raises AccessError: for anybody else
        """
        self.ensure_one()
        ticket = self.sudo()
        workers = self.env["shequ.worker"]._of_user()
        mine = workers & (ticket.worker_id | ticket.helper_worker_ids)
        if not mine:
            raise AccessError(self.env._("This job is not yours."))
        if not ticket.is_open:
            raise UserError(self.env._("The ticket is finished already."))
        return mine[:1]

    def worker_late(self, minutes, reason=""):
        """Say that it will be later; the resident reads until when."""
        self._my_job()
        try:
            minutes = int(minutes)
        except (TypeError, ValueError):
            minutes = 0
        if not 0 < minutes <= MAX_LATE:
            raise UserError(self.env._("Please say how many minutes later."))
        ticket, now = self.sudo(), fields.Datetime.now()
        base = max(now, ticket.expected_at or now)
        expected = fields.Datetime.add(base, minutes=minutes)
        ticket.expected_at = expected
        when = self._visit_words(expected, expected).split("–")[0]
        words = (reason or "").strip()[:200]
        self._trace("running_late", f"{when} {words}".strip())
        self._tell_residents(
            self.env._(
                "We are running late and will be there at about %(time)s. %(reason)s",
                time=when,
                reason=words,
            )
        )
        self._notify_pool()
        return True

    def worker_no_one_home(self, note=""):
        """Nobody opened: the clocks rest until the resident names another time."""
        self._my_job()
        ticket = self.sudo()
        if ticket.hold_reason:
            raise UserError(self.env._("The job is on hold already."))
        words = (note or "").strip()[:200] or self.env._(
            "We were at your door and nobody opened. When may we come again?"
        )
        ticket.no_home_count += 1
        self._trace("no_one_home", words)
        ticket.visit_ids.filtered(lambda v: v.state != "dropped").write(
            {"state": "dropped"}
        )
        ticket.write({"visit_start": False, "visit_end": False, "expected_at": False})
        ticket._hold("resident", words)
        return True

    def worker_colleagues(self):
        """Return who could take over or help, the best first.

        :return: list of dicts with ``id``, ``name``, ``load``, ``reasons`` and
            ``blocked`` (a sentence or "")
        """
        self.ensure_one()
        self._my_job()
        ticket = self.sudo()
        others = ticket._dispatch_candidates() - ticket.worker_id
        others -= ticket.helper_worker_ids
        return [
            choice
            for choice in ticket._dispatch_suggestions(others)
            if choice["wall"] not in ("away", "team", "estate")
        ][:30]

    def worker_hand_over(self, worker_id, reason):
        """Pass the job to a colleague, saying why."""
        self.ensure_one()
        me = self._my_job()
        words = (reason or "").strip()
        if not words:
            raise UserError(self.env._("Please say why you hand the job over."))
        colleague = self._colleague(worker_id)
        ticket = self.sudo()
        if ticket.state == "in_progress":
            ticket.arrived_at = False
        self._trace(
            "handed_over", f"{me.name} → {colleague.name}: {words}"[:200], public=False
        )
        team = ticket.team_id & colleague.team_ids or colleague.team_ids[:1]
        ticket._assign(team=team, worker=colleague)
        return True

    def worker_helper(self, worker_id):
        """Ask a second worker along."""
        self.ensure_one()
        self._my_job()
        colleague = self._colleague(worker_id)
        ticket = self.sudo()
        ticket.helper_worker_ids |= colleague
        self._trace("helper", colleague.name)
        if partner := colleague.user_id.partner_id:
            ticket.message_notify(
                partner_ids=partner.ids,
                subject=ticket.name,
                body=self.env._(
                    "%(place)s: %(worker)s asks you to help.",
                    place=ticket.place or ticket.estate_id.name,
                    worker=ticket.worker_id.name or "",
                ),
            )
        self._notify_pool()
        return True

    def _colleague(self, worker_id):
        ticket = self.sudo()
        found = ticket._dispatch_candidates().filtered(lambda w: w.id == worker_id)
        if not found or found == ticket.worker_id:
            raise UserError(self.env._("Please choose a colleague."))
        return found

    def worker_slots(self):
        """Return the times that can be proposed: list of dicts ``start``, ``label``."""
        self.ensure_one()
        self._my_job()
        return [
            {
                "start": fields.Datetime.to_string(start),
                "label": self._visit_words(start, end),
            }
            for start, end in self._visit_slots()
        ]

    def worker_propose(self, starts):
        """Ask the resident which of these times is good."""
        self._my_job()
        self._visit_propose(starts or [], "staff")
        return True

    def worker_confirm(self, visit_id):
        """Agree to a time that the resident proposed."""
        self._my_job()
        self._visit_confirm(visit_id, "staff")
        return True

    # --- who could go, in words ------------------------------------------------

    def _dispatch_candidates(self):
        """Workers (as super-user) of the ticket's company."""
        return (
            self.env["shequ.worker"]
            .sudo()
            .search([("company_id", "=", self.sudo().company_id.id)])
        )

    def _dispatch_suggestions(self, workers):
        """Return the workers ranked for one ticket, with reasons to read.

        :return: list of dicts with ``id``, ``name``, ``load``, ``full`` (bool),
            ``rating``, ``reasons`` (list of sentences), ``wall`` (code), ``blocked``
        """
        self.ensure_one()
        job = self._dispatch_jobs()[0]
        ranked = dispatch.rank(
            job, workers.sudo()._facts(self), self._dispatch_weights()
        )
        by_id = {worker.id: worker for worker in workers.sudo()}
        texts = self.env["shequ.worker"]._reason_texts()
        return [
            {
                "id": choice.worker,
                "name": by_id[choice.worker].name,
                "load": next(
                    (list(v) for c, v in choice.reasons if c in ("load", "full")),
                    [0, 0],
                ),
                "rating": next((v for c, v in choice.reasons if c == "rating"), 0),
                "reasons": texts.say(choice.reasons),
                "wall": choice.blocked,
                "blocked": texts.wall(choice.blocked),
            }
            for choice in ranked
        ]

    # --- the phone -------------------------------------------------------------

    @api.model
    def worker_jobs(self):
        jobs = super().worker_jobs()
        workers = self.env["shequ.worker"]._of_user()
        offers = workers._open_offers()
        # A job on offer has its own card; it is not shown twice.
        offered = {offer["id"] for offer in offers}
        jobs["team"] = [job for job in jobs["team"] if job["id"] not in offered]
        return {
            **jobs,
            "offers": offers,
            "duty": workers[:1].duty_state if workers else False,
            "load": [workers[:1].load, workers[:1].capacity] if workers else [0, 0],
        }

    def _job_card(self, workers):
        card = super()._job_card(workers)
        ticket = self.sudo()
        proposed = ticket.visit_ids.filtered(lambda v: v.state == "proposed")
        card.update(
            visit=self._visit_words(ticket.visit_start, ticket.visit_end)
            if ticket.visit_start
            else "",
            expected=fields.Datetime.to_string(ticket.expected_at) or False,
            asked=[
                self._visit_words(visit.start, visit.end)
                for visit in proposed
                if visit.proposed_by == "staff"
            ],
            wishes=[
                {"id": visit.id, "label": self._visit_words(visit.start, visit.end)}
                for visit in proposed
                if visit.proposed_by == "resident"
            ],
            helpers=ticket.helper_worker_ids.mapped("name"),
            no_home=ticket.no_home_count,
            at_home=bool(ticket.unit_id),
        )
        return card
