from odoo.tests import tagged

from .common import PortalCase

# What is for the staff alone.
INTERNAL = ("triage", "to_sort", "to_confirm", "%", "置信")


@tagged("post_install", "-at_install")
class TestPortalTriage(PortalCase):
    """What residents see of triage: whom to call, and the right desk; no codes."""

    def setUp(self):
        super().setUp()
        self.login(self.zhu)

    def alarm(self, words):
        return self.url_open(
            "/my/report/alarm",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {"description": words},
            },
        ).json()["result"]

    def mine(self):
        return self.env["shequ.ticket"].search(
            [("reporter_id", "=", self.zhu.partner_id.id)], limit=1
        )

    def report(self, **values):
        return self.post(
            "/my/report",
            {"kind": "repair", "unit_id": str(self.unit.id), **values},
        )

    def test_words_of_danger_bring_advice_before_anything_is_sent(self):
        before = self.env["shequ.ticket"].search_count([])
        answer = self.alarm("厨房冒烟了，快来人")
        self.assertIn("do not use the lift", answer["advice"])
        self.assertEqual(set(answer), {"advice"})
        for words in ("灯不亮了", "上次冒烟的插座修好了，谢谢", ""):
            self.assertEqual(self.alarm(words), {}, words)
        self.assertEqual(self.alarm("水" * 9000), {})
        self.assertEqual(self.env["shequ.ticket"].search_count([]), before)

    def test_after_sending_an_emergency_the_numbers_are_there(self):
        page = self.report(description="厨房冒烟了，快来人")
        self.assertEqual(self.mine().urgency, "red")
        self.assertIn("tel:119", page.text)
        calm = self.report(description="厨房灯闪")
        self.assertNotIn("tel:119", calm.text)

    def test_words_alone_find_the_desk_and_no_word_of_the_staff_is_shown(self):
        page = self.report(description="想在小区里设个旧衣回收箱")
        ticket = self.mine()
        self.assertEqual(ticket.category_id.code, "public_space.charity")
        self.assertEqual(ticket.kind, "suggestion")
        body = page.text.partition("<main")[2]
        for word in INTERNAL:
            self.assertNotIn(word, body)
        self.assertNotIn(ticket.visit_hint.splitlines()[0], page.text)

    def test_a_complaint_stays_one_and_what_is_unclear_is_what_the_form_says(self):
        self.report(kind="complaint", description="灯闪得厉害")
        self.assertEqual(self.mine().kind, "complaint")
        self.report(kind="ask", description="麻烦看一下")
        self.assertEqual(self.mine().kind, "consultation")
        self.assertEqual(self.mine().triage_state, "to_sort")
