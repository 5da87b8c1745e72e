import ipaddress
import secrets
from datetime import timedelta
from hmac import compare_digest
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ...tools import phone as phone_tools
from .login_throttle import Busy

DIGITS = 6


class Sent(NamedTuple):
    """What became of a request for a code.

    ``kind``: ok, throttled, number, country or what the provider answered (see
    `tools.aliyun_sms`); ``wait``: seconds until another may be asked for.
    """

    kind: str
    wait: int = 0


class Checked(NamedTuple):
    """What became of a code that was typed.

    ``kind``: ok, wrong, over (none is open, or too late), tries, throttled;
    ``proof``: what the holder of the number may show instead of the code.
    """

    kind: str
    left: int = 0
    proof: str = ""


class ShequLoginCode(models.Model):
    """A code sent to a telephone number.

    Neither the code nor the number is kept: keyed hashes are enough to compare. The
    same is done whether somebody with that number is on file or not, so that neither
    the answer nor its time tells: who does not know us yet gets a code as well, and
    registers with it.

    Everything here runs in transactions of its own: a request that fails later does
    not give back a try or a place under the limit.
    """

    _name = "shequ.login.code"
    _description = "Log-in Code"
    _order = "id desc"
    _log_access = False

    phone_hash = fields.Char(required=True, readonly=True)
    purpose = fields.Char(required=True, readonly=True)
    code_hash = fields.Char(required=True, readonly=True)
    browser_hash = fields.Char(readonly=True)
    address_hash = fields.Char(readonly=True)
    sent_at = fields.Datetime(required=True, readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True)
    tries = fields.Integer(readonly=True)
    used_at = fields.Datetime(readonly=True)
    proof_hash = fields.Char(readonly=True)

    _phone_idx = models.Index("(phone_hash, purpose) WHERE used_at IS NULL")
    _proof_idx = models.Index("(proof_hash) WHERE proof_hash IS NOT NULL")
    _sent_idx = models.Index("(sent_at)")

    # ------------------------------------------------------------- settings

    @api.model
    def _setting(self, name, default):
        """A whole number of the settings ``shequ.login.…``."""
        value = self.env["ir.config_parameter"].sudo().get_param(f"shequ.login.{name}")
        return int(value) if (value or "").isdecimal() else default

    @api.model
    def _countries(self):
        value = self.env["ir.config_parameter"].sudo()
        return tuple((value.get_param("shequ.login.countries") or "").split())

    @api.model
    def _hash(self, kind, *values):
        return hmac(self.env(su=True), f"shequ-login-{kind}", values)

    @api.model
    def _network(self, address):
        """The network an address belongs to: one connection has many of IPv6."""
        try:
            parsed = ipaddress.ip_address(address or "")
        except ValueError:
            return address or ""
        if parsed.version == 4:
            return str(parsed)
        return str(ipaddress.ip_network((parsed, 64), strict=False))

    # -------------------------------------------------------------- sending

    @api.model
    def _send(self, phone, address, browser, purpose="login", company=None):
        """Send a code to ``phone`` when the limits allow it.

        :param str phone: as `tools.phone.normalise` gives it
        :param str address: network address of who asks
        :param str browser: a secret of the session that may use the code
        :return: `Sent`
        """
        if not phone_tools.can_receive_sms(phone):
            return Sent("number")
        if not phone_tools.in_countries(phone, self._countries()):
            return Sent("country")
        wait = self.env["shequ.login.throttle"]._hit(
            [
                ("phone", phone, "shequ.login.limit_phone"),
                ("address", self._network(address), "shequ.login.limit_address"),
                ("total", "", "shequ.login.limit_total"),
            ]
        )
        if wait:
            return Sent("throttled", wait)
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        try:
            self._keep(phone, address, browser, purpose, code)
        except Busy:
            return Sent("throttled", 2)
        kind = self.env["shequ.sms.template"]._send_now(
            "code",
            phone,
            {"code": code, "minutes": self._setting("code_minutes", 5)},
            company or self.env.company,
        )
        return Sent(kind, 60)

    def _keep(self, phone, address, browser, purpose, code):
        """Keep what is needed to compare; a former code of the number is void."""
        values = {
            "phone_hash": self._hash("phone", phone),
            "purpose": purpose,
            "code_hash": self._hash("code", phone, purpose, code),
            "browser_hash": self._hash("browser", browser),
            "address_hash": self._hash("address", self._network(address)),
        }
        minutes = self._setting("code_minutes", 5)

        def work(env):
            now = fields.Datetime.now()
            env.cr.execute(
                SQL(
                    "UPDATE shequ_login_code SET used_at = %s "
                    "WHERE phone_hash = %s AND purpose = %s AND used_at IS NULL",
                    now,
                    values["phone_hash"],
                    purpose,
                ),
                log_exceptions=False,
            )
            return env[self._name].create(
                {
                    **values,
                    "sent_at": now,
                    "expires_at": now + timedelta(minutes=minutes),
                }
            )

        self.env["shequ.login.throttle"]._serialised(work)

    # ------------------------------------------------------------- checking

    @api.model
    def _check(self, phone, code, address, browser, purpose="login"):
        """Compare a code that was typed; each comparison uses up a try.

        :return: `Checked`
        """
        Throttle = self.env["shequ.login.throttle"]
        # Counted before comparing: many requests at once get no more than one after
        # the other.  Who has the right code at the first go does not notice.
        network = self._network(address)
        if Throttle._hit([("guess", network, "shequ.login.limit_guesses")]):
            return Checked("throttled")
        hashes = (
            self._hash("phone", phone),
            self._hash("code", phone, purpose, code),
            self._hash("browser", browser),
        )
        proof = secrets.token_urlsafe(24)
        try:
            checked = Throttle._serialised(
                lambda env: env[self._name]._check_locked(*hashes, purpose, proof)
            )
        except Busy:
            return Checked("throttled")
        if checked.kind == "ok":
            Throttle._forgive("guess", network)
        return checked

    def _check_locked(self, phone_hash, code_hash, browser_hash, purpose, proof):
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM shequ_login_code
                 WHERE phone_hash = %s AND purpose = %s AND used_at IS NULL
                 ORDER BY id DESC LIMIT 1 FOR UPDATE
                """,
                phone_hash,
                purpose,
            ),
            log_exceptions=False,
        )
        found = self.env.cr.fetchone()
        row = self.browse(found[0]) if found else self
        limit = self._setting("code_tries", 5)
        now = fields.Datetime.now()
        usable = bool(row) and row.expires_at > now and row.tries < limit
        # Compared in any case, and in constant time.
        right = compare_digest(row.code_hash or "0" * 64, code_hash)
        right &= compare_digest(row.browser_hash or "0" * 64, browser_hash)
        if not usable:
            return Checked("tries" if row and row.tries >= limit else "over")
        row.tries += 1
        if not right:
            left = limit - row.tries
            return Checked("wrong" if left else "tries", left)
        row.write(
            {"used_at": now, "proof_hash": self._hash("proof", proof, phone_hash)}
        )
        return Checked("ok", 0, proof)

    # --------------------------------------------------------------- proofs

    @api.model
    def _proves(self, phone, proof):
        """Whether ``proof`` shows that its holder has received a code on ``phone``.

        Asked in a transaction of its own, as all here: the one of the request began
        before the code was checked and does not see it.
        """
        if not phone or not proof:
            return False
        with self.env["shequ.login.throttle"]._transaction() as env:
            return bool(env[self._name]._proof_row(phone, proof))

    def _proof_row(self, phone, proof):
        minutes = self._setting("proof_minutes", 60)
        value = self._hash("proof", proof, self._hash("phone", phone))
        return self.search(
            [
                ("proof_hash", "=", value),
                ("used_at", ">=", fields.Datetime.now() - timedelta(minutes=minutes)),
            ],
            limit=1,
        )

    @api.model
    def _use_proof(self, phone, proof):
        """Like `_proves`, once: it logs in or changes a number a single time."""
        if not phone or not proof:
            return False

        def work(env):
            row = env[self._name]._proof_row(phone, proof)
            env.cr.execute(
                SQL(
                    "UPDATE shequ_login_code SET proof_hash = NULL "
                    "WHERE id = %s AND proof_hash IS NOT NULL RETURNING id",
                    row.id or 0,
                ),
                log_exceptions=False,
            )
            return bool(env.cr.fetchone())

        try:
            return self.env["shequ.login.throttle"]._serialised(work)
        except Busy:
            return False

    # ---------------------------------------------------------------- nights

    @api.model
    def _cron_clean(self):
        """Forget codes, counts and log-ins that are over."""
        now = fields.Datetime.now()
        days = self._setting("log_days", 180)
        for model, domain in (
            ("shequ.login.code", [("sent_at", "<", now - timedelta(days=2))]),
            ("shequ.login.throttle", [("last_at", "<", now - timedelta(days=2))]),
            ("shequ.login.throttle", [("last_at", "=", False)]),
            ("shequ.login.log", [("date", "<", now - timedelta(days=days))]),
            ("shequ.sms.outbox", [("create_date", "<", now - timedelta(days=7))]),
        ):
            self.env[model].sudo().search(domain, limit=50_000).unlink()
