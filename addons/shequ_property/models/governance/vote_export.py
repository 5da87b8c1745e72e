"""The archive that anybody can recount without Odoo."""

import json

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.voting import archive, chain
from .vote import COUNTED


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _export_archive(self):
        """The vote as a ZIP archive with the verifier inside.

        While the vote runs it holds the roll and the events; the ballots come with
        the close, in the order of their seals.

        :return: bytes
        """
        self.ensure_one()
        vote = self.sudo()
        rows = vote._event_rows()
        if not rows:
            raise UserError(
                self.env._(
                    "“%(vote)s” has not been announced: there is nothing to export.",
                    vote=vote.name,
                )
            )
        manifest = {
            "format": archive.FORMAT,
            "vote": vote.reference,
            "title": vote.name,
            "estate": vote.estate_id.name,
            "state": vote.state,
            "events": len(rows),
            "head": rows[-1][2],
        }
        # The entry is canonical already: its text is the line.
        events = [
            f'{{"digest":"{digest}","entry":{entry},"previous":"{previous}"}}'
            for entry, previous, digest in rows
        ]
        return archive.write(
            archive.Archive(
                manifest, vote._roll_lines(), events, vote._published_ballots()
            )
        )

    def _event_rows(self):
        return self.env.execute_query(
            SQL(
                """
                SELECT entry, previous, digest FROM shequ_vote_event
                 WHERE vote_id = %s ORDER BY sequence
                """,
                self.id,
            )
        )

    def _published_ballots(self):
        """The contents as text, after the close; ``None`` before."""
        if self.state not in COUNTED:
            return None
        table = SQL.identifier(
            "shequ_vote_secret" if self.secrecy == "secret" else "shequ_vote_ballot"
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT content FROM %s
                 WHERE vote_id = %s AND content IS NOT NULL ORDER BY commitment
                """,
                table,
                self.id,
            )
        )
        return [content for (content,) in rows]

    def _published_choices(self):
        """Who voted what in an open vote after the close, names masked.

        :return: list of dicts with ``number``, ``address``, ``voter``, ``channel``,
            ``code`` and ``choices`` (as :meth:`_choices_in_words`); empty for secret
            votes and before
        """
        self.ensure_one()
        vote = self.sudo()
        if vote.state not in COUNTED or vote.secrecy == "secret":
            return []
        contents = {
            chain.digest(ballot): ballot["choices"]
            for ballot in map(json.loads, vote._published_ballots())
        }
        rows = vote.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (e.number) e.number, e.address, e.voter_name,
                       b.channel, b.commitment
                  FROM shequ_vote_ballot b
                  JOIN shequ_vote_elector e ON e.id = b.elector_id
                 WHERE b.vote_id = %s ORDER BY e.number, b.round DESC
                """,
                vote.id,
            )
        )
        return [
            {
                "number": number,
                "address": address,
                "voter": voter or "",
                "channel": channel,
                "code": chain.short(seal),
                "choices": vote._choices_in_words(contents[seal]),
            }
            for number, address, voter, channel, seal in rows
        ]

    def _find_receipt(self, code):
        """Whether the ballot of a receipt is in the vote, for a page that asks.

        :param str code: as printed, or the whole seal
        :return: dict with ``found`` and, for an open vote, ``sequence`` of the event
        """
        self.ensure_one()
        plain = "".join(c for c in (code or "").lower() if c in "0123456789abcdef")
        if len(plain) < 8:
            return {"found": False}
        secret = self.sudo().secrecy == "secret"
        rows = self.env.execute_query(
            SQL(
                "SELECT commitment FROM shequ_vote_secret "
                "WHERE vote_id = %s AND commitment LIKE %s LIMIT 1",
                self.id,
                f"{plain}%",
            )
            if secret
            else SQL(
                "SELECT event_sequence FROM shequ_vote_ballot WHERE vote_id = %s "
                "AND content IS NOT NULL AND commitment LIKE %s LIMIT 1",
                self.id,
                f"{plain}%",
            )
        )
        if not rows:
            return {"found": False}
        return {"found": True} if secret else {"found": True, "sequence": rows[0][0]}
