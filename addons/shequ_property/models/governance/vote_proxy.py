from odoo import fields, models


class ShequVoteProxy(models.Model):
    """A written authority: somebody votes for the owner of a unit.

    At most so many owners per proxy as the assembly's rules allow (default three);
    revocable until the proxy has voted; the owner's own vote ends it.
    """

    _name = "shequ.vote.proxy"
    _description = "Proxy for a Vote"
    _inherit = ["mail.thread"]
    _order = "id desc"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, index=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(related="vote_id.estate_id", store=True)
    company_id = fields.Many2one(related="vote_id.company_id", store=True)
    unit_id = fields.Many2one("shequ.unit", required=True, ondelete="restrict")
    principal_id = fields.Many2one(
        "res.partner",
        string="Owner",
        required=True,
        ondelete="restrict",
    )
    agent_id = fields.Many2one(
        "res.partner",
        string="Proxy",
        required=True,
        index=True,
        ondelete="restrict",
    )
    authority_ids = fields.Many2many(
        "ir.attachment",
        "shequ_vote_proxy_authority_rel",
        "proxy_id",
        "attachment_id",
        string="Written Authority",
    )
    state = fields.Selection(
        [("active", "In Force"), ("used", "Voted"), ("revoked", "Revoked")],
        default="active",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    revoked_at = fields.Datetime(readonly=True, copy=False)

    _active_uniq = models.UniqueIndex(
        "(vote_id, unit_id) WHERE state IN ('active', 'used')",
        "Somebody already votes for this unit by proxy.",
    )

    def _revoke(self, partner):
        """Take the authority back, before the proxy has voted."""
        raise NotImplementedError
