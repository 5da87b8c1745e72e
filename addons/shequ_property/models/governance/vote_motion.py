from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: The matters of each kind of vote.
MATTERS = {
    "assembly": "assembly",
    "building": "assembly",
    "consent": "consent",
    "poll": "poll",
}


class ShequVoteMotion(models.Model):
    """One question of a vote; its thresholds come from the matter it is about."""

    _name = "shequ.vote.motion"
    _description = "Motion of a Vote"
    _inherit = ["shequ.vote.agenda.mixin"]
    _order = "vote_id, sequence, id"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, index=True, ondelete="cascade"
    )
    estate_id = fields.Many2one(related="vote_id.estate_id", store=True)
    company_id = fields.Many2one(related="vote_id.company_id", store=True)
    state = fields.Selection(related="vote_id.state")
    vote_kind = fields.Selection(related="vote_id.kind", string="Kind of the Vote")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Motion", required=True)
    description = fields.Html(string="Explanation")
    matter_id = fields.Many2one(
        "shequ.vote.matter",
        string="Kind of Matter",
        required=True,
        ondelete="restrict",
    )
    tier = fields.Selection(related="matter_id.tier")
    threshold = fields.Char(related="matter_id.threshold")
    form = fields.Selection(
        [("decision", "Agree or Against"), ("election", "Candidates")],
        required=True,
        default="decision",
    )
    seats = fields.Integer(default=1, help="How many are elected.")
    max_choices = fields.Integer(
        string="Names on a Ballot", help="0: as many as there are seats."
    )
    candidate_ids = fields.One2many("shequ.vote.candidate", "motion_id", copy=True)
    quota_ids = fields.One2many("shequ.vote.quota", "motion_id", copy=True)
    outcome = fields.Selection(
        [("passed", "Passed"), ("failed", "Failed"), ("opinion", "Opinion")],
        readonly=True,
        copy=False,
    )
    sentence = fields.Char(string="Why", compute="_compute_sentence", compute_sudo=True)

    _seats_positive = models.Constraint(
        "CHECK(seats > 0 AND max_choices >= 0)",
        "An election fills at least one seat.",
    )

    @api.constrains("matter_id", "form", "vote_id")
    def _check_matter(self):
        for motion in self:
            matter = motion.matter_id
            if matter.kind != MATTERS[motion.vote_id.kind]:
                raise ValidationError(
                    self.env._(
                        "“%(matter)s” is no matter of this kind of vote.",
                        matter=matter.name,
                    )
                )
            if motion.form == "election" and not matter.is_election:
                raise ValidationError(
                    self.env._(
                        "“%(matter)s” is decided by agree or against, without "
                        "candidates.",
                        matter=matter.name,
                    )
                )

    @api.depends("outcome")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for motion in self:
            judged = motion._judged()
            motion.sentence = motion.vote_id._why(judged) if judged else False

    def _judged(self):
        """What the count says of the motion; ``None`` before."""
        for judged in (self.vote_id.result or {}).get("motions", ()):
            if judged["motion"] == self.id:
                return judged
        return None

    def write(self, vals):
        if {"name", "description", "matter_id", "vote_id"} & vals.keys():
            self._signed()._refuse_signed()
        return super().write(vals)

    def unlink(self):
        self._signed()._refuse_signed()
        return super().unlink()

    def _signed(self):
        """Votes whose proposal one of these motions is: the first that was there."""
        return self.vote_id.filtered(lambda vote: min(vote.motion_ids.ids) in self.ids)

    def _set_outcome(self, judged):
        """Write down what the count says."""
        motion = self.sudo().with_context(shequ_count=True)
        motion.outcome = judged["outcome"]
        if judged["form"] == "election":
            for candidate in motion.candidate_ids:
                candidate.elected = candidate.id in judged["elected"]

    def _missing(self):
        """What stands in the way of the announcement, as sentences."""
        self.ensure_one()
        if self.form != "election":
            return []
        missing = []
        if not self.candidate_ids:
            missing.append(
                self.env._("“%(motion)s” has no candidates.", motion=self.name)
            )
        elif len(self.candidate_ids) < self.seats:
            missing.append(
                self.env._(
                    "“%(motion)s” has fewer candidates than seats.",
                    motion=self.name,
                )
            )
        if sum(self.quota_ids.mapped("minimum")) > self.seats:
            missing.append(
                self.env._(
                    "The groups of “%(motion)s” have more seats than there are.",
                    motion=self.name,
                )
            )
        return missing

    def _definition(self):
        """The motion as plain values, for the chain and the count."""
        self.ensure_one()
        definition = {
            "id": self.id,
            "name": self.name,
            "form": self.form,
            "matter": self.matter_id.code,
            "rule": self.matter_id._rule(),
        }
        if self.form == "election":
            definition |= {
                "seats": self.seats,
                "max_choices": self.max_choices or self.seats,
                "candidates": [
                    {
                        "id": candidate.id,
                        "name": candidate.name,
                        "quota": candidate.quota_id.id or None,
                    }
                    for candidate in self.candidate_ids
                ],
                "quotas": [
                    {
                        "id": quota.id,
                        "name": quota.name,
                        "minimum": quota.minimum,
                        "maximum": quota.maximum,
                    }
                    for quota in self.quota_ids
                ],
            }
        return definition
