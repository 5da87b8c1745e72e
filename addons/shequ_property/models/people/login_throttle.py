import random
import time
from contextlib import contextmanager, suppress

from psycopg2.extensions import TransactionRollbackError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.sql_db import PoolError
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ...tools import throttle

# Key of the setting → the limits that count without it.
LIMITS = {
    "shequ.login.limit_phone": "1/60 5/3600 10/86400",
    "shequ.login.limit_address": "20/600 60/3600 300/86400",
    "shequ.login.limit_guesses": "15/600 40/3600",
    "shequ.login.limit_total": "3000/3600",
    "shequ.login.limit_names": "5/3600 10/86400",
    "shequ.login.limit_registrations": "3/3600 5/86400",
    "shequ.news.limit_links": "60/600 300/86400",
}
TRIES = 12


class Busy(Exception):
    """Too many at the same moment for the same thing: say "wait a little"."""


class ShequLoginThrottle(models.Model):
    """When something was done for one telephone number, address or person.

    One row for each, locked while it is looked at: what two server processes allow
    together is never more than the limit.  Written in a transaction of its own, so
    that a request which fails afterwards has been counted.
    """

    _name = "shequ.login.throttle"
    _description = "Limit of Log-in Attempts"
    _log_access = False

    key = fields.Char(required=True, readonly=True)
    hits = fields.Json(readonly=True)
    last_at = fields.Datetime(readonly=True, index=True)

    _key_uniq = models.Constraint("UNIQUE(key)", "Each is counted once.")

    @api.model
    def _limits(self, parameter):
        value = self.env["ir.config_parameter"].sudo().get_param(parameter)
        return throttle.parse(value, LIMITS[parameter])

    @api.model
    def _key(self, kind, value):
        """A key that tells neither the telephone number nor the address."""
        return hmac(self.env(su=True), f"shequ-throttle-{kind}", value)

    @contextmanager
    def _transaction(self):
        """An environment of the super-user that is committed at the end."""
        with self.env.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _serialised(self, work):
        """Run ``work(env)`` in a transaction of its own, again when it lost a race.

        :raises Busy: when it lost each time, or no connection was free
        """
        for attempt in range(TRIES):
            try:
                with self._transaction() as env:
                    return work(env)
            except (PoolError, TransactionRollbackError):
                time.sleep(random.uniform(0.005, 0.02) * (attempt + 1))  # noqa: S311
        raise Busy()

    @api.model
    def _hit(self, wanted):
        """Count one more for all of ``wanted``, or for none when one is over.

        :param wanted: list of ``(kind, value, parameter)``, the parameter being one
            of `LIMITS`
        :return: seconds to wait; 0 when it may happen, and is counted
        """
        try:
            return self._serialised(lambda env: env[self._name]._hit_locked(wanted))
        except Busy:
            return 2

    def _hit_locked(self, wanted):
        now, longest, rows = time.time(), 0, []
        keyed = sorted((self._key(kind, value), name) for kind, value, name in wanted)
        for key, parameter in keyed:
            row = self._locked_row(key)
            hits, wait = throttle.decide(
                row.hits or [], self._limits(parameter), int(now)
            )
            rows.append((row, hits))
            longest = max(longest, wait)
        if not longest:
            for row, hits in rows:
                row.write({"hits": hits, "last_at": fields.Datetime.now()})
        return longest

    def _locked_row(self, key):
        """The row of ``key``, made when missing; ours until the transaction ends."""
        # Losing a race is no error: `_serialised` runs it again.
        self.env.cr.execute(
            SQL(
                "INSERT INTO shequ_login_throttle (key) VALUES (%s) "
                "ON CONFLICT (key) DO NOTHING",
                key,
            ),
            log_exceptions=False,
        )
        self.env.cr.execute(
            SQL("SELECT id FROM shequ_login_throttle WHERE key = %s FOR UPDATE", key),
            log_exceptions=False,
        )
        return self.browse(self.env.cr.fetchone()[0])

    @api.model
    def _forgive(self, kind, value):
        """Forget what was counted, for instance wrong names after the right one."""
        # What stays counted is over in a few minutes by itself.
        with suppress(Busy):
            self._serialised(
                lambda env: (
                    env[self._name]
                    .search([("key", "=", self._key(kind, value))])
                    .write({"hits": []})
                )
            )
