from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ShequVoteCandidate(models.Model):
    _name = "shequ.vote.candidate"
    _description = "Candidate of a Vote"
    _inherit = ["shequ.vote.agenda.mixin"]
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
        "shequ.vote.quota",
        string="Group",
        domain="[('motion_id', '=', motion_id)]",
        copy=False,
    )
    elected = fields.Boolean(readonly=True, copy=False)

    @api.constrains("quota_id", "motion_id")
    def _check_quota(self):
        for candidate in self:
            if candidate.quota_id and candidate.quota_id.motion_id != (
                candidate.motion_id
            ):
                raise ValidationError(
                    self.env._(
                        "The group of %(name)s belongs to another motion.",
                        name=candidate.name,
                    )
                )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.partner_id and not self.name:
            self.name = self.partner_id.name
