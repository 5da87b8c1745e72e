from odoo import fields, models

from .vote_elector import CHANNELS


class ShequVoteBallot(models.Model):
    """That an elector has voted; in open votes also what, under a seal.

    The content is in a column that the ORM does not know (``sealed``).
    """

    _name = "shequ.vote.ballot"
    _description = "Ballot"
    _inherit = ["shequ.append.only.mixin"]
    _order = "id"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, index=True, readonly=True, ondelete="restrict"
    )
    elector_id = fields.Many2one(
        "shequ.vote.elector",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    round = fields.Integer(required=True, readonly=True, default=1)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    commitment = fields.Char(readonly=True)
    cast_at = fields.Datetime(readonly=True)
    scan_id = fields.Many2one("ir.attachment", readonly=True, ondelete="restrict")

    _round_uniq = models.Constraint(
        "UNIQUE(elector_id, round)", "This unit has voted already."
    )
