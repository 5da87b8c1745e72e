from odoo import api, models


class ShequTicket(models.Model):
    """Whoever a ticket is for has personal data to protect; colleagues have not."""

    _inherit = "shequ.ticket"

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        tickets._shequ_protect_contacts()
        return tickets

    def write(self, vals):
        result = super().write(vals)
        if {"reporter_id", "on_behalf_id"} & vals.keys():
            self._shequ_protect_contacts()
        return result

    def _shequ_protect_contacts(self):
        contacts = self.sudo().reporter_id | self.sudo().on_behalf_id
        contacts.filtered(
            lambda partner: (
                not partner.shequ_protected
                and all(user.share for user in partner.user_ids)
            )
        )._shequ_protect()
