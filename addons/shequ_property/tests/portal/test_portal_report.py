import io
import json
import uuid
import wave
from unittest.mock import patch

from odoo.tests import tagged

from ...tools import speech
from .common import PortalCase, photo_bytes

JSON = {"Accept": "application/json"}


@tagged("post_install", "-at_install")
class TestReport(PortalCase):
    """The report form, with and without its script."""

    def setUp(self):
        super().setUp()
        self.login(self.zhu)

    def _form(self, **values):
        return {
            "ref": str(uuid.uuid4()),
            "kind": "repair",
            "place": "home",
            "unit_id": self.unit.id,
            "category": "home_repair.water_leak",
            "description": "厨房水管漏水",
            **values,
        }

    def _mine(self):
        return self.Ticket.search([("reporter_id", "=", self.zhu.partner_id.id)])

    def test_form_works_as_plain_html(self):
        page = self.get("/my/report")
        self.assertEqual(page.status_code, 200)
        for word in ('name="photos"', 'name="voice"', "Water leak", "tel:021-57180000"):
            self.assertIn(word, page.text)
        answer = self.post(
            "/my/report",
            self._form(),
            files=[
                ("photos", ("a.jpg", photo_bytes(), "image/jpeg")),
                ("photos", ("b.jpg", photo_bytes((1, 2, 3)), "image/jpeg")),
            ],
        )
        ticket = self._mine()
        self.assertEqual(len(ticket), 1)
        self.assertIn(f"/my/tickets/{ticket.id}", answer.url)
        self.assertIn(ticket.name, answer.text)
        self.assertEqual(ticket.unit_id, self.unit)
        self.assertEqual(ticket.channel, "portal")
        self.assertEqual(ticket.visibility, "private")
        self.assertEqual(len(ticket.media_ids), 2)
        self.assertEqual(ticket.contact_phone, "13812345678")

    def _recording(self):
        stream = io.BytesIO()
        with wave.open(stream, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(8000)
            out.writeframes(bytes(32000))
        return stream.getvalue()

    def test_a_voice_note_alone_is_kept_written_down_and_sorted(self):
        class Double(speech.Service):
            heard = []

            def transcribe(self, raw, mimetype, language):
                self.heard.append((raw, mimetype))
                return "厨房着火了，快来人"

        raw = self._recording()
        with patch.dict(speech.SERVICES):
            speech.service("double", "Double")(Double)
            self.company.shequ_speech_service = "double"
            self.post(
                "/my/report",
                self._form(description="", category=""),
                files=[("voice", ("note.wav", raw, "audio/wav"))],
            )
            ticket = self._mine()
            self.assertEqual(len(ticket), 1)
            # Whoever reports waits for no service.
            self.assertFalse(Double.heard)
            self.assertTrue(ticket.voice_waiting)
            self.assertEqual(ticket.triage_state, "to_sort")
            with patch.object(
                self.env.registry["ir.cron"], "_commit_progress", lambda *_a, **_k: 1
            ):
                ticket.media_ids._cron_transcribe()
        self.assertEqual(len(Double.heard), 1)
        self.assertEqual(ticket.media_ids.attachment_id.raw, Double.heard[0][0])
        self.assertEqual(ticket.media_ids.transcript, "厨房着火了，快来人")
        self.assertIn("厨房着火了", ticket.description)
        self.assertEqual(ticket.urgency, "red")
        self.assertEqual(ticket.category_id.code, "safety.fire")

    def test_sent_twice_is_filed_once(self):
        form = self._form()
        first = self.post("/my/report", form, headers=JSON).json()
        second = self.post("/my/report", form, headers=JSON).json()
        self.assertTrue(first["ok"])
        self.assertEqual(first, second)
        self.assertEqual(len(self._mine()), 1)

    def test_reference_of_another_person_is_another_report(self):
        form = self._form()
        self.post("/my/report", form, headers=JSON)
        self.login(self.neighbour)
        answer = self.post(
            "/my/report", {**form, "unit_id": self.next_unit.id}, headers=JSON
        ).json()
        self.assertTrue(answer["ok"])
        self.assertEqual(self.Ticket.search_count([("channel", "=", "portal")]), 2)

    def test_public_place_hides_the_home(self):
        self.post(
            "/my/report",
            self._form(
                place="public",
                category="public_facility.floor_wall",
                building_id=self.building.id,
                place_text="一层电梯厅",
                visibility="shared",
                description="地砖松动",
            ),
        )
        ticket = self._mine()
        self.assertFalse(ticket.unit_id)
        self.assertEqual(ticket.building_id, self.building)
        self.assertTrue(ticket.is_public_area)
        self.assertEqual(ticket.visibility, "shared")

    def test_home_is_never_shared(self):
        self.post("/my/report", self._form(visibility="shared"))
        self.assertEqual(self._mine().visibility, "private")

    def test_danger_makes_it_an_emergency(self):
        self.post("/my/report", self._form(danger="1"))
        self.assertEqual(self._mine().urgency, "red")

    def test_words_without_a_category_are_enough(self):
        self.post("/my/report", self._form(category="", description="灯闪得厉害"))
        self.assertEqual(self._mine().kind, "repair")
        self.assertEqual(self._mine().description, "灯闪得厉害")

    def test_complaint_form_makes_a_complaint(self):
        page = self.get("/my/report?kind=complaint")
        self.assertIn("Noise", page.text)
        self.assertNotIn("Water leak", page.text)
        self.post(
            "/my/report",
            {"kind": "complaint", "category": "order.noise", "description": "很吵"},
        )
        self.assertEqual(self._mine().kind, "complaint")

    def test_ask_form_takes_questions(self):
        self.assertIn("Meals", self.get("/my/report?kind=ask").text)
        self.post("/my/report", {"kind": "ask", "description": "能设旧衣回收箱吗"})
        self.assertEqual(self._mine().kind, "consultation")

    def test_nothing_said_is_refused_naming_the_field(self):
        answer = self.post(
            "/my/report", self._form(category="", description=" "), headers=JSON
        )
        self.assertEqual(answer.status_code, 422)
        self.assertIn("description", answer.json()["errors"])
        page = self.post(
            "/my/report",
            self._form(
                category="", description=" ", preferred_time="After 18:00 PLEASE"
            ),
        )
        self.assertEqual(page.status_code, 422)
        self.assertIn("After 18:00 PLEASE", page.text)
        self.assertFalse(self._mine())

    def test_foreign_home_is_refused(self):
        answer = self.post(
            "/my/report", self._form(unit_id=self.next_unit.id), headers=JSON
        )
        self.assertIn("unit_id", answer.json()["errors"])
        self.assertFalse(self._mine())

    def test_foreign_building_is_refused(self):
        answer = self.post(
            "/my/report",
            self._form(place="public", building_id=self.foreign_unit.building_id.id),
            headers=JSON,
        )
        self.assertIn("building_id", answer.json()["errors"])

    def test_foreign_fields_change_nothing(self):
        self.post(
            "/my/report",
            self._form(
                state="done",
                reporter_id=self.neighbour.partner_id.id,
                company_id=self.other_company.id,
                channel="hotline",
                estate_id=self.foreign_estate.id,
            ),
        )
        ticket = self._mine()
        self.assertEqual(ticket.state, "new")
        self.assertEqual(ticket.channel, "portal")
        self.assertEqual(ticket.estate_id, self.estate)

    def test_bad_photo_is_refused_and_nothing_is_filed(self):
        answer = self.post(
            "/my/report",
            self._form(),
            files=[("photos", ("virus.jpg", b"MZ not a picture", "image/jpeg"))],
            headers=JSON,
        )
        self.assertEqual(answer.status_code, 422)
        self.assertIn("virus.jpg", json.dumps(answer.json(), ensure_ascii=False))
        self.assertFalse(self._mine())

    def test_tenth_photo_is_refused(self):
        answer = self.post(
            "/my/report",
            self._form(),
            files=[
                ("photos", (f"{n}.jpg", photo_bytes(), "image/jpeg")) for n in range(10)
            ],
            headers=JSON,
        )
        self.assertIn("photos", answer.json()["errors"])
        self.assertFalse(self._mine())

    def test_too_many_reports_in_an_hour_are_refused(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "shequ_property.portal_tickets_per_hour", "2"
        )
        for _n in range(2):
            self.assertTrue(
                self.post("/my/report", self._form(), headers=JSON).json()["ok"]
            )
        answer = self.post("/my/report", self._form(), headers=JSON)
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(len(self._mine()), 2)

    def test_spot_of_the_estate_sets_the_place(self):
        spot = self.env["shequ.spot"].create(
            {"name": "东门", "estate_id": self.estate.id}
        )
        self.assertIn("东门", self.get(f"/my/report?spot={spot.code}").text)
        self.post("/my/report", self._form(spot=spot.code, place=""))
        self.assertEqual(self._mine().spot_id, spot)
        self.assertFalse(self._mine().unit_id)

    def test_spot_of_another_estate_is_ignored(self):
        spot = self.env["shequ.spot"].create(
            {"name": "别家大门CANARY", "estate_id": self.foreign_estate.id}
        )
        self.assertNotIn("CANARY", self.get(f"/my/report?spot={spot.code}").text)

    def test_on_behalf_of_family_alone(self):
        mother = self.env["res.partner"].create({"name": "朱奶奶"})
        self.env["shequ.residency"].create(
            {
                "partner_id": mother.id,
                "unit_id": self.unit.id,
                "role": "family",
                "date_from": "2021-01-01",
            }
        )
        self.post("/my/report", self._form(behalf=mother.id))
        ticket = self._mine()
        self.assertEqual(ticket.on_behalf_id, mother)
        self.assertIn(mother, ticket.participant_ids)
        answer = self.post(
            "/my/report",
            self._form(behalf=self.neighbour.partner_id.id),
            headers=JSON,
        )
        self.assertIn("behalf", answer.json()["errors"])

    def test_tenant_without_a_title_is_served(self):
        self.login(self.tenant)
        answer = self.post(
            "/my/report", self._form(unit_id=self.next_unit.id), headers=JSON
        )
        self.assertTrue(answer.json()["ok"])

    def test_tenant_does_not_see_the_owner_in_the_form(self):
        self.login(self.tenant)
        self.assertNotIn(self.neighbour.name, self.get("/my/report").text)

    def test_former_resident_cannot_file(self):
        self.login(self.former)
        self.assertIn("No home is recorded", self.get("/my/report").text)
        answer = self.post("/my/report", self._form(), headers=JSON)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("unit_id", answer.json()["errors"])
        self.assertFalse(
            self.Ticket.search([("reporter_id", "=", self.former.partner_id.id)])
        )

    def test_without_a_token_nothing_is_filed(self):
        answer = self.url_open("/my/report", data=self._form(), headers=JSON)
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._mine())

    def test_similar_reports_tell_no_names(self):
        ticket = self._take_shared(
            self.neighbour, description="电梯厅地砖松动 何邻居 13912345678 1202室"
        )
        found = self.call(
            "/my/report/similar",
            description="电梯厅地砖松动翘起来了",
            category="public_facility.floor_wall",
            building_id=self.building.id,
        )["result"]
        self.assertEqual([other["id"] for other in found], ticket.ids)
        text = json.dumps(found, ensure_ascii=False)
        for secret in ("何邻居", "13912345678", "1202"):
            self.assertNotIn(secret, text)

    def test_similar_reports_of_others_stay_hidden(self):
        self._take_shared(self.neighbour, visibility="private")
        self._take_shared(
            self.stranger,
            building_id=self.foreign_unit.building_id.id,
        )
        for building in (self.building, self.foreign_unit.building_id):
            found = self.call(
                "/my/report/similar",
                description="电梯厅地砖松动",
                building_id=building.id,
            )["result"]
            self.assertEqual(found, [])

    def test_without_a_script_likely_copies_are_shown_before_filing(self):
        self._take_shared(self.neighbour)
        form = self._form(
            place="public",
            category="public_facility.floor_wall",
            building_id=self.building.id,
            description="电梯厅地砖松动",
        )
        page = self.post("/my/report", form)
        self.assertIn("Is it the same?", page.text)
        self.assertFalse(self._mine())
        self.post("/my/report", {**form, "sure": "1"})
        self.assertEqual(len(self._mine()), 1)
