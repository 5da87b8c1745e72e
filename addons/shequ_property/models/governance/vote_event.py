import json
from datetime import datetime

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.voting import chain


class ShequVoteEvent(models.Model):
    """One link of the chain: what happened in a vote, each naming the one before.

    The database refuses to change or delete a row, and to let two follow the same
    one.  See ``tools/voting/chain.py`` for what is linked.
    """

    _name = "shequ.vote.event"
    _description = "Event of a Vote"
    _inherit = ["shequ.append.only.mixin"]
    _log_access = False
    _order = "vote_id, sequence"
    _rec_name = "kind"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, readonly=True, ondelete="restrict"
    )
    sequence = fields.Integer(required=True, readonly=True, aggregator=None)
    kind = fields.Selection(
        [
            ("announced", "Announced"),
            ("opened", "Opened"),
            ("cast", "Ballot"),
            ("sealed", "Secret Ballots Sealed"),
            ("proxy", "Proxy Given"),
            ("revoked", "Proxy Revoked"),
            ("extended", "Extended"),
            ("closed", "Closed"),
            ("counted", "Counted"),
            ("published", "Published"),
            ("final", "Final"),
            ("filed", "Filed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
    )
    at = fields.Datetime(string="Time", required=True, readonly=True)
    entry = fields.Text(required=True, readonly=True, help="Canonical JSON.")
    previous = fields.Char(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)

    _sequence_uniq = models.Constraint(
        "UNIQUE(vote_id, sequence)", "Two events cannot have one place in the chain."
    )
    _previous_uniq = models.Constraint(
        "UNIQUE(vote_id, previous)", "Two events cannot follow the same one."
    )

    @api.model
    def _last(self, vote):
        """Sequence, digest and time (naive UTC) of the newest event of ``vote``."""
        self.env.cr.execute(
            SQL(
                """
                SELECT sequence, digest, at FROM shequ_vote_event
                 WHERE vote_id = %s ORDER BY sequence DESC LIMIT 1
                """,
                vote.id,
            )
        )
        return self.env.cr.fetchone() or (0, chain.GENESIS, datetime.min)

    @api.model
    def _append(self, vote, kind, data, at):
        """Add an event to the end of the chain; inside ``vote._apart()`` only.

        :param dict data: plain values
        :param datetime at: naive UTC; never before the event before
        :return: dict with ``sequence`` and ``digest``
        """
        vote._lock_chain()
        sequence, previous, before = self._last(vote)
        at = max(at, before).replace(microsecond=0)
        event = chain.event(
            previous, sequence + 1, vote.reference, f"{at.isoformat()}Z", kind, data
        )
        entry = chain.canonical(event["entry"]).decode()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO shequ_vote_event
                       (vote_id, sequence, kind, at, entry, previous, digest)
                VALUES (%s, %s, %s, %s, %s, %s, %s)
                """,
                vote.id,
                sequence + 1,
                kind,
                at,
                entry,
                previous,
                event["digest"],
            )
        )
        self.invalidate_model()
        return {"sequence": sequence + 1, "digest": event["digest"]}

    def _data(self):
        """What the event says, as a dict."""
        self.ensure_one()
        return json.loads(self.entry)["data"]
