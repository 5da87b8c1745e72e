import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL


class TicketDay(models.Model):
    """Where an estate's ticket numbers of one day begin.

    A number such as JHYY-20261121-0007 counts within its estate and day.  A counter
    row would make all reports of an estate wait for one another; a PostgreSQL
    sequence per estate never waits, and this table holds what to subtract from it.
    A rolled-back report leaves a gap, as with any sequence.
    """

    _name = "shequ.ticket.day"
    _description = "First Ticket Number of a Day"
    _log_access = False
    _rec_name = "day"

    estate_id = fields.Many2one(
        "shequ.estate", required=True, readonly=True, ondelete="cascade"
    )
    day = fields.Date(required=True, readonly=True)
    base = fields.Integer(required=True, readonly=True)

    _estate_day_uniq = models.Constraint(
        "UNIQUE(estate_id, day)", "This day's numbers have begun already."
    )

    @api.model
    def _next_names(self, estates):
        """Return one ticket number per estate given, in order.

        :param estates: list of estate records, repeated when they get several
        :return: list of str such as ``JHYY-20261121-0007``
        """
        wanted = defaultdict(int)
        for estate in estates:
            wanted[estate] += 1
        numbers = {
            estate: iter(self._take(estate, count)) for estate, count in wanted.items()
        }
        return [next(numbers[estate]) for estate in estates]

    def _take(self, estate, count):
        day = fields.Date.context_today(self.with_context(tz=estate.tz))
        base = self._base(estate, day)
        values = [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT nextval(%s) FROM generate_series(1, %s)",
                    f"shequ_ticket_estate_{int(estate.id)}_seq",
                    count,
                )
            )
        ]
        if base is None:
            base = self._begin(estate, day, values[0] - 1)
        prefix = f"{estate.code}-{day:%Y%m%d}-"
        return [f"{prefix}{value - base:04d}" for value in values]

    def _base(self, estate, day):
        rows = self.env.execute_query(
            SQL(
                "SELECT base FROM shequ_ticket_day WHERE estate_id = %s AND day = %s",
                estate.id,
                day,
            )
        )
        return rows[0][0] if rows else None

    def _begin(self, estate, day, base):
        # Two first reports of a day at once: PostgreSQL refuses the later one with
        # a serialization failure, and Odoo runs it again, now seeing the row.  That
        # is meant to happen, so it is no error for the log.
        self.env.cr.execute(
            SQL(
                "INSERT INTO shequ_ticket_day (estate_id, day, base) "
                "VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                estate.id,
                day,
                base,
            ),
            log_exceptions=False,
        )
        return base

    @api.model
    def _drop_sequences(self):
        """Remove the sequences when the addon is uninstalled."""
        rows = self.env.execute_query(
            SQL("SELECT relname FROM pg_class WHERE relkind = 'S'")
        )
        for (name,) in rows:
            if re.fullmatch(r"shequ_ticket_estate_\d+_seq", name):
                self.env.cr.execute(
                    SQL("DROP SEQUENCE IF EXISTS %s", SQL.identifier(name))
                )
