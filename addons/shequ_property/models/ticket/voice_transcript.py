import logging
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ...tools import speech
from .ticket import URGENCY_RANK
from .ticket_intake import MAX_DESCRIPTION, Place

_logger = logging.getLogger(__name__)

# After so many failures a person listens.
TRIES = 3
BATCH = 20


class ResCompany(models.Model):
    _inherit = "res.company"

    shequ_speech_service = fields.Selection(
        selection=lambda self: [(k, s.label) for k, s in speech.SERVICES.items()],
        string="Speech Service",
        help="Writes down what residents say in voice notes. Empty: staff type it. "
        "Recordings are personal data: sign an agreement with whoever gets them "
        "(个人信息保护法 21).",
    )

    @api.model
    @tools.ormcache(cache="default")
    def _speech_companies(self):
        return self.sudo().search([("shequ_speech_service", "!=", False)]).ids

    def write(self, vals):
        result = super().write(vals)
        if "shequ_speech_service" in vals:
            self.env.registry.clear_cache()
        return result


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    shequ_speech_service = fields.Selection(
        related="company_id.shequ_speech_service", readonly=False
    )


class TicketMedia(models.Model):
    """What is said in a voice note, typed by staff or by a speech service."""

    _inherit = "shequ.ticket.media"

    transcript = fields.Text(readonly=True)
    transcript_source = fields.Selection(
        [("staff", "Typed by staff"), ("service", "Speech service")], readonly=True
    )
    transcribed_by_id = fields.Many2one("res.users", readonly=True)
    transcribed_at = fields.Datetime(readonly=True)
    transcript_tries = fields.Integer(readonly=True)

    _unheard_idx = models.Index("(id) WHERE type = 'voice' AND transcribed_at IS NULL")

    def _keep_transcript(self, words, source):
        """Keep the words with the recording and put them into the description.

        :param str words: what is said; "" when nobody speaks
        :param str source: ``staff`` or ``service``
        """
        self.ensure_one()
        if self.type != "voice":
            raise UserError(self.env._("Only voice notes are written down."))
        words = (words or "").strip()[:MAX_DESCRIPTION]
        media = self.sudo()
        media.write(
            {
                "transcript": words or False,
                "transcript_source": source,
                "transcribed_by_id": self.env.uid,
                "transcribed_at": fields.Datetime.now(),
            }
        )
        if words and media.phase == "report":
            media.ticket_id.with_env(self.env)._add_transcript(words)

    @api.model
    def _cron_transcribe(self, limit=BATCH):
        """Let the speech services hear what is new; nothing where there is none."""
        companies = self.env["res.company"]._speech_companies()
        if not companies:
            return
        since = fields.Datetime.now() - timedelta(days=1)
        domain = [
            ("type", "=", "voice"),
            ("transcribed_at", "=", False),
            ("transcript_tries", "<", TRIES),
            ("create_date", ">=", since),
            ("ticket_id.company_id", "in", companies),
        ]
        cron = self.env["ir.cron"]
        seen = self.sudo().browse()
        while waiting := self.sudo().search(
            [*domain, ("id", "not in", seen.ids)], limit=limit, order="id"
        ):
            seen |= waiting
            for media in waiting:
                media._hear()
                # A slow service holds no ticket while it hears the next recording.
                if not cron._commit_progress(1):
                    return

    def _hear(self):
        """Ask the company's service about one recording."""
        self.ensure_one()
        company = self.ticket_id.company_id
        service = speech.SERVICES.get(company.shequ_speech_service)
        if not service:
            return
        attachment = self.attachment_id
        language = company.partner_id.lang or "zh_CN"
        try:
            words = service().transcribe(attachment.raw, attachment.mimetype, language)
        except Exception as error:
            # Whatever a service of somebody else does, a person can listen instead.
            expected = isinstance(error, speech.SpeechError)
            _logger.log(
                logging.INFO if expected else logging.WARNING,
                "Speech service %s: %s: %s",
                company.shequ_speech_service,
                type(error).__name__,
                error,
            )
            self.transcript_tries += 1
            return
        self._keep_transcript(words, "service")


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    voice_ids = fields.Many2many(
        "shequ.ticket.media", compute="_compute_voice_ids", string="Voice Notes"
    )
    voice_waiting = fields.Boolean(
        string="A Voice Note Waits to Be Typed", compute="_compute_voice_ids"
    )

    @api.depends("media_ids.type", "media_ids.transcribed_at")
    def _compute_voice_ids(self):
        for ticket in self:
            voices = ticket.media_ids.filtered(lambda m: m.type == "voice")
            ticket.voice_ids = voices
            ticket.voice_waiting = any(not m.transcribed_at for m in voices)

    def _add_transcript(self, words):
        """Put what was said into the description, marked; then triage reads it."""
        self.ensure_one()
        ticket = self.sudo()
        if not ticket.is_open:
            return
        text = speech.mark(ticket.description, words, self.env._("Transcript"))
        ticket.description = text[:MAX_DESCRIPTION]
        ticket._trace("note", self.env._("Voice note written down"), public=False)
        ticket._read_again(words)
        ticket._notify_pool()

    def _read_again(self, words):
        """Let triage read words that came after the intake.

        What a person chose stays, and nothing is ever made less urgent.
        """
        self.ensure_one()
        facts = {
            "description": self.description,
            "category_id": self.category_id.id,
            "kind": self.kind,
            "urgency": self.urgency,
        }
        place = Place(
            self.env["shequ.estate"]._facts(self.estate_id.id),
            self.building_id.id,
            self.unit_id.id,
            self.spot_id.id,
            self.grid_id.id,
        )
        report = {
            "kind": self.kind if self.category_id else None,
            "reporter_id": self.reporter_id.id,
            "on_behalf_id": self.on_behalf_id.id,
            "preferred_time": self.preferred_time,
            "is_public_area": self.is_public_area,
            "reported_at": self.reported_at,
        }
        found = self._triaged(facts, report, place)
        values = {
            key: value
            for key, value in found.items()
            if key in self._fields and key != "description"
        }
        urgency = values.get("urgency", self.urgency)
        if URGENCY_RANK[urgency] > URGENCY_RANK[self.urgency]:
            values.pop("urgency", None)
        self.write(values)
