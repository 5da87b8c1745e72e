import base64
import io
import logging
from datetime import datetime
from zoneinfo import ZoneInfo

import qrcode

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.addons.base.models.res_partner import _tz_get

_logger = logging.getLogger(__name__)

# Residence is counted in days of China standard time, wherever the server runs.
DEFAULT_TZ = "Asia/Shanghai"
# Plain Qt lays pages out with 125 dots an inch. Measured: 37 mm were 28.4 mm.
PLAIN_QT_ZOOM = 125 / 96


class ShequEstate(models.Model):
    _name = "shequ.estate"
    _description = "Estate"
    _inherit = ["mail.thread", "mail.activity.mixin", "image.mixin"]
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, index="trigram", tracking=True)
    code = fields.Char(
        required=True,
        tracking=True,
        help="Short letters that begin every ticket number of the estate, e.g. JHYY.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    address_style = fields.Selection(
        [
            ("building", "Building – entrance – room (12号楼1单元302室)"),
            ("lane", "Lane – number – room (3弄5号601室)"),
        ],
        default="building",
        required=True,
    )
    province = fields.Char()
    city = fields.Char()
    district = fields.Char()
    street = fields.Char(
        string="Street / Town", help="The street office (街道) the estate belongs to."
    )
    address = fields.Char()
    phone = fields.Char(string="Service Desk Phone")
    manager_id = fields.Many2one(
        "res.users",
        string="Estate Manager",
        domain="[('share', '=', False)]",
        tracking=True,
        groups="base.group_user",
    )
    supervisor_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False)]",
        tracking=True,
        groups="base.group_user",
        help="Told first when a deadline is missed.",
    )
    duty_manager_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False)]",
        tracking=True,
        groups="base.group_user",
        help="Called at once when a resident asks for help.",
    )
    staff_ids = fields.Many2many(
        "res.users",
        "shequ_estate_staff_rel",
        "estate_id",
        "user_id",
        domain="[('share', '=', False)]",
        groups="base.group_user",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Time",
        domain="[('company_id', 'in', (False, company_id))]",
        groups="base.group_user",
        help="Deadlines promised in working time run on this calendar. "
        "Empty: the calendar of the company.",
    )
    tz = fields.Selection(
        _tz_get, string="Time Zone", default=DEFAULT_TZ, required=True
    )
    notes = fields.Html(groups="base.group_user")

    building_ids = fields.One2many("shequ.building", "estate_id")
    unit_ids = fields.One2many("shequ.unit", "estate_id")
    grid_ids = fields.One2many("shequ.grid", "estate_id")
    spot_ids = fields.One2many("shequ.spot", "estate_id")
    residency_ids = fields.One2many("shequ.residency", "estate_id")
    committee_member_ids = fields.One2many("shequ.committee.member", "estate_id")

    building_count = fields.Integer(
        string="Buildings", compute="_compute_registry_counts", groups="base.group_user"
    )
    unit_count = fields.Integer(
        string="Units", compute="_compute_registry_counts", groups="base.group_user"
    )
    resident_count = fields.Integer(
        string="Residents", compute="_compute_registry_counts", groups="base.group_user"
    )
    vacant_count = fields.Integer(
        string="Units Without Residents",
        compute="_compute_registry_counts",
        groups="base.group_user",
    )
    grid_count = fields.Integer(
        string="Grids", compute="_compute_registry_counts", groups="base.group_user"
    )
    spot_count = fields.Integer(
        string="Spots", compute="_compute_registry_counts", groups="base.group_user"
    )
    committee_count = fields.Integer(
        string="Committee Members",
        compute="_compute_registry_counts",
        groups="base.group_user",
    )
    exclusive_area = fields.Float(
        string="Total Exclusive Area (m²)",
        digits=(16, 2),
        compute="_compute_registry_counts",
        groups="base.group_user",
    )
    user_lives_here = fields.Boolean(
        string="I Live Here",
        compute="_compute_user_lives_here",
        search="_search_user_lives_here",
        compute_sudo=True,
        help="The current user has a residency in force in the estate.",
    )
    user_in_committee = fields.Boolean(
        string="I Am in the Committee",
        compute="_compute_user_lives_here",
        search="_search_user_in_committee",
        compute_sudo=True,
        help="The current user has a committee term in force in the estate.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(company_id, code)",
        "Another estate of the company already has this code.",
    )

    @api.constrains("code")
    def _check_code(self):
        for estate in self:
            code = estate.code or ""
            if not (code.isascii() and code.isalnum() and len(code) <= 12):
                raise ValidationError(
                    self.env._(
                        "The code “%(code)s” of %(estate)s must be 1 to 12 plain "
                        "letters and digits.",
                        code=code,
                        estate=estate.name,
                    )
                )

    def _compute_registry_counts(self):
        today = self._today()
        count = {
            model: self._count_by_estate(model, domain)
            for model, domain in {
                "shequ.building": [],
                "shequ.grid": [],
                "shequ.spot": [],
                "shequ.committee.member": [("is_current", "=", True)],
            }.items()
        }
        units = {
            estate.id: (number, area)
            for estate, number, area in self.env["shequ.unit"]._read_group(
                [("estate_id", "in", self.ids)],
                ["estate_id"],
                ["__count", "exclusive_area:sum"],
            )
        }
        current = self.env["shequ.residency"]._current_domain(today)
        residents = {
            estate.id: (people, homes)
            for estate, people, homes in self.env["shequ.residency"]._read_group(
                current & Domain("estate_id", "in", self.ids),
                ["estate_id"],
                ["partner_id:count_distinct", "unit_id:count_distinct"],
            )
        }
        for estate in self:
            number, area = units.get(estate.id, (0, 0.0))
            people, homes = residents.get(estate.id, (0, 0))
            estate.building_count = count["shequ.building"].get(estate.id, 0)
            estate.grid_count = count["shequ.grid"].get(estate.id, 0)
            estate.spot_count = count["shequ.spot"].get(estate.id, 0)
            estate.committee_count = count["shequ.committee.member"].get(estate.id, 0)
            estate.unit_count = number
            estate.exclusive_area = area
            estate.resident_count = people
            estate.vacant_count = max(number - homes, 0)

    def _count_by_estate(self, model, domain):
        groups = self.env[model]._read_group(
            Domain(domain) & Domain("estate_id", "in", self.ids),
            ["estate_id"],
            ["__count"],
        )
        return {estate.id: number for estate, number in groups}

    @api.depends_context("uid")
    def _compute_user_lives_here(self):
        lives = set(self.env.user._shequ_resident_estates()._ids)
        serves = set(self.env.user._shequ_committee_estates()._ids)
        for estate in self:
            estate.user_lives_here = estate.id in lives
            estate.user_in_committee = estate.id in serves

    def _search_user_lives_here(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self.env.user._shequ_resident_estates().ids)

    def _search_user_in_committee(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self.env.user._shequ_committee_estates().ids)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("code"):
                vals["code"] = vals["code"].strip().upper()
        estates = super().create(vals_list)
        estates._staff_leaders()
        self._staff_changed(vals_list)
        self.env["shequ.setup"]._greeting_is_over()
        return estates

    def write(self, vals):
        if vals.get("code"):
            vals = dict(vals, code=vals["code"].strip().upper())
        result = super().write(vals)
        if {"manager_id", "supervisor_id", "duty_manager_id"} & vals.keys():
            self._staff_leaders()
        self._staff_changed([vals])
        return result

    def _staff_leaders(self):
        """Who leads an estate works there, and so may see it."""
        for estate in self:
            leaders = estate.manager_id | estate.supervisor_id | estate.duty_manager_id
            if missing := leaders - estate.staff_ids:
                estate.staff_ids += missing

    def copy_data(self, default=None):
        return [
            dict(
                vals,
                name=self.env._("%(name)s (copy)", name=estate.name),
                code=self._free_code(estate.code, estate.company_id),
            )
            for estate, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _free_code(self, code, company):
        taken = set(
            self.with_context(active_test=False)
            .sudo()
            .search([("company_id", "=", company.id)])
            .mapped("code")
        )
        return next(
            candidate
            for number in range(2, len(taken) + 3)
            if (candidate := f"{code[:9]}{number}") not in taken
        )

    def _staff_changed(self, vals_list):
        # The record rules of the staff are cached with the ids of their estates.
        if any("staff_ids" in vals for vals in vals_list):
            self.env.registry.clear_cache()

    @api.model
    def _today(self):
        """Today's date where the estates are (China has one time zone)."""
        now = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC"))
        return now.astimezone(ZoneInfo(DEFAULT_TZ)).date()

    def _now_local(self):
        """Current time in the zone of the estate, without zone information."""
        now = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC"))
        zone = ZoneInfo(self.tz or DEFAULT_TZ)
        return datetime.replace(now.astimezone(zone), tzinfo=None)

    def _label(self, title, text, url, code):
        """One QR label; the picture is embedded, so that no request is needed."""
        stream = io.BytesIO()
        qrcode.make(url, box_size=6, border=2).save(stream, "PNG")
        encoded = base64.b64encode(stream.getvalue()).decode()
        return {
            "head": self.name,
            "phone": self.phone,
            "title": title,
            "text": text,
            "code": code,
            "image": f"data:image/png;base64,{encoded}",
        }

    @api.model
    def _only(self):
        """The estate of whoever looks after a single one; else none."""
        estates = self.search([], limit=2)
        return estates if len(estates) == 1 else self.browse()

    @api.model
    def _print_zoom(self):
        """How much larger a page has to be laid out so that millimetres are right.

        A wkhtmltopdf built with plain Qt prints smaller than it is told to and cannot
        be told otherwise. The setting corrects that, or a printer that scales.
        """
        setting = self.env["ir.config_parameter"].sudo().get_param("shequ.print_zoom")
        try:
            if setting and 0.2 < float(setting) < 5:
                return float(setting)
        except ValueError:
            _logger.warning("shequ.print_zoom is no number: %s", setting)
        return 1.0 if _wkhtml().is_patched_qt else PLAIN_QT_ZOOM

    # ------------------------------------------------------------- actions

    def _action_registry(self, xmlid, **context):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [("estate_id", "=", self.id)]
        action["context"] = dict(default_estate_id=self.id, **context)
        return action

    def action_open_buildings(self):
        return self._action_registry("shequ_property.action_building")

    def action_open_units(self):
        return self._action_registry("shequ_property.action_unit")

    def action_open_residencies(self):
        return self._action_registry(
            "shequ_property.action_residency", search_default_current=1
        )

    def action_open_vacant(self):
        return self._action_registry(
            "shequ_property.action_unit", search_default_vacant=1
        )

    def action_open_grids(self):
        return self._action_registry("shequ_property.action_grid")

    def action_open_spots(self):
        return self._action_registry("shequ_property.action_spot")

    def action_open_committee(self):
        return self._action_registry("shequ_property.action_committee_member")
