import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import media as media_tools

MAX_PHOTOS = 9


class TicketMedia(models.Model):
    """A photo, voice note or short video on a ticket."""

    _name = "shequ.ticket.media"
    _description = "Ticket Photo or Recording"
    _order = "sequence, id"

    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, index=True, ondelete="restrict"
    )
    phase = fields.Selection(
        [
            ("report", "Report"),
            ("evidence", "Evidence of the work"),
            ("talk", "Conversation"),
        ],
        required=True,
        default="report",
    )
    type = fields.Selection(
        [("photo", "Photo"), ("voice", "Voice note"), ("video", "Video")],
        required=True,
        default="photo",
    )
    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    attachment_id = fields.Many2one(
        "ir.attachment", required=True, index=True, ondelete="restrict"
    )
    mimetype = fields.Char(related="attachment_id.mimetype")
    # Shows the picture in the backend; the portal streams it through its own route.
    image = fields.Binary(related="attachment_id.datas", string="Picture")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        # Only the job that keeps the periods of retention, never a person.
        if self.env.su and self.env.context.get("shequ_retention"):
            return
        raise UserError(self.env._("Photos and recordings of a ticket are kept."))

    @api.model
    def _checked(self, item):
        """Return ``(raw, mimetype)`` of a file that may be kept, or refuse it.

        :param item: dict with ``type`` (photo, voice, video), ``name`` and ``raw``
        """
        try:
            if item["type"] == "photo":
                photo = media_tools.process_photo(item["raw"])
                return photo.raw, photo.mimetype
            check = (
                media_tools.check_audio
                if item["type"] == "voice"
                else media_tools.check_video
            )
            mimetype = check(item["raw"])
            return media_tools.without_location(item["raw"]), mimetype
        except media_tools.MediaError as error:
            raise UserError(self._refusal(item, error)) from error

    @api.model
    def _refusal(self, item, error):
        """Say politely, in the user's language, why a file cannot be taken."""
        name = item.get("name") or self.env._("The file")
        sentences = {
            "empty": self.env._("%(name)s is empty.", name=name),
            "too_large": self.env._(
                "%(name)s is too large: at most %(limit)s MB.",
                name=name,
                limit=error.values.get("limit_mb", ""),
            ),
            "too_many_pixels": self.env._(
                "%(name)s has too many pixels. Please send a smaller picture.",
                name=name,
            ),
            "heic": self.env._(
                "%(name)s is in the HEIC format. Please choose “Most Compatible” in "
                "the camera's settings or send a screenshot of it.",
                name=name,
            ),
            "truncated": self.env._(
                "%(name)s arrived incomplete. Please send it again.", name=name
            ),
        }
        not_media = {
            "photo": self.env._("%(name)s is not a picture.", name=name),
            "voice": self.env._("%(name)s is not a sound recording.", name=name),
            "video": self.env._("%(name)s is not a video.", name=name),
        }
        return sentences.get(error.code) or not_media[item["type"]]


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    def _add_media(self, items, phase="report"):
        """Keep files on a ticket: photos upright, smaller, without location.

        :param items: list of dicts with ``type``, ``name`` and ``raw`` (bytes)
        :param phase: ``report``, ``evidence`` or ``talk``
        :return: the created ``shequ.ticket.media`` records
        :raise UserError: when a file is no such medium, too large, or one too many
        """
        self.ensure_one()
        Media = self.env["shequ.ticket.media"].sudo()
        self._check_photo_count(items, phase)
        checked = [Media._checked(item) for item in items]
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                [
                    {
                        "name": item.get("name") or item["type"],
                        "raw": raw,
                        "mimetype": mimetype,
                        "res_model": "shequ.ticket",
                        "res_id": self.id,
                    }
                    for item, (raw, mimetype) in zip(items, checked, strict=True)
                ]
            )
        )
        return Media.create(
            [
                {
                    "ticket_id": self.id,
                    "phase": phase,
                    "type": item["type"],
                    "name": attachment.name,
                    "attachment_id": attachment.id,
                }
                for item, attachment in zip(items, attachments, strict=True)
            ]
        )

    def _check_photo_count(self, items, phase):
        if phase == "talk":
            return
        photos = [item for item in items if item["type"] == "photo"]
        kept = self.media_ids.filtered(lambda m: m.type == "photo" and m.phase == phase)
        if photos and len(kept) + len(photos) > MAX_PHOTOS:
            raise UserError(
                self.env._("At most %(limit)s photos can be added.", limit=MAX_PHOTOS)
            )

    @api.model
    def _media_from_base64(self, items):
        """Turn ``data`` (base64) of interface items into ``raw`` bytes."""
        return [
            {
                "type": item.get("type", "photo"),
                "name": item.get("name") or "",
                "raw": base64.b64decode(item.get("data") or b""),
            }
            for item in items
        ]
