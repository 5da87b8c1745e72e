import base64
import io

import qrcode

from odoo import fields, models
from odoo.tools import format_datetime
from odoo.tools.image import image_data_uri, image_process

# On paper a photo is a few centimetres wide.
PRINT_SIZE = (640, 640)


class Ticket(models.Model):
    """What the printed work order and the completion slip need.

    Pictures go into the page itself: the converter to PDF then fetches nothing, and
    a photo needs no address that somebody else could open.
    """

    _inherit = "shequ.ticket"

    def _print_qr(self, path):
        """Return a QR code, as a picture in the page, of an address of the server."""
        stream = io.BytesIO()
        url = self.get_base_url() + path
        qrcode.make(url, box_size=6, border=2).save(stream, "PNG")
        return image_data_uri(base64.b64encode(stream.getvalue()))

    def _print_qr_staff(self):
        self.ensure_one()
        return self._print_qr(f"/odoo/tickets/{self.id}")

    def _print_qr_resident(self):
        self.ensure_one()
        return self._print_qr(self.access_url)

    def _print_photos(self, phase, limit=4):
        """Return the first photos of a phase as pictures in the page."""
        self.ensure_one()
        photos = self.media_ids.filtered(
            lambda media: media.type == "photo" and media.phase == phase
        )
        # The reader of the ticket may see its photos; attachments have no rule of
        # their own for that.
        return [
            image_data_uri(
                base64.b64encode(image_process(raw, size=PRINT_SIZE, quality=80))
            )
            for raw in photos[:limit].sudo().attachment_id.mapped("raw")
        ]

    def _print_steps(self):
        """Return the label and the moment of each step that was taken."""
        self.ensure_one()
        steps = (
            (self.env._("Reported"), "reported_at"),
            (self.env._("Accepted"), "accepted_at"),
            (self.env._("Dispatched"), "assigned_at"),
            (self.env._("On site"), "arrived_at"),
            (self.env._("Done"), "done_at"),
        )
        return [(label, self._print_time(name)) for label, name in steps if self[name]]

    def _print_time(self, name=None):
        """Return a moment (now, without a field) where the estate is."""
        self.ensure_one()
        moment = self[name] if name else fields.Datetime.now()
        if not moment:
            return ""
        return format_datetime(
            self.env, moment, tz=self.estate_id.tz, dt_format="yyyy-MM-dd HH:mm"
        )
