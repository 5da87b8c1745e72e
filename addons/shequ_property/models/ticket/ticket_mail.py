from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ...tools import media as media_tools
from .ticket_intake import MAX_DESCRIPTION
from .ticket_media import MAX_PHOTOS


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A letter to the address of an estate goes through the intake.

        The photos in it become photos of the ticket, without their location; other
        attachments stay with the letter in the conversation.
        """
        estate = self.env["shequ.estate"].browse((custom_values or {}).get("estate_id"))
        if not estate:
            raise UserError(self.env._("Please say in which estate it is."))
        sender = self.env["res.partner"].browse(msg_dict.get("author_id"))
        description = self._mail_words(msg_dict)
        photos = self._take_mail_photos(msg_dict)
        return self._intake(
            {
                "channel": "email",
                "external_ref": (msg_dict.get("message_id") or "")[:250],
                "estate_id": estate.id,
                "unit_id": self._mail_unit(sender, estate).id,
                "reporter_id": sender.id,
                "description": description or self.env._("(no words)"),
                "media": photos,
            }
        )

    def message_update(self, msg_dict, update_vals=None):
        """An answer by e-mail: photos to the ticket, a word to the worker."""
        result = super().message_update(msg_dict, update_vals)
        for ticket in self:
            photos = ticket._take_mail_photos(msg_dict)
            if photos:
                ticket._add_media(photos, phase="talk")
        self._tell_worker()
        self._notify_pool()
        return result

    @api.model
    def _mail_words(self, msg_dict):
        subject = " ".join((msg_dict.get("subject") or "").split())
        body = html2plaintext(msg_dict.get("body") or "", include_references=False)
        body = body.strip()
        words = body if subject and subject in body else f"{subject}\n{body}"
        return words.strip()[:MAX_DESCRIPTION]

    @api.model
    def _mail_unit(self, sender, estate):
        """The sender's home, when the sender has exactly one in the estate."""
        Unit = self.env["shequ.unit"].sudo()
        if not sender:
            return Unit
        units = sender.sudo().shequ_unit_ids.filtered(lambda u: u.estate_id == estate)
        return units if len(units) == 1 else Unit

    @api.model
    def _take_mail_photos(self, msg_dict):
        """Take the pictures out of a letter, made fit to keep.

        What is no picture, or cannot be read as one, is left in the letter.

        :return: list of dicts with ``type``, ``name`` and ``raw``
        """
        photos, others = [], []
        for attachment in msg_dict.get("attachments") or []:
            raw = self._mail_picture(attachment) if len(photos) < MAX_PHOTOS else None
            if raw:
                photos.append({"type": "photo", "name": attachment[0], "raw": raw})
            else:
                others.append(attachment)
        msg_dict["attachments"] = others
        return photos

    @api.model
    def _mail_picture(self, attachment):
        content = attachment[1]
        if not isinstance(content, bytes):
            return None
        try:
            return media_tools.process_photo(content).raw
        except media_tools.MediaError:
            return None
