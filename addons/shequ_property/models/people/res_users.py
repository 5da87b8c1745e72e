from odoo import models

from ...tools.mask import mask_email


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_portal_access_update_body(self, access_granted):
        """The note in the person's history names no whole address."""
        body = super()._get_portal_access_update_body(access_granted)
        return mask_email(body) if "@" in body else body
