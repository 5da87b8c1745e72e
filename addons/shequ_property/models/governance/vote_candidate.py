from odoo import fields, models


class ShequVoteCandidate(models.Model):
    _name = "shequ.vote.candidate"
    _description = "Candidate of a Vote"
    _order = "motion_id, sequence, id"

    motion_id = fields.Many2one(
        "shequ.vote.motion", required=True, index=True, ondelete="cascade"
    )
    vote_id = fields.Many2one(related="motion_id.vote_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    partner_id = fields.Many2one("res.partner", string="Person", ondelete="restrict")
    home = fields.Char(help="Building and unit as shown on the ballot.")
    statement = fields.Text()
    quota_id = fields.Many2one(
        "shequ.vote.quota", domain="[('motion_id', '=', motion_id)]"
    )
    elected = fields.Boolean(readonly=True, copy=False)
