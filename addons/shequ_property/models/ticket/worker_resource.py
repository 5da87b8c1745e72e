"""The resources list (资源清单): what a worker can do, when, where and how much."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools import sla
from ...tools.dispatch import ABLE
from ...tools.dispatch import Worker as Facts

DUTY_STATES = [("on", "On Duty"), ("off", "Off Duty"), ("away", "On Leave")]


class Worker(models.Model):
    _name = "shequ.worker"
    _inherit = ["shequ.worker", "shequ.cached.mixin"]

    _cached_fields = frozenset({"active", "company_id"})

    skill_line_ids = fields.One2many(
        "shequ.worker.skill", "worker_id", string="Skills and Levels", copy=True
    )
    skill_ids = fields.Many2many(
        "shequ.skill",
        compute="_compute_skill_ids",
        inverse="_inverse_skill_ids",
        store=True,
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Duty Hours",
        tracking=True,
        help="Empty: those of the team; a team without any is always on duty.",
    )
    duty_ids = fields.One2many(
        "shequ.worker.duty", "worker_id", string="Shifts and Leave"
    )
    duty_state = fields.Selection(
        DUTY_STATES,
        string="Now",
        compute="_compute_duty_state",
        search="_search_duty_state",
    )
    building_ids = fields.Many2many(
        "shequ.building",
        string="Buildings Known",
        help="Where the worker knows the pipes and the people.",
    )
    grid_ids = fields.Many2many("shequ.grid", string="Grids Known")
    dialect_ids = fields.Many2many("shequ.dialect", string="Speaks")
    capacity = fields.Integer(
        string="Jobs at Once",
        required=True,
        default=lambda self: self._default_capacity(),
        tracking=True,
        help="Nobody is sent by itself to more jobs than this, emergencies excepted. "
        "Jobs on hold do not count.",
    )
    load = fields.Integer(
        string="Jobs at Hand", compute="_compute_load", help="Open and not on hold."
    )
    load_text = fields.Char(string="Load", compute="_compute_load")
    last_job_at = fields.Datetime(string="Last Job Given", readonly=True, copy=False)

    _capacity_check = models.Constraint(
        "CHECK(capacity >= 0)", "“Jobs at Once” cannot be less than none."
    )

    @api.model
    def _default_capacity(self):
        return self.env["shequ.ticket"]._dispatch_setting("capacity", 5)

    @api.constrains("capacity")
    def _check_capacity(self):
        for worker in self:
            if worker.capacity > 100:
                raise ValidationError(
                    self.env._(
                        "%(worker)s: nobody works on more than a hundred jobs at once.",
                        worker=worker.name,
                    )
                )

    # --- compute -----------------------------------------------------------------

    @api.depends("skill_line_ids.skill_id")
    def _compute_skill_ids(self):
        for worker in self:
            worker.skill_ids = worker.skill_line_ids.skill_id

    def _inverse_skill_ids(self):
        """Tags are enough for a beginning: each new one is "able"."""
        for worker in self:
            wanted, lines = worker.skill_ids, worker.skill_line_ids
            lines.filtered(lambda line, w=wanted: line.skill_id not in w).unlink()
            self.env["shequ.worker.skill"].create(
                [
                    {"worker_id": worker.id, "skill_id": skill.id}
                    for skill in wanted - lines.skill_id
                ]
            )

    def _compute_duty_state(self):
        states = self._duty_states()
        for worker in self:
            worker.duty_state = states.get(worker._origin.id, "off")

    @api.model
    def _search_duty_state(self, operator, value):
        if operator not in ("in", "="):
            return NotImplemented
        wanted = {value} if isinstance(value, str) else set(value)
        in_view = Domain("company_id", "in", self.env.companies.ids)
        states = self.search(in_view)._duty_states()
        ids = [worker_id for worker_id, state in states.items() if state in wanted]
        return Domain("id", "in", ids)

    def _duty_states(self, at=None):
        """Return ``{worker id: "on" | "off" | "away"}`` at an instant (naive UTC)."""
        at = at or fields.Datetime.now()
        workers = self.sudo()._origin
        states = self.env["shequ.worker.duty"]._now(workers, at)
        start = sla.to_seconds(at)
        for worker in workers:
            if worker.id not in states:
                hours = worker._duty_hours()
                states[worker.id] = "on" if hours.between(start, start + 60) else "off"
        return states

    def _duty_hours(self):
        """The working time that counts for a worker; always, where none is set."""
        calendar = self.resource_calendar_id or self.team_ids.resource_calendar_id[:1]
        if not calendar:
            return sla.ALWAYS
        return self.env["shequ.sla.clock"]._working_time(
            calendar.id, calendar.tz, self.company_id.id
        )

    @api.depends("capacity")
    def _compute_load(self):
        loads = self._loads()
        for worker in self:
            worker.load = loads.get(worker._origin.id, 0)
            worker.load_text = f"{worker.load} / {worker.capacity}"

    def _loads(self):
        """Return ``{worker id: jobs at hand}``."""
        return {
            worker.id: count
            for worker, count in self.env["shequ.ticket"]
            .sudo()
            ._read_group(
                [
                    ("worker_id", "in", self._origin.ids),
                    ("is_open", "=", True),
                    ("hold_reason", "=", False),
                ],
                ["worker_id"],
                ["__count"],
            )
        }

    # --- for the ranking -----------------------------------------------------------

    def _facts(self, tickets=None):
        """Return what `tools.dispatch` needs of each worker, in a dozen queries.

        :param tickets: the jobs; ratings of their households are looked up
        """
        workers = self.sudo()
        loads, duty = workers._loads(), workers._duty_states()
        here, liked = workers._whereabouts(), workers._household_stars(tickets)
        stars = workers._stars()
        return [
            Facts(
                id=worker.id,
                capacity=worker.capacity,
                load=loads.get(worker.id, 0),
                teams=frozenset(worker.team_ids.ids),
                skills=worker._skill_levels(),
                estates=frozenset(worker.estate_ids.ids),
                buildings=frozenset(worker.building_ids.ids),
                grids=frozenset(worker.grid_ids.ids),
                on_duty=duty.get(worker.id) == "on",
                away=duty.get(worker.id) == "away",
                rating=stars.get(worker.id, 0.0),
                households=liked.get(worker.id, {}),
                languages=frozenset(worker.dialect_ids.ids),
                here=here.get(worker.id, (0, 0))[0],
                here_estate=here.get(worker.id, (0, 0))[1],
            )
            for worker in workers
        ]

    def _skill_levels(self):
        # Skills of databases that are older than the levels have no line.
        levels = dict.fromkeys(self.skill_ids.ids, ABLE)
        levels.update(
            (line.skill_id.id, int(line.level)) for line in self.skill_line_ids
        )
        return levels

    def _whereabouts(self):
        """Return ``{worker id: (building id, estate id)}`` of those at work."""
        tickets = (
            self.env["shequ.ticket"]
            .sudo()
            .search_fetch(
                [
                    ("worker_id", "in", self.ids),
                    ("state", "=", "in_progress"),
                    ("is_open", "=", True),
                ],
                ["worker_id", "building_id", "estate_id"],
                order="arrived_at, id",
            )
        )
        return {
            ticket.worker_id.id: (ticket.building_id.id or 0, ticket.estate_id.id)
            for ticket in tickets
        }

    def _stars(self):
        groups = (
            self.env["shequ.ticket"]
            .sudo()
            ._read_group(
                [("worker_id", "in", self.ids), ("rated_at", "!=", False)],
                ["worker_id"],
                ["rating_value:avg"],
            )
        )
        return {worker.id: average or 0.0 for worker, average in groups}

    def _household_stars(self, tickets):
        """Return ``{worker id: {unit id: average stars}}`` for the tickets' homes."""
        units = tickets.sudo().unit_id if tickets else None
        if not units:
            return {}
        stars = {}
        for worker, unit, average in (
            self.env["shequ.ticket"]
            .sudo()
            ._read_group(
                [
                    ("unit_id", "in", units.ids),
                    ("worker_id", "in", self.ids),
                    ("rated_at", "!=", False),
                ],
                ["worker_id", "unit_id"],
                ["rating_value:avg"],
            )
        ):
            stars.setdefault(worker.id, {})[unit.id] = average or 0.0
        return stars
