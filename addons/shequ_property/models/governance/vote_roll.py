"""The roll: every unit that votes, its area, its head and who votes for it."""

from odoo import models


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _draw_roll(self):
        """Draw the roll anew from the registry, for checking before the opening."""
        raise NotImplementedError

    def _electors_of(self, partner):
        """The electors ``partner`` votes for, himself or by proxy (as super-user)."""
        raise NotImplementedError

    def _why_not(self, partner):
        """Why ``partner`` cannot vote, in a sentence; ``""`` when he can."""
        raise NotImplementedError
