from odoo import models


class ShequVote(models.Model):
    """What the portal does after the code of the telephone was right."""

    _inherit = "shequ.vote"

    def race_cast(self, elector, choices, partner=None):
        """Cast for an elector, as its voter or as ``partner`` by proxy."""
        electors = self.env["shequ.vote.elector"].sudo().browse(elector)
        voter = self.env["res.partner"].sudo().browse(partner) or electors.voter_id
        choices = {int(motion): choice for motion, choice in choices.items()}
        receipt = self.sudo()._cast(electors, voter, choices, confirmed_by="test")
        return {
            name: receipt[name]
            for name in ("commitment", "sequence", "head", "channel", "repeated")
        }

    def race_paper(self, elector, choices):
        electors = self.env["shequ.vote.elector"].sudo().browse(elector)
        choices = {int(motion): choice for motion, choice in choices.items()}
        receipt = self.sudo()._enter_paper(electors, choices, self.env.user, None)
        return {name: receipt[name] for name in ("commitment", "sequence", "channel")}
