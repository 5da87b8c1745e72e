from odoo import api, fields, models


class SmsComposer(models.TransientModel):
    """A short message goes to the number on file, which its writer need not see."""

    _inherit = "sms.composer"

    shequ_person_id = fields.Many2one(
        "res.partner",
        compute="_compute_shequ_person_id",
        export_string_translation=False,
    )

    @api.depends("res_model", "res_id")
    def _compute_shequ_person_id(self):
        for composer in self:
            composer.shequ_person_id = False
            if composer.res_model and composer.res_id:
                record = self.env[composer.res_model].browse(composer.res_id)
                composer.shequ_person_id = record._mail_get_partners()[record.id][:1]

    def _shequ_was_shown(self, name, value, vals):
        # Left out of what is saved, the number is computed again.
        return True
