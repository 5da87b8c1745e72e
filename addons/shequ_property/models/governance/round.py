from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...tools import rounds
from ..ticket.ticket import QUIET
from .measure_mixin import AREAS, ROUND_KINDS
from .service_standard import EVERY

BATCH = 100


class Round(models.Model):
    """A plan of rounds (例行巡查计划): what is walked, how often, by whom."""

    _name = "shequ.round"
    _inherit = ["shequ.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Scheduled Round"
    _order = "estate_id, area, name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    estate_id = fields.Many2one(
        "shequ.estate", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    contract_id = fields.Many2one(
        "shequ.contract",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('estate_ids', 'in', estate_id)]",
        help="The rounds begin when it is in force and end with it. Empty: at once.",
    )
    commitment_id = fields.Many2one(
        "shequ.contract.commitment",
        string="For the Promise",
        index="btree_not_null",
        ondelete="set null",
        domain="[('contract_id', '=', contract_id)]",
    )
    standard_id = fields.Many2one("shequ.service.standard", ondelete="set null")
    kind = fields.Selection(ROUND_KINDS, required=True, default="patrol")
    area = fields.Selection(AREAS, required=True, default="order")
    every = fields.Integer(required=True, default=1)
    every_unit = fields.Selection(EVERY, required=True, default="day")
    times = fields.Char(
        string="At",
        help="Times of the day, for instance 08:00, 20:00. Empty: from 00:00.",
    )
    duration_hours = fields.Float(
        string="To Be Done Within (h)",
        default=8,
        help="After that many hours it counts as missed.",
    )
    frequency = fields.Char(compute="_compute_frequency")
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env["shequ.estate"]._today(),
        help="Every so many days are counted from this day.",
    )
    date_to = fields.Date(string="Until", help="The last day. Empty: no end.")
    planned_until = fields.Date(readonly=True, copy=False)
    worker_id = fields.Many2one(
        "shequ.worker", index="btree_not_null", tracking=True, ondelete="restrict"
    )
    team_id = fields.Many2one(
        "shequ.team", index="btree_not_null", tracking=True, ondelete="restrict"
    )
    source = fields.Char(help="Law or contract that asks for it.")
    deviation_category_id = fields.Many2one(
        "shequ.ticket.category",
        string="Ticket of a Fault",
        help="What kind of ticket a fault becomes, unless the point says another.",
    )
    point_ids = fields.One2many(
        "shequ.round.point", "round_id", string="Checklist", copy=True
    )
    task_ids = fields.One2many("shequ.round.task", "round_id", copy=False)
    next_at = fields.Datetime(string="Next", compute="_compute_stats")
    done_count = fields.Integer(string="Done (30 Days)", compute="_compute_stats")
    missed_count = fields.Integer(string="Missed (30 Days)", compute="_compute_stats")

    _every_positive = models.Constraint(
        "CHECK (every > 0)", "A round comes at least every 1."
    )
    _duration_positive = models.Constraint(
        "CHECK (duration_hours > 0)", "A round needs time to be done in."
    )
    _dates = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A plan cannot end before it begins.",
    )

    @api.constrains("times", "contract_id", "estate_id")
    def _check_plan(self):
        for plan in self:
            plan._times()
            if plan.contract_id and plan.estate_id not in plan.contract_id.estate_ids:
                raise ValidationError(
                    self.env._(
                        "%(contract)s is not for %(estate)s.",
                        contract=plan.contract_id.display_name,
                        estate=plan.estate_id.name,
                    )
                )

    def _times(self):
        try:
            return rounds.times(self.times)
        except rounds.TimesError as error:
            raise ValidationError(
                self.env._(
                    "“%(plan)s”: “%(word)s” is no time of the day. Write 08:00, 20:00.",
                    plan=self.name,
                    word=error.args[0],
                )
            ) from error

    @api.depends("every", "every_unit", "times")
    def _compute_frequency(self):
        units = dict(self._fields["every_unit"]._description_selection(self.env))
        for plan in self:
            plan.frequency = " · ".join(
                filter(
                    None,
                    (
                        self.env._(
                            "Every %(n)s %(unit)s",
                            n=plan.every,
                            unit=units.get(plan.every_unit, ""),
                        ),
                        plan.times,
                    ),
                )
            )

    def _compute_stats(self):
        now = fields.Datetime.now()
        Task = self.env["shequ.round.task"]
        counts = {}
        for plan, state, count in Task._read_group(
            [
                ("round_id", "in", self.ids),
                ("due_at", ">=", now - timedelta(days=30)),
                ("state", "in", ("done", "late", "missed")),
            ],
            ["round_id", "state"],
            ["__count"],
        ):
            counts[plan.id, state] = count
        following = dict(
            Task._read_group(
                [
                    ("round_id", "in", self.ids),
                    ("state", "=", "planned"),
                    ("due_at", ">=", now),
                ],
                ["round_id"],
                ["start_at:min"],
            )
        )
        for plan in self:
            plan.next_at = following.get(plan, False)
            plan.done_count = counts.get((plan.id, "done"), 0) + counts.get(
                (plan.id, "late"), 0
            )
            plan.missed_count = counts.get((plan.id, "missed"), 0)

    def write(self, vals):
        result = super().write(vals)
        if {
            "every",
            "every_unit",
            "times",
            "duration_hours",
            "date_from",
            "date_to",
            "active",
            "worker_id",
            "team_id",
        } & vals.keys():
            self._replan()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unwalked(self):
        if self.sudo().task_ids.filtered(lambda t: t.state != "planned"):
            raise UserError(
                self.env._(
                    "Rounds that were walked or missed are kept: archive the plan."
                )
            )

    def unlink(self):
        self.sudo().task_ids._drop()
        return super().unlink()

    # --- planning -------------------------------------------------------------

    def _is_running(self):
        """Whether tasks are made: no contract, or one in force."""
        return self.active and (
            not self.contract_id or self.sudo().contract_id.state == "active"
        )

    def _plan(self, until):
        """Make the tasks up to a day that are not there yet.

        :param date until: the last day
        :return: how many were made
        """
        vals_list = []
        today = self.env["shequ.estate"]._today()
        for plan in self.sudo():
            if not plan._is_running():
                continue
            start = max(plan.date_from, today)
            if plan.planned_until:
                start = max(start, plan.planned_until + timedelta(days=1))
            vals_list += plan._task_vals(start, until)
            plan.with_context(tracking_disable=True).planned_until = until
        tasks = self.env["shequ.round.task"].sudo().with_context(**QUIET)
        for begin in range(0, len(vals_list), 1000):
            tasks.create(vals_list[begin : begin + 1000])
        return len(vals_list)

    def _task_vals(self, start, until):
        """Values of the tasks of a plan whose round begins in these days."""
        self.ensure_one()
        last = self.sudo().contract_id._last_day() if self.contract_id else False
        for end in (self.date_to, last):
            until = min(until, end) if end else until
        zone = ZoneInfo(self.estate_id.tz or "Asia/Shanghai")
        length = timedelta(hours=self.duration_hours)
        vals_list = []
        for moment in rounds.occurrences(
            self.every, self.every_unit, self._times(), self.date_from, start, until
        ):
            begin = moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))
            begin = begin.replace(tzinfo=None)
            vals_list.append(
                {
                    "round_id": self.id,
                    "estate_id": self.estate_id.id,
                    "company_id": self.company_id.id,
                    "start_at": begin,
                    "due_at": begin + length,
                    "worker_id": self.worker_id.id,
                    "team_id": self.team_id.id,
                }
            )
        return vals_list

    def _replan(self):
        """A changed plan: what has not begun yet is planned anew."""
        now = fields.Datetime.now()
        for plan in self.sudo():
            ahead = plan.task_ids.filtered(
                lambda t: t.state == "planned" and t.start_at > now and not t.check_ids
            )
            if not plan.planned_until:
                continue
            until = plan.planned_until
            ahead._drop()
            kept = set(plan.task_ids.mapped("start_at"))
            if plan._is_running():
                today = self.env["shequ.estate"]._today()
                vals = plan._task_vals(max(plan.date_from, today), until)
                self.env["shequ.round.task"].sudo().with_context(**QUIET).create(
                    [
                        row
                        for row in vals
                        if row["start_at"] > now and row["start_at"] not in kept
                    ]
                )

    def _stop(self, last_day):
        """The contract ends: no rounds after its last day."""
        for plan in self.sudo():
            if not plan.date_to or plan.date_to > last_day:
                plan.date_to = max(last_day, plan.date_from)

    @api.model
    def _cron_plan(self):
        """Each night: tasks for the days ahead; what was stopped goes on."""
        today = self.env["shequ.estate"]._today()
        days = self.env["shequ.contract"]._setting("round_days_ahead", 14)
        until = today + timedelta(days=days)
        waiting = (
            Domain("planned_until", "=", False) | Domain("planned_until", "<", until)
        ) & (
            Domain("contract_id", "=", False)
            | Domain("contract_id.state", "=", "active")
        )
        cron = self.env["ir.cron"]
        plans = self.sudo()
        while due := plans.search(waiting, limit=BATCH, order="id"):
            due._plan(until)
            if not cron._commit_progress(
                len(due), remaining=plans.search_count(waiting)
            ):
                return
        self.env["shequ.round.task"]._remind_day()

    # --- buttons --------------------------------------------------------------

    def action_plan(self):
        """Make the tasks of the days ahead now."""
        if not self.env.user.has_group("shequ_property.group_estate_manager"):
            raise AccessError(self.env._("Only an estate manager does that."))
        self.check_access("write")
        days = self.env["shequ.contract"]._setting("round_days_ahead", 14)
        until = self.env["shequ.estate"]._today() + timedelta(days=days)
        for plan in self:
            if not plan.point_ids:
                raise UserError(self.env._("“%s” has no checklist yet.", plan.name))
            if plan.contract_id and not plan._is_running():
                raise UserError(
                    self.env._(
                        "“%s” begins when its contract is put in force.", plan.name
                    )
                )
        self._plan(until)
        return self.action_open_tasks()

    def action_open_tasks(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_round_task"
        )
        action.update({"domain": [("round_id", "in", self.ids)], "context": {}})
        return action

    @api.model
    def _local(self, estate, moment):
        """A moment of the database in the time of the estate, for words."""
        zone = ZoneInfo(estate.tz or "Asia/Shanghai")
        return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)

    @api.model
    def _moment(self, estate, moment):
        return datetime.strftime(self._local(estate, moment), "%m-%d %H:%M")
