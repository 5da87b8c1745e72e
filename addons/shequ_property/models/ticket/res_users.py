from odoo import api, models

# What people see first, by the strongest of their groups.
HOMES = [
    ("shequ_property.group_front_desk", "shequ_property.action_ticket_pool"),
    ("shequ_property.group_worker", "shequ_property.action_worker_jobs"),
    ("shequ_property.group_grid_worker", "shequ_property.action_ticket_pool"),
    ("shequ_property.group_supervision", "shequ_property.action_supervision_post"),
]


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._shequ_set_home()
        return users

    def write(self, vals):
        result = super().write(vals)
        if "group_ids" in vals:
            self._shequ_set_home()
        return result

    def _shequ_set_home(self):
        """Staff start at their work; who has chosen another home keeps it."""
        homes = [
            (group, action)
            for group_xmlid, action_xmlid in HOMES
            if (group := self.env.ref(group_xmlid, raise_if_not_found=False))
            and (action := self.env.ref(action_xmlid, raise_if_not_found=False))
        ]
        known = self.env["ir.actions.actions"].browse([a.id for _g, a in homes])
        # sudo: whoever may give a group may not be allowed to read the user
        for user in self.sudo().filtered(lambda u: not u.share):
            if user.action_id and user.action_id not in known:
                continue
            groups = user.all_group_ids
            action = next((a for group, a in homes if group in groups), None)
            if action and user.action_id.id != action.id:
                user.action_id = action.id

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
