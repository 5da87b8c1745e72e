import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import committee
from ...tools import disclosure_calendar as calendar
from ...tools import disclosure_document as documents


class Assessment(models.Model):
    """The committee marks a quarter by its own weights, beside what was measured.

    Members mark on the portal; the chair publishes when more than half have.
    """

    _name = "shequ.assessment"
    _description = "Quarterly Assessment"
    _order = "date_from desc, id desc"

    estate_id = fields.Many2one(
        "shequ.estate", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    date_from = fields.Date(required=True, readonly=True)
    date_to = fields.Date(required=True, readonly=True)
    name = fields.Char(string="Quarter", compute="_compute_name")
    state = fields.Selection(
        [("open", "Being marked"), ("published", "Published")],
        required=True,
        readonly=True,
        default="open",
    )
    line_ids = fields.One2many(
        "shequ.assessment.line", "assessment_id", string="Marks", readonly=True
    )
    score = fields.Integer(string="Score in Tenths", readonly=True)
    score_text = fields.Char(string="Score", compute="_compute_score_text")
    marked_count = fields.Integer(
        string="Members Who Marked", compute="_compute_marked_count"
    )
    measured = fields.Text(readonly=True, help="What the contract measured, as JSON.")
    version_id = fields.Many2one(
        "shequ.disclosure.version", readonly=True, ondelete="restrict"
    )

    _quarter_uniq = models.Constraint(
        "UNIQUE(estate_id, date_from)", "This quarter is assessed already."
    )

    @api.depends("date_from")
    def _compute_name(self):
        for assessment in self:
            first = assessment.date_from
            assessment.name = first and self.env._(
                "Q%(number)s %(year)s",
                number=(first.month + 2) // 3,
                year=first.year,
            )

    @api.depends("score", "state")
    def _compute_score_text(self):
        for assessment in self:
            score = assessment.score
            assessment.score_text = (
                f"{score // 10}.{score % 10}" if assessment.state == "published" else ""
            )

    @api.depends("line_ids.user_id")
    def _compute_marked_count(self):
        for assessment in self:
            assessment.marked_count = len(assessment.line_ids.user_id)

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("The owners' committee assesses."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An assessment is never deleted."))

    # --- marking -------------------------------------------------------------------

    @api.model
    def _current(self, estate):
        """The assessment of the last quarter (as super-user), made when missing."""
        first, last = calendar.last_period(
            "quarterly", self.env["shequ.estate"]._today()
        )
        domain = [("estate_id", "=", estate.id), ("date_from", "=", first)]
        known = self.sudo().search(domain)
        return known or self.sudo().create(
            {"estate_id": estate.id, "date_from": first, "date_to": last}
        )

    def _members(self):
        return self.env["shequ.disclosure.review"]._members(self.sudo().estate_id)

    def _member(self, user):
        member = self._members().filtered(
            lambda m: m.partner_id == user.sudo().partner_id
        )
        if not member:
            raise AccessError(
                self.env._("Only members of the owners' committee do that.")
            )
        return member[:1]

    def _mark(self, user, points, words=""):
        """Give points to the criteria.

        :param dict points: {criterion id: 0 to 100}
        """
        self.ensure_one()
        self._member(user)
        self.sudo().lock_for_update()
        if self.sudo().state != "open":
            raise UserError(self.env._("This quarter has been published already."))
        criteria = self.env["shequ.assessment.criterion"]._of(self.sudo().estate_id)
        missing = [c.name for c in criteria if points.get(c.id) is None]
        if missing:
            raise UserError(
                self.env._(
                    "Please mark each with 0 to 100; missing: %(names)s",
                    names=", ".join(missing),
                )
            )
        for criterion in criteria:
            if not 0 <= points[criterion.id] <= 100:
                raise UserError(
                    self.env._(
                        "“%(name)s” is marked with 0 to 100.", name=criterion.name
                    )
                )
        words = self.env["shequ.disclosure.review"]._words(words, required=False)
        this = self.sudo()
        this.line_ids.filtered(lambda line: line.user_id == user).unlink()
        this.env["shequ.assessment.line"].create(
            [
                {
                    "assessment_id": self.id,
                    "criterion_id": criterion.id,
                    "user_id": user.id,
                    "points": points[criterion.id],
                    "words": words if number == 0 else "",
                }
                for number, criterion in enumerate(criteria)
            ]
        )

    def _set_weights(self, user, weights):
        """The chair says how much each criterion counts; they add up to 100.

        :param dict weights: {criterion id: 0 to 100}
        """
        self.ensure_one()
        if self._member(user).position not in ("chair", "vice"):
            raise AccessError(self.env._("The chair sets the weights."))
        if self.sudo().state != "open":
            raise UserError(self.env._("This quarter has been published already."))
        criteria = self.env["shequ.assessment.criterion"]._of(self.sudo().estate_id)
        wanted = [weights.get(criterion.id) or 0 for criterion in criteria]
        if sum(wanted) != 100 or min(wanted) < 0:
            raise UserError(
                self.env._(
                    "The weights add up to %(sum)s; they have to add up to 100.",
                    sum=sum(wanted),
                )
            )
        for criterion, weight in zip(criteria, wanted, strict=True):
            criterion.weight = weight

    # --- publishing ----------------------------------------------------------------

    def _publish(self, user):
        """The chair publishes the score with the measured promises beside it."""
        self.ensure_one()
        if self._member(user).position not in ("chair", "vice"):
            raise AccessError(self.env._("The chair publishes the assessment."))
        this = self.sudo()
        this.lock_for_update()
        if this.state != "open":
            raise UserError(self.env._("This quarter has been published already."))
        members = self._members()
        if 2 * this.marked_count <= len(members):
            raise UserError(
                self.env._(
                    "%(marked)s of %(members)s members have marked; more than half "
                    "are needed.",
                    marked=this.marked_count,
                    members=len(members),
                )
            )
        criteria = this.line_ids.criterion_id.sorted()
        marks = [
            (
                criterion.weight,
                this.line_ids.filtered(
                    lambda line, c=criterion: line.criterion_id == c
                ).mapped("points"),
            )
            for criterion in criteria
        ]
        score = committee.score(marks)
        measured = this._measured()
        this.write(
            {
                "state": "published",
                "score": score or 0,
                "measured": json.dumps(measured, ensure_ascii=False),
            }
        )
        this.version_id = this._publish_content(criteria, marks, measured)

    def _measured(self):
        """The promises of the contract as they were measured in the quarter."""
        if "shequ.contract" not in self.env:
            return []
        return self.env["shequ.contract"]._performance(
            self.estate_id, self.date_from, self.date_to
        )

    def _publish_content(self, criteria, marks, measured):
        disclosures = self.env["shequ.disclosure"]
        lang = disclosures.new({"estate_id": self.estate_id.id})._lang()
        this = self.with_context(lang=lang)
        env = this.env
        kinds = {"per_mille": "permille", "milli": "milli"}
        results = {True: env._("kept"), False: env._("not kept")}
        tables = [
            {
                "title": env._("Marks of the owners' committee"),
                "columns": [
                    env._("Criterion"),
                    env._("Weight (%)"),
                    env._("Mean of the members"),
                    env._("Members"),
                ],
                "rows": [
                    [
                        criterion.name,
                        weight,
                        documents.amount("permille", committee.score([(1, points)]))[
                            :-1
                        ],
                        len(points),
                    ]
                    for criterion, (weight, points) in zip(criteria, marks, strict=True)
                ],
            }
        ]
        if measured:
            tables.append(
                {
                    "title": env._("Measured in the same quarter"),
                    "columns": [
                        env._("Promise"),
                        env._("Agreed"),
                        env._("Measured"),
                        env._("Result"),
                    ],
                    "rows": [
                        [
                            row["text"],
                            documents.amount(
                                kinds.get(row.get("unit"), "count"),
                                row["threshold"] or 0,
                            ),
                            "–"
                            if row["value"] is None
                            else documents.amount(
                                kinds.get(row.get("unit"), "count"), row["value"]
                            ),
                            results.get(row["kept"], "–"),
                        ]
                        for row in measured
                    ],
                }
            )
        words = [line.words for line in self.line_ids if line.words]
        return disclosures._publish_from(
            self,
            "assessment",
            self.estate_id,
            env._("Assessment of %(quarter)s", quarter=this.name),
            {
                "summary": env._(
                    "The owners' committee gives %(score)s of 100 points.",
                    score=this.score_text,
                ),
                "facts": [[env._("Comment"), word] for word in words],
                "tables": tables,
            },
        )
