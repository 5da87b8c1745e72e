from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..ticket.ticket import QUIET

STATES = [
    ("planned", "To Walk"),
    ("done", "Walked"),
    ("late", "Done Late"),
    ("missed", "Missed"),
    ("cancelled", "Cancelled"),
]
OPEN = ("planned", "missed")
ACTIVITY = "shequ_property.activity_round"
MISSED = "shequ_property.activity_round_missed"
BATCH = 500
MAX_PHOTOS = 3


class RoundTask(models.Model):
    """One round that is due (巡查任务), with its checklist.

    The points are written down when somebody begins; a round that nobody walked has
    none, and shows as missed.
    """

    _name = "shequ.round.task"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Round"
    _order = "start_at desc, id desc"

    round_id = fields.Many2one(
        "shequ.round", string="Plan", required=True, readonly=True, ondelete="restrict"
    )
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(related="round_id.kind", store=True)
    area = fields.Selection(related="round_id.area", store=True)
    start_at = fields.Datetime(string="From", required=True, readonly=True)
    due_at = fields.Datetime(string="Until", required=True, readonly=True)
    state = fields.Selection(
        STATES, required=True, default="planned", readonly=True, tracking=True
    )
    color = fields.Integer(compute="_compute_color")
    worker_id = fields.Many2one("shequ.worker", index="btree_not_null", readonly=True)
    team_id = fields.Many2one("shequ.team", index="btree_not_null", readonly=True)
    done_at = fields.Datetime(readonly=True)
    done_by_id = fields.Many2one("res.users", readonly=True)
    note = fields.Text(readonly=True)
    cancel_reason = fields.Char(readonly=True)
    source = fields.Char(related="round_id.source")
    check_ids = fields.One2many("shequ.round.check", "task_id", string="Points")
    fault_count = fields.Integer(string="Faults", readonly=True)
    ticket_count = fields.Integer(compute="_compute_ticket_count")

    _start_uniq = models.Constraint(
        "UNIQUE(round_id, start_at)", "This round is planned already."
    )
    _due_idx = models.Index("(due_at) WHERE state = 'planned'")
    _estate_idx = models.Index("(estate_id, due_at)")

    @api.depends("round_id", "start_at")
    def _compute_display_name(self):
        for task in self:
            plan = task.sudo().round_id
            task.display_name = (
                f"{plan.name} {plan._moment(task.sudo().estate_id, task.start_at)}"
                if task.start_at
                else plan.name
            )

    @api.depends("state")
    def _compute_color(self):
        colors = {"planned": 4, "done": 10, "late": 3, "missed": 1, "cancelled": 0}
        for task in self:
            task.color = colors.get(task.state, 0)

    @api.depends("check_ids.ticket_id")
    def _compute_ticket_count(self):
        for task in self:
            task.ticket_count = len(task.sudo().check_ids.ticket_id)

    @api.ondelete(at_uninstall=False)
    def _unlink_unwalked(self):
        if any(task.state != "planned" or task.check_ids for task in self):
            raise UserError(self.env._("Rounds are kept: done, late or missed."))

    def _drop(self):
        """Take away what was planned and has not begun, as super-user."""
        tasks = self.sudo().filtered(lambda t: t.state == "planned" and not t.check_ids)
        tasks.activity_ids.unlink()
        tasks.unlink()

    # --- who may --------------------------------------------------------------

    def _check_walker(self):
        """Who walks it: its worker, one of its team, or the office."""
        self.ensure_one()
        self.check_access("read")
        user = self.env.user
        if self.env.su or user.has_group("shequ_property.group_front_desk"):
            return
        task = self.sudo()
        people = task.worker_id or task.team_id.worker_ids
        if user not in people.user_id:
            raise AccessError(self.env._("This round is somebody else's."))

    def _check_open(self):
        if self.state not in OPEN:
            raise UserError(self.env._("This round is finished already."))
        now = fields.Datetime.now()
        if self.start_at > now + timedelta(hours=12):
            raise UserError(self.env._("This round has not come yet."))
        days = self.env["shequ.contract"]._setting("round_late_days", 7)
        if self.due_at < now - timedelta(days=days):
            raise UserError(
                self.env._("It is more than %s days late: it stays missed.", days)
            )

    # --- walking --------------------------------------------------------------

    def _begin(self):
        """Write down the points to check, once."""
        self.ensure_one()
        task = self.sudo()
        if task.check_ids:
            return
        task.lock_for_update()
        task.invalidate_recordset(["check_ids"])
        if task.check_ids:
            return
        self.env["shequ.round.check"].sudo().create(
            [
                {
                    "task_id": task.id,
                    "point_id": point.id,
                    "sequence": number,
                    "name": point.name,
                    "photo_required": point.photo,
                }
                for number, point in enumerate(task.round_id.point_ids)
            ]
        )

    def action_begin(self):
        """Begin the round: its checklist is laid out."""
        self._check_walker()
        self._check_open()
        self._begin()
        return True

    def _finish(self, note=""):
        """The round is done: every point has its result."""
        self.ensure_one()
        self._check_walker()
        self._check_open()
        task = self.sudo()
        task.lock_for_update()
        task.invalidate_recordset(["state"])
        self._check_open()
        self._begin()
        empty = task.check_ids.filtered(lambda check: not check.result)
        if empty:
            raise UserError(self.env._("“%s” has not been checked yet.", empty[0].name))
        now = fields.Datetime.now()
        task.with_context(**QUIET).write(
            {
                "state": "done" if now <= task.due_at else "late",
                "done_at": now,
                "done_by_id": self.env.uid,
                "note": (note or "").strip()[:2000] or False,
                "fault_count": len(
                    task.check_ids.filtered(lambda check: check.result == "fault")
                ),
            }
        )
        task.activity_unlink([ACTIVITY])

    def action_finish(self):
        self._finish()
        return True

    def _cancel(self, reason):
        """A round that will not be walked, said before it is due."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(
            "shequ_property.group_estate_manager"
        ):
            raise AccessError(self.env._("Only an estate manager cancels a round."))
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why."))
        now = fields.Datetime.now()
        for task in self.sudo():
            if task.state != "planned" or task.due_at < now:
                raise UserError(
                    self.env._(
                        "%(round)s: what is done or over cannot be cancelled.",
                        round=task.display_name,
                    )
                )
            task.write({"state": "cancelled", "cancel_reason": reason})
            task.activity_unlink([ACTIVITY])

    def action_open_tickets(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tickets"),
            "res_model": "shequ.ticket",
            "view_mode": "list,form",
            "domain": [("id", "in", self.sudo().check_ids.ticket_id.ids)],
        }

    # --- time -----------------------------------------------------------------

    @api.model
    def _cron_missed(self):
        """What was not walked in its time is missed, and somebody hears of it."""
        domain = [("state", "=", "planned"), ("due_at", "<", fields.Datetime.now())]
        cron = self.env["ir.cron"]
        tasks = self.sudo()
        while due := tasks.search(domain, limit=BATCH, order="due_at"):
            due.with_context(**QUIET).write({"state": "missed"})
            due.activity_unlink([ACTIVITY])
            due.round_id._tell_missed()
            if not cron._commit_progress(
                len(due), remaining=tasks.search_count(domain)
            ):
                break

    @api.model
    def _remind_day(self):
        """An activity for each round of the coming day, for who walks it."""
        now = fields.Datetime.now()
        tasks = self.sudo().search(
            Domain("state", "=", "planned")
            & Domain("start_at", "<", now + timedelta(days=1))
            & Domain("due_at", ">", now)
            & Domain("worker_id.user_id", "!=", False)
            & Domain("activity_ids", "=", False),
            limit=5000,
        )
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        if not kind:
            return
        model = self.env["ir.model"]._get_id(self._name)
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(
            [
                {
                    "activity_type_id": kind.id,
                    "res_model_id": model,
                    "res_id": task.id,
                    "summary": task.display_name,
                    "date_deadline": self.env["shequ.round"]
                    ._local(task.estate_id, task.due_at)
                    .date(),
                    "user_id": task.worker_id.user_id.id,
                }
                for task in tasks
            ]
        )

    # --- the phone ------------------------------------------------------------

    @api.model
    def worker_rounds(self):
        """Return what the phone of the current user shows.

        :return: dict with ``worker`` (name or False) and ``rounds`` (list of dicts)
        """
        workers = self.env["shequ.worker"]._of_user()
        if not workers:
            return {"worker": False, "rounds": []}
        now = fields.Datetime.now()
        days = self.env["shequ.contract"]._setting("round_late_days", 7)
        mine = Domain("worker_id", "in", workers.ids) | (
            Domain("worker_id", "=", False)
            & Domain("team_id", "in", workers.team_ids.ids)
        )
        tasks = self.search(
            mine
            & Domain("start_at", "<", now + timedelta(hours=12))
            & Domain("due_at", ">", now - timedelta(days=days))
            & (
                Domain("state", "in", OPEN)
                | Domain("done_at", ">", now - timedelta(hours=12))
            ),
            order="due_at, id",
            limit=100,
        )
        # What is to be done now, then what comes, then what can be made up for.
        ranks = {"planned": 0, "missed": 1}
        tasks = tasks.sorted(lambda task: (ranks.get(task.state, 2), task.due_at))
        return {"worker": workers[0].name, "rounds": [task._card() for task in tasks]}

    def _card(self):
        """What a card on the phone needs."""
        self.ensure_one()
        task = self.sudo()
        local = task.round_id._local
        now = fields.Datetime.now()
        return {
            "id": task.id,
            "name": task.round_id.name,
            "kind": task.kind,
            "estate": task.estate_id.name,
            "state": task.state,
            "state_label": dict(self._fields["state"]._description_selection(self.env))[
                task.state
            ],
            "start": local(task.estate_id, task.start_at).strftime("%m-%d %H:%M"),
            "due": local(task.estate_id, task.due_at).strftime("%m-%d %H:%M"),
            "running": task.state == "planned" and task.start_at <= now,
            "source": task.source or "",
            "points": len(task.check_ids) or len(task.round_id.point_ids),
            "checked": len(task.check_ids.filtered("result")),
            "faults": len(task.check_ids.filtered(lambda c: c.result == "fault")),
        }

    def worker_open(self):
        """Begin a round and return its checklist."""
        self.ensure_one()
        self._check_walker()
        if self.state in OPEN:
            self._check_open()
            self._begin()
        task = self.sudo()
        return {
            **self._card(),
            "checks": [check._card() for check in task.check_ids],
        }

    def worker_check(self, check_id, result, note="", photos=()):
        """Write down what was found at a point; a fault becomes a ticket.

        :param int check_id: a point of this round
        :param str result: ``ok``, ``fault`` or ``na``
        :param photos: list of dicts with ``name`` and ``data`` (base64)
        :return: the card of the point
        """
        self.ensure_one()
        self._check_walker()
        self._check_open()
        check = self.sudo().check_ids.filtered(lambda c: c.id == check_id)
        if not check:
            raise UserError(self.env._("This point is not on the round."))
        items = self.env["shequ.ticket"]._media_from_base64(photos or [])
        check._record(result, note, items, self.env.user)
        return check._card()

    def worker_finish(self, note=""):
        """Finish from the phone; sent twice, it is done once."""
        self.ensure_one()
        self._check_walker()
        if self.state in ("done", "late") and self.done_by_id == self.env.user:
            return True
        self._finish(note)
        return True


class Round(models.Model):
    _inherit = "shequ.round"

    def _tell_missed(self):
        """One to-do for the manager of the estate, however many were missed."""
        kind = self.env.ref(MISSED, raise_if_not_found=False)
        if not kind:
            return
        for plan in self.sudo():
            users = plan.estate_id.manager_id or self.env[
                "shequ.sla.breach"
            ]._company_managers(plan.company_id)
            told = plan.activity_ids.filtered(lambda a: a.activity_type_id == kind)
            for user in users.filtered(lambda u: u.active and not u.share):
                if user in told.user_id:
                    continue
                plan.with_context(mail_activity_quick_update=True).activity_schedule(
                    MISSED,
                    summary=self.env._("A round was missed: %s", plan.name),
                    user_id=user.id,
                )
