from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import disclosure_scan as personal

MAX_WORDS = 1000


class DisclosureQuestion(models.Model):
    """A resident asks about a published line; everybody in the estate reads the answer.

    Nothing is taken back: a question that nobody answers shows as such.
    """

    _name = "shequ.disclosure.question"
    _description = "Question about a Disclosure"
    _order = "is_open desc, due_at, id desc"

    disclosure_id = fields.Many2one(
        "shequ.disclosure",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    version_id = fields.Many2one(
        "shequ.disclosure.version", required=True, readonly=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(
        related="disclosure_id.estate_id", store=True, index=True
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    key = fields.Char(readonly=True, help="The line it is about; empty: the whole.")
    label = fields.Char(string="About", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Resident",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    question = fields.Text(required=True, readonly=True)
    asked_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    due_at = fields.Datetime(string="Answer By", required=True, readonly=True)
    answer = fields.Text()
    answered_at = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True)
    answer_seen = fields.Boolean(readonly=True)
    is_open = fields.Boolean(
        string="Waiting", compute="_compute_is_open", store=True, index=True
    )
    is_late = fields.Boolean(
        string="Overdue", compute="_compute_is_late", search="_search_is_late"
    )

    @api.depends("answered_at")
    def _compute_is_open(self):
        for question in self:
            question.is_open = not question.answered_at

    @api.depends("answered_at", "due_at")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for question in self:
            until = question.answered_at or now
            question.is_late = bool(question.due_at and question.due_at < until)

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [("is_open", "=", True), ("due_at", "<", fields.Datetime.now())]
        return late if True in value else ["!", "&", *late]

    @api.depends("label", "question")
    def _compute_display_name(self):
        for question in self:
            question.display_name = (question.question or "")[:60]

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Residents ask these questions."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"answer"}:
                raise UserError(self.env._("Write the answer; the rest stays."))
            if any(question.answered_at for question in self):
                raise UserError(self.env._("An answer that was published stays."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A question is never deleted."))

    # --- asking and answering ------------------------------------------------------

    @api.model
    def _ask(self, disclosure, partner, words, key="", label=""):
        """Put a question under a line and start its clock.

        :param disclosure: a published ``shequ.disclosure`` (as super-user)
        :return: the question (as super-user)
        :raises UserError: without words, or with somebody's personal data in them
        """
        words = (words or "").strip()
        if not words:
            raise UserError(self.env._("Please write your question."))
        if len(words) > MAX_WORDS:
            raise UserError(
                self.env._("Please say it in %(count)s characters.", count=MAX_WORDS)
            )
        if personal.scan([("", words)]):
            raise UserError(
                self.env._(
                    "All residents read your question. Please leave out telephone, "
                    "identity and plate numbers."
                )
            )
        hours = self.env["ir.config_parameter"].sudo()
        hours = int(hours.get_param("shequ.disclosure.answer_hours", "72"))
        question = self.sudo().create(
            {
                "disclosure_id": disclosure.id,
                "version_id": disclosure.current_version_id.id,
                "partner_id": partner.id,
                "question": words,
                "key": key,
                "label": label,
                "due_at": fields.Datetime.now() + timedelta(hours=hours),
            }
        )
        question._tell_manager()
        return question

    def _tell_manager(self):
        manager = self.estate_id.manager_id
        if manager:
            self.disclosure_id.with_context(
                mail_activity_quick_update=True
            ).activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("A resident asks about “%(line)s”", line=self.label)
                if self.label
                else self.env._("A resident asks"),
                date_deadline=fields.Date.to_date(self.due_at),
                user_id=manager.id,
            )

    def action_answer(self):
        """Publish the answer under the question."""
        if not self.env.user.has_group("shequ_property.group_front_desk"):
            raise AccessError(self.env._("Only the property company answers."))
        self.check_access("write")
        for question in self:
            if question.answered_at:
                raise UserError(self.env._("This has been answered already."))
            words = (question.answer or "").strip()
            if not words:
                raise UserError(self.env._("Please write the answer first."))
            names = [question.partner_id.name] if question.partner_id.name else []
            estate = question.estate_id.sudo()
            allowed = (estate.phone, estate.company_id.phone)
            if personal.scan([("", words)], names, allowed):
                raise UserError(
                    self.env._(
                        "All residents read the answer: leave out names, telephone, "
                        "identity and plate numbers."
                    )
                )
            question.sudo().write(
                {
                    "answer": words,
                    "answered_at": fields.Datetime.now(),
                    "answered_by_id": self.env.uid,
                }
            )
