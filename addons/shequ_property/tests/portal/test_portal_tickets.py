from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import PortalCase, photo_bytes


@tagged("post_install", "-at_install")
class TestTickets(PortalCase):
    """List and page of one's own tickets, and each thing a resident may do."""

    def setUp(self):
        super().setUp()
        self.login(self.zhu)

    def _act(self, ticket, step, files=None, **data):
        answer = self.post(f"/my/tickets/{ticket.id}/{step}", data, files=files)
        self.refresh()
        return answer

    def test_strip_and_promise_are_shown(self):
        ticket = self._take(self.zhu)
        page = self.get(f"/my/tickets/{ticket.id}").text
        for word in ("Waiting", "In progress", "Done", "Our promise", "left"):
            self.assertIn(word, page)

    def test_worker_is_shown_with_telephone(self):
        ticket = self._take(self.zhu)
        self.assertNotIn("周师傅", self.get(f"/my/tickets/{ticket.id}").text)
        self._send_worker(ticket)
        page = self.get(f"/my/tickets/{ticket.id}").text
        self.assertIn("周师傅", page)
        self.assertIn("tel:13900001111", page)

    def test_telephone_of_the_worker_goes_with_the_work(self):
        ticket = self._take(self.zhu)
        self._finish(ticket)
        page = self.get(f"/my/tickets/{ticket.id}").text
        self.assertIn("周师傅", page)
        self.assertNotIn("13900001111", page)

    def test_hold_says_why_and_what_it_does_to_the_deadline(self):
        ticket = self._take(self.zhu)
        staff = self._send_worker(ticket)
        staff._hold("parts", "等厂家发货")
        page = self.get(f"/my/tickets/{ticket.id}").text
        for word in ("waiting for parts", "等厂家发货", "the clock stands still"):
            self.assertIn(word, page)

    def test_internal_notes_stay_inside(self):
        ticket = self._take(self.zhu)
        ticket.message_post(
            **{"body": "CANARY-INTERNAL", "subtype_xmlid": "mail.mt_note"}
        )
        self.assertNotIn("CANARY-INTERNAL", self.get(f"/my/tickets/{ticket.id}").text)

    def test_talk_goes_both_ways_with_photos(self):
        ticket = self._take(self.zhu)
        answer = self._act(
            ticket,
            "talk",
            files=[("photos", ("p.jpg", photo_bytes(), "image/jpeg"))],
            body="师傅几点到？",
        )
        self.assertIn("师傅几点到？", answer.text)
        media = ticket.media_ids
        self.assertEqual(media.phase, "talk")
        self.assertIn(f"/my/tickets/{ticket.id}/media/{media.id}", answer.text)
        ticket._talk(self.desk.partner_id, "18:30 到")
        self.assertIn("18:30 到", self.get(f"/my/tickets/{ticket.id}").text)

    def test_empty_message_is_refused(self):
        ticket = self._take(self.zhu)
        self.assertEqual(self._act(ticket, "talk", body=" ").status_code, 422)

    def test_words_are_text_and_never_markup(self):
        ticket = self._take(self.zhu, description="<script>alert(1)</script>")
        self._act(ticket, "talk", body="<img src=x onerror=alert(2)>")
        page = self.get(f"/my/tickets/{ticket.id}").text
        self.assertNotIn("<script>alert(1)", page)
        self.assertNotIn("<img src=x", page)
        self.assertIn("&lt;script&gt;alert(1)", page)

    def test_media_are_streamed_to_their_owner(self):
        ticket = self._take(
            self.zhu,
            media=[{"type": "photo", "name": "a.jpg", "raw": photo_bytes()}],
        )
        url = f"/my/tickets/{ticket.id}/media/{ticket.media_ids.id}"
        large = self.get(url)
        self.assertEqual(large.headers["Content-Type"], "image/jpeg")
        self.assertEqual(large.content[:3], b"\xff\xd8\xff")
        self.assertEqual(large.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("private", large.headers["Cache-Control"])
        self.assertEqual(self.get(f"{url}?small=1").status_code, 200)

    def test_media_of_another_ticket_are_not_there(self):
        mine = self._take(self.zhu)
        other = self._take(
            self.neighbour,
            media=[{"type": "photo", "name": "a.jpg", "raw": photo_bytes()}],
        )
        url = f"/my/tickets/{mine.id}/media/{other.media_ids.id}"
        self.assertEqual(self.get(url).status_code, 404)

    def test_cancel_with_a_reason(self):
        ticket = self._take(self.zhu)
        answer = self._act(ticket, "cancel", reason="自己修好了")
        self.assertEqual(ticket.state, "cancelled")
        self.assertEqual(ticket.cancel_reason, "自己修好了")
        self.assertIn("cancelled", answer.text)

    def test_rate_with_stars_tags_and_words(self):
        ticket = self._take(self.zhu)
        self._finish(ticket)
        tags = self.env["shequ.rating.tag"].search([], limit=2)
        self.assertIn("How did it go?", self.get(f"/my/tickets/{ticket.id}").text)
        self._act(ticket, "rate", stars="5", tags=tags.ids, comment="师傅响应及时")
        self.assertEqual(ticket.rating_value, 5)
        self.assertEqual(ticket.rating_tag_ids, tags)
        self.assertEqual(ticket.rating_comment, "师傅响应及时")
        page = self.get(f"/my/tickets/{ticket.id}").text
        self.assertIn("师傅响应及时", page)
        self.assertNotIn("Send the stars", page)

    def test_rating_without_stars_keeps_the_words(self):
        ticket = self._take(self.zhu)
        self._finish(ticket)
        answer = self._act(ticket, "rate", stars="", comment="KEEP-THESE-WORDS")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("KEEP-THESE-WORDS", answer.text)
        self.assertFalse(ticket.rated_at)

    def test_reopen_within_seven_days(self):
        ticket = self._take(self.zhu)
        self._finish(ticket)
        self.assertEqual(self._act(ticket, "reopen", reason=" ").status_code, 422)
        self._act(ticket, "reopen", reason="还在漏")
        self.assertEqual(ticket.state, "accepted")
        self.assertEqual(ticket.rework_count, 1)

    def test_reopen_after_seven_days_is_refused(self):
        ticket = self._take(self.zhu)
        self._finish(ticket)
        ticket.sudo().reopen_until = fields.Datetime.now() - timedelta(minutes=1)
        self.assertNotIn("Open it again", self.get(f"/my/tickets/{ticket.id}").text)
        self.assertEqual(self._act(ticket, "reopen", reason="还漏").status_code, 422)
        self.assertEqual(ticket.state, "done")

    def test_returned_ticket_is_answered_and_sent_again(self):
        ticket = self._take(self.zhu)
        ticket.with_user(self.desk)._return("是几楼？")
        page = self.get(f"/my/tickets/{ticket.id}").text
        self.assertIn("是几楼？", page)
        self._act(ticket, "resubmit", description="三楼，晚上十点")
        self.assertEqual(ticket.state, "new")
        self.assertEqual(ticket.description, "三楼，晚上十点")

    def _quote(self):
        ticket = self._take(self.zhu)
        staff = self._send_worker(ticket)
        self.env["shequ.ticket.cost"].create(
            {
                "ticket_id": ticket.id,
                "name": "水管",
                "quantity": 2,
                "price_unit": 30,
                "payer": "resident",
            }
        )
        staff.action_send_quotation()
        return ticket

    def test_quotation_is_accepted(self):
        ticket = self._quote()
        page = self.get(f"/my/tickets/{ticket.id}").text
        self.assertIn("60.00", page)
        self._act(ticket, "quotation", answer="accept")
        self.assertEqual(ticket.quotation_state, "accepted")

    def test_quotation_is_refused_with_a_reason(self):
        ticket = self._quote()
        answer = self._act(ticket, "quotation", answer="refuse", reason="")
        self.assertEqual(answer.status_code, 422)
        self._act(ticket, "quotation", answer="refuse", reason="太贵")
        self.assertEqual(ticket.quotation_state, "refused")
        self.assertEqual(ticket.quotation_refuse_reason, "太贵")

    def test_model_case_needs_the_resident(self):
        ticket = self._take(self.zhu)
        self._finish(ticket)
        ticket._rate(self.zhu.partner_id, 5)
        ticket.sudo().model_case_consent = "asked"
        self.assertIn("good example", self.get(f"/my/tickets/{ticket.id}").text)
        self._act(ticket, "consent", answer="yes")
        self.assertEqual(ticket.model_case_consent, "agreed")
        self._act(ticket, "consent", answer="no")
        self.assertEqual(ticket.model_case_consent, "refused")

    def test_step_that_is_not_possible_says_so(self):
        ticket = self._take(self.zhu)
        self._act(ticket, "cancel", reason="")
        answer = self._act(ticket, "cancel", reason="again")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("not possible now", answer.text)

    def test_list_filters_searches_and_pages(self):
        done = self._take(self.zhu, description="已经修好的门锁")
        self._finish(done)
        running = self._take(self.zhu, description="还在漏的水管")
        page = self.get("/my/tickets?show=open").text
        self.assertIn(running.name, page)
        self.assertNotIn(done.name, page)
        page = self.get("/my/tickets?show=done").text
        self.assertIn(done.name, page)
        self.assertNotIn(running.name, page)
        page = self.get("/my/tickets?search=门锁").text
        self.assertIn(done.name, page)
        self.assertNotIn(running.name, page)
        for _n in range(20):
            self._take(self.zhu)
        self.assertNotIn(running.name, self.get("/my/tickets?show=all").text)
        self.assertIn(running.name, self.get("/my/tickets/page/2?show=all").text)
        self.assertEqual(self.get("/my/tickets/page/99?show=all").status_code, 200)

    def test_search_takes_any_characters(self):
        for text in ("%", "_", "'", "\\", "<b>", "(" * 50):
            answer = self.get("/my/tickets", params={"search": text})
            self.assertEqual(answer.status_code, 200)

    def test_former_resident_reads_his_old_tickets(self):
        ticket = self._take(self.former, unit_id=self.unit.id)
        self.login(self.former)
        self.assertIn(ticket.name, self.get("/my/tickets").text)
        self.assertIn("厨房水管漏水", self.get(f"/my/tickets/{ticket.id}").text)
