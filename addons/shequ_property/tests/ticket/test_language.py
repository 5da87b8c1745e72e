"""What is said without anybody logged in is said in the language of the place."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestLanguage(TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env["res.lang"]._get_data(code="zh_CN"):
            cls.skipTest(cls, "Chinese is not loaded")
        cls.env.ref("base.user_root").lang = "zh_CN"
        cls.env = cls.env(context={})

    def test_a_reminder_of_the_night_is_in_chinese(self):
        ticket = self._report()
        ticket.sudo().write(
            {
                "state": "done",
                "is_open": False,
                "done_at": fields.Datetime.now() - timedelta(days=3),
                "rating_asked_at": fields.Datetime.now() - timedelta(days=3),
            }
        )
        cron = self.env.ref("shequ_property.cron_close_tickets")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        said = ticket.sudo().message_ids.sorted("id")[-1:].body
        self.assertTrue(ticket.rating_reminded_at)
        self.assertIn("您对", said)

    def test_what_a_machine_reports_is_taken_in_in_chinese(self):
        self.env.user.lang = "zh_CN"
        Ticket = self.env["shequ.ticket"]
        spoken = []

        def noticed(tickets):
            spoken.append(tickets.env.lang)

        with patch.object(type(Ticket), "_after_intake", noticed):
            Ticket._intake({"unit_id": self.unit.id, "description": "水管漏水"})
            Ticket.with_context(lang="en_US")._intake(
                {"unit_id": self.unit.id, "description": "a leak"}
            )
        self.assertEqual(spoken, ["zh_CN", "en_US"])
