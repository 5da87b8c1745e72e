from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import committee
from ...tools import disclosure_scan as personal

OUTCOMES = [
    ("accepted", "Accepted"),
    ("objected", "Objected to"),
    ("silent", "Not reviewed in time"),
]


class DisclosureReview(models.Model):
    """The owners' committee looks at a published version.

    Members check, comment and sign on the portal; the property company answers.
    When all have signed, or the time is over, the outcome is published.
    """

    _name = "shequ.disclosure.review"
    _description = "Review by the Owners' Committee"
    _inherit = ["mail.thread"]
    _order = "state desc, due_at, id desc"

    version_id = fields.Many2one(
        "shequ.disclosure.version", required=True, readonly=True, ondelete="restrict"
    )
    disclosure_id = fields.Many2one(
        "shequ.disclosure",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    estate_id = fields.Many2one(
        related="disclosure_id.estate_id", store=True, index=True
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    name = fields.Char(compute="_compute_name")
    state = fields.Selection(
        [("open", "Under review"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    opened_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    due_at = fields.Datetime(string="Sign By", required=True, readonly=True)
    closed_at = fields.Datetime(readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    item_ids = fields.One2many("shequ.disclosure.review.item", "review_id")
    comment_ids = fields.One2many("shequ.disclosure.review.comment", "review_id")
    verdict_ids = fields.One2many("shequ.disclosure.review.verdict", "review_id")
    accept_count = fields.Integer(string="Accept", compute="_compute_counts")
    object_count = fields.Integer(string="Object", compute="_compute_counts")
    answer = fields.Text(string="Answer of the Property Company")
    answered_at = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True)
    needs_answer = fields.Boolean(
        compute="_compute_needs_answer",
        store=True,
        help="Somebody has objected and the property company has not answered yet.",
    )

    _version_uniq = models.Constraint(
        "UNIQUE(version_id)", "This version is under review already."
    )

    @api.depends("version_id")
    def _compute_name(self):
        for review in self:
            review.name = review.version_id.sudo().display_name

    @api.depends("verdict_ids.verdict")
    def _compute_counts(self):
        for review in self:
            verdicts = review.verdict_ids.mapped("verdict")
            review.accept_count = verdicts.count("accept")
            review.object_count = verdicts.count("object")

    @api.depends("verdict_ids.verdict", "answered_at")
    def _compute_needs_answer(self):
        for review in self:
            review.needs_answer = (
                not review.answered_at
                and "object" in review.verdict_ids.mapped("verdict")
            )

    def write(self, vals):
        own = set(self._fields) - set(self.env["mail.thread"]._fields) - {"answer"}
        if not self.env.su and own & vals.keys():
            raise UserError(self.env._("A review moves by its steps."))
        if not self.env.su and "answer" in vals and any(r.answered_at for r in self):
            raise UserError(self.env._("An answer that was published stays."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A review is never deleted."))

    # --- opening -------------------------------------------------------------------

    @api.model
    def _open(self, version):
        """Ask the committee to look at ``version``; nobody is asked without one."""
        estate = version.disclosure_id.sudo()._reviewing_estate()
        if not self._members(estate):
            return self
        days = self.env["ir.config_parameter"].sudo()
        days = int(days.get_param("shequ.disclosure.review_days", "15"))
        kind = version.type_id.with_context(lang=version.disclosure_id._lang())
        return self.sudo().create(
            {
                "version_id": version.id,
                "disclosure_id": version.disclosure_id.id,
                "due_at": fields.Datetime.now() + timedelta(days=days),
                "item_ids": [
                    (0, 0, {"name": check.name, "sequence": check.sequence})
                    for check in kind.check_ids
                ],
            }
        )

    @api.model
    def _members(self, estate):
        """Terms in force in the committee of ``estate`` (as super-user)."""
        return (
            self.env["shequ.committee.member"]
            .sudo()
            .search([("estate_id", "=", estate.id), ("is_current", "=", True)])
        )

    def _member(self, user):
        """The term of ``user`` that allows taking part, or an error."""
        self.ensure_one()
        member = self._members(self.sudo().estate_id).filtered(
            lambda m: m.partner_id == user.sudo().partner_id
        )
        if not member:
            raise AccessError(
                self.env._("Only members of the owners' committee do that.")
            )
        return member[:1]

    def _check_open(self):
        if self.sudo().state != "open":
            raise UserError(self.env._("This review is closed."))

    # --- what members do -----------------------------------------------------------

    def _check_item(self, user, item_id, answer, note=""):
        """Tick a question of the checklist."""
        self._member(user)
        self._check_open()
        item = self.sudo().item_ids.filtered(lambda one: one.id == item_id)
        if not item or answer not in dict(item._fields["answer"].selection):
            raise UserError(self.env._("Please choose an answer of the checklist."))
        item.write(
            {
                "answer": answer,
                "note": self._words(note, required=False),
                "user_id": user.id,
                "answered_at": fields.Datetime.now(),
            }
        )

    def _comment(self, user, key, label, words):
        """Say something about a line; the whole of it when ``key`` is empty."""
        member = self._member(user)
        self._check_open()
        self._add_comment(
            "committee", user, member.partner_id.name, key, label, self._words(words)
        )

    def _add_comment(self, side, user, name, key, label, words):
        self.env["shequ.disclosure.review.comment"].sudo().create(
            {
                "review_id": self.id,
                "side": side,
                "user_id": user.id,
                "name": name,
                "key": key or "",
                "label": label or "",
                "words": words,
            }
        )

    def _sign(self, user, verdict, reason=""):
        """Accept or object, with name, position and time, once for each version."""
        member = self._member(user)
        self.sudo().lock_for_update()
        self._check_open()
        if verdict not in ("accept", "object"):
            raise UserError(self.env._("Please accept or object."))
        if user in self.sudo().verdict_ids.user_id:
            raise UserError(self.env._("You have signed this version already."))
        words = self._words(reason, required=verdict == "object")
        labels = member._fields["position"]._description_selection(
            self.with_context(lang=self.sudo().disclosure_id._lang()).env
        )
        self.env["shequ.disclosure.review.verdict"].sudo().create(
            {
                "review_id": self.id,
                "user_id": user.id,
                "name": member.partner_id.name,
                "position": dict(labels)[member.position],
                "verdict": verdict,
                "reason": words,
                "sha256": self.sudo().version_id.sha256,
            }
        )
        review = self.sudo()
        review.invalidate_recordset(["verdict_ids"])
        if verdict == "object":
            review._tell_manager()
        signed = review.verdict_ids.user_id.partner_id
        if not self._members(review.estate_id).partner_id - signed:
            review._close()

    def _words(self, words, required=True):
        words = (words or "").strip()[:2000]
        if required and not words:
            raise UserError(self.env._("Please write down the reason."))
        if personal.scan([("", words)]):
            raise UserError(
                self.env._(
                    "All residents read this. Please leave out telephone, identity "
                    "and plate numbers."
                )
            )
        return words

    def _tell_manager(self):
        manager = self.estate_id.manager_id
        if manager:
            self.disclosure_id.with_context(
                mail_activity_quick_update=True
            ).activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("The owners' committee objects: answer or correct"),
                user_id=manager.id,
            )

    # --- what the company does -----------------------------------------------------

    def action_answer(self):
        """Publish the company's answer to the objections."""
        self.check_access("write")
        if not self.env.user.has_group("shequ_property.group_estate_manager"):
            raise AccessError(self.env._("Only the property company answers."))
        for review in self:
            if review.answered_at:
                raise UserError(self.env._("This has been answered already."))
            words = review._words(review.answer)
            this = review.sudo()
            this.write(
                {
                    "answer": words,
                    "answered_at": fields.Datetime.now(),
                    "answered_by_id": self.env.uid,
                }
            )
            this._add_comment(
                "company", self.env.user, self.env.user.name, "", "", words
            )

    # --- closing -------------------------------------------------------------------

    def _close(self):
        """End the review and publish what it came to."""
        for review in self:
            result = committee.outcome(review.accept_count, review.object_count)
            review.write(
                {
                    "state": "closed",
                    "closed_at": fields.Datetime.now(),
                    "outcome": result,
                }
            )
            review._publish_outcome()

    def _publish_outcome(self):
        """The outcome goes into the chain of what the estate has published."""
        self.ensure_one()
        this = self.with_context(lang=self.disclosure_id._lang())
        env = this.env
        outcomes = dict(this._fields["outcome"]._description_selection(env))
        verdicts = {"accept": env._("accepts"), "object": env._("objects")}
        answers = dict(
            env["shequ.disclosure.review.item"]
            ._fields["answer"]
            ._description_selection(env)
        )
        self.env["shequ.disclosure"]._publish_from(
            self,
            "committee_decision",
            self.estate_id,
            env._("Review of “%(name)s”", name=this.version_id.display_name),
            {
                "summary": outcomes[self.outcome],
                "facts": [
                    [env._("Version reviewed"), self.version_id.sha256],
                    [env._("Accept"), self.accept_count],
                    [env._("Object"), self.object_count],
                    [env._("Answer of the property company"), self.answer or "–"],
                ],
                "tables": [
                    {
                        "title": env._("Signed"),
                        "columns": [
                            env._("Name"),
                            env._("Position"),
                            env._("Verdict"),
                            env._("Reason"),
                            env._("Time"),
                        ],
                        "rows": [
                            [
                                verdict.name,
                                verdict.position,
                                verdicts[verdict.verdict],
                                verdict.reason or "",
                                fields.Datetime.to_string(verdict.at) + " UTC",
                            ]
                            for verdict in self.verdict_ids
                        ],
                    },
                    {
                        "title": env._("Checklist"),
                        "columns": [env._("Looked at"), env._("Found"), env._("Note")],
                        "rows": [
                            [item.name, answers.get(item.answer, "–"), item.note or ""]
                            for item in self.item_ids
                        ],
                    },
                ],
            },
        )

    @api.model
    def _cron_close(self):
        """Close what the committee had time for."""
        domain = [("state", "=", "open"), ("due_at", "<", fields.Datetime.now())]
        for review in self.sudo().search(domain):
            review._close()
            self.env["ir.cron"]._commit_progress(1)


class Disclosure(models.Model):
    _inherit = "shequ.disclosure"

    review_ids = fields.One2many(
        "shequ.disclosure.review", "disclosure_id", string="Reviews", readonly=True
    )
    objection_count = fields.Integer(
        string="Objections to Answer", compute="_compute_objection_count"
    )
    question_ids = fields.One2many(
        "shequ.disclosure.question", "disclosure_id", string="Questions"
    )
    open_question_count = fields.Integer(
        string="Questions Waiting", compute="_compute_objection_count"
    )

    @api.depends("review_ids.needs_answer", "question_ids.is_open")
    def _compute_objection_count(self):
        for disclosure in self:
            disclosure.objection_count = sum(
                disclosure.review_ids.mapped("needs_answer")
            )
            disclosure.open_question_count = sum(
                disclosure.question_ids.mapped("is_open")
            )

    def _reviewing_estate(self):
        """The estate whose committee is asked, or none."""
        self.ensure_one()
        return self.estate_id

    def _published(self, version):
        result = super()._published(version)
        earlier = self.review_ids.filtered(lambda review: review.state == "open")
        earlier._close()
        if self.type_id.needs_review:
            self.env["shequ.disclosure.review"]._open(version)
        return result
