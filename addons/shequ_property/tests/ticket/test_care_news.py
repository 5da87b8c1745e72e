from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_desk import photo
from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestTicketNews(TicketCase):
    """News by text message for people who do not use the residents' pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"shequ_news": True, "shequ_sms_provider": "log"})
        cls.estate.phone = "021-57180000"
        cls.worker.phone = "13900001111"
        cls.elder = cls._make_resident("姜大爷", "13600000001", cls.unit)
        cls.News = cls.env["shequ.ticket.news"]

    def _call(self, **values):
        """Somebody without the pages calls."""
        return self._report(
            channel="phone", reporter_id=self.elder.id, description="水管漏", **values
        )

    def _send(self):
        """The job of the next minute, and Odoo's own outbox."""
        self.News._take(1000)._send()
        self.env["sms.sms"].search([("state", "=", "outgoing")]).send(unlink_sent=False)

    def _texts(self, number="13600000001"):
        self.env.invalidate_all()
        box = self.env["shequ.sms.outbox"].search([("number", "=", number)])
        return [(m.purpose, m.body) for m in box.sorted("id")]

    def _reasons(self, ticket):
        return {row.step: row.reason for row in ticket.sudo().news_ids}

    def _use_pages(self, user):
        """As if the user had logged in once."""
        self.env["res.users.log"].with_user(user).sudo().create({})
        self.env.cr.execute(
            "UPDATE res_users_log SET create_uid = %s WHERE id IN "
            "(SELECT max(id) FROM res_users_log)",
            [user.id],
        )

    def test_from_the_call_to_the_question(self):
        ticket = self._call()
        self._send()
        ticket._assign(self.team, self.worker)
        self._send()
        ticket._hold("parts", "等阀门")
        self._send()
        ticket.action_resume()
        ticket.action_start()
        ticket._finish("换了阀门", photos=[photo()])
        self._send()
        texts = self._texts()
        self.assertEqual(
            [purpose for purpose, _body in texts],
            ["news_received", "news_assigned", "news_held", "news_finished"],
        )
        self.assertIn(ticket.name, texts[0][1])
        self.assertIn("陈师傅", texts[1][1])
        self.assertIn("13900001111", texts[1][1])
        self.assertIn("等阀门", texts[2][1])
        self.assertIn("/t/", texts[3][1])
        row = ticket.sudo().news_ids.filtered(lambda r: r.step == "finished")
        self.assertEqual(self.News._by_token(row._token()), row)

    def test_nothing_of_what_was_rolled_back(self):
        ticket = self._call()
        self._send()
        with self.assertRaises(ConnectionError), self.env.cr.savepoint():
            ticket._assign(self.team, self.worker)
            raise ConnectionError
        self._send()
        self.assertEqual(len(self._texts()), 1)

    def test_never_two_for_one_step(self):
        ticket = self._call()
        self._send()
        ticket._assign(self.team, self.mate)
        ticket._assign(self.team, self.worker)  # the dispatcher thinks again
        self._send()
        ticket._assign(self.team, self.worker)  # and taps once more
        self._send()
        self._send()
        bodies = [body for purpose, body in self._texts() if purpose == "news_assigned"]
        self.assertEqual(len(bodies), 1)
        self.assertIn("陈师傅", bodies[0])
        ticket._assign(self.team, self.mate)  # somebody else comes: that is news
        self._send()
        self.assertEqual(len(self._texts()), 3)

    def test_again_after_rework(self):
        ticket = self._finished(self._call())
        self._send()
        ticket._reopen(self.elder, "还在漏")
        self._finished(ticket)
        self._send()
        purposes = [purpose for purpose, _body in self._texts()]
        self.assertEqual(purposes.count("news_finished"), 2)

    def test_what_is_over_is_not_told(self):
        ticket = self._call()
        ticket._assign(self.team, self.worker)
        ticket.action_start()
        ticket._finish("好了", photos=[photo()])
        self._send()
        self.assertEqual([p for p, _b in self._texts()], ["news_finished"])
        self.assertEqual(
            self._reasons(ticket),
            {"received": "over", "assigned": "over", "finished": False},
        )

    def test_who_reads_the_pages_gets_none(self):
        self._use_pages(self.wang_user)
        ticket = self._report(channel="phone", description="灯坏")
        self._send()
        self.assertEqual(self._texts("13812345678"), [])
        self.assertEqual(self._reasons(ticket), {"received": "portal"})
        self.wang.shequ_news_by_phone = True
        ticket._assign(self.team, self.worker)
        self._send()
        self.assertEqual(len(self._texts("13812345678")), 1)

    def test_a_log_in_never_used_is_none(self):
        self._report(channel="phone", description="灯坏")
        self._send()
        self.assertEqual(len(self._texts("13812345678")), 1)

    def test_an_emergency_is_told_to_everybody(self):
        self._use_pages(self.wang_user)
        self._report(urgency="red", description="冒烟")
        self._send()
        self.assertEqual(len(self._texts("13812345678")), 1)
        self.company.shequ_news_red = False
        self._report(urgency="red", description="冒烟了")
        self._send()
        self.assertEqual(len(self._texts("13812345678")), 1)

    def test_on_behalf_the_person_is_told(self):
        self._use_pages(self.grid_user)
        ticket = self._report(
            channel="grid",
            reporter_id=self.grid_user.partner_id.id,
            on_behalf_id=self.elder.id,
            contact_phone="13700000009",
            description="轮椅坏了",
        )
        self._send()
        self.assertEqual(len(self._texts()), 1)
        self.assertEqual(self._texts("13700000009"), [])
        self.elder.phone = False
        ticket._assign(self.team, self.worker)
        self._send()
        self.assertEqual(len(self._texts("13700000009")), 1, "the number given")

    def test_a_daughter_with_a_log_in_reads_it_herself(self):
        self._use_pages(self.wang_user)
        self._report(channel="portal", on_behalf_id=self.elder.id, description="灯坏了")
        self._send()
        self.assertEqual(self._texts(), [])

    def test_withdrawn_counts_even_in_an_emergency(self):
        purpose = self.env.ref("shequ_property.purpose_ticket_sms")
        Consent = self.env["shequ.consent"]
        Consent._answer(self.elder, purpose, "withdrawn", channel="desk")
        ticket = self._call(urgency="red")
        self._send()
        self.assertEqual(self._texts(), [])
        self.assertEqual(self._reasons(ticket), {"received": "withdrawn"})
        Consent._answer(self.elder, purpose, "given", channel="desk")
        self._call(urgency="red")
        self._send()
        self.assertEqual(len(self._texts()), 1)

    def test_no_at_the_desk_is_a_consent_withdrawn(self):
        elder = self.elder.with_user(self.desk)
        self.assertFalse(elder.shequ_no_news)
        elder.shequ_no_news = True
        last = self.env["shequ.consent"].search(
            [("partner_id", "=", self.elder.id)], limit=1
        )
        self.assertEqual((last.answer, last.channel), ("withdrawn", "desk"))
        ticket = self._call()
        self._send()
        self.assertEqual(self._reasons(ticket), {"received": "withdrawn"})
        elder.shequ_no_news = False
        self.assertFalse(self.elder._shequ_without_news())

    def test_a_landline_gets_none(self):
        self.elder.phone = "021-57180001"
        ticket = self._call()
        self._send()
        self.assertEqual(self._reasons(ticket), {"received": "number"})

    def test_each_step_has_its_switch(self):
        self.company.shequ_news_received = False
        ticket = self._call()
        self.assertFalse(ticket.sudo().news_ids)
        ticket._assign(self.team, self.worker)
        self.assertEqual(ticket.sudo().news_ids.mapped("step"), ["assigned"])
        self.company.shequ_news = False
        ticket._hold("parts")
        self.assertEqual(len(ticket.sudo().news_ids), 1)

    def _count(self, size, **values):
        """Queries of taking in a batch."""
        reports = [
            {
                "unit_id": self.unit.id,
                "reporter_id": self.elder.id,
                "description": f"水管漏 {number}",
                "category_code": "home_repair.water_leak",
                "channel": "phone",
                **values,
            }
            for number in range(size)
        ]
        self.Ticket._intake(reports)  # what is kept in memory is known now
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.Ticket._intake(reports)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_one_query_for_a_batch_none_when_off(self):
        on = self._count(20)
        portal = self._count(20, channel="portal")
        self.company.shequ_news = False
        self.assertEqual(on, self._count(20) + 1)
        self.assertEqual(portal, self._count(20))

    def test_the_link_counts_some_days_and_once(self):
        ticket = self._finished(self._call())
        self._send()
        row = ticket.sudo().news_ids.filtered(lambda r: r.step == "finished")
        token = row._token()
        self.assertFalse(self.News._by_token(token[:-1] + "2" * (token[-1] != "2")))
        self.assertFalse(self.News._by_token(f"1{token}"))
        row._rate(4, comment="好")
        self.assertEqual(
            (ticket.rating_value, ticket.rating_comment, ticket.state),
            (4, "好", "rated"),
        )
        rated = ticket.event_ids.filtered(lambda e: e.code == "rated")
        self.assertEqual(rated.partner_id, self.elder, "the person's own stars")
        with self.assertRaisesRegex(UserError, "rated this already"):
            row._rate(1)
        row.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        self.assertFalse(self.News._by_token(token))
        self.assertFalse(self.News._by_token(row._token()))

    def test_a_link_of_somebody_who_is_no_longer_of_the_ticket(self):
        ticket = self._finished(self._call())
        self._send()
        row = ticket.sudo().news_ids.filtered(lambda r: r.step == "finished")
        token = row._token()
        ticket.sudo().reporter_id = self.wang
        self.assertFalse(self.News._by_token(token))

    def test_staff_of_another_estate_see_no_news(self):
        self._call()
        Model = self.News
        self.assertFalse(Model.with_user(self.second_desk).search([]))
        self.assertTrue(Model.with_user(self.desk).search([]))
        self.assertFalse(Model.with_user(self.foreign_manager).search([]))
