from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import PASSWORD, PortalCase


@tagged("post_install", "-at_install")
class TestPortalLink(PortalCase):
    """Stars and the supervision post behind the link of a text message."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"shequ_news": True, "shequ_sms_provider": "log"})
        cls.elder = cls.env["res.partner"].create(
            {"name": "姜大爷", "phone": "13600000001", "lang": "en_US"}
        )
        cls.guard = new_test_user(
            cls.env, "portal_guard", "shequ_property.group_supervision"
        )
        cls.env["shequ.supervision.post"].create(
            {
                "name": "Haohai Post",
                "phone": "021-57000000",
                "member_ids": [Command.link(cls.guard.id)],
                "estate_ids": [Command.link(cls.estate.id)],
            }
        )
        cls.env["shequ.login.throttle"].search([]).unlink()

    def _news(self):
        """The row whose link an elder has got."""
        ticket = self._take(
            self.zhu,
            channel="phone",
            reporter_id=self.elder.id,
            contact_phone="13600000001",
            description="SECRET-WORDS 水壶坏了",
            place_text="SECRET-PLACE",
        )
        self._finish(ticket)
        self.env["shequ.ticket.news"]._take(1000)._send()
        return ticket, ticket.sudo().news_ids.filtered(lambda r: r.step == "finished")

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def test_stars_without_a_log_in(self):
        ticket, news = self._news()
        path = f"/t/{news._token()}"
        page = self.get(path)
        self.assertEqual(page.status_code, 200)
        self.assertIn(ticket.name, page.text)
        self.assertIn("换了新的地砖", page.text)
        for secret in ("SECRET", "姜大爷", "13600000001", "周师傅", "13900001111"):
            self.assertNotIn(secret, page.text)
        self.assertIn("no-store", page.headers["Cache-Control"])
        self.assertNotIn("unsafe", page.headers["Content-Security-Policy"])
        answer = self.post(f"{path}/rate", {"stars": "9"})
        self.assertEqual(answer.status_code, 422)
        answer = self.post(f"{path}/rate", {"stars": "5", "comment": "热了"})
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Thank you for the stars", answer.text)
        self.assertNotIn('name="stars"', answer.text)
        self.refresh()
        self.assertEqual((ticket.rating_value, ticket.rating_comment), (5, "热了"))
        rated = ticket.event_ids.filtered(lambda e: e.code == "rated")
        self.assertEqual(rated.partner_id, self.elder)
        again = self.post(f"{path}/rate", {"stars": "1"})
        self.assertEqual(again.status_code, 422)
        self.refresh()
        self.assertEqual(ticket.rating_value, 5)

    def test_over_and_wrong_look_the_same(self):
        _ticket, news = self._news()
        token = news._token()
        news.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        over, wrong = self.get(f"/t/{token}"), self.get("/t/abcdefghijklmnopqrstu")
        self.assertEqual((over.status_code, wrong.status_code), (404, 404))
        self.assertEqual(over.text.split("<main")[1], wrong.text.split("<main")[1])

    def test_guessing_is_stopped(self):
        self.env["ir.config_parameter"].set_param("shequ.news.limit_links", "5/600")
        self.env.registry.clear_cache()
        _ticket, news = self._news()
        for number in range(5):
            self.assertEqual(
                self.get(f"/t/aaaaaaaaaaaaaaaaaaa{number}").status_code, 404
            )
        answer = self.get("/t/aaaaaaaaaaaaaaaaaaaz")
        self.assertEqual(answer.status_code, 429)
        self.assertTrue(answer.headers["Retry-After"])
        # Who has a right link is not locked out by a neighbour behind the same address.
        self.assertEqual(self.get(f"/t/{news._token()}").status_code, 200)

    def test_no_more_messages(self):
        ticket, news = self._news()
        path = f"/t/{news._token()}"
        answer = self.post(f"{path}/stop")
        self.assertIn("No more text messages", answer.text)
        self.refresh()
        self.assertIn(self.elder.id, self.elder._shequ_without_news())
        ticket._reopen(self.elder, "还不热")
        ticket.with_user(self.desk)._assign(self.team, self.worker)
        self.env["shequ.ticket.news"]._take(99)._send()
        self.assertEqual(ticket.sudo().news_ids.sorted("id")[-1:].reason, "withdrawn")

    def test_to_the_supervision_post_without_a_log_in(self):
        ticket, news = self._news()
        path = f"/t/{news._token()}"
        self.assertIn("Haohai Post", self.get(path).text)
        empty = self.post(f"{path}/supervision", {"reason": " "})
        self.assertEqual(empty.status_code, 422)
        page = self.post(f"{path}/supervision", {"reason": "没修好还乱收费"})
        self.assertIn("没修好还乱收费", page.text)
        self.refresh()
        case = ticket.supervision_ids
        self.assertEqual((case.partner_id, case.state), (self.elder, "new"))

    def test_the_resident_s_page(self):
        ticket = self._take(self.zhu)
        self.login(self.zhu)
        path = f"/my/tickets/{ticket.id}"
        self.assertIn("Ask the supervision post", self.get(path).text)
        page = self.post(f"{path}/supervision", {"reason": "三天没人来"})
        self.assertIn("The supervision post has it now", page.text)
        self.assertIn("The post looks at it", page.text)
        self.refresh()
        case = ticket.supervision_ids
        case.with_user(self.guard)._demand("为什么拖", 12)
        case.with_user(self.guard)._note("内部提醒")
        case.with_user(self.desk)._answer("今天到")
        page = self.get(path)
        for words in ("为什么拖", "今天到", "Property company", "Answered"):
            self.assertIn(words, page.text)
        self.assertNotIn("内部提醒", page.text)
        self.assertNotIn(self.guard.name, page.text)
        page = self.post(f"{path}/supervision", {"reason": "还没到"})
        self.assertIn("还没到", page.text)
        self.refresh()
        self.assertEqual(len(ticket.supervision_ids), 1, "a word to the open case")
        for number in range(12):
            page = self.post(f"{path}/supervision", {"reason": f"催 {number}"})
        self.assertEqual(page.status_code, 422)

    def test_the_interface_opens_nothing_to_the_post(self):
        """Over the interface the post reads its own tickets and writes nothing."""
        silent = self._take(self.zhu, description="别的事")
        case = self._take(self.zhu)._supervise(self.zhu.partner_id, "x")
        self.guard.password = PASSWORD
        self.authenticate("portal_guard", PASSWORD)

        def call(model, method, *args):
            return self.call(
                "/web/dataset/call_kw", model=model, method=method, args=args, kwargs={}
            )

        self.assertIn(
            "error", call("shequ.ticket", "read", silent.ids, ["description"])
        )
        found = call("shequ.ticket", "search_read", [], ["name"])["result"]
        self.assertEqual([row["id"] for row in found], case.ticket_id.ids)
        for method, args in (
            ("write", [case.ids, {"state": "closed"}]),
            ("unlink", [case.ids]),
            ("create", [{"ticket_id": silent.id}]),
        ):
            self.assertIn("error", call("shequ.supervision.case", method, *args))
        self.assertIn(
            "error",
            call("shequ.ticket", "message_post", case.ticket_id.ids),
        )
