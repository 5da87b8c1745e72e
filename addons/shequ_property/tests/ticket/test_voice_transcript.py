from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools import speech
from .common_desk import photo
from .common_ticket import TicketCase


class DoubleSpeech(speech.Service):
    """Hears what the test says."""

    words = "厨房水管漏水"
    heard = 0

    def transcribe(self, raw, mimetype, language):
        type(self).heard += 1
        if isinstance(self.words, Exception):
            raise self.words
        return self.words


@tagged("post_install", "-at_install")
class TestVoiceTranscript(TicketCase):
    """A voice note becomes words: typed, or by a speech service."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        speech.service("double", "Double")(DoubleSpeech)
        cls.addClassCleanup(speech.SERVICES.pop, "double")

    def setUp(self):
        super().setUp()
        DoubleSpeech.words, DoubleSpeech.heard = "厨房水管漏水", 0

    def _voice(self, **values):
        """A report by voice alone; the file is put in past its check."""
        ticket = self._report(
            category_code=None, description="听录音", media=[photo()], **values
        )
        ticket.sudo().media_ids.type = "voice"
        return ticket

    def _night(self):
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.cron_transcribe").method_direct_trigger()
        self.env.invalidate_all()

    def _type(self, ticket, user, words):
        wizard = self._wizard("shequ.voice.transcript", ticket, user, words=words)
        wizard.action_save()

    def test_typed_by_staff(self):
        ticket = self._voice()
        self.assertTrue(ticket.voice_waiting)
        # In both languages: which one names the categories depends on the database.
        self._type(ticket, self.desk, "厨房水管漏水\nwater leak")
        media = ticket.sudo().media_ids
        self.assertEqual(media.transcript, "厨房水管漏水\nwater leak")
        self.assertEqual(media.transcribed_by_id, self.desk)
        self.assertEqual(media.transcript_source, "staff")
        self.assertEqual(
            ticket.description, "听录音\n[Transcript] 厨房水管漏水 water leak"
        )
        self.assertFalse(ticket.voice_waiting)
        self.assertTrue(ticket.category_id, "triage has read it")

    def test_what_a_person_chose_stays(self):
        ticket = self._voice()
        category = self.env["shequ.ticket.category"].search(
            [("code", "=", "greening")], limit=1
        )
        ticket.sudo().write({"category_id": category.id, "urgency": "orange"})
        self._type(ticket, self.desk, "厨房水管漏水")
        self.assertEqual(ticket.category_id, category)
        self.assertEqual(ticket.urgency, "orange")

    def test_who_may_type(self):
        ticket = self._voice()
        for user in (self.second_desk, self.other_worker_user):
            with self.assertRaises(AccessError):
                self._type(ticket, user, "x")
        other = self._report(media=[photo()])
        with self.assertRaises(UserError):
            other.sudo().media_ids._keep_transcript("x", "staff")

    def test_no_service_hears_anything_by_default(self):
        self.assertFalse(self.company.shequ_speech_service)
        ticket = self._voice()
        self._night()
        self.assertEqual(DoubleSpeech.heard, 0)
        self.assertFalse(ticket.sudo().media_ids.transcribed_at)

    def test_by_the_company_s_service_once(self):
        self.company.shequ_speech_service = "double"
        ticket = self._voice()
        foreign = self._voice(
            unit_id=self.foreign_unit.id, reporter_id=self.stranger.id
        )
        self._night()
        self._night()
        self.assertEqual(DoubleSpeech.heard, 1, "its own company's, once")
        self.assertIn("[Transcript] 厨房水管漏水", ticket.description)
        self.assertNotIn("Transcript", foreign.description)

    def test_a_service_that_fails_leaves_it_to_people(self):
        self.company.shequ_speech_service = "double"
        DoubleSpeech.words = speech.SpeechError("busy")
        ticket = self._voice()
        for _minute in range(5):
            self._night()
        self.assertEqual(DoubleSpeech.heard, 3)
        self.assertTrue(ticket.voice_waiting)
        self._type(ticket, self.desk, "厨房水管漏水")
        self.assertIn("漏水", ticket.description)

    def test_one_that_times_out_holds_up_nobody(self):
        self.company.shequ_speech_service = "double"
        DoubleSpeech.words = TimeoutError("no answer")
        ticket, other = self._voice(), self._voice()
        self.assertEqual(DoubleSpeech.heard, 0, "whoever reports waits for no service")
        with self.assertLogs("odoo.addons.shequ_property", "WARNING") as logs:
            self._night()
        self.assertEqual(DoubleSpeech.heard, 2)
        self.assertIn("no answer", logs.output[0])
        self.assertTrue(ticket.voice_waiting and other.voice_waiting)
        self.assertTrue(ticket.sudo().media_ids.attachment_id.raw)

    def test_an_emergency_that_was_spoken_rings(self):
        self.company.shequ_speech_service = "double"
        DoubleSpeech.words = "厨房着火了，快来人啊"
        ticket = self._voice()
        self.assertNotEqual(ticket.urgency, "red")
        self._night()
        self.assertEqual(
            (ticket.urgency, ticket.category_id.code), ("red", "safety.fire")
        )
        self.assertEqual(ticket.dispatch_state, "ringing")
        media = ticket.sudo().media_ids
        self.assertEqual(media.transcript_source, "service")
        self.assertTrue(media.attachment_id.raw, "the recording is kept")

    def test_marked(self):
        self.assertEqual(speech.mark("", " a \n b ", "T"), "[T] a b")
        self.assertEqual(speech.mark("x\n", "a", "T"), "x\n[T] a")
        self.assertIn("log", speech.SERVICES)
        self.assertTrue(speech.SERVICES["log"]().transcribe(b"x", "audio/webm", ""))
