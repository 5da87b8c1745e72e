from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

MOVE_KINDS = [
    ("sale", "Sale"),
    ("handover", "Hand-over by the Developer"),
    ("lease_start", "Lease Begins"),
    ("lease_end", "Lease Ends"),
    ("death", "Death"),
    ("inheritance", "Inheritance"),
    ("move", "Moving Out"),
]


class ShequMove(models.Model):
    """What was done to a unit's residencies on a date, so that it can be undone.

    Written by the wizard alone. What depends on the day (state of the unit, log-ins
    that close) is done on that day, by the nightly job when it lies ahead.
    """

    _name = "shequ.move"
    _description = "Move"
    _order = "date desc, id desc"

    name = fields.Char(compute="_compute_name")
    kind = fields.Selection(MOVE_KINDS, required=True, readonly=True)
    unit_id = fields.Many2one(
        "shequ.unit", required=True, readonly=True, index=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(related="unit_id.estate_id", store=True, index=True)
    company_id = fields.Many2one(related="unit_id.company_id", store=True)
    date = fields.Date(required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Person", readonly=True, index="btree_not_null"
    )
    contact_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null")
    ended_ids = fields.Many2many(
        "shequ.residency", "shequ_move_ended_rel", string="Left", readonly=True
    )
    started_ids = fields.Many2many(
        "shequ.residency", "shequ_move_started_rel", string="Came", readonly=True
    )
    note = fields.Text(readonly=True)
    before = fields.Json(readonly=True, help="What the undo puts back.")
    state = fields.Selection(
        [("planned", "Planned"), ("done", "In Force"), ("undone", "Undone")],
        default="planned",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        readonly=True,
        default=lambda self: self.env.user,
    )
    may_undo = fields.Boolean(compute="_compute_may_undo")

    _planned_idx = models.Index("(date) WHERE state = 'planned'")

    @api.depends("kind", "unit_id", "date")
    def _compute_name(self):
        for move in self:
            move.name = (
                f"{move._kind_label()} · {move.unit_id.display_name or ''} · "
                f"{move.date or ''}"
            )

    def _kind_label(self):
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env)).get(
            self.kind, ""
        )

    @api.depends("state", "create_date")
    def _compute_may_undo(self):
        for move in self:
            move.may_undo = not move._undo_problem()

    # ------------------------------------------------------------- the day

    def _come_into_force(self):
        """Do what waits for the day of the move."""
        for move in self.sudo().filtered(lambda m: m.state == "planned"):
            if move.kind == "handover":
                move.unit_id.state = "delivered"
            elif move.kind in ("sale", "inheritance") and (
                move.unit_id.state == "unsold"
            ):
                move.unit_id.state = "sold"
            if move.kind == "death":
                move._close_log_ins()
            move._change_office()
            move._review_access()
            move.state = "done"

    def _change_office(self):
        """Who votes from the day on, unless somebody has chosen otherwise since."""
        office = (self.before or {}).get("office")
        if not office:
            return
        today = self.env["shequ.estate"]._today()
        voting = self.unit_id.residency_ids.filtered(
            lambda stay: stay.is_representative and stay._covers(today)
        )
        if set(voting.ids) != set(office["voting"]):
            return
        voting.is_representative = False
        chosen = voting.browse(office["chosen"] or ()).exists()
        if chosen and chosen._covers(today):
            chosen.is_representative = True

    def _close_log_ins(self):
        """Close the log-in of the deceased; staff are for the administrator."""
        users = self.partner_id.user_ids.filtered("share")
        self.before = {**(self.before or {}), "users": users.ids}
        users.active = False

    def _review_access(self):
        """Let the log-in of whoever left or came be planned anew, where that exists."""
        Users = self.env["res.users"]
        if hasattr(Users, "_shequ_end_access"):
            Users._shequ_end_access((self.ended_ids | self.started_ids).partner_id)

    @api.model
    def _cron_come_into_force(self):
        today = self.env["shequ.estate"]._today()
        domain = Domain("state", "=", "planned") & Domain("date", "<=", today)
        due = self.search(domain, order="date, id", limit=500)
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(domain))
        for move in due:
            move._come_into_force()
            cron._commit_progress(1)

    # ---------------------------------------------------------------- undo

    def _undo_problem(self):
        """Say why the move cannot be taken back, or return an empty string."""
        self.ensure_one()
        move = self.sudo()
        if not self.env.su and not self.env.user.has_group(
            "shequ_property.group_estate_manager"
        ):
            return self.env._("Estate managers can undo a move.")
        if move.state == "undone":
            return self.env._("This move was undone already.")
        days = int(
            self.env["ir.config_parameter"].sudo().get_param("shequ.move_undo_days", 30)
        )
        if move.create_date and (
            move.create_date < fields.Datetime.now() - timedelta(days=days)
        ):
            return self.env._(
                "The move was recorded more than %(days)s days ago.", days=days
            )
        return self._followed_by()

    def _followed_by(self):
        """Say what has happened since on the ground of this move."""
        move = self.sudo()
        touched = (move.ended_ids | move.started_ids).with_context(active_test=False)
        units = touched.unit_id | move.unit_id
        if self.sudo().search_count(
            [
                ("unit_id", "in", units.ids),
                ("id", ">", move.id),
                ("state", "!=", "undone"),
            ],
            limit=1,
        ):
            return self.env._("Another move followed. Undo that one first.")
        if any(stay.date_to != move.date for stay in move.ended_ids) or any(
            not stay.active
            or stay.date_from != move.date
            or str(stay.date_to or "") != (move.before or {}).get("until", "")
            for stay in move.started_ids
        ):
            return self.env._("Somebody has changed these residencies since.")
        since = (
            self.env["shequ.residency"]
            .sudo()
            .search_count(
                [
                    ("unit_id", "in", units.ids),
                    ("id", ">", (move.before or {}).get("last_residency", 0)),
                    ("id", "not in", move.started_ids.ids),
                ],
                limit=1,
            )
        )
        if since:
            return self.env._("Somebody else has been recorded in the unit since.")
        newcomers = move.started_ids.partner_id - move.ended_ids.partner_id
        tickets = self.env["shequ.ticket"].sudo()
        if newcomers and tickets.search_count(
            [
                ("unit_id", "=", move.unit_id.id),
                ("reporter_id", "in", newcomers.ids),
                ("id", ">", (move.before or {}).get("last_ticket", 0)),
            ],
            limit=1,
        ):
            return self.env._("The new people have reported tickets for the unit.")
        return ""

    def action_undo(self):
        """Put everything back as it was before the move."""
        self.ensure_one()
        self.check_access("read")
        if problem := self._undo_problem():
            raise UserError(problem)
        units = (self.sudo().ended_ids.unit_id | self.unit_id).with_env(self.env)
        if units._filtered_access("write") != units:
            raise AccessError(
                self.env._(
                    "The move also changed a home in an estate you do not look after."
                )
            )
        move = self.sudo()
        before = move.before or {}
        # First away with what began: two of a kind are refused on any day.
        started = move.started_ids
        started.write({"is_representative": False})
        started.write({"active": False, "notes": self.env._("Undone: never true")})
        Residency = self.env["shequ.residency"].sudo()
        for row in before.get("stays", ()):
            if row["id"] in move.ended_ids.ids:
                Residency.browse(row["id"]).write(
                    {"date_to": row["date_to"] or False, "end_reason": row["reason"]}
                )
        for residency_id in before.get("representatives", ()):
            Residency.browse(residency_id).is_representative = True
        if before.get("state"):
            move.unit_id.state = before["state"]
        if move.kind == "death":
            move.partner_id.shequ_died_on = False
            self.env["res.users"].sudo().browse(before.get("users", ())).active = True
        for ticket_id, person_id in before.get("tickets", ()):
            self.env["shequ.ticket"].sudo().browse(ticket_id).write(
                {
                    "on_behalf_id": person_id,
                    "participant_ids": [Command.unlink(move.contact_id.id)],
                }
            )
        move._review_access()
        move.state = "undone"
        move.unit_id.message_post(
            body=self.env._(
                "%(user)s undid: %(kind)s of %(date)s.",
                user=self.env.user.name,
                kind=move._kind_label(),
                date=move.date,
            ),
            author_id=self.env.user.partner_id.id,
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # --------------------------------------------------------------- write

    @api.model
    def _remember(self, unit, stays):
        """What an undo has to put back for ``stays`` that are about to end."""
        today = self.env["shequ.estate"]._today()
        return {
            "stays": [
                {
                    "id": stay.id,
                    "date_to": str(stay.date_to or ""),
                    "reason": stay.end_reason or False,
                }
                for stay in stays
            ],
            "representatives": unit.residency_ids.filtered(
                lambda stay: (
                    stay.is_representative
                    and (not stay.date_to or stay.date_to > today)
                )
            ).ids,
            "state": unit.sudo().state,
            "last_residency": self._last_id("shequ.residency"),
            "last_ticket": self._last_id("shequ.ticket"),
        }

    def _last_id(self, model):
        records = self.env[model].sudo().with_context(active_test=False)
        return records.search([], order="id desc", limit=1).id or 0
