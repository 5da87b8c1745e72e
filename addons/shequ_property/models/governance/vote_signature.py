from odoo import api, fields, models
from odoo.exceptions import UserError


class VoteSignature(models.Model):
    """An owner supports a proposal: with 20 % of the owners it has to be dealt with.

    物业管理条例 13: an extraordinary meeting is held when 20 % of the owners propose
    it.  An owner of several homes is one owner and signs once.
    """

    _name = "shequ.vote.signature"
    _description = "Signature under a Proposal"
    _order = "id"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, readonly=True, index=True, ondelete="cascade"
    )
    estate_id = fields.Many2one(related="vote_id.estate_id", store=True, index=True)
    company_id = fields.Many2one(related="vote_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    unit_id = fields.Many2one("shequ.unit", readonly=True, ondelete="restrict")
    signed_at = fields.Datetime(required=True, readonly=True)
    confirmed_by = fields.Selection(
        [("code", "Code"), ("passkey", "Passkey"), ("paper", "On Paper")],
        required=True,
        readonly=True,
    )

    _once = models.Constraint(
        "UNIQUE(vote_id, partner_id)", "This owner has signed already."
    )

    @api.depends("partner_id", "unit_id")
    def _compute_display_name(self):
        for signature in self:
            signature.display_name = signature.unit_id.short_address or ""

    @api.model
    def _sign(self, vote, partner, confirmed_by):
        """Sign (as super-user); signing twice is the same as once.

        :raise UserError: when it is no open proposal, or the person owns nothing
        """
        if vote.state != "draft" or vote.proposer != "owners":
            raise UserError(
                self.env._("Signatures are no longer collected for this proposal.")
            )
        unit = partner.sudo()._vote_units(vote.estate_id)[:1]
        if not unit:
            raise UserError(
                self.env._("Only owners of this community can sign a proposal.")
            )
        signatures = self.sudo()
        known = signatures.search(
            [("vote_id", "=", vote.id), ("partner_id", "=", partner.id)]
        )
        return known or signatures.create(
            {
                "vote_id": vote.id,
                "partner_id": partner.id,
                "unit_id": unit.id,
                "signed_at": fields.Datetime.now(),
                "confirmed_by": confirmed_by,
            }
        )

    @api.model
    def _withdraw(self, vote, partner):
        """Take one's signature back while it is collected."""
        if vote.state != "draft":
            raise UserError(
                self.env._("Signatures are no longer collected for this proposal.")
            )
        self.sudo().search(
            [("vote_id", "=", vote.id), ("partner_id", "=", partner.id)]
        ).unlink()
