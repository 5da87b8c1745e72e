from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _on_webclient_bootstrap(self):
        """People of the desk and in the field see their work, not a chat bot's lesson.

        The bot opens over the whole screen of a phone.
        """
        if "odoobot_state" in self._fields and self.odoobot_state in (
            False,
            "not_initialized",
        ):
            groups = ("group_front_desk", "group_worker", "group_grid_worker")
            if any(self.has_group(f"shequ_property.{group}") for group in groups):
                self.sudo().odoobot_state = "disabled"
        return super()._on_webclient_bootstrap()

    def _shequ_pool_estates(self):
        """Estates (as super-user) whose demand pool the user watches."""
        self.ensure_one()
        user = self.sudo()
        estates = self.env["shequ.estate"].sudo()
        if user.has_group("shequ_property.group_front_desk") or user.has_group(
            "shequ_property.group_worker"
        ):
            estates |= user.shequ_estate_ids
        if user.has_group("shequ_property.group_grid_worker"):
            grids = self.env["shequ.grid"].sudo().search([("user_id", "=", user.id)])
            estates |= grids.estate_id
        return estates.filtered(lambda estate: estate.company_id in user.company_ids)
