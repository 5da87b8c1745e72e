import atexit
import threading
from functools import lru_cache

from odoo import api, fields, models, sql_db
from odoo.tools import SQL

from odoo.addons.bus.models.bus import (
    ODOO_NOTIFY_FUNCTION,
    channel_with_db,
    get_notify_payloads,
    json_dump,
)

from ...tools import bulk

# Seconds in which the news of many transactions are gathered: far below what a
# person notices, far above the time between two tickets of a storm.
GATHER = 0.2


class Caller:
    """Tells the websocket servers of new rows in ``bus_bus``, a moment later.

    Odoo's bus opens a connection to PostgreSQL after each transaction that sends,
    which was half the time of taking in a ticket.  Here one thread does so for
    everything that happened within `GATHER` seconds, and no request waits for it.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._channels = set()
        self._timer = None

    def tell(self, channels):
        """Announce channels whose messages have been committed."""
        with self._lock:
            self._channels.update(channels)
            if self._timer is None:
                self._timer = threading.Timer(GATHER, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self):
        with self._lock:
            channels, self._channels, self._timer = self._channels, set(), None
        if not channels:
            return
        notify = SQL.identifier(ODOO_NOTIFY_FUNCTION)
        with sql_db.db_connect("postgres").cursor() as cr:
            for payload in get_notify_payloads(list(channels)):
                cr.execute(SQL("SELECT %s('imbus', %s)", notify, payload))


_text_of = lru_cache(json_dump)
caller = Caller()
# A script that ends at once still has its last news told.
atexit.register(caller.flush)


class BusBus(models.Model):
    _inherit = "bus.bus"

    @api.model
    def _shequ_send(self, notification_type, news):
        """Send messages with the transaction, as ``_sendone`` does, at less cost.

        :param str notification_type: what the browser subscribes to
        :param news: dict target → message; a later message to the same target in
            the same transaction is added, not merged
        """
        bulk.write(self.env.cr, [self._shequ_rows(notification_type, news)])

    @api.model
    def _shequ_rows(self, notification_type, news):
        """Return the messages of `_shequ_send` as rows, told after the commit."""
        now, dbname = fields.Datetime.now(), self.env.cr.dbname
        channels = {channel_with_db(dbname, target): target for target in news}
        values = [
            (
                _text_of(channel),
                json_dump({"type": notification_type, "payload": news[target]}),
                now,
            )
            for channel, target in channels.items()
        ]
        self.env.cr.postcommit.add(lambda: caller.tell(channels))
        # Who sent it is of no use to anybody in a row that lives for a day.
        return bulk.Rows(self._table, ("channel", "message", "create_date"), values)
