from odoo import fields, models


class ShequVoteSecret(models.Model):
    """What was voted in a secret vote, without by whom.

    To be written honestly in the working body: what a database administrator could
    still do.
    """

    _name = "shequ.vote.secret"
    _description = "Content of a Secret Ballot"
    _inherit = ["shequ.append.only.mixin"]
    _order = "id"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, index=True, readonly=True, ondelete="restrict"
    )
    commitment = fields.Char(required=True, readonly=True)

    _commitment_uniq = models.Constraint(
        "UNIQUE(vote_id, commitment)", "This ballot is in the box already."
    )
