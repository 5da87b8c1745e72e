"""Ballots: online, by proxy and on paper; one way per elector."""

import hashlib
import json
import secrets

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.voting import chain, count
from .vote_apart import CHAIN_LOCK


class ShequVote(models.Model):
    _inherit = "shequ.vote"

    def _cast(
        self, elector, partner, choices, *, channel="online", confirmed_by="", token=""
    ):
        """Cast the ballots of ``elector`` (one or several of the same voter).

        The ballot is written and durable when this returns, in a transaction of its
        own: redirect to the receipt afterwards, the caller's own transaction does not
        see it yet. Who owns several units casts them with one ballot; in a secret
        vote all units of an owner are cast together, whichever is given.

        :param elector: ``shequ.vote.elector``, one or several of this vote
        :param partner: who votes: the elector's voter or the holder of a proxy
        :param dict choices: motion id → ``"agree"``, ``"against"``, ``"abstain"`` or
            a list of candidate ids (an empty list abstains)
        :param str channel: ``"online"``; becomes ``"proxy"`` for a holder of a proxy
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
        self.ensure_one()
        with self._apart() as vote:
            vote._check_running()
            rows = vote._lock_electors(elector)
            by_proxy = vote._check_voter(rows, partner)
            return vote._take_ballot(
                rows,
                choices,
                channel="proxy" if by_proxy else channel,
                confirmed_by=confirmed_by,
                token=token,
            )

    def _wait_for_twin(self, token):
        """Wait until the same form, sent twice at once, has been dealt with.

        Held until the page is drawn: one of the two casts, and the other finds what
        was cast, by :meth:`_repeated`.
        """
        if token:
            self.env.cr.execute(
                SQL(
                    "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
                    CHAIN_LOCK + 2,
                    token,
                )
            )

    def _repeated(self, elector, choices, token):
        """The receipt of the ballot that the same form has cast before, or ``None``.

        :param elector: those the form is for
        :param choices: as in :meth:`_cast`
        :param str token: that of the form
        """
        if not (elector and token):
            return None
        with self._apart() as vote:
            rows = [
                row
                for row in vote._lock_electors(elector)
                if row["channel"] in ("online", "proxy")
            ]
            if not rows:
                return None
            channel, choices = rows[0]["channel"], vote._read_choices(choices)
            commitment = vote._seal_ballot(rows, choices, token)[1]
            try:
                earlier = vote._earlier(rows, choices, channel, commitment)
            except UserError:
                return None
            if not earlier or earlier["commitment"] != commitment:
                return None
            return vote._receipt(rows, choices, channel, earlier)

    def _enter_paper(self, elector, choices, user, scan=None):
        """Enter a paper ballot that two people have keyed alike.

        Paper that was returned before the end may be entered until the vote is
        closed. Of a secret vote no scan is kept with the unit; whoever keys such
        ballots has to forget the choices once they are entered.

        :param elector: ``shequ.vote.elector``, one or several of the same voter
        :param choices: as in :meth:`_cast`
        :param user: ``res.users`` who enters it
        :param scan: ``ir.attachment`` of the scan, committed already; may be empty
        :return: receipt as of :meth:`_cast`
        """
        self.ensure_one()
        if not self._may_take_paper(user):
            raise UserError(
                self.env._("You do not take paper ballots of this estate in.")
            )
        with self._apart() as vote:
            vote._check_takes_paper()
            rows = vote._lock_electors(elector)
            if len({row["head"] for row in rows}) > 1:
                raise UserError(
                    self.env._("A paper ballot is of one owner, not of several.")
                )
            scan = scan and scan.sudo().with_env(vote.env).exists()
            if vote.secrecy == "secret":
                scan = None
            return vote._take_ballot(
                rows, choices, channel="paper", confirmed_by="two keyed", scan=scan
            )

    def _may_take_paper(self, user):
        """Whether ``user`` enters paper: staff and grid workers of the estate."""
        self.ensure_one()
        vote, user = self.sudo(), user.sudo()
        if vote._may_run(user):
            return True
        if user.has_group("shequ_property.group_front_desk"):
            return vote.estate_id in user.shequ_estate_ids
        return user.has_group("shequ_property.group_grid_worker") and bool(
            vote.estate_id.grid_ids.filtered(lambda grid: grid.user_id == user)
        )

    # ------------------------------------------------------------------ checks

    def _check_running(self):
        """Inside the lock: state and time as the database has them now."""
        now = self._clock()
        if self.state in ("draft", "check", "cancelled"):
            raise UserError(self.env._("This vote is not open."))
        if self.state == "notice" or now < self.opens_at:
            raise UserError(
                self.env._(
                    "“%(vote)s” opens at %(time)s.",
                    vote=self.name,
                    time=self._local(self.opens_at),
                )
            )
        if self.state != "open" or now >= self.closes_at:
            raise UserError(
                self.env._(
                    "“%(vote)s” closed at %(time)s. No more ballots are taken.",
                    vote=self.name,
                    time=self._local(self.closes_at),
                )
            )

    def _check_takes_paper(self):
        if not self.with_paper:
            raise UserError(
                self.env._("“%(vote)s” is held online alone.", vote=self.name)
            )
        if self.state != "open":
            self._check_running()

    def _lock_electors(self, elector):
        """Lock the lines of the roll, in one order, and read them.

        :return: list of dicts
        """
        if not elector:
            raise UserError(self.env._("Choose the unit to vote for."))
        where = SQL("id IN %s", tuple(elector.ids))
        if self.secrecy == "secret":
            where = SQL(
                "head IN (SELECT head FROM shequ_vote_elector "
                "WHERE vote_id = %s AND id IN %s)",
                self.id,
                tuple(elector.ids),
            )
        self.env.cr.execute(
            SQL(
                """
                SELECT id, number, address, area, head, unit_id, voter_id, channel
                  FROM shequ_vote_elector
                 WHERE vote_id = %s AND frozen AND %s
              ORDER BY id FOR NO KEY UPDATE
                """,
                self.id,
                where,
            )
        )
        rows = self.env.cr.dictfetchall()
        if not set(elector.ids) <= {row["id"] for row in rows}:
            raise UserError(self.env._("This unit is not on the roll of the vote."))
        asked = set(elector.ids)
        for row in rows:
            row["asked"] = row["id"] in asked
        return rows

    def _check_voter(self, rows, partner):
        """Refuse who may not vote for these; tell whether it is by proxy."""
        asked = [row for row in rows if row["asked"]]
        own = [row for row in asked if row["voter_id"] == partner.id]
        if len(own) == len(asked):
            return False
        proxied = set(self._proxied_units(partner).ids)
        # In a secret vote the ballot is for all units of the owner.
        bound = rows if self.secrecy == "secret" else asked
        others = [row for row in bound if row["voter_id"] != partner.id]
        for row in others:
            if row["unit_id"] not in proxied:
                raise UserError(
                    self.env._(
                        "%(person)s does not vote for %(unit)s.",
                        person=partner.name,
                        unit=row["address"],
                    )
                )
        if own:
            raise UserError(
                self.env._(
                    "Vote for your own units and for those of others one after the "
                    "other."
                )
            )
        return True

    def _read_choices(self, choices):
        motions = self.rules["motions"]
        try:
            return count.normal_choices(motions, choices)
        except ValueError as error:
            code, motion = error.args
            names = {str(motion["id"]): motion["name"] for motion in motions}
            name = names.get(str(motion), motion)
            sentences = {
                "unknown_motion": self.env._(
                    "“%(motion)s” is not on the agenda.", motion=name
                ),
                "unknown_choice": self.env._(
                    "Choose agree, against or abstain for “%(motion)s”.", motion=name
                ),
                "unknown_candidate": self.env._(
                    "Somebody chosen for “%(motion)s” is not a candidate.", motion=name
                ),
                "too_many": self.env._(
                    "Too many names are chosen for “%(motion)s”.", motion=name
                ),
            }
            raise UserError(sentences[code]) from None

    # ---------------------------------------------------------------- the ballot

    def _take_ballot(self, rows, choices, channel, confirmed_by, token="", scan=None):
        """Write a ballot; the electors are locked and may vote."""
        choices = self._read_choices(choices)
        ballot, commitment = self._seal_ballot(rows, choices, token)
        if any(row["channel"] for row in rows):
            earlier = self._earlier(rows, choices, channel, commitment)
            if earlier:
                return self._receipt(rows, choices, channel, earlier)
        self._settle_proxies(rows, channel)
        return self._write_ballot(
            rows, ballot, commitment, channel, confirmed_by, scan=scan
        )

    def _seal_ballot(self, rows, choices, token):
        """The ballot as it is counted, and its seal.

        :param str token: the same one makes the same seal; "": one at random
        """
        salt = secrets.token_hex(16)
        if token:
            seed = f"{self.reference}|{rows[0]['head']}|{token}"
            salt = hashlib.sha256(seed.encode()).hexdigest()[:32]
        if self.secrecy == "secret":
            area = sum(row["area"] for row in rows)
            ballot = chain.secret_ballot(self.reference, area, choices, salt)
        else:
            numbers = [row["number"] for row in rows]
            ballot = chain.open_ballot(self.reference, numbers, choices, salt)
        return ballot, chain.digest(ballot)

    def _earlier(self, rows, choices, channel, commitment):
        """The ballot that this one repeats; None when it may replace it.

        :raises UserError: when it may not
        """
        taken = next(row for row in rows if row["channel"])
        if any(row["channel"] not in (None, channel) for row in rows):
            ways = dict(
                self.env["shequ.vote.elector"]
                ._fields["channel"]
                ._description_selection(self.env)
            )
            raise UserError(
                self.env._(
                    "%(unit)s has voted already (%(way)s). A unit votes one way only.",
                    unit=taken["address"],
                    way=ways[taken["channel"]],
                )
            )
        done = UserError(
            self.env._("%(unit)s has voted already.", unit=taken["address"])
        )
        if self.secrecy == "secret":
            if not self.env["shequ.vote.secret"]._holds(self, commitment):
                raise done
            self.env.cr.execute(
                SQL(
                    """
                    SELECT b.event_sequence, e.digest, e.at
                      FROM shequ_vote_ballot b
                      JOIN shequ_vote_event e ON e.vote_id = b.vote_id
                       AND e.sequence = b.event_sequence
                     WHERE b.elector_id = %s ORDER BY b.round DESC LIMIT 1
                    """,
                    taken["id"],
                )
            )
            sequence, head, at = self.env.cr.fetchone()
        else:
            self.env.cr.execute(
                SQL(
                    """
                    SELECT DISTINCT ON (b.elector_id)
                           b.commitment, b.event_sequence, e.digest, e.at, c.content
                      FROM shequ_vote_ballot b
                      JOIN shequ_vote_event e ON e.vote_id = b.vote_id
                       AND e.sequence = b.event_sequence
                      JOIN shequ_vote_ballot c ON c.vote_id = b.vote_id
                       AND c.commitment = b.commitment AND c.content IS NOT NULL
                     WHERE b.elector_id IN %s ORDER BY b.elector_id, b.round DESC
                    """,
                    tuple(row["id"] for row in rows),
                )
            )
            found = set(self.env.cr.fetchall())
            contents = [json.loads(row[4]) for row in found]
            numbers = sorted(row["number"] for row in rows)
            if (
                len(found) != 1
                or contents[0]["choices"] != choices
                or contents[0]["electors"] != numbers
            ):
                if self.allow_change:
                    return None
                raise done
            ((commitment, sequence, head, at, _content),) = found
        return {
            "commitment": commitment,
            "sequence": sequence,
            "head": head,
            "at": at,
            "repeated": True,
        }

    def _settle_proxies(self, rows, channel):
        """A proxy is used up by voting; the owner's own vote takes it back."""
        units = [row["unit_id"] for row in rows if row["unit_id"]]
        if not units:
            return
        proxies = self.env["shequ.vote.proxy"].search(
            [
                ("vote_id", "=", self.id),
                ("unit_id", "in", units),
                ("state", "=", "active"),
            ]
        )
        for proxy in proxies:
            if channel == "proxy":
                proxy._mark_used()
            else:
                proxy._end_by_own_vote()

    def _write_ballot(self, rows, ballot, commitment, channel, confirmed_by, scan=None):
        secret = self.secrecy == "secret"
        data = {"channel": channel, "electors": sorted(row["number"] for row in rows)}
        if not secret:
            data["commitment"] = commitment
        event = self._note("cast", data)
        at = self._event_time("cast")
        self.env.cr.execute(
            SQL(
                """
                UPDATE shequ_vote_elector
                   SET channel = %s, voted_at = date_trunc('hour', %s::timestamp)
                 WHERE id IN %s
                """,
                channel,
                at,
                tuple(row["id"] for row in rows),
            )
        )
        content = chain.canonical(ballot).decode()
        rounds = self._rounds(rows)
        self.env["shequ.vote.ballot"]._lay_down(
            self,
            [
                {
                    "elector_id": row["id"],
                    "round": rounds.get(row["id"], 0) + 1,
                    "channel": channel,
                    "event_sequence": event["sequence"],
                    "commitment": None if secret else commitment,
                    "content": None if secret or number else content,
                    "cast_at": at,
                    "confirmed_by": confirmed_by or None,
                    "scan_id": scan.id if scan else None,
                }
                for number, row in enumerate(rows)
            ],
        )
        if secret:
            self.env["shequ.vote.secret"]._drop_in(self, commitment, content)
        self.env["shequ.vote.elector"].invalidate_model()
        return self._receipt(
            rows,
            ballot["choices"],
            channel,
            {
                "commitment": commitment,
                "sequence": event["sequence"],
                "head": event["digest"],
                "at": at,
                "repeated": False,
            },
        )

    def _rounds(self, rows):
        if not any(row["channel"] for row in rows):
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT elector_id, max(round) FROM shequ_vote_ballot
                 WHERE elector_id IN %s GROUP BY elector_id
                """,
                tuple(row["id"] for row in rows),
            )
        )
        return dict(self.env.cr.fetchall())

    def _receipt(self, rows, choices, channel, facts):
        return {
            "code": chain.short(facts["commitment"]),
            "vote": self.id,
            "reference": self.reference,
            "channel": channel,
            "by_proxy": channel == "proxy",
            "electors": [
                {name: row[name] for name in ("id", "number", "address", "area")}
                for row in rows
            ],
            "choices": self._choices_in_words(choices),
            **facts,
        }
