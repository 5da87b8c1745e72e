import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools import address

# 不动产单元号: parcel 19 characters, fixture letter and 8 digits.
REAL_ESTATE_NUMBER = re.compile(r"\d{12}[GJZ][A-Z]\d{5}[A-Z]\d{8}")


class ShequUnit(models.Model):
    _name = "shequ.unit"
    _description = "Unit"
    _inherit = ["shequ.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "sort_key, id"
    _rec_name = "address"
    _scope_fields = frozenset({"building_id"})

    active = fields.Boolean(default=True)
    building_id = fields.Many2one(
        "shequ.building", required=True, index=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(related="building_id.estate_id", store=True)
    company_id = fields.Many2one(related="building_id.company_id", store=True)
    grid_id = fields.Many2one(
        related="building_id.grid_id", store=True, index="btree_not_null"
    )
    lane = fields.Char(related="building_id.lane", store=True)
    entrance = fields.Char(help="Entrance (单元); empty when the building has one.")
    floor = fields.Integer(
        compute="_compute_floor",
        store=True,
        readonly=False,
        precompute=True,
        aggregator=None,
        help="Read from the room number when left empty; basements are negative.",
    )
    room = fields.Char(required=True, help="Room as written, without 室: 302.")
    exclusive_area = fields.Float(
        string="Exclusive Area (m²)",
        digits=(12, 2),
        tracking=True,
        help="专有面积: counts in owners' votes and apportionments.",
    )
    building_area = fields.Float(
        string="Building Area (m²)",
        digits=(12, 2),
        tracking=True,
        help="建筑面积: exclusive area and the share of the common parts.",
    )
    area_warning = fields.Char(compute="_compute_area_warning")
    use = fields.Selection(
        [
            ("home", "Home"),
            ("shop", "Shop"),
            ("parking", "Parking Space"),
            ("storage", "Storage"),
            ("office", "Office"),
        ],
        default="home",
        required=True,
        tracking=True,
    )
    state = fields.Selection(
        [("unsold", "Unsold"), ("sold", "Sold"), ("delivered", "Delivered")],
        default="delivered",
        required=True,
        tracking=True,
    )
    real_estate_number = fields.Char(
        string="Real-Estate Unit Number",
        size=28,
        tracking=True,
        groups="base.group_user,shequ_property.group_resident",
        help="不动产单元号, 28 characters as printed on the certificate.",
    )
    ref = fields.Char(
        string="Number in Old System",
        index="btree_not_null",
        groups="base.group_user",
        help="户号 or customer number by which an earlier system knew the unit.",
    )
    notes = fields.Text(groups="base.group_user")

    address = fields.Char(compute="_compute_address", store=True, index="trigram")
    short_address = fields.Char(compute="_compute_address", store=True)
    sort_key = fields.Char(compute="_compute_sort_key", store=True)
    search_key = fields.Char(compute="_compute_sort_key", store=True)

    residency_ids = fields.One2many("shequ.residency", "unit_id")
    resident_ids = fields.Many2many(
        "res.partner",
        string="Residents",
        compute="_compute_residents",
        search="_search_resident_ids",
        groups="base.group_user",
    )
    representative_id = fields.Many2one(
        "res.partner",
        string="Voting Representative",
        compute="_compute_residents",
        groups="base.group_user",
    )
    owner_ids = fields.Many2many(
        "res.partner",
        string="Owners",
        compute="_compute_residents",
        groups="base.group_user",
    )
    resident_count = fields.Integer(
        compute="_compute_residents", groups="base.group_user"
    )
    title_note = fields.Char(
        compute="_compute_title_note",
        groups="base.group_user",
        help="Whose estate the unit belongs to until heirs are recorded.",
    )
    is_occupied = fields.Boolean(
        string="Has Residents",
        compute="_compute_residents",
        search="_search_is_occupied",
        groups="base.group_user",
    )
    user_lives_here = fields.Boolean(
        string="I Live Here",
        compute="_compute_user_lives_here",
        search="_search_user_lives_here",
        compute_sudo=True,
        help="The current user has a residency in force in the unit.",
    )

    _room_uniq = models.UniqueIndex(
        "(building_id, COALESCE(entrance, ''), room)",
        "The building already has this room at this entrance.",
    )
    _number_uniq = models.UniqueIndex(
        "(company_id, real_estate_number) WHERE real_estate_number IS NOT NULL",
        "Another unit of the company already has this real-estate unit number.",
    )
    _sort_idx = models.Index("(sort_key)")
    _estate_sort_idx = models.Index("(estate_id, sort_key)")
    _search_idx = models.Index("(search_key text_pattern_ops, estate_id)")
    _room_idx = models.Index("(room text_pattern_ops)")
    _areas_positive = models.Constraint(
        "CHECK(exclusive_area >= 0 AND building_area >= 0)",
        "The areas of a unit cannot be negative.",
    )

    @api.constrains("real_estate_number")
    def _check_real_estate_number(self):
        for unit in self.filtered("real_estate_number"):
            if not REAL_ESTATE_NUMBER.fullmatch(unit.real_estate_number):
                raise ValidationError(
                    self.env._(
                        "“%(number)s” is not a real-estate unit number: 28 "
                        "characters are expected, such as "
                        "310115003007GB00012F00050302.",
                        number=unit.real_estate_number,
                    )
                )

    @api.constrains("floor")
    def _check_floor(self):
        for unit in self:
            if not -99 <= unit.floor <= 899:
                raise ValidationError(
                    self.env._(
                        "Floor %(floor)s of %(unit)s cannot be.",
                        floor=unit.floor,
                        unit=unit.short_address,
                    )
                )

    @api.depends("room")
    def _compute_floor(self):
        for unit in self:
            unit.floor = address.floor_of(unit.room)

    @api.depends("exclusive_area", "building_area")
    def _compute_area_warning(self):
        for unit in self:
            unit.area_warning = (
                self.env._("The exclusive area is larger than the building area.")
                if unit.building_area
                and unit.exclusive_area - unit.building_area > 0.005
                else False
            )

    @api.depends(
        "building_id.estate_id.name",
        "building_id.lane",
        "building_id.name",
        "building_id.suffix",
        "entrance",
        "room",
        "use",
    )
    def _compute_address(self):
        for unit in self:
            building = unit.building_id
            unit.short_address = address.format_unit(
                building.lane,
                building.name,
                building.suffix,
                unit.entrance,
                unit.room,
                unit.use,
            )
            unit.address = f"{building.estate_id.name or ''}{unit.short_address}"

    @api.depends(
        "building_id.sort_key", "building_id.name", "entrance", "floor", "room"
    )
    def _compute_sort_key(self):
        for unit in self:
            building = unit.building_id
            unit.sort_key = address.unit_key(
                building.sort_key or "", unit.entrance, unit.floor, unit.room
            )
            unit.search_key = address.search_key(building.name, unit.room)

    @api.depends("address", "short_address")
    @api.depends_context("shequ_short_address")
    def _compute_display_name(self):
        short = self.env.context.get("shequ_short_address")
        for unit in self:
            unit.display_name = unit.short_address if short else unit.address

    @api.depends(
        "residency_ids.partner_id",
        "residency_ids.role",
        "residency_ids.date_from",
        "residency_ids.date_to",
        "residency_ids.is_representative",
        "residency_ids.active",
    )
    def _compute_residents(self):
        Residency = self.env["shequ.residency"]
        current = Residency.search(
            Residency._current_domain() & Domain("unit_id", "in", self.ids)
        )
        by_unit = current.grouped("unit_id")
        for unit in self:
            here = by_unit.get(unit._origin, Residency)
            unit.resident_ids = here.partner_id
            unit.owner_ids = here.filtered("is_title").partner_id
            unit.representative_id = here.filtered("is_representative").partner_id[:1]
            unit.resident_count = len(here.partner_id)
            unit.is_occupied = bool(here)

    @api.depends(
        "residency_ids.date_to", "residency_ids.end_reason", "residency_ids.active"
    )
    def _compute_title_note(self):
        """Units whose last owner died and whose heirs are not recorded yet."""
        today = self.env["shequ.estate"]._today()
        stays = self.env["shequ.residency"].search(
            [("unit_id", "in", self.ids), ("is_title", "=", True)]
        )
        by_unit = stays.grouped("unit_id")
        for unit in self:
            dead = by_unit.get(unit._origin, stays.browse())._deceased_holders(today)
            unit.title_note = (
                self.env._(
                    "Estate of the deceased %(people)s: "
                    "the heirs are not recorded yet.",
                    people=", ".join(dead.partner_id.mapped("name")),
                )
                if dead
                else False
            )

    def _search_resident_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        current = self.env["shequ.residency"]._current_domain()
        return Domain(
            "residency_ids", "any", current & Domain("partner_id", operator, value)
        )

    def _search_is_occupied(self, operator, value):
        if operator != "in":
            return NotImplemented
        current = self.env["shequ.residency"]._current_domain()
        return Domain("residency_ids", "any", current)

    @api.depends_context("uid")
    def _compute_user_lives_here(self):
        here = set(self.env.user._shequ_resident_units()._ids)
        for unit in self:
            unit.user_lives_here = unit.id in here

    def _search_user_lives_here(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self.env.user._shequ_resident_units().ids)

    # -------------------------------------------------------------- search

    @api.model
    def _search_display_name(self, operator, value):
        return self._address_search(
            operator, value, self._address_domain, ("address", "short_address")
        )

    @api.model
    def _address_search(self, operator, value, to_domain, exact_fields):
        """Understand addresses in a search on ``display_name``.

        Uses equality and prefixes on indexed columns alone, so that a
        completion stays quick however many units there are.

        :param to_domain: turns an ``Address`` into a domain of the model
        :param exact_fields: what ``=`` compares with (imports use it)
        """
        if operator not in ("like", "ilike", "=like", "=ilike", "=", "in"):
            return NotImplemented
        values = [value] if isinstance(value, str) else value
        domains = []
        for text in values or ():
            readings = address.parse(text.strip("%")) if text else []
            if not readings and operator in ("like", "ilike"):
                return Domain.FALSE if text and text.strip() else Domain.TRUE
            domain = Domain.OR(to_domain(reading) for reading in readings)
            if operator in ("=", "in"):
                domain &= Domain.OR(Domain(name, "=", text) for name in exact_fields)
            domains.append(domain)
        return Domain.OR(domains)

    @api.model
    def _address_domain(self, found):
        """Domain of the units that an understood address may mean."""
        Building = self.env["shequ.building"]
        domain = Domain.TRUE
        if found.estate:
            domain &= Domain("estate_id", "any", Building._estate_domain(found.estate))
        if found.building:
            key = address.search_key(found.building, found.room)
            domain &= Domain("search_key", "=like", f"{key}%")
        elif found.room:
            domain &= Domain("room", "=like", f"{found.room}%")
        if found.lane:
            domain &= Domain("lane", "=", found.lane)
        if found.entrance:
            domain &= Domain("entrance", "=", found.entrance)
        return domain

    # ---------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        # A note "unit created" for each of three million units helps nobody.
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        units = super(ShequUnit, quiet).create(
            [self._clean_vals(vals) for vals in vals_list]
        )
        return units.with_env(self.env)

    def write(self, vals):
        return super().write(self._clean_vals(vals))

    @api.model
    def _clean_vals(self, vals):
        """Take what people type around a number off it (``"302室"`` → 302)."""
        vals = dict(vals)
        if vals.get("room"):
            vals["room"] = address.clean_room(vals["room"])
        if "entrance" in vals:
            vals["entrance"] = address.clean_entrance(vals["entrance"]) or False
        if "real_estate_number" in vals:
            number = address.clean(vals["real_estate_number"]).replace(" ", "")
            vals["real_estate_number"] = number or False
        return vals

    @api.ondelete(at_uninstall=False)
    def _unlink_except_inhabited(self):
        if (
            self.env["shequ.residency"]
            .with_context(active_test=False)
            .search_count([("unit_id", "in", self.ids)], limit=1)
        ):
            raise ValidationError(
                self.env._(
                    "Somebody has lived in or owned the unit. Archive it instead: "
                    "its history has to be kept."
                )
            )

    # ------------------------------------------------------------- actions

    def action_open_residencies(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_residency"
        )
        action["domain"] = [("unit_id", "=", self.id)]
        action["context"] = {"default_unit_id": self.id}
        return action

    def _action_move(self, **context):
        """The wizard of moves for this unit, with defaults in ``context``."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_residency_transfer"
        )
        action["context"] = {
            "default_unit_id": self.id,
            "dialog_size": "extra-large",
            **context,
        }
        return action

    def action_open_moves(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_move_history"
        )
        action["domain"] = [("unit_id", "=", self.id)]
        action["context"] = {}
        return action

    def _labels(self):
        """What the QR labels of the units show, in the order of the addresses.

        The link names a record and no address: who does not live there is shown
        nothing about it.
        """
        base = self.browse().get_base_url()
        return [
            unit.estate_id._label(
                title=unit.short_address,
                text="",
                url=f"{base}/my/report?unit={unit.id}",
                code="",
            )
            for unit in self.sorted(lambda unit: (unit.sort_key or "", unit.id))
        ]

    def action_print_labels(self):
        return self.env["shequ.label.wizard"]._open(self)

    def _current_residencies(self):
        """Residencies in force today, title holders first."""
        Residency = self.env["shequ.residency"]
        return Residency.search(
            Residency._current_domain() & Domain("unit_id", "in", self.ids)
        )
