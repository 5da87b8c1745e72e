"""From the proposal to the filing: who may do what, and when."""

from odoo import models


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _may_run(self, user):
        """Whether ``user`` leads this vote: the estate's managers or its committee."""
        raise NotImplementedError

    def action_submit(self):
        """draft → check."""
        raise NotImplementedError

    def action_back(self):
        """check → draft."""
        raise NotImplementedError

    def action_announce(self):
        """check → notice: the agenda is fixed, the roll is drawn for checking.

        :raises UserError: naming everything that is missing
        """
        raise NotImplementedError

    def action_open(self):
        """notice → open: the roll is frozen. Called twice it does nothing."""
        raise NotImplementedError

    def _extend(self, closes_at, reason):
        """Extend the voting time, once, before the close."""
        raise NotImplementedError

    def action_close(self):
        """open → closed: no more ballots, counted at once.

        :return: the digest of the result, the same however often it is called
        """
        raise NotImplementedError

    def action_publish(self):
        """closed → publicity: publish the result and take objections."""
        raise NotImplementedError

    def action_finalise(self):
        """publicity → final, when the time is over and objections are answered."""
        raise NotImplementedError

    def _file(self, filed_on, reference):
        """final → filed."""
        raise NotImplementedError

    def _cancel(self, reason):
        """Give the vote up, before it opens."""
        raise NotImplementedError

    def _missing(self):
        """What stands in the way of the announcement, as a list of sentences."""
        raise NotImplementedError

    def _open_objections(self):
        """Extension point: how many objections to the result wait for an answer."""
        return 0
