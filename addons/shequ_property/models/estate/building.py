from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import address


class ShequBuilding(models.Model):
    _name = "shequ.building"
    _description = "Building"
    _inherit = ["shequ.scope.mixin"]
    _order = "sort_key, id"

    active = fields.Boolean(default=True)
    estate_id = fields.Many2one(
        "shequ.estate", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    address_style = fields.Selection(related="estate_id.address_style")
    lane = fields.Char(help="Number of the lane (弄), in Shanghai's way of writing.")
    name = fields.Char(
        string="Number",
        required=True,
        help="Number or name as written, without 号楼 or 栋: 12, 12甲, A.",
    )
    suffix = fields.Selection(
        [(suffix, suffix) for suffix in address.BUILDING_SUFFIXES],
        compute="_compute_suffix",
        store=True,
        readonly=False,
    )
    label = fields.Char(
        string="Building",
        compute="_compute_label",
        store=True,
        help="As people write it: 12号楼, 3弄5号.",
    )
    sort_key = fields.Char(compute="_compute_sort_key", store=True)
    grid_id = fields.Many2one(
        "shequ.grid",
        domain="[('estate_id', '=', estate_id)]",
        index="btree_not_null",
        ondelete="set null",
    )
    entrance_count = fields.Integer(string="Entrances")
    floor_count = fields.Integer(string="Floors")
    unit_ids = fields.One2many("shequ.unit", "building_id")
    spot_ids = fields.One2many("shequ.spot", "building_id")
    unit_count = fields.Integer(
        string="Units", compute="_compute_unit_count", groups="base.group_user"
    )

    _number_uniq = models.UniqueIndex(
        "(estate_id, COALESCE(lane, ''), name, COALESCE(suffix, ''))",
        "The estate already has a building of this number.",
    )
    _sort_idx = models.Index("(sort_key)")
    _counts_positive = models.Constraint(
        "CHECK(entrance_count >= 0 AND floor_count >= 0)",
        "A building cannot have a negative number of entrances or floors.",
    )

    @api.constrains("grid_id", "estate_id")
    def _check_grid(self):
        self._check_same_estate("grid_id")

    def _check_same_estate(self, field_name):
        self.env["shequ.grid"]._refuse_other_estate(self, field_name)

    @api.depends("estate_id.address_style")
    def _compute_suffix(self):
        for building in self:
            lane_style = building.estate_id.address_style == "lane"
            building.suffix = building.suffix or ("号" if lane_style else "号楼")

    @api.depends("lane", "name", "suffix")
    def _compute_label(self):
        for building in self:
            building.label = address.format_building(
                building.lane or "", building.name or "", building.suffix or ""
            )

    @api.depends("estate_id", "lane", "name", "suffix")
    def _compute_sort_key(self):
        for building in self:
            building.sort_key = address.building_key(
                building.estate_id.id or 0,
                building.lane,
                building.name,
                building.suffix,
            )

    @api.depends("label", "estate_id.name")
    @api.depends_context("shequ_short_address")
    def _compute_display_name(self):
        short = self.env.context.get("shequ_short_address")
        for building in self:
            estate = "" if short else building.estate_id.sudo().name or ""
            building.display_name = f"{estate}{building.label or ''}"

    def _compute_unit_count(self):
        counts = dict(
            self.env["shequ.unit"]._read_group(
                [("building_id", "in", self.ids)], ["building_id"], ["__count"]
            )
        )
        for building in self:
            building.unit_count = counts.get(building, 0)

    @api.model
    def _search_display_name(self, operator, value):
        return self.env["shequ.unit"]._address_search(
            operator, value, self._address_domain, ("label",)
        )

    @api.model
    def _address_domain(self, found):
        """Domain of the buildings that an understood address may mean."""
        if not found.building:
            if not found.estate:
                return Domain.FALSE
            return Domain("estate_id", "any", self._estate_domain(found.estate))
        domain = Domain("name", "=like", f"{found.building}%")
        if found.lane:
            domain &= Domain("lane", "=", found.lane)
        if found.estate:
            domain &= Domain("estate_id", "any", self._estate_domain(found.estate))
        return domain

    @api.model
    def _estate_domain(self, text):
        return Domain("name", "ilike", text) | Domain("code", "=ilike", text)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_vals(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_vals(vals))

    @api.model
    def _clean_vals(self, vals):
        """Take what people type around a number off it (``"12号楼"`` → 12)."""
        vals = dict(vals)
        if vals.get("name"):
            vals["name"], suffix = address.split_building(vals["name"])
            if suffix:
                vals["suffix"] = suffix
        if vals.get("lane"):
            vals["lane"] = address.clean_lane(vals["lane"])
        return vals

    def _labels(self):
        """What the QR labels in the lobbies show, in the order of the buildings."""
        base = self.browse().get_base_url()
        return [
            building.estate_id._label(
                title=building.label,
                text="",
                url=f"{base}/my/report?building={building.id}",
                code="",
            )
            for building in self.sorted(lambda b: (b.sort_key or "", b.id))
        ]

    def action_print_labels(self):
        return self.env["shequ.label.wizard"]._open(self)

    def action_open_units(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_unit"
        )
        action["domain"] = [("building_id", "=", self.id)]
        action["context"] = {
            "default_building_id": self.id,
            "default_estate_id": self.estate_id.id,
        }
        return action
