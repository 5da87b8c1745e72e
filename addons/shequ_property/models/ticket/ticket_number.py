import re
from collections import defaultdict
from datetime import timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.sql_db import Cursor
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

        :param estates: list of ids of estates, repeated when they get several
        :return: list of str such as ``JHYY-20261121-0007``
        """
        days = {
            estate_id: self._day(self.env["shequ.estate"]._facts(estate_id))
            for estate_id in set(estates)
        }
        taken = defaultdict(list)
        for estate_id, value, base in self._take(estates, days):
            taken[estate_id].append((value, base))
        names = {
            estate_id: iter(self._named(estate_id, days[estate_id], values))
            for estate_id, values in taken.items()
        }
        return [next(names[estate_id]) for estate_id in estates]

    @api.model
    def _named(self, estate_id, day, values):
        """Return the numbers of an estate from (value of its sequence, base)."""
        base = values[0][1]
        if base is None:
            base = self._begin(
                estate_id, day, min(value for value, _base in values) - 1
            )
        code = self.env["shequ.estate"]._facts(estate_id).code
        return [f"{code}-{day:%Y%m%d}-{value - base:04d}" for value, _base in values]

    @api.model
    def _day(self, facts):
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        return now.astimezone(ZoneInfo(facts.tz)).date()

    @api.model
    def _take(self, estates, days):
        """Return (estate id, next value of its sequence, base of its day) for each.

        One query for all; the base is None when the day has not begun yet.
        """
        cr = self.env.cr
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.id,
                       nextval('shequ_ticket_estate_' || wanted.id || '_seq'),
                       (SELECT base FROM shequ_ticket_day
                         WHERE estate_id = wanted.id AND day = wanted.day),
                       now() AT TIME ZONE 'UTC'
                  FROM unnest(%s, %s::date[]) AS wanted (id, day)
                """,
                [int(estate_id) for estate_id in estates],
                [days[estate_id] for estate_id in estates],
            )
        )
        if isinstance(cr, Cursor) and cr._now is None:
            # What the cursor would ask for next, on a way of its own.
            cr._now = rows[0][3]
        return [row[:3] for row in rows]

    def _begin(self, estate_id, day, base):
        # Two first reports of a day at once: PostgreSQL refuses the later one with
        # a serialization failure, and Odoo runs it again, now seeing the row.  That
        # is meant to happen, so it is no error for the log.
        self.env.cr.execute(
            SQL(
                "INSERT INTO shequ_ticket_day (estate_id, day, base) "
                "VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                estate_id,
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
