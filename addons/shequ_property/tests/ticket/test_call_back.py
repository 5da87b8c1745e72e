from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_desk import photo
from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestCallBack(TicketCase):
    """Asking by telephone how it went (待回访)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elder = cls._make_resident("周奶奶", "13600000002", cls.unit)

    def _done(self, **values):
        ticket = self._report(
            channel="grid",
            reporter_id=self.grid_user.partner_id.id,
            on_behalf_id=self.elder.id,
            description="轮椅坏了",
            **values,
        )
        return self._finished(ticket)

    def _call(self, ticket, user=None, **values):
        wizard = self._wizard(
            "shequ.call.back.wizard", ticket, user or self.desk, **values
        )
        wizard.action_save()
        return ticket.sudo().call_back_ids[:1]

    def _waiting(self, user=None):
        domain = [("call_back_due", "<=", fields.Datetime.now() + timedelta(hours=3))]
        return self.Ticket.with_user(user or self.desk).search(domain)

    def test_who_does_not_read_the_pages_is_called(self):
        ticket = self._done()
        self.assertIn(ticket, self._waiting())
        call = self._call(ticket, result="satisfied", stars="5", note="来得快")
        self.assertEqual(
            (call.user_id, call.partner_id, call.result, call.stars),
            (self.desk, self.elder, "satisfied", 5),
        )
        self.assertEqual((ticket.state, ticket.rating_value), ("rated", 5))
        rating = self.env["rating.rating"].search(
            [("res_model", "=", "shequ.ticket"), ("res_id", "=", ticket.id)]
        )
        self.assertEqual(rating.partner_id, self.elder, "the credit is the person's")
        self.assertNotIn(ticket, self._waiting())

    def test_the_one_who_reads_the_pages_is_not(self):
        self.env.cr.execute(
            "INSERT INTO res_users_log (create_uid, create_date) VALUES (%s, now())",
            [self.wang_user.id],
        )
        self.assertNotIn(self._finished(self._report()), self._waiting())

    def test_after_a_message_the_call_comes_later(self):
        self.company.write({"shequ_news": True, "shequ_sms_provider": "log"})
        ticket = self._done()
        self.env["shequ.ticket.news"]._take(1000)._send()
        self.assertNotIn(ticket, self._waiting())
        left = ticket.sudo().call_back_due - fields.Datetime.now()
        self.assertGreater(left, timedelta(days=2))

    def test_not_reached_tries_again_three_times(self):
        ticket = self._done()
        for tries in (1, 2):
            self._call(ticket, result="missed")
            self.assertEqual(ticket.sudo().call_back_tries, tries)
            self.assertTrue(ticket.sudo().call_back_due)
        self._call(ticket, result="missed")
        self.assertFalse(ticket.sudo().call_back_due)
        self.assertEqual(len(ticket.sudo().call_back_ids), 3)
        self.assertEqual(ticket.state, "done")

    def test_the_clock_stops_when_somebody_was_reached(self):
        ticket = self._report(channel="phone", reporter_id=self.elder.id)
        clock = ticket.clock_ids.filtered(lambda c: c.target == "call_back")
        if not clock:
            ticket._set_deadline(
                "call_back", fields.Datetime.now() + timedelta(hours=1), "答应过"
            )
            clock = ticket.clock_ids.filtered(lambda c: c.target == "call_back")
        self._call(ticket, result="missed")
        self.assertEqual(clock.state, "running", "nobody was called back yet")
        self._call(ticket, result="reached", note="师傅下午到")
        self.assertEqual(clock.state, "met")

    def test_not_fixed_opens_it_again(self):
        ticket = self._done()
        with self.assertRaisesRegex(UserError, "still wrong"):
            self._call(ticket, result="unsatisfied", reopen=True)
        self._call(ticket, result="unsatisfied", note="刹车还松", reopen=True)
        self.assertEqual((ticket.state, ticket.rework_count), ("accepted", 1))
        self.assertEqual(ticket.reopen_reason, "刹车还松")

    def test_stars_only_of_what_is_done_and_once(self):
        ticket = self._report(channel="phone", reporter_id=self.elder.id)
        with self.assertRaisesRegex(UserError, "cannot be rated"):
            self._call(ticket, result="satisfied", stars="5")
        done = self._done()
        with self.assertRaisesRegex(UserError, "not reached"):
            self._call(done, result="missed", stars="5")
        self._call(done, result="satisfied", stars="4")
        with self.assertRaisesRegex(UserError, "cannot be rated"):
            self._call(done, result="satisfied", stars="1")

    def test_somebody_who_left_no_name(self):
        ticket = self._report(
            channel="phone", reporter_id=False, contact_phone="13600000003"
        )
        self._finished(ticket)
        self.assertIn(ticket, self._waiting())
        self._call(ticket, result="satisfied", stars="5")
        self.assertEqual(ticket.rating_value, 5)

    def test_who_may_call(self):
        ticket = self._done()
        self.building.grid_id = self.grid
        ticket.sudo().grid_id = self.grid
        self._call(ticket, self.grid_user, result="reached", note="问过了")
        with self.assertRaises(AccessError):
            self._call(ticket, self.second_desk, result="reached")
        with self.assertRaises(AccessError):
            self._call(ticket, self.other_worker_user, result="reached")

    def test_what_was_said_stays(self):
        ticket = self._done()
        call = self._call(ticket, result="unsatisfied", note="不好")
        with self.assertRaises(UserError):
            call.write({"result": "satisfied"})
        with self.assertRaises(UserError):
            call.unlink()
        with self.assertRaises(AccessError):
            call.with_user(self.company_manager).unlink()
        self.assertFalse(
            self.env["shequ.call.back"].with_user(self.second_desk).search([])
        )

    def test_photo_of_the_work_is_still_needed(self):
        ticket = self._report()
        ticket._assign(self.team, self.worker)
        with self.assertRaisesRegex(UserError, "photo"):
            ticket._finish("好了")
        ticket._finish("好了", photos=[photo()])
