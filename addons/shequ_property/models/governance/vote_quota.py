from odoo import fields, models


class ShequVoteQuota(models.Model):
    """So many of the seats belong to a group of candidates (north area, women …)."""

    _name = "shequ.vote.quota"
    _description = "Quota of Seats"
    _inherit = ["shequ.vote.agenda.mixin"]
    _order = "motion_id, sequence, id"

    motion_id = fields.Many2one(
        "shequ.vote.motion", required=True, index=True, ondelete="cascade"
    )
    vote_id = fields.Many2one(related="motion_id.vote_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Group", required=True)
    minimum = fields.Integer(string="At Least")
    maximum = fields.Integer(string="At Most", help="0: no limit.")

    _seats_valid = models.Constraint(
        "CHECK(minimum >= 0 AND maximum >= 0 AND (maximum = 0 OR minimum <= maximum))",
        "A group cannot have fewer seats at most than at least.",
    )
