from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ShequGrid(models.Model):
    _name = "shequ.grid"
    _description = "Grid"
    _inherit = ["shequ.scope.mixin"]
    _order = "estate_id, code, name, id"
    _rec_names_search = ["name", "code"]

    active = fields.Boolean(default=True)
    name = fields.Char(required=True)
    code = fields.Char()
    estate_id = fields.Many2one(
        "shequ.estate", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        "res.users",
        string="Grid Worker",
        domain="[('share', '=', False)]",
        index="btree_not_null",
    )
    building_ids = fields.One2many("shequ.building", "grid_id", string="Buildings")
    unit_count = fields.Integer(string="Units", compute="_compute_unit_count")

    _name_uniq = models.Constraint(
        "UNIQUE(estate_id, name)", "The estate already has a grid of this name."
    )

    def _compute_unit_count(self):
        counts = dict(
            self.env["shequ.unit"]._read_group(
                [("grid_id", "in", self.ids)], ["grid_id"], ["__count"]
            )
        )
        for grid in self:
            grid.unit_count = counts.get(grid, 0)

    @api.constrains("estate_id")
    def _check_buildings(self):
        self.building_ids._check_grid()

    @api.model
    def _refuse_other_estate(self, records, field_name):
        """Refuse records whose ``field_name`` belongs to another estate."""
        for record in records:
            target = record[field_name]
            if target and target.estate_id != record.estate_id:
                raise ValidationError(
                    self.env._(
                        "%(target)s does not belong to %(estate)s.",
                        target=target.display_name,
                        estate=record.estate_id.display_name,
                    )
                )

    def action_open_units(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_unit"
        )
        action["domain"] = [("grid_id", "=", self.id)]
        action["context"] = {"create": False}
        return action
