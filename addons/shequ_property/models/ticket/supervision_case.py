from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import supervision
from .supervision_post import COMPANY_GROUPS

STATES = [
    ("new", "To look at"),
    ("demanded", "Waits for the company"),
    ("answered", "Answered"),
    ("closed", "Closed"),
]
POST_GROUP = "shequ_property.group_supervision"
ACTIVITY = "shequ_property.activity_supervision"


class SupervisionCase(models.Model):
    """A resident is unhappy with how a ticket is handled and asks the post to look.

    Nobody writes it directly: the resident opens it, the company answers, the post
    demands, reopens and closes.  Neither is it ever deleted.
    """

    _name = "shequ.supervision.case"
    _description = "Supervision Case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "is_open desc, due_at, id desc"
    _mail_post_access = "read"

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, readonly=True, index=True, ondelete="restrict"
    )
    post_id = fields.Many2one(
        "shequ.supervision.post",
        string="Supervision Post",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    estate_id = fields.Many2one(
        "shequ.estate", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Resident",
        readonly=True,
        index="btree_not_null",
        groups="shequ_property.group_front_desk,shequ_property.group_supervision",
    )
    reason = fields.Text(string="What the Resident Says", required=True, readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="new", index=True
    )
    is_open = fields.Boolean(
        compute="_compute_is_open", store=True, index="btree_not_null"
    )
    opened_at = fields.Datetime(required=True, readonly=True)
    demanded_at = fields.Datetime(readonly=True)
    demand = fields.Text(readonly=True)
    answered_at = fields.Datetime(readonly=True)
    answer = fields.Text(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    conclusion = fields.Text(readonly=True)
    due_at = fields.Datetime(
        string="Act By",
        readonly=True,
        help="Until then whoever it waits for has to act.",
    )
    late_told_at = fields.Datetime(readonly=True)
    is_late = fields.Boolean(
        string="Overdue", compute="_compute_is_late", search="_search_is_late"
    )
    answer_late = fields.Boolean(
        string="Answered Too Late",
        readonly=True,
        help="The company did not answer in the time that it was given.",
    )
    ticket_reopened = fields.Boolean(readonly=True)
    line_ids = fields.One2many("shequ.supervision.line", "case_id", readonly=True)

    # --- what the post reads of the ticket, which it could not look up otherwise ------

    ticket_state = fields.Selection(
        related="ticket_id.state", string="State of the Ticket", related_sudo=True
    )
    place = fields.Char(related="ticket_id.place", related_sudo=True)
    category_id = fields.Many2one(related="ticket_id.category_id", related_sudo=True)
    description = fields.Text(related="ticket_id.description", related_sudo=True)
    resolution = fields.Text(related="ticket_id.resolution", related_sudo=True)
    team_id = fields.Many2one(related="ticket_id.team_id", related_sudo=True)
    worker_id = fields.Many2one(related="ticket_id.worker_id", related_sudo=True)
    reported_at = fields.Datetime(related="ticket_id.reported_at", related_sudo=True)
    missed_clock_count = fields.Integer(
        related="ticket_id.missed_clock_count", related_sudo=True
    )
    rework_count = fields.Integer(related="ticket_id.rework_count", related_sudo=True)
    event_ids = fields.One2many(related="ticket_id.event_ids", string="Trace")
    media_ids = fields.One2many(related="ticket_id.media_ids", string="Photos")
    clock_ids = fields.One2many(related="ticket_id.clock_ids", string="Deadlines")

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "The case has this number already."
    )
    # One at a time: of two taps one opens the case.
    _open_uniq = models.UniqueIndex(
        "(ticket_id) WHERE state != 'closed'",
        "The supervision post is looking at this ticket already.",
    )
    _due_idx = models.Index("(due_at) WHERE state != 'closed'")

    @api.depends("state")
    def _compute_is_open(self):
        for case in self:
            case.is_open = case.state != "closed"

    @api.depends("due_at", "state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for case in self:
            case.is_late = bool(case.is_open and case.due_at and case.due_at < now)

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [("is_open", "=", True), ("due_at", "<", fields.Datetime.now())]
        return late if True in value else ["!", "&", *late]

    # --- nobody writes ---------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Residents open these cases."))
        return super().create(vals_list)

    def write(self, vals):
        own = set(self._fields) - set(self.env["mail.thread"]._fields)
        own -= set(self.env["mail.activity.mixin"]._fields)
        if not self.env.su and own & vals.keys():
            raise UserError(self.env._("A case moves by its steps; use the buttons."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A complaint is never deleted."))

    # --- steps -----------------------------------------------------------------

    def _step(self, code, side, words, **vals):
        """Take one step: check, write, leave a line, set the clock anew.

        :param str side: ``resident``, ``company`` or ``post``
        """
        self.ensure_one()
        words = (words or "").strip()[:2000]
        if not words:
            raise UserError(self.env._("Please write a word for it."))
        case = self.sudo()
        case.lock_for_update()
        case.invalidate_recordset(["state"])
        try:
            state = supervision.step(side, case.state, code)
        except supervision.NotNow:
            raise UserError(
                self.env._(
                    "%(case)s is “%(state)s”: this is not possible now.",
                    case=case.name,
                    state=dict(case._fields["state"]._description_selection(self.env))[
                        case.state
                    ],
                )
            ) from None
        case.write({**vals, "state": state})
        case._add_line(code, side, words, self.env.uid)
        case._set_due()

    def _add_line(self, code, side, words, uid):
        self.env["shequ.supervision.line"].create(
            {
                "case_id": self.id,
                "code": code,
                "side": side,
                "user_id": uid,
                "words": words,
            }
        )

    def _set_due(self, answer_hours=0):
        hours = self.ticket_id._days
        self.write(
            {
                "due_at": supervision.due(
                    self.state,
                    self.answered_at if self.state == "answered" else self.opened_at,
                    self.demanded_at,
                    hours("supervision.look_hours", 24),
                    answer_hours or hours("supervision.answer_hours", 24),
                ),
                "late_told_at": False,
            }
        )

    def _check_post(self):
        """Only members of the case's post; the company's people are not, whoever."""
        self.ensure_one()
        self.check_access("read")
        user = self.env.user
        if (
            not user.has_group(POST_GROUP)
            or user not in self.sudo().post_id.member_ids
            or any(user.has_group(group) for group in COMPANY_GROUPS)
        ):
            raise AccessError(self.env._("Only the supervision post does that."))

    def _check_company_speaks(self):
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("shequ_property.group_front_desk"):
            raise AccessError(self.env._("Only the property company answers."))

    def _demand(self, words, hours=0):
        """The post wants an answer within so many hours."""
        self._check_post()
        if hours and not 1 <= hours <= 720:
            raise UserError(self.env._("Please give between 1 and 720 hours."))
        self._step(
            "demanded", "post", words, demand=words, demanded_at=fields.Datetime.now()
        )
        if hours:
            self.sudo()._set_due(hours)
        self._tell_company(self.env._("The supervision post demands an answer."), words)

    def _answer(self, words):
        """The company answers; the resident and the post read it."""
        self._check_company_speaks()
        case = self.sudo()
        now = fields.Datetime.now()
        late = case.state == "demanded" and bool(case.due_at and case.due_at < now)
        self._step(
            "answered",
            "company",
            words,
            answer=words,
            answered_at=now,
            answer_late=case.answer_late or late,
        )
        self._done_to_do()
        self._tell_post(self.env._("The property company has answered."))
        self._tell_resident(
            self.env._("The property company answers you: %(words)s", words=words)
        )

    def _reopen_ticket(self, words):
        """The post sends the matter back to work, whenever it was finished."""
        self._check_post()
        ticket = self.sudo().ticket_id
        self._step("reopened", "post", words, ticket_reopened=True)
        ticket._supervision_reopen(words)
        self._tell_company(
            self.env._("The supervision post has reopened the ticket."), words
        )

    def _note(self, words):
        self._check_post()
        self._step("noted", "post", words)

    def _close(self, words):
        """The post ends the case with its conclusion, which the resident reads."""
        self._check_post()
        self._step(
            "closed",
            "post",
            words,
            conclusion=words,
            closed_at=fields.Datetime.now(),
        )
        self._done_to_do()
        self._tell_resident(
            self.env._(
                "The supervision post has closed your complaint: %(words)s", words=words
            )
        )

    def _add_word(self, partner, words):
        """The resident adds something to the own case."""
        self.sudo().ticket_id._check_owner(partner)
        self._step("added", "resident", words)
        self._tell_post(self.env._("The resident has added a word."))

    # --- telling ---------------------------------------------------------------

    def _tell(self, users, subject, body=""):
        """A message in the inbox, a pop-up and a to-do for people who log in."""
        case = self.sudo()
        users = users.filtered(lambda user: user.active and not user.share)
        if not users:
            return
        case.message_notify(
            partner_ids=users.partner_id.ids,
            subject=f"{case.name}: {subject}",
            body=body or subject,
            notify_author=True,
        )
        for user in users:
            user._bus_send(
                "simple_notification",
                {"title": case.name, "message": subject, "sticky": True},
            )
            mine = case.activity_ids.filtered(lambda a, u=user: a.user_id == u)
            if mine:
                mine.write({"summary": subject})
            elif self.env.ref(ACTIVITY, raise_if_not_found=False):
                case.with_context(mail_activity_quick_update=True).activity_schedule(
                    ACTIVITY, summary=subject, user_id=user.id
                )

    def _done_to_do(self):
        """Nobody has to do anything about it any more."""
        if self.env.ref(ACTIVITY, raise_if_not_found=False):
            self.sudo().activity_unlink([ACTIVITY])

    def _tell_post(self, subject):
        self._tell(self.sudo().post_id.member_ids, subject)

    def _company_users(self):
        """Who answers for the estate: its manager, else those of the company."""
        estate = self.sudo().estate_id
        return estate.manager_id or self.env["shequ.sla.breach"]._company_managers(
            estate.company_id
        )

    def _tell_company(self, subject, body=""):
        self._tell(self._company_users(), subject, body)

    def _tell_resident(self, body):
        self.sudo().ticket_id._tell_residents(body)

    # --- time ------------------------------------------------------------------

    @api.model
    def _cron_late(self, limit=200):
        """Tell once of each case for which nobody has acted in time."""
        domain = [
            ("state", "!=", "closed"),
            ("due_at", "<", fields.Datetime.now()),
            ("late_told_at", "=", False),
        ]
        cron = self.env["ir.cron"]
        while due := self.search(domain, limit=limit, order="due_at"):
            for case in due:
                case._raise_late()
            if not cron._commit_progress(len(due), remaining=self.search_count(domain)):
                break

    def _raise_late(self):
        self.ensure_one()
        self.late_told_at = fields.Datetime.now()
        if self.state != "demanded":
            self._tell_post(self.env._("Nobody of the post has looked at it in time."))
            return
        self.answer_late = True
        subject = self.env._("The answer is overdue.")
        self._tell_post(subject)
        managers = self.env["shequ.sla.breach"]._company_managers(self.company_id)
        self._tell(self._company_users() | managers, subject, self.demand)

    def action_open_ticket(self):
        """The whole ticket, for those who may read it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "shequ.ticket",
            "res_id": self.ticket_id.id,
            "views": [
                (self.env.ref("shequ_property.ticket_view_form_panel").id, "form")
            ],
            "target": "current",
        }


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    def message_post(self, **kwargs):
        """The post reads the conversation; what it has to say belongs to the case."""
        user = self.env.user
        if (
            not self.env.su
            and user.has_group(POST_GROUP)
            and not self.has_access("write")
        ):
            raise AccessError(
                self.env._("The supervision post speaks through its case.")
            )
        return super().message_post(**kwargs)

    supervision_ids = fields.One2many(
        "shequ.supervision.case",
        "ticket_id",
        string="Supervision Cases",
        groups="base.group_user",
    )
    supervision_open = fields.Boolean(
        string="At the Supervision Post",
        compute="_compute_supervision_open",
        compute_sudo=True,
    )

    @api.depends("supervision_ids.state")
    def _compute_supervision_open(self):
        for ticket in self:
            ticket.supervision_open = any(ticket.supervision_ids.mapped("is_open"))

    def _may_supervise(self):
        """Whether the resident can turn to a post now."""
        self.ensure_one()
        ticket = self.sudo()
        if ticket.state in ("cancelled", "returned") or ticket.supervision_open:
            return False
        if len(ticket.supervision_ids) >= self._days("supervision.times", 3):
            return False
        ended = ticket.done_at or ticket.closed_at
        days = self._days("supervision.days", 90)
        if ended and ended < fields.Datetime.now() - timedelta(days=days):
            return False
        return bool(self.env["shequ.supervision.post"]._of_estate(ticket.estate_id))

    def _supervise(self, partner, reason):
        """「对处理不满意,请社区监督岗看看」: open a case.

        :param partner: who reported it or for whom it is
        :param str reason: a word why
        :return: the ``shequ.supervision.case`` (as super-user)
        """
        self.ensure_one()
        self._check_owner(partner)
        words = (reason or "").strip()[:2000]
        if not words:
            raise UserError(
                self.env._("Please say in a word what you are unhappy with.")
            )
        ticket = self.sudo()
        # Of two taps at once the second waits here, and then sees the first.
        ticket.lock_for_update()
        ticket.invalidate_recordset(["supervision_ids", "state"])
        if not ticket._may_supervise():
            raise UserError(
                self.env._(
                    "The supervision post cannot be asked about this ticket now."
                )
            )
        case = (
            self.env["shequ.supervision.case"]
            .sudo()
            .with_context(mail_create_nosubscribe=True)
            .create(
                {
                    "name": f"{ticket.name}-{len(ticket.supervision_ids) + 1}",
                    "ticket_id": ticket.id,
                    "post_id": self.env["shequ.supervision.post"]
                    ._of_estate(ticket.estate_id)
                    .id,
                    "company_id": ticket.company_id.id,
                    "estate_id": ticket.estate_id.id,
                    "partner_id": partner.id if partner else False,
                    "reason": words,
                    "opened_at": fields.Datetime.now(),
                }
            )
        )
        case._add_line("opened", "resident", words, self.env.uid)
        case._set_due()
        ticket._trace("supervision", words[:200], partner=partner)
        case._tell_post(self.env._("A resident asks you to look at it."))
        case._tell_company(
            self.env._("A resident has turned to the supervision post."), words
        )
        ticket._supervision_opened(case)
        return case

    def _supervision_opened(self, case):
        """Extension point: a resident has turned to the supervision post.

        The bridge to the government hotline passes it on.

        :param case: the ``shequ.supervision.case`` (as super-user)
        """

    def _supervision_reopen(self, reason):
        """The post opens a finished ticket again, at any time, as super-user."""
        self.ensure_one()
        ticket = self.sudo()
        if ticket.is_open:
            raise UserError(
                self.env._("%(ticket)s is open already.", ticket=ticket.name)
            )
        ticket._reopen_now(None, reason)
