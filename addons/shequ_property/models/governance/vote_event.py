from odoo import fields, models


class ShequVoteEvent(models.Model):
    """One link of the chain: what happened in a vote, each naming the one before."""

    _name = "shequ.vote.event"
    _description = "Event of a Vote"
    _inherit = ["shequ.append.only.mixin"]
    _order = "vote_id, sequence"
    _rec_name = "kind"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, readonly=True, ondelete="restrict"
    )
    sequence = fields.Integer(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    entry = fields.Text(required=True, readonly=True, help="Canonical JSON.")
    previous = fields.Char(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)

    _sequence_uniq = models.Constraint(
        "UNIQUE(vote_id, sequence)", "Two events cannot have one place in the chain."
    )
    _previous_uniq = models.Constraint(
        "UNIQUE(vote_id, previous)", "Two events cannot follow the same one."
    )
