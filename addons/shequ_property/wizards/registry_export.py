from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ..tools import mask
from ..tools.importing import templates

UNITS_AT_ONCE = 2000
PERSONAL = ("phone", "phone2", "id_type", "id_number", "email")


class ShequRegistryExport(models.TransientModel):
    """Units and people as a list in the shape that the import reads."""

    _name = "shequ.registry.export"
    _description = "Export of Units and People"

    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    estate_id = fields.Many2one(
        "shequ.estate", domain="[('company_id', '=', company_id)]"
    )
    building_ids = fields.Many2many(
        "shequ.building",
        domain="[('estate_id', '=', estate_id)]",
        help="Empty: every building of the estate.",
    )
    unit_ids = fields.Many2many("shequ.unit")
    kind = fields.Selection(
        [
            ("both", "Units and people"),
            ("units", "Units"),
            ("people", "People"),
        ],
        default="both",
        required=True,
    )
    with_former = fields.Boolean(
        string="Former Residents", help="Also those whose time is over."
    )
    masked = fields.Boolean(
        string="Mask Personal Data",
        compute="_compute_masked",
        store=True,
        readonly=False,
    )
    may_see = fields.Boolean(compute="_compute_may_see")
    reason = fields.Char(
        help="Why whole telephone and identity numbers are needed; it is logged."
    )
    unit_count = fields.Integer(string="Units", compute="_compute_unit_count")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        model, ids = self.env.context.get("active_model"), self._active_ids()
        if model == "shequ.unit":
            values["unit_ids"] = [(6, 0, ids)]
            estates = self.env[model].browse(ids).estate_id
            values["estate_id"] = estates.id if len(estates) == 1 else False
        elif model == "shequ.building":
            buildings = self.env[model].browse(ids)
            if len(buildings.estate_id) == 1:
                values["building_ids"] = [(6, 0, ids)]
                values["estate_id"] = buildings.estate_id.id
        elif model == "shequ.estate":
            values["estate_id"] = ids[0] if ids else False
        return values

    def _active_ids(self):
        return self.env.context.get("active_ids") or []

    def _compute_may_see(self):
        self.may_see = self.env.user.has_group("shequ_property.group_personal_data")

    @api.depends("kind")
    def _compute_masked(self):
        for wizard in self:
            wizard.masked = not wizard.may_see

    @api.depends("estate_id", "building_ids", "unit_ids")
    def _compute_unit_count(self):
        for wizard in self:
            wizard.unit_count = self.env["shequ.unit"].search_count(
                wizard._unit_domain()
            )

    def _unit_domain(self):
        if self.unit_ids:
            return Domain("id", "in", self.unit_ids.ids)
        if self.building_ids:
            return Domain("building_id", "in", self.building_ids.ids)
        if self.estate_id:
            return Domain("estate_id", "=", self.estate_id.id)
        return Domain("company_id", "=", self.company_id.id)

    def action_export(self):
        self.ensure_one()
        self.env["shequ.residency"].check_access("read")
        units = self.env["shequ.unit"].search(self._unit_domain(), order="sort_key, id")
        if not units:
            raise UserError(self.env._("There are no units to export."))
        labels = self.env["shequ.import"]._list_headings()
        people = set()
        content = templates.make(
            self.kind,
            labels,
            choices=self.env["shequ.import"]._choices(),
            rows=self._rows(units, people),
            sheet=self.env._("Units and people"),
            lane_style=self._lane_style(units),
            prepared=0,
        )
        if people and self._whole():
            self.env["shequ.data.access"]._log(
                self.env["res.partner"].browse(people),
                "export",
                self.reason or "",
                ["phone", "shequ_id_number", "email"],
                model="shequ.unit",
            )
        name = self.estate_id.name or self.company_id.name
        day = self.env["shequ.estate"]._today()
        return self.env["shequ.download"]._offer(f"{name} {day}.xlsx", content)

    def _whole(self):
        return self.may_see and not self.masked and self.kind != "units"

    @staticmethod
    def _lane_style(units):
        return any(building.lane for building in units.building_id)

    def _rows(self, units, people):
        """Yield a row for each residency, or for each unit without people.

        :param set people: gets the ids of those whose data are in the list
        """
        words = self.env["shequ.import"]._word_of
        for ids in split_every(UNITS_AT_ONCE, units.ids):
            some = self.env["shequ.unit"].browse(ids)
            residencies = self._residencies(some).grouped("unit_id")
            for unit in some:
                row = self._unit_row(unit, words)
                here = residencies.get(unit, ())
                if self.kind == "units" or not here:
                    if self.kind != "people":
                        yield row
                    continue
                for residency in here:
                    people.add(residency.partner_id.id)
                    yield {**row, **self._person_row(residency, words)}
            self.env.invalidate_all()

    def _residencies(self, units):
        if self.kind == "units":
            return self.env["shequ.residency"]
        domain = Domain("unit_id", "in", units.ids)
        if not self.with_former:
            domain &= self.env["shequ.residency"]._current_domain()
        found = self.env["shequ.residency"].search(domain)
        found.partner_id.fetch(["name", "phone", "shequ_phone2", "email"])
        return found

    def _unit_row(self, unit, words):
        building = unit.building_id
        row = {
            "estate": unit.estate_id.name,
            "lane": building.lane,
            "building": f"{building.name}{building.suffix or ''}",
            "entrance": unit.entrance,
            "room": unit.room,
        }
        if self.kind != "people":
            row.update(
                floor=unit.floor,
                use=words("use", unit.use),
                state=words("state", unit.state),
                building_area=unit.building_area or None,
                exclusive_area=unit.exclusive_area or None,
                real_estate_number=unit.real_estate_number,
                ref=unit.ref,
                note=unit.notes,
            )
        return row

    def _person_row(self, residency, words):
        partner = residency.partner_id
        personal = self._personal(partner)
        co_owner = residency.role == "co_owner"
        return {
            "person": partner.name,
            **personal,
            "role": words("role", residency.role),
            "share": co_owner and residency.share_text or None,
            "date_from": residency.date_from,
            "date_to": residency.date_to or None,
            "representative": residency.is_representative
            and words("representative", True)
            or None,
        }

    def _personal(self, partner):
        whole = self.may_see and not self.masked
        source = partner.sudo()
        values = {
            "phone": source.phone,
            "phone2": source.shequ_phone2,
            "email": source.email,
            "id_type": self.env["shequ.import"]._word_of(
                "id_type", source.shequ_id_type
            )
            if source.shequ_id_sealed
            else None,
            "id_number": source.shequ_id_number if source.shequ_id_sealed else None,
        }
        if whole:
            return values
        return {
            **values,
            "phone": mask.mask_phone(values["phone"]),
            "phone2": mask.mask_phone(values["phone2"]),
            "email": mask.mask_email(values["email"]),
            "id_number": mask.mask_id(values["id_number"]),
        }
