import base64

from odoo import api, fields, models

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ShequDownload(models.TransientModel):
    """A file made for one person, who fetches it at once; gone an hour later."""

    _name = "shequ.download"
    _description = "File to Download"
    _transient_max_hours = 1.0

    name = fields.Char(required=True, readonly=True)
    content = fields.Binary(required=True, readonly=True, attachment=False)

    @api.model
    def _offer(self, name, content):
        """Keep ``content`` (bytes) for the user and return the action to fetch it."""
        file = (
            self.with_user(self.env.uid)
            .sudo()
            .create({"name": name, "content": base64.b64encode(content)})
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{file.id}/content?download=true"
            "&filename_field=name",
            "target": "download",
        }
