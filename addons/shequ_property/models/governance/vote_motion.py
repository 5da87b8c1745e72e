from odoo import fields, models


class ShequVoteMotion(models.Model):
    _name = "shequ.vote.motion"
    _description = "Motion of a Vote"
    _order = "vote_id, sequence, id"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, index=True, ondelete="cascade"
    )
    estate_id = fields.Many2one(related="vote_id.estate_id", store=True)
    company_id = fields.Many2one(related="vote_id.company_id", store=True)
    state = fields.Selection(related="vote_id.state")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Motion", required=True)
    description = fields.Html(string="Explanation")
    matter_id = fields.Many2one("shequ.vote.matter", required=True, ondelete="restrict")
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
    sentence = fields.Char(string="Why", compute="_compute_sentence")

    def _compute_sentence(self):
        for motion in self:
            motion.sentence = False
