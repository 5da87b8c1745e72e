import base64
import json
from datetime import timedelta
from email.message import EmailMessage

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_desk import DeskCase, photo_bytes

GATEWAY = "odoo.addons.mail.models.mail_thread"


def position_bytes():
    """A photo that tells where it was taken."""
    from PIL import Image

    notes = Image.Exif()
    notes[0x010F] = "SecretPhoneMaker"
    notes.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 48.0)})
    return photo_bytes(exif=notes)


@tagged("post_install", "-at_install")
class TestEmail(DeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create({"name": "desk.example.com"})
        cls.company.alias_domain_id = cls.domain
        cls.estate.write({"alias_name": "jinhao", "alias_domain_id": cls.domain.id})

    def _letter(self, sender=None, to="jinhao@desk.example.com", **values):
        letter = EmailMessage()
        letter["From"] = sender or self.wang.email
        letter["To"] = to
        letter["Subject"] = values.pop("subject", "厨房漏水")
        letter["Message-Id"] = values.pop("message_id", "<one@example.com>")
        body = values.pop("body", "水管一直漏，请派人来看。")
        files = values.pop("files", ())
        for header, value in values.items():
            letter[header.replace("_", "-")] = value
        letter.set_content(body)
        for name, raw, subtype in files:
            letter.add_attachment(raw, "image", subtype, filename=name)
        return letter.as_bytes()

    def _send(self, *args, **values):
        known = self.Ticket.search([])
        with mute_logger(GATEWAY):
            self.env["mail.thread"].message_process(None, self._letter(*args, **values))
        return self.Ticket.search([]) - known

    def test_the_estate_has_an_address(self):
        self.assertEqual(self.estate.alias_email, "jinhao@desk.example.com")
        self.assertFalse(self.second_estate.alias_id)

    def test_a_letter_of_a_resident_becomes_a_ticket(self):
        ticket = self._send()
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.estate_id, self.estate)
        self.assertEqual(ticket.unit_id, self.unit)
        self.assertEqual(ticket.reporter_id, self.wang)
        self.assertEqual(ticket.channel, "email")
        self.assertEqual(ticket.external_ref, "<one@example.com>")
        self.assertIn("厨房漏水", ticket.description)
        self.assertIn("水管一直漏", ticket.description)

    def test_the_same_letter_twice_makes_one_ticket(self):
        ticket = self._send()
        self.assertFalse(self._send())
        # Another server fetched the same letter: the gateway does not know it yet.
        again = self.Ticket.message_new(
            {"message_id": "<one@example.com>", "subject": "x", "body": "x"},
            {"estate_id": self.estate.id},
        )
        self.assertEqual(again, ticket)

    def test_photos_join_the_ticket_without_their_position(self):
        ticket = self._send(
            files=[
                ("leak.jpg", position_bytes(), "jpeg"),
                ("broken.jpg", b"\xff\xd8\xff not a picture", "jpeg"),
            ]
        )
        photo = ticket.media_ids
        self.assertEqual(photo.name, "leak.jpg")
        self.assertEqual(photo.phase, "report")
        self.assertNotIn(b"Secret", photo.attachment_id.raw)
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", "shequ.ticket"), ("res_id", "=", ticket.id)]
        )
        self.assertEqual(set(kept.mapped("name")), {"leak.jpg", "broken.jpg"})
        self.assertFalse([a.name for a in kept if b"Secret" in a.raw])

    def test_an_unknown_sender_is_taken_in_without_a_contact(self):
        people = self.env["res.partner"].search_count([])
        ticket = self._send("somebody@nowhere.example.com")
        self.assertEqual(len(ticket), 1)
        self.assertFalse(ticket.reporter_id)
        self.assertFalse(ticket.unit_id)
        self.assertEqual(self.env["res.partner"].search_count([]), people)
        self.assertEqual(
            ticket.message_ids[0].email_from, "somebody@nowhere.example.com"
        )

    def test_an_answer_goes_to_its_ticket(self):
        ticket = self._report()
        ticket._tell_residents("我们收到了")
        told = ticket.message_ids[0]
        self.assertIn(self.wang, told.notified_partner_ids)
        made = self._send(
            message_id="<two@example.com>",
            subject="Re: 工单",
            body="好的，谢谢，照片在附件。",
            to="catchall@desk.example.com",
            In_Reply_To=told.message_id,
            files=[("more.jpg", position_bytes(), "jpeg")],
        )
        self.assertFalse(made)
        answer = ticket.message_ids[0]
        self.assertIn("谢谢", answer.body)
        self.assertEqual(answer.author_id, self.wang)
        self.assertEqual(ticket.media_ids.phase, "talk")
        self.assertNotIn(b"Secret", ticket.media_ids.attachment_id.raw)

    def test_machines_get_no_ticket_and_no_answer(self):
        for number, headers in enumerate(
            (
                {"Auto_Submitted": "auto-replied"},
                {"Auto_Submitted": "auto-generated"},
                {"Precedence": "bulk"},
                {"X_Autoreply": "yes"},
            )
        ):
            with self.subTest(headers=headers):
                mails = self.env["mail.mail"].search_count([])
                self.assertFalse(self._send(message_id=f"<a{number}@x>", **headers))
                self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertTrue(self._send(message_id="<b@x>", Auto_Submitted="no"))

    def test_an_automatic_answer_does_not_reach_the_ticket(self):
        ticket = self._report()
        ticket._tell_residents("我们收到了")
        before = ticket.message_ids
        self._send(
            message_id="<vacation@example.com>",
            to="catchall@desk.example.com",
            In_Reply_To=before[0].message_id,
            Auto_Submitted="auto-replied",
            body="我在休假",
        )
        self.assertEqual(ticket.message_ids, before)

    def test_taking_a_letter_in_sends_nothing_back(self):
        mails = self.env["mail.mail"].search_count([])
        self._send("somebody@nowhere.example.com")
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_a_letter_without_words_or_with_too_many(self):
        ticket = self._send(subject="", body="", message_id="<empty@x>")
        self.assertTrue(ticket.description)
        ticket = self._send(body="漏" * 30_000, message_id="<long@x>")
        self.assertEqual(len(ticket.description), 10_000)


@tagged("post_install", "-at_install")
class TestInterface(DeskCase):
    def _intake(self, values, user=None):
        return self.Ticket.with_user(user or self.desk).intake(values)

    def _values(self, **values):
        return {"estate_id": self.estate.id, "description": "电梯有异响", **values}

    def test_a_report_is_answered_with_its_number(self):
        answer = self._intake(self._values(unit_id=self.unit.id))
        ticket = self.Ticket.browse(answer["id"])
        self.assertEqual(
            answer, {"id": ticket.id, "number": ticket.name, "state": "new"}
        )
        self.assertEqual(ticket.channel, "api")
        self.assertEqual(ticket.unit_id, self.unit)

    def test_estate_and_spot_by_code(self):
        spot = self.env["shequ.spot"].create(
            {"name": "2号梯", "estate_id": self.estate.id}
        )
        answer = self._intake(
            {"estate_code": "DESKA", "spot_code": spot.code, "description": "异响"}
        )
        self.assertEqual(self.Ticket.browse(answer["id"]).spot_id, spot)

    def test_the_same_reference_gives_the_same_ticket(self):
        first = self._intake(self._values(external_ref="S-1"))
        second = self._intake(self._values(external_ref="S-1", description="另一句"))
        self.assertEqual(first, second)
        both = self._intake(
            [self._values(external_ref="S-1"), self._values(external_ref="S-2")]
        )
        self.assertEqual(both[0], first)
        self.assertNotEqual(both[1]["id"], first["id"])

    def test_photos_are_checked_and_cleaned(self):
        data = base64.b64encode(position_bytes()).decode()
        answer = self._intake(
            self._values(media=[{"type": "photo", "name": "a.jpg", "data": data}])
        )
        media = self.Ticket.browse(answer["id"]).media_ids
        self.assertNotIn(b"Secret", media.attachment_id.raw)
        data = base64.b64encode(b"MZ not a picture").decode()
        with self.assertRaisesRegex(UserError, "not a picture"):
            self._intake(self._values(media=[{"name": "a.jpg", "data": data}]))

    def test_what_is_wrong_is_named(self):
        moment = fields.Datetime.now()
        wrong = {
            "estate_id": [True, 0, -1, "1", 10**9, self.foreign_estate.id, [1]],
            "unit_id": [self.foreign_unit.id, self.second_unit.id, 1.0],
            "reporter_id": [10**9],
            "description": [5, ["x"], {}],
            "external_ref": ["x" * 300, 5],
            "is_public_area": ["yes", 1],
            "reported_at": [
                "yesterday",
                str(moment + timedelta(days=1)),
                str(moment - timedelta(days=700)),
            ],
            "media": ["x", [{}] * 99],
            "state": ["done"],
            "company_id": [self.company.id],
            "rating_value": [5],
            "channel": ["hotline"],
            "participant_ids": [[]],
        }
        for key, values in wrong.items():
            for value in values:
                with self.subTest(key=key, value=value):
                    with self.assertRaisesRegex(UserError, key):
                        self._intake(self._values(**{key: value}))
        for media in ([{"type": "program"}], [{"data": "%%"}], [{"x": "y"}], ["x"]):
            with self.subTest(media=media), self.assertRaises(UserError):
                self._intake(self._values(media=media))
        for values in (None, [], "x", [5], 5, [self._values()] * 101):
            with self.subTest(values=values), self.assertRaises(UserError):
                self._intake(values)

    def test_kind_and_category_are_those_there_are(self):
        for key in ("kind", "urgency", "category_code"):
            with self.subTest(key=key), self.assertRaisesRegex(UserError, "nonsense"):
                self._intake(self._values(**{key: "nonsense"}))

    def test_a_wrong_report_keeps_the_others_out(self):
        before = self.Ticket.search_count([])
        with self.assertRaises(UserError):
            self._intake([self._values(), self._values(unit_id=10**9)])
        self.assertEqual(self.Ticket.search_count([]), before)

    def test_an_estate_of_others_looks_like_none(self):
        def message(estate_id):
            with self.assertRaises(UserError) as caught:
                self._intake(self._values(estate_id=estate_id))
            return str(caught.exception)

        self.assertEqual(message(self.foreign_estate.id), message(10**9))
        self.assertEqual(message(self.second_estate.id), message(10**9))

    def test_a_reference_of_another_estate_gives_nothing_away(self):
        self.Ticket._intake(
            {
                "estate_id": self.second_estate.id,
                "description": "x",
                "channel": "api",
                "external_ref": "S-9",
            }
        )
        with self.assertRaisesRegex(UserError, "external_ref"):
            self._intake(self._values(external_ref="S-9"))

    def test_only_desk_and_grid(self):
        self.assertTrue(
            self._intake(self._values(unit_id=self.unit.id), self.grid_user)
        )
        for user in (self.worker_user, self.env.ref("base.public_user")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._intake(self._values(), user)


@tagged("post_install", "-at_install")
class TestInterfaceOverHttp(HttpCase, DeskCase):
    def _post(self, key, body):
        return self.url_open(
            "/json/2/shequ.ticket/intake",
            data=json.dumps(body),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"bearer {key}",
            },
        )

    def test_with_a_key_and_without(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.desk)
            ._generate("rpc", "intake", fields.Datetime.now() + timedelta(days=1))
        )
        values = {
            "estate_code": "DESKA",
            "description": "大门道闸不抬杆",
            "external_ref": "GATE-1",
        }
        answer = self._post(key, {"values": values})
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertRegex(answer.json()["number"], r"^DESKA-\d{8}-\d{4}$")
        again = self._post(key, {"values": values})
        self.assertEqual(again.json(), answer.json())
        with mute_logger("odoo.http"):
            wrong = self._post(key, {"values": {**values, "state": "done"}})
            self.assertEqual(wrong.status_code, 422, wrong.text)
            self.assertIn("state", wrong.json()["message"])
            self.assertEqual(self._post("x", {"values": values}).status_code, 401)
