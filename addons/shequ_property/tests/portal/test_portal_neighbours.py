from odoo.tests import tagged

from .common import PortalCase, photo_bytes

SECRETS = ("何邻居", "13912345678", "1202", "CANARY")


@tagged("post_install", "-at_install")
class TestNeighbours(PortalCase):
    """What people of one estate learn of each other: the matter, not the person."""

    def setUp(self):
        super().setUp()
        self.shared = self._take_shared(
            self.neighbour,
            description="地砖松动，我是何邻居，住1202室，电话 139 1234 5678",
            preferred_time="CANARY-TIME",
            media=[
                {"type": "photo", "name": "CANARY-NAME.jpg", "raw": photo_bytes()},
            ],
        )
        self.shared._talk(self.neighbour.partner_id, "CANARY-TALK")
        self.login(self.zhu)

    def assertNoSecrets(self, page):
        for secret in (*SECRETS, "139 1234 5678"):
            self.assertNotIn(secret, page)

    def test_shared_ticket_is_listed_without_the_person(self):
        page = self.get("/my/neighbours").text
        self.assertIn(self.shared.name, page)
        self.assertIn("地砖松动", page)
        self.assertNoSecrets(page)

    def test_page_tells_the_matter_not_the_person(self):
        page = self.get(f"/my/neighbours/{self.shared.id}").text
        self.assertIn("一层电梯厅", page)
        self.assertIn("地砖松动", page)
        self.assertNoSecrets(page)

    def test_joined_neighbour_still_learns_no_names(self):
        answer = self.post(f"/my/neighbours/{self.shared.id}/join")
        self.refresh()
        self.assertIn(f"/my/tickets/{self.shared.id}", answer.url)
        self.assertIn(self.zhu.partner_id, self.shared.participant_ids)
        self.assertEqual(self.shared.me_too_count, 1)
        self.assertNoSecrets(answer.text)
        self.post(f"/my/neighbours/{self.shared.id}/join")
        self.refresh()
        self.assertEqual(self.shared.me_too_count, 1)

    def test_joined_neighbour_may_leave(self):
        self.shared._join(self.zhu.partner_id)
        self.post(f"/my/tickets/{self.shared.id}/leave")
        self.refresh()
        self.assertNotIn(self.zhu.partner_id, self.shared.participant_ids)

    def test_reporter_cannot_leave_his_own(self):
        self.login(self.neighbour)
        self.post(f"/my/tickets/{self.shared.id}/leave")
        self.refresh()
        self.assertIn(self.neighbour.partner_id, self.shared.participant_ids)

    def test_joined_neighbour_decides_nothing(self):
        self.shared._join(self.zhu.partner_id)
        for step in ("cancel", "reopen", "rate", "resubmit", "talk", "quotation"):
            answer = self.post(
                f"/my/tickets/{self.shared.id}/{step}",
                {"reason": "x", "stars": "1", "body": "x", "answer": "accept"},
            )
            self.assertEqual(answer.status_code, 404, step)
        self.refresh()
        self.assertEqual(self.shared.state, "new")

    def test_pictures_are_shown_talk_is_not(self):
        report = self.shared.media_ids
        talk = self.shared._add_media(
            [{"type": "photo", "name": "t.jpg", "raw": photo_bytes()}], phase="talk"
        )
        base = f"/my/neighbours/{self.shared.id}/media"
        self.assertEqual(self.get(f"{base}/{report.id}").status_code, 200)
        self.assertEqual(self.get(f"{base}/{talk.id}").status_code, 404)
        self.shared._join(self.zhu.partner_id)
        base = f"/my/tickets/{self.shared.id}/media"
        self.assertEqual(self.get(f"{base}/{report.id}").status_code, 200)
        self.assertEqual(self.get(f"{base}/{talk.id}").status_code, 404)

    def test_file_names_of_pictures_are_not_told(self):
        url = f"/my/neighbours/{self.shared.id}/media/{self.shared.media_ids.id}"
        self.assertNotIn("CANARY", str(self.get(url).headers))

    def test_private_ticket_is_not_there(self):
        private = self._take(self.neighbour, description="CANARY-PRIVATE")
        self.assertEqual(self.get(f"/my/neighbours/{private.id}").status_code, 404)
        self.assertEqual(
            self.post(f"/my/neighbours/{private.id}/join").status_code, 404
        )
        self.assertNotIn(private.name, self.get("/my/neighbours").text)

    def test_shared_ticket_about_a_home_is_not_there(self):
        home = self._take(self.neighbour, visibility="shared")
        home.is_public_area = False
        self.assertEqual(self.get(f"/my/neighbours/{home.id}").status_code, 404)

    def test_other_estate_sees_nothing(self):
        self.login(self.stranger)
        self.assertNotIn(self.shared.name, self.get("/my/neighbours").text)
        self.assertEqual(self.get(f"/my/neighbours/{self.shared.id}").status_code, 404)

    def test_former_resident_sees_nothing(self):
        self.login(self.former)
        self.assertNotIn(self.shared.name, self.get("/my/neighbours").text)
        self.assertEqual(self.get(f"/my/neighbours/{self.shared.id}").status_code, 404)

    def test_hidden_words_cannot_be_searched(self):
        for text in ("何邻居", "139", "CANARY"):
            page = self.get("/my/neighbours", params={"search": text}).text
            self.assertNotIn(self.shared.name, page)

    def test_worker_is_not_named_to_neighbours(self):
        self._send_worker(self.shared)
        page = self.get(f"/my/neighbours/{self.shared.id}").text
        self.assertNotIn("周师傅", page)
        self.assertNotIn("13900001111", page)
