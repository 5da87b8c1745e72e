from odoo import models


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _shequ_owners(self, paths):
        """The author, and the person whose history the message stands in."""
        people = super()._shequ_owners(paths)
        about = self.sudo().filtered(lambda message: message.model == "res.partner")
        return people | people.browse(about.mapped("res_id")).exists()


class MailTrackingValue(models.Model):
    """What changed, as the chatter tells it: without the personal data."""

    _inherit = "mail.tracking.value"

    def _tracking_value_format_model(self, model):
        formatted = super()._tracking_value_format_model(model)
        masked = self.env[model]._shequ_masked_fields() if model else {}
        if not masked:
            return formatted
        names = {value.id: value.field_id.sudo().name for value in self}
        for line in formatted:
            name = names.get(line["id"])
            if name in masked:
                for key in ("newValue", "oldValue"):
                    line[key] = self.env[model]._shequ_mask_value(name, line[key])
        return formatted
