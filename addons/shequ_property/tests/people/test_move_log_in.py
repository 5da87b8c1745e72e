"""A move on a date, and what the log-in of whoever leaves is then good for."""

from datetime import timedelta

from odoo.tests import tagged

from .common_login import PASSWORD, LoginCase


@tagged("post_install", "-at_install")
class TestMoveLogIn(LoginCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env["shequ.estate"]._today()
        cls.stay = cls.tenant.partner_id.shequ_residency_ids
        cls.home = cls.stay.unit_id

    def move_out(self, day):
        wizard = self.env["shequ.residency.transfer"].create(
            {"kind": "lease_end", "unit_id": self.home.id, "date": day}
        )
        wizard.residency_ids = self.stay
        wizard.action_apply()
        return self.env["shequ.move"].search([], order="id desc", limit=1)

    def sees(self, path):
        """Whether a page speaks of the home."""
        return self.home.short_address in self.get(path).text

    def test_until_the_day_nothing_changes(self):
        move = self.move_out(self.today + timedelta(days=10))
        self.assertEqual(move.state, "planned")
        self.night()
        self.assertFalse(self.tenant.shequ_access_until)
        self.authenticate(self.tenant.login, PASSWORD)
        self.assertTrue(self.sees("/my/report"))
        self.assertTrue(self.sees("/my/homes"))

    def test_from_the_day_on_the_home_is_gone(self):
        move = self.move_out(self.today)
        self.assertEqual(move.state, "done")
        days = self.env["shequ.login.code"]._setting("grace_days", 90)
        self.assertEqual(
            self.tenant.shequ_access_until, self.today + timedelta(days=days)
        )
        self.authenticate(self.tenant.login, PASSWORD)
        for path in ("/my/report", "/my/home", "/my/community"):
            self.assertFalse(self.sees(path), path)
        self.assertFalse(
            self.env["shequ.unit"].with_user(self.tenant).search([]) & self.home
        )

    def test_without_days_of_grace_the_log_in_is_closed(self):
        self.env["ir.config_parameter"].set_param("shequ.login.grace_days", "0")
        self.confirm(self.tenant)
        self.arrive("13712345678")
        self.assertEqual(self.who(), self.tenant, "the log-in worked before")
        self.opener = self._fresh()
        self.move_out(self.today)
        self.assertFalse(self.tenant.active)
        self.arrive("13712345678")
        self.assertIsNone(self.who())

    def test_an_open_session_ends_with_the_log_in(self):
        self.env["ir.config_parameter"].set_param("shequ.login.grace_days", "0")
        self.authenticate(self.tenant.login, PASSWORD)
        self.assertTrue(self.sees("/my/report"))
        self.move_out(self.today)
        self.assertFalse(self.sees("/my/report"))

    def test_an_undone_move_gives_the_log_in_back(self):
        move = self.move_out(self.today)
        self.assertTrue(self.tenant.shequ_access_until)
        move.action_undo()
        self.assertFalse(self.tenant.shequ_access_until)
        self.authenticate(self.tenant.login, PASSWORD)
        self.assertTrue(self.sees("/my/report"))
