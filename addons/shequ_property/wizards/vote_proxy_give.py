import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.governance.vote_proxy import TAKING


class VoteProxyGive(models.TransientModel):
    """The office records an authority that was brought on paper."""

    _name = "shequ.vote.proxy.give"
    _description = "Record an Authority to Vote"

    vote_id = fields.Many2one(
        "shequ.vote",
        required=True,
        domain=[("state", "in", TAKING)],
        default=lambda self: self.env.context.get("shequ_vote_id"),
    )
    estate_id = fields.Many2one(related="vote_id.estate_id")
    unit_id = fields.Many2one(
        "shequ.unit", required=True, domain="[('estate_id', '=', estate_id)]"
    )
    principal_id = fields.Many2one(
        "res.partner",
        string="Owner",
        compute="_compute_principal_id",
        help="Who votes for the unit by the roll.",
    )
    agent_id = fields.Many2one("res.partner", string="Proxy", required=True)
    authority = fields.Binary(
        string="Written Authority", required=True, attachment=False
    )
    authority_name = fields.Char()

    @api.depends("vote_id", "unit_id")
    def _compute_principal_id(self):
        for wizard in self:
            elector = self.env["shequ.vote.elector"].search(
                [
                    ("vote_id", "=", wizard.vote_id.id),
                    ("unit_id", "=", wizard.unit_id.id),
                ],
                limit=1,
            )
            wizard.principal_id = elector.voter_id

    def action_confirm(self):
        """The authority and its link in the chain, in one transaction."""
        self.ensure_one()
        self.vote_id._check_may_run()
        if not self.principal_id:
            raise UserError(
                self.env._(
                    "Nobody votes for %(unit)s by the roll of this vote: there is "
                    "nobody who could give an authority.",
                    unit=self.unit_id.short_address,
                )
            )
        try:
            raw = base64.b64decode(self.authority or b"", validate=True)
        except ValueError:
            raw = b""
        self.env["shequ.vote.proxy"]._give(
            self.vote_id,
            self.unit_id,
            self.principal_id,
            self.agent_id,
            [{"name": self.authority_name or "authority", "raw": raw}] if raw else [],
        )
        return {"type": "ir.actions.act_window_close"}
