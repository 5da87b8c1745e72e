import re

from ...tools import phone
from ..portal.common import PASSWORD, PortalCase

__all__ = ["PASSWORD", "LoginCase"]
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
CODE = re.compile(r"\d{6}")


class LoginCase(PortalCase):
    """People who log in with codes, which the development outbox keeps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.company"].search([]).shequ_sms_provider = "log"
        # Numbers of other tests and of the demo do not count here.
        cls.env["shequ.login.throttle"].search([]).unlink()
        for user in (cls.zhu, cls.neighbour, cls.tenant, cls.former, cls.stranger):
            user.login = user.partner_id.shequ_phone

    def setUp(self):
        super().setUp()
        # Everybody comes from the same address here; limits have tests of their own.
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("shequ.login.limit_address", "1000/60")
        parameters.set_param("shequ.login.limit_guesses", "1000/60")
        self.env.registry.clear_cache()
        self.opener = self._fresh()

    def _fresh(self):
        self.session = self.authenticate(None, None)
        return self.opener

    # --- the telephone ---------------------------------------------------------------

    def sms(self, number, purpose="code"):
        """The last message to a number."""
        self.env.invalidate_all()
        return (
            self.env["shequ.sms.outbox"]
            .search(
                [("number", "=", phone.normalise(number)), ("purpose", "=", purpose)],
                limit=1,
            )
            .body
        )

    def deliver(self):
        """What is queued goes out, as the scheduler does it."""
        queued = self.env["sms.sms"].search([("state", "=", "outgoing")])
        queued.send(unlink_sent=False)

    def night(self):
        """The nightly job that ends the access of former residents."""
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.cron_end_access").method_direct_trigger()

    def code(self, number):
        return CODE.search(self.sms(number))[0]

    def fill(self, path, data=None, page=None, files=None, follow=True):
        """Send the form of a page with the token that stands in it."""
        text = self.get(page or path).text
        token = CSRF.search(text)
        return self.url_open(
            path,
            data={**(data or {}), "csrf_token": token and token[1]},
            files=files,
            method="POST",
            timeout=60,
            allow_redirects=follow,
        )

    def ask_code(self, number, **options):
        return self.fill("/my/login", {"phone": number}, **options)

    def enter_code(self, number, code=None, **options):
        return self.fill(
            "/my/login/code", {"code": code or self.code(number)}, **options
        )

    def arrive(self, number):
        """Number and code; the page that comes then."""
        self.ask_code(number)
        return self.enter_code(number)

    def again(self, number):
        """Let the number ask for a code at once."""
        self.env["shequ.login.throttle"]._forgive("phone", number)

    def leave(self):
        self.url_open("/web/session/logout?redirect=/my/login")

    def who(self):
        """The person the session is signed in as, by the settings page."""
        answer = self.get("/my/settings", allow_redirects=False)
        if answer.status_code != 200:
            return None
        found = re.search(r"<b class=\"sq-num\">([^<]+)</b>", answer.text)
        return found and self.env["res.users"].search([("login", "=", found[1])])

    def confirm(self, *users):
        """As if they had logged in with a code not long ago."""
        for user in users:
            user.shequ_phone_confirmed_at = self.env.cr.now()
