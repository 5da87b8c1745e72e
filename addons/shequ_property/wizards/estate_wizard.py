from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import address

MAX_UNITS = 20000


class ShequEstateWizard(models.TransientModel):
    """Add an estate, or a part of one, with its buildings and units in one go."""

    _name = "shequ.estate.wizard"
    _description = "Add an Estate"

    estate_id = fields.Many2one(
        "shequ.estate",
        string="Add to Estate",
        domain="[('company_id', '=', company_id)]",
        help="Empty: a new estate is made.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    name = fields.Char(string="Estate")
    code = fields.Char(help="Short letters that begin every ticket number: JHYY.")
    address_style = fields.Selection(
        selection=lambda self: (
            self.env["shequ.estate"]
            ._fields["address_style"]
            ._description_selection(self.env)
        ),
        default="building",
        required=True,
    )
    lane = fields.Char()
    suffix = fields.Selection(
        [(suffix, suffix) for suffix in address.BUILDING_SUFFIXES],
        compute="_compute_suffix",
        store=True,
        readonly=False,
    )
    buildings = fields.Char(
        default="1-6", required=True, help="Numbers and ranges: 1-12,15"
    )
    entrance_count = fields.Integer(
        string="Entrances", default=1, help="0 or 1: the address has no entrance."
    )
    floor_from = fields.Integer(string="First Floor with Homes", default=1)
    floor_count = fields.Integer(string="Floors", default=6)
    rooms_per_floor = fields.Integer(string="Rooms per Floor and Entrance", default=2)
    skip_floors = fields.Char(help="Floor numbers that do not exist: 4,13,14")
    exclusive_area = fields.Float(string="Exclusive Area (m²)", digits=(12, 2))
    building_area = fields.Float(string="Building Area (m²)", digits=(12, 2))
    preview = fields.Text(compute="_compute_preview")
    building_total = fields.Integer(compute="_compute_preview")
    unit_total = fields.Integer(compute="_compute_preview")
    problem = fields.Char(compute="_compute_preview")

    @api.depends("address_style", "estate_id")
    def _compute_suffix(self):
        for wizard in self:
            style = wizard.estate_id.address_style or wizard.address_style
            wizard.suffix = "号" if style == "lane" else "号楼"

    @api.depends(
        "buildings",
        "entrance_count",
        "floor_from",
        "floor_count",
        "rooms_per_floor",
        "skip_floors",
        "lane",
        "suffix",
        "name",
        "estate_id",
    )
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = False
            wizard.building_total = wizard.unit_total = 0
            wizard.problem = wizard._problem()
            if wizard.problem:
                continue
            names = address.expand_range(wizard.buildings)
            rooms = wizard._rooms()
            wizard.building_total = len(names)
            wizard.unit_total = len(names) * len(rooms)
            wizard.preview = wizard._sample(names, rooms)

    def _sample(self, names, rooms):
        """First and last address, as they will be written."""
        estate = self.estate_id.name or self.name or ""
        lane = address.clean_lane(self.lane)
        lines = [
            estate + address.format_unit(lane, name, self.suffix, entrance, room)
            for name, (entrance, _floor, room) in (
                (names[0], rooms[0]),
                (names[0], rooms[-1]),
                (names[-1], rooms[-1]),
            )
        ]
        return "\n".join(dict.fromkeys(lines))

    def _problem(self):
        """Say in a sentence what cannot be, or return False."""
        self.ensure_one()
        try:
            names = address.expand_range(self.buildings)
            address.expand_range(self.skip_floors)
        except ValueError as error:
            return self.env._(
                "“%(piece)s” cannot be read; write numbers and ranges such as 1-12,15.",
                piece=error,
            )
        if not names:
            return self.env._("Write the numbers of the buildings, such as 1-12,15.")
        if self.floor_count < 1 or self.rooms_per_floor < 1 or self.entrance_count < 0:
            return self.env._("Floors and rooms have to be 1 or more.")
        if self.floor_count > 200 or self.rooms_per_floor > 99:
            return self.env._("At most 200 floors and 99 rooms on each can be made.")
        if self.floor_from < 1:
            return self.env._("The first floor with homes is 1 or higher.")
        total = (
            len(names)
            * max(self.entrance_count, 1)
            * self.floor_count
            * self.rooms_per_floor
        )
        if total > MAX_UNITS:
            return self.env._(
                "%(total)s units are too many for one go; the most is %(most)s.",
                total=total,
                most=MAX_UNITS,
            )
        if not self._rooms():
            return self.env._("All floors are left out.")
        return False

    def _rooms(self):
        """All (entrance, floor, room) of one building."""
        skip = set(address.expand_range(self.skip_floors))
        entrances = (
            [str(number + 1) for number in range(self.entrance_count)]
            if self.entrance_count > 1
            else [False]
        )
        last = self.floor_from + self.floor_count
        return [
            (entrance, floor, f"{floor}{number:02d}")
            for entrance in entrances
            for floor in range(self.floor_from, last)
            if str(floor) not in skip
            for number in range(1, self.rooms_per_floor + 1)
        ]

    def action_create(self):
        """Create what the preview shows and open the estate."""
        self.ensure_one()
        if self.problem:
            raise UserError(self.problem)
        estate = self.estate_id or self._create_estate()
        names = address.expand_range(self.buildings)
        rooms = self._rooms()
        buildings = self.env["shequ.building"].create(
            [
                {
                    "estate_id": estate.id,
                    "lane": self.lane,
                    "name": name,
                    "suffix": self.suffix,
                    "entrance_count": max(self.entrance_count, 1),
                    "floor_count": self.floor_from + self.floor_count - 1,
                }
                for name in names
            ]
        )
        self.env["shequ.unit"].create(
            [
                {
                    "building_id": building.id,
                    "entrance": entrance,
                    "floor": floor,
                    "room": room,
                    "exclusive_area": self.exclusive_area,
                    "building_area": self.building_area,
                }
                for building in buildings
                for entrance, floor, room in rooms
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "shequ.estate",
            "res_id": estate.id,
            "view_mode": "form",
        }

    def _create_estate(self):
        if not self.name or not self.code:
            raise UserError(
                self.env._("The estate needs a name and a short code, such as JHYY.")
            )
        return self.env["shequ.estate"].create(
            {
                "name": self.name,
                "code": self.code,
                "company_id": self.company_id.id,
                "address_style": self.address_style,
            }
        )
