from odoo import api, fields, models


class ShequSetup(models.TransientModel):
    """The short path of a new company: company, estate, import, staff."""

    _name = "shequ.setup"
    _description = "Set-up Path"

    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, readonly=True
    )
    company_done = fields.Boolean(compute="_compute_progress")
    estate_count = fields.Integer(compute="_compute_progress")
    unit_count = fields.Integer(compute="_compute_progress")
    residency_count = fields.Integer(compute="_compute_progress")
    staff_count = fields.Integer(compute="_compute_progress")
    done_count = fields.Integer(compute="_compute_progress")

    def _compute_display_name(self):
        for setup in self:
            setup.display_name = self.env._("Set Up")

    @api.depends("company_id")
    def _compute_progress(self):
        for setup in self:
            company = setup.company_id
            mine = [("company_id", "=", company.id)]
            setup.company_done = bool(company.phone and company.city)
            setup.estate_count = self.env["shequ.estate"].search_count(mine)
            setup.unit_count = self.env["shequ.unit"].search_count(mine)
            setup.residency_count = self.env["shequ.residency"].search_count(mine)
            setup.staff_count = self._count_staff(company)
            setup.done_count = sum(
                map(
                    bool,
                    (
                        setup.company_done,
                        setup.estate_count,
                        setup.residency_count,
                        setup.staff_count,
                    ),
                )
            )

    def _count_staff(self, company):
        """Colleagues of the present user who have a role in the company."""
        groups = self.env["shequ.staff.invite"]._role_groups()
        return (
            self.env["res.users"]
            .sudo()
            .search_count(
                [
                    ("group_ids", "in", groups.ids),
                    ("company_ids", "in", company.ids),
                    ("id", "!=", self.env.uid),
                ]
            )
        )

    @api.model
    def _has_estates(self):
        Estate = self.env["shequ.estate"].sudo().with_context(active_test=False)
        return bool(Estate.search_count([], limit=1))

    @api.model
    def _greeting_is_over(self):
        """With the first estate the path stops being the first thing shown."""
        action = self.env.ref("shequ_property.action_setup", raise_if_not_found=False)
        if not action:
            return
        Users = self.env["res.users"].sudo()
        greeted = Users.search([("action_id", "=", action.id)])
        if greeted:
            greeted.write({"action_id": False})
            self.env.registry.clear_cache()

    @api.model
    def action_start(self):
        """Open the path for the current company."""
        setup = self.create({})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set Up"),
            "res_model": self._name,
            "res_id": setup.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_company(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.company",
            "res_id": self.company_id.id,
            "view_mode": "form",
        }

    def action_add_estate(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_estate_wizard"
        )

    def action_open_estates(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_estate"
        )

    def action_import(self):
        """A new import; those under way are in the menu."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_import_new"
        )

    def action_invite(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_staff_invite"
        )
