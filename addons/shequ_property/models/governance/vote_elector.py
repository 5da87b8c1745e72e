from odoo import fields, models

CHANNELS = [("online", "Online"), ("proxy", "By Proxy, Online"), ("paper", "Paper")]


class ShequVoteElector(models.Model):
    """One line of the roll: a unit (in polls of residents: a person).

    Drawn when the vote is announced, drawn anew and frozen when it opens.
    """

    _name = "shequ.vote.elector"
    _description = "Elector"
    _order = "vote_id, number"
    _rec_name = "address"
    _log_access = False

    vote_id = fields.Many2one(
        "shequ.vote", required=True, readonly=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(
        "shequ.estate", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict")
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    unit_id = fields.Many2one("shequ.unit", readonly=True, ondelete="restrict")
    building_id = fields.Many2one("shequ.building", readonly=True, ondelete="restrict")
    building_label = fields.Char(readonly=True)
    entrance = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    area = fields.Integer(string="Area (0.01 m²)", readonly=True)
    area_m2 = fields.Float(
        string="Area (m²)", digits=(12, 2), compute="_compute_area_m2"
    )
    head = fields.Integer(
        string="Head No.",
        readonly=True,
        aggregator=None,
        help="Units of the same number are one owner and count as one head.",
    )
    voter_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")
    voter_name = fields.Char(string="Voter (masked)", readonly=True)
    basis = fields.Selection(
        [
            ("owner", "Owner"),
            ("representative", "Chosen Representative"),
            ("developer", "Developer, Unsold or Not Handed Over"),
            ("resident", "Resident"),
            ("unknown", "Nobody Chosen"),
        ],
        string="Votes As",
        readonly=True,
    )
    frozen = fields.Boolean(readonly=True)
    channel = fields.Selection(CHANNELS, string="Voted", readonly=True)
    voted_at = fields.Datetime(
        readonly=True, help="To the hour; to say when, not in which order."
    )
    ballot_ids = fields.One2many("shequ.vote.ballot", "elector_id")

    _number_uniq = models.Constraint(
        "UNIQUE(vote_id, number)", "The number is taken already."
    )
    _unit_uniq = models.UniqueIndex(
        "(vote_id, unit_id) WHERE unit_id IS NOT NULL AND head IS NOT NULL",
        "The unit is on the roll already.",
    )
    _voter_idx = models.Index("(voter_id, vote_id)")
    _head_idx = models.Index("(vote_id, head)")

    def _compute_area_m2(self):
        for elector in self:
            elector.area_m2 = elector.area / 100
