import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import phone as phone_tools


class ResPartner(models.Model):
    _inherit = "res.partner"

    shequ_phone = fields.Char(
        string="Phone Digits",
        compute="_compute_shequ_phone",
        store=True,
        index="trigram",
        groups="base.group_user",
        help="The phone number in one form, to find a caller at once.",
    )
    shequ_phone2 = fields.Char(
        string="Second Phone",
        groups="base.group_user",
        help="Another number of the person, from the lists of the office.",
    )
    shequ_residency_ids = fields.One2many(
        "shequ.residency",
        "partner_id",
        string="Residencies",
        groups="base.group_user",
    )
    shequ_unit_ids = fields.Many2many(
        "shequ.unit",
        string="Current Units",
        compute="_compute_shequ_unit_ids",
        search="_search_shequ_unit_ids",
        groups="base.group_user",
    )
    shequ_unit_count = fields.Integer(
        compute="_compute_shequ_unit_ids", groups="base.group_user"
    )

    shequ_died_on = fields.Date(
        string="Died On", readonly=True, copy=False, groups="base.group_user"
    )

    _shequ_phone_idx = models.Index("(shequ_phone) WHERE shequ_phone IS NOT NULL")

    @api.depends("phone", "country_id.phone_code")
    def _compute_shequ_phone(self):
        for partner in self:
            partner.shequ_phone = (
                phone_tools.normalise(partner.phone, partner.country_id.phone_code)
                or False
            )

    @api.depends(
        "shequ_residency_ids.unit_id",
        "shequ_residency_ids.date_from",
        "shequ_residency_ids.date_to",
        "shequ_residency_ids.active",
    )
    def _compute_shequ_unit_ids(self):
        Residency = self.env["shequ.residency"]
        current = Residency.search(
            Residency._current_domain() & Domain("partner_id", "in", self.ids)
        ).grouped("partner_id")
        for partner in self:
            units = current.get(partner._origin, Residency).unit_id
            partner.shequ_unit_ids = units
            partner.shequ_unit_count = len(units)

    def _search_shequ_unit_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        current = self.env["shequ.residency"]._current_domain()
        return Domain(
            "shequ_residency_ids", "any", current & Domain("unit_id", operator, value)
        )

    @api.model
    def _search_display_name(self, operator, value):
        """Digits find a person by phone number, even by its last four digits."""
        if operator in ("ilike", "like") and self.env.user._is_internal():
            if digits := self._shequ_phone_digits(value):
                by_ref = Domain("ref", "=", value.strip())
                return self._shequ_phone_domain(digits) | by_ref
        return super()._search_display_name(operator, value)

    @api.model
    def _shequ_phone_domain(self, digits):
        """People whose number contains ``digits``."""
        return Domain("shequ_phone", "like", digits)

    @api.model
    def _shequ_phone_digits(self, text):
        """Digits to look for when ``text`` looks like (a part of) a phone number.

        Four digits and more in a row, or seven and more with separators: a room
        such as 12-1-302 is none.
        """
        text = text.strip() if isinstance(text, str) else ""
        if not re.fullmatch(r"\+?[\d ()-]{4,20}", text):
            return ""
        digits = phone_tools.normalise(text)
        enough = 4 if text.isdigit() else 7
        return digits if len(digits.lstrip("+")) >= enough else ""

    @api.model
    def _shequ_find_by_phone(self, phone, estate=None):
        """People with this phone number, those who live in ``estate`` first.

        :param str phone: as dialled or typed; any form
        :param estate: when given, people who live there come first
        :return: partners, at most 20; nobody when the number is too short
        """
        digits = phone_tools.normalise(phone)
        if len(digits) < 5:
            return self.browse()
        people = self.search([("shequ_phone", "=", digits)], limit=20)
        if not people or len(people) == 1:
            return people
        Residency = self.env["shequ.residency"]
        domain = Residency._current_domain() & Domain("partner_id", "in", people.ids)
        current = Residency.search(domain)
        here = current.filtered(lambda r: estate and r.estate_id == estate).partner_id
        return here | (current.partner_id - here) | people

    @api.model
    def _shequ_call_info(self, phone, estate=None):
        """What the phone-call form shows as soon as a number is known.

        :return: list of dicts with ``partner``, ``units`` and ``roles`` (by unit)
        """
        people = self._shequ_find_by_phone(phone, estate)
        Residency = self.env["shequ.residency"]
        current = Residency.search_fetch(
            Residency._current_domain() & Domain("partner_id", "in", people.ids),
            ["partner_id", "unit_id", "estate_id", "role"],
        ).grouped("partner_id")
        result = []
        for partner in people:
            residencies = current.get(partner, Residency)
            if estate:
                residencies = residencies.sorted(lambda r: r.estate_id != estate)
            result.append(
                {
                    "partner": partner,
                    "units": residencies.unit_id,
                    "roles": {r.unit_id.id: r._role_label() for r in residencies},
                }
            )
        return result

    def action_shequ_move(self):
        """Death and the like begin at the person; the unit is the first home."""
        self.ensure_one()
        Residency = self.env["shequ.residency"]
        stays = Residency.search(
            Residency._current_domain() & Domain("partner_id", "=", self.id)
        )
        if not stays:
            raise UserError(
                self.env._(
                    "%(person)s has no home here at present.",
                    person=self.display_name,
                )
            )
        return (
            stays[0]
            .with_context(default_kind=self.env.context.get("default_kind", "death"))
            .action_move()
        )

    def action_shequ_open_residencies(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_residency"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {"default_partner_id": self.id}
        return action
