from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import idnumber, vault
from .res_partner_id import SEAL_CONTEXT


class ResPartner(models.Model):
    """The year of birth, so that elders get their visit in the morning.

    The year alone: it is filled from the identity number, whose day of birth stays
    sealed, or written by whoever may see personal data. Others read what follows from
    it ("60 or older") and never the year.
    """

    _inherit = "res.partner"

    shequ_birth_year = fields.Integer(
        string="Year of Birth",
        copy=False,
        aggregator=False,
        groups="shequ_property.group_personal_data",
        help="Filled from the identity number. Only “60 or older” is shown to others.",
    )

    @api.constrains("shequ_birth_year")
    def _check_shequ_birth_year(self):
        latest = fields.Date.today().year
        for partner in self.sudo():
            year = partner.shequ_birth_year
            if year and not 1850 <= year <= latest:
                raise ValidationError(
                    self.env._(
                        "%(year)s is no year of birth: it has to be between 1850 and "
                        "%(latest)s.",
                        year=year,
                        latest=latest,
                    )
                )

    @api.model
    def _shequ_id_values(self, id_type, id_number):
        values = super()._shequ_id_values(id_type, id_number)
        values["shequ_birth_year"] = self._shequ_year_in(
            values["shequ_id_type"], id_number
        )
        return values

    @api.model
    def _shequ_year_in(self, id_type, id_number):
        """The year of birth in a resident identity number, or 0."""
        if id_type != idnumber.RESIDENT or not id_number:
            return 0
        return int(idnumber.check(id_type, id_number)[6:10])

    def write(self, vals):
        """Lists that bring the sealed number alone fill the year as well."""
        if vals.get("shequ_id_sealed") and "shequ_birth_year" not in vals:
            vals = {**vals, "shequ_birth_year": self._shequ_year_sealed(vals)}
        return super().write(vals)

    def _shequ_year_sealed(self, vals):
        safe = self._shequ_vault(quiet=True)
        kind = vals.get("shequ_id_type") or self[:1].sudo().shequ_id_type
        try:
            number = safe.open(vals["shequ_id_sealed"], SEAL_CONTEXT) if safe else ""
            return self._shequ_year_in(kind, number)
        except (vault.VaultError, idnumber.IdNumberError):
            return self[:1].sudo().shequ_birth_year
