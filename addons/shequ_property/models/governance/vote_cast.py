"""Ballots: online, by proxy and on paper; one way per elector."""

from odoo import models


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _cast(
        self, elector, partner, choices, *, channel="online", confirmed_by="", token=""
    ):
        """Cast the ballots of ``elector`` (one or several of the same voter).

        The ballots are written and durable when this returns, in a transaction of
        its own: redirect to the receipt afterwards, the caller's own transaction
        does not see them yet.

        :param elector: ``shequ.vote.elector``, one or several of this vote
        :param partner: who votes: the elector's voter or the holder of a proxy
        :param dict choices: motion id → ``"agree"``, ``"against"``, ``"abstain"`` or
            a list of candidate ids (an empty list abstains)
        :param str channel: ``"online"``
        :param str confirmed_by: ``"sms"``, ``"passkey"`` …: what proved it
        :param str token: at random, made with the page; a double click sends the same
            one. Needed for secret votes, where nothing else tells a repetition
        :return: receipt: dict with ``code`` (short, to read out), ``commitment`` (64
            hexadecimal digits), ``vote``, ``reference``, ``at`` (naive UTC; to the
            hour in secret votes), ``head``, ``sequence``, ``channel``, ``by_proxy``,
            ``electors`` (list of ``{"id", "number", "address", "area"}``),
            ``choices`` (list of ``{"motion", "choice"}`` in words), ``repeated``
        :raises UserError: a sentence why not
        """
        raise NotImplementedError

    def _enter_paper(self, elector, choices, user, scan):
        """Enter a paper ballot that two people have keyed alike.

        :param elector: ``shequ.vote.elector``, one or several of the same voter
        :param choices: as in :meth:`_cast`
        :param user: ``res.users`` who enters it
        :param scan: ``ir.attachment`` of the scan, may be empty
        :return: receipt as of :meth:`_cast`
        """
        raise NotImplementedError
