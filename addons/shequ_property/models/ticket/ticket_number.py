import re
from collections import defaultdict
from datetime import timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.sql_db import Cursor
from odoo.tools import SQL

# What taking in a report asks of a home.
UNIT = ("id", "estate_id", "building_id", "grid_id")


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
    def _next_names(self, estates, counts=()):
        """Return one ticket number per estate given, in order.

        :param estates: list of ids of estates, repeated when they get several
        :param counts: what `_take_with_units` took for each of them, or nothing
        :return: list of str such as ``JHYY-20261121-0007``
        """
        days = {
            estate_id: self._day(self.env["shequ.estate"]._facts(estate_id).tz)
            for estate_id in set(estates)
        }
        if not counts or None in counts:
            counts = self._take(estates, days)
        taken = defaultdict(list)
        for estate_id, count in zip(estates, counts, strict=True):
            taken[estate_id].append(count)
        names = {
            estate_id: iter(self._named(estate_id, days[estate_id], sorted(values)))
            for estate_id, values in taken.items()
        }
        return [next(names[estate_id]) for estate_id in estates]

    @api.model
    def _named(self, estate_id, day, values):
        """Return the numbers of an estate from sorted (value of its sequence, base)."""
        base = values[0][1]
        if base is None:
            base = self._begin(estate_id, day, values[0][0] - 1)
        code = self.env["shequ.estate"]._facts(estate_id).code
        return [f"{code}-{day:%Y%m%d}-{value - base:04d}" for value, _base in values]

    @api.model
    def _day(self, tz):
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        return now.astimezone(ZoneInfo(tz)).date()

    @api.model
    def _take(self, estates, days):
        """Return (next value of its sequence, base of its day) for each estate.

        One query for all; the base is None when the day has not begun yet.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT nextval('shequ_ticket_estate_' || wanted.id || '_seq'),
                       (SELECT base FROM shequ_ticket_day
                         WHERE estate_id = wanted.id AND day = wanted.day),
                       now() AT TIME ZONE 'UTC'
                  FROM unnest(%s, %s::date[]) AS wanted (id, day)
                """,
                [int(estate_id) for estate_id in estates],
                [days[estate_id] for estate_id in estates],
            )
        )
        self._remember_now(rows[0][2])
        return [row[:2] for row in rows]

    @api.model
    def _take_with_units(self, unit_ids):
        """Look up homes and take a number for a ticket of each, in one query.

        A second way to the server and back would cost a single report a twentieth of
        its time.  A report that is refused afterwards leaves a gap.

        :param unit_ids: list of ids of homes, repeated when they get several tickets
        :return: list of (dict of the home, what `_take` returns for its estate) for
            the homes that exist; None when estates have different days just now
        """
        days = {self._day(tz) for tz in self.env["shequ.estate"]._all_zones()}
        if len(days) != 1:
            return None
        self.env["shequ.unit"].flush_model(UNIT[1:])
        rows = self.env.execute_query(
            SQL("SELECT * FROM shequ_take_numbers(%s, %s)", unit_ids, days.pop())
        )
        if rows:
            self._remember_now(rows[0][6])
        return [(dict(zip(UNIT, row[:4], strict=True)), row[4:6]) for row in rows]

    def init(self):
        """Keep the plan of `_take_with_units`, which takes longer than its work."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION shequ_take_numbers(units int[], today date)
            RETURNS TABLE (unit_id int, estate_id int, building_id int, grid_id int,
                           value bigint, base int, began timestamp)
            LANGUAGE plpgsql AS $$
            BEGIN
                RETURN QUERY
                SELECT unit.id, unit.estate_id, unit.building_id, unit.grid_id,
                       nextval('shequ_ticket_estate_' || unit.estate_id || '_seq'),
                       (SELECT begun.base FROM shequ_ticket_day begun
                         WHERE begun.estate_id = unit.estate_id AND begun.day = today),
                       (now() AT TIME ZONE 'UTC')::timestamp
                  FROM unnest(units) AS wanted (id)
                  JOIN shequ_unit unit ON unit.id = wanted.id;
            END $$
            """
        )
        return result

    @api.model
    def _remember_now(self, now):
        """Tell the cursor when its transaction began, before it asks by itself."""
        cr = self.env.cr
        if isinstance(cr, Cursor) and cr._now is None:
            cr._now = now

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
