"""Short transactions of their own for what must not wait for a web page."""

import contextlib
import random
import time

from odoo import api, models
from odoo.exceptions import UserError
from odoo.sql_db import PoolError
from odoo.tools import SQL

#: First half of the key of the advisory lock on a chain; the second is the vote.
CHAIN_LOCK = 0x5647_5445 & 0x7FFF_FFFF

#: Seconds to wait for a free connection to the database.
PATIENCE = 20


class Crowded(UserError):
    """No connection was free for too long: nothing was done, try again."""


class ShequVote(models.Model):
    """Ballots and events are written in transactions that last a few milliseconds.

    A request of Odoo is one REPEATABLE READ transaction: what it reads is as old as
    its beginning, and what it locks stays locked until its page is drawn.  Of a
    hundred who vote at once, ninety-nine would fail on the end of the chain and try
    again; and a close that waited for the last ballots would then count without them.
    So :meth:`_apart` opens a READ COMMITTED transaction: each statement after the
    lock sees what was committed meanwhile.

    The second connection cannot be spared: to use that of the request, what it has
    done so far would have to be committed half-way, also for callers that may still
    be refused. It is held for the few statements between lock and commit.

    The lock on the row of the vote is shared among those who vote and exclusive for
    those who open, extend or close it.  The end of the chain is locked last, just
    before the commit.
    """

    _inherit = "shequ.vote"

    @contextlib.contextmanager
    def _apart(self, exclusive=False):
        """Yield the vote, as super-user, locked in a transaction of its own.

        It is committed at the end; an exception takes back what was done in it.  The
        transaction around it does not see the change before it ends, too: answer with
        what is returned, or redirect.

        A vote that the transaction around it has itself just written is handled in
        that one: nobody else can get at it.

        :param bool exclusive: nobody else is voting meanwhile
        """
        self.ensure_one()
        self.flush_recordset()
        if self._is_written_here():
            with self.env.cr.savepoint():
                yield self.sudo()
            return
        with self._second_cursor() as cr:
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute("SET LOCAL lock_timeout = '20s'")
            strength = SQL("NO KEY UPDATE" if exclusive else "SHARE")
            cr.execute(
                SQL("SELECT id FROM shequ_vote WHERE id = %s FOR %s", self.id, strength)
            )
            env = api.Environment(cr, self.env.uid, dict(self.env.context), su=True)
            yield self.with_env(env)
            env.flush_all()
        self.invalidate_recordset()

    def _second_cursor(self):
        """A cursor beside the one of the request.

        When a crowd has taken all connections, those who are through give theirs back
        within milliseconds: wait for one instead of turning a voter away.
        """
        patience = time.monotonic() + PATIENCE
        while True:
            try:
                return self._free_cursor()
            except PoolError:
                if time.monotonic() > patience:
                    raise Crowded(
                        self.env._(
                            "Very many people are here at this moment. Nothing was "
                            "recorded: please try again in a minute."
                        )
                    ) from None
                time.sleep(random.uniform(0.01, 0.1))  # noqa: S311  no secret

    def _free_cursor(self):
        """:raises PoolError: when all connections are taken"""
        return self.env.registry.cursor()

    def _is_written_here(self):
        """Whether the transaction at work has written the vote and not committed.

        A row that a REPEATABLE READ transaction sees was written before the
        transaction got its number, unless it wrote the row itself.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT xmin::text::bigint, txid_current_if_assigned()
                  FROM shequ_vote WHERE id = %s
                """,
                self.id,
            )
        )
        row = self.env.cr.fetchone()
        if not row or row[1] is None:
            return False
        return (row[0] - row[1]) % 2**32 < 2**31

    def _lock_chain(self):
        """Wait until nobody else adds to the chain; held until the commit."""
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(%s, %s)", CHAIN_LOCK, self.id)
        )
