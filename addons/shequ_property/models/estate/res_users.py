from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import phone as phone_tools


class ResUsers(models.Model):
    _inherit = "res.users"

    shequ_estate_ids = fields.Many2many(
        "shequ.estate",
        "shequ_estate_staff_rel",
        "user_id",
        "estate_id",
        string="Works in Estates",
        groups="base.group_user",
    )
    shequ_resident_estate_ids = fields.Many2many(
        "shequ.estate",
        string="Lives in Estates",
        compute="_compute_shequ_resident_estate_ids",
        compute_sudo=True,
    )
    shequ_committee_estate_ids = fields.Many2many(
        "shequ.estate",
        string="Serves in Committees of",
        compute="_compute_shequ_resident_estate_ids",
        compute_sudo=True,
    )
    shequ_large_type = fields.Boolean(
        string="Large Type", help="Bigger letters on the resident's pages."
    )
    shequ_theme = fields.Selection(
        [("auto", "As the device"), ("light", "Light"), ("dark", "Dark")],
        string="Colours",
        default="auto",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + [
            "shequ_estate_ids",
            "shequ_resident_estate_ids",
            "shequ_committee_estate_ids",
            "shequ_large_type",
            "shequ_theme",
        ]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["shequ_large_type", "shequ_theme"]

    @api.model
    def _get_invalidation_fields(self):
        # The domains of record rules are cached with the estates of the user.
        return super()._get_invalidation_fields() | {"shequ_estate_ids"}

    def _compute_shequ_resident_estate_ids(self):
        for user in self:
            user.shequ_resident_estate_ids = user._shequ_resident_estates()
            user.shequ_committee_estate_ids = user._shequ_committee_estates()

    def _shequ_resident_units(self):
        """Units (as super-user) of the residencies the user has today."""
        return self._shequ_current_residencies().unit_id

    def _shequ_resident_estates(self):
        """Estates (as super-user) the user lives in today."""
        return self._shequ_current_residencies().estate_id

    def _shequ_current_residencies(self):
        # Queried each time: residence ends at midnight, whatever is cached.
        Residency = self.env["shequ.residency"].sudo()
        return Residency.search_fetch(
            Residency._current_domain()
            & Domain("partner_id", "=", self.sudo().partner_id.id),
            ["unit_id", "estate_id"],
        )

    def _shequ_committee_estates(self):
        """Estates (as super-user) in whose committee the user serves today."""
        Member = self.env["shequ.committee.member"].sudo()
        return Member.search(
            Member._search_is_current("in", [True])
            & Domain("partner_id", "=", self.sudo().partner_id.id)
        ).estate_id

    @api.model
    def _shequ_grant_portal(self, partner):
        """Make ``partner`` a portal user of the resident's pages, without mail.

        Users who exist get the resident group added; staff stay staff. The login
        is the phone number, or the e-mail address when there is none.

        :return: the user (as super-user)
        :raises UserError: without phone and e-mail, or when the login is taken
        """
        partner.ensure_one()
        group = self.env.ref("shequ_property.group_resident")
        Users = self.sudo().with_context(
            active_test=False, no_reset_password=True, mail_create_nosubscribe=True
        )
        user = Users.search([("partner_id", "=", partner.id)], limit=1)
        companies = self._shequ_companies(partner) or self.env.company
        if user:
            if user.share:
                user.write(
                    {
                        "active": True,
                        "group_ids": [(4, group.id)],
                        "company_ids": [(4, company.id) for company in companies],
                    }
                )
        else:
            user = Users.create(
                {
                    "name": partner.name,
                    "partner_id": partner.id,
                    "login": self._shequ_login(partner),
                    "group_ids": [(6, 0, group.ids)],
                    "company_id": companies[0].id,
                    "company_ids": [(6, 0, companies.ids)],
                    "lang": partner.lang or self.env.lang,
                    "tz": partner.tz or self.env.user.tz,
                }
            )
        self.env["shequ.committee.member"]._sync_group(partner)
        return user

    @api.model
    def _shequ_companies(self, partner):
        """Companies that run what the person lives in or serves."""
        current = self.env["shequ.residency"]._current_domain() & Domain(
            "partner_id", "=", partner.id
        )
        return (
            self.env["shequ.residency"].sudo().search(current).company_id
            | self.env["shequ.committee.member"].sudo().search(current).company_id
        )

    @api.model
    def _shequ_open_companies(self, partners):
        """Let portal users read the companies that run where they live."""
        for user in partners.sudo().user_ids.filtered("share"):
            missing = self._shequ_companies(user.partner_id) - user.company_ids
            if missing:
                user.write({"company_ids": [(4, company.id) for company in missing]})

    @api.model
    def _shequ_login(self, partner):
        """Login of a resident: phone digits, else e-mail; must be free."""
        login = phone_tools.normalise(partner.phone, partner.country_id.phone_code)
        login = login or (partner.email or "").strip().lower()
        if not login:
            raise UserError(
                self.env._(
                    "%(person)s needs a phone number or an e-mail address to log in.",
                    person=partner.display_name,
                )
            )
        taken = (
            self.sudo()
            .with_context(active_test=False)
            .search_count([("login", "=", login)], limit=1)
        )
        if taken:
            raise UserError(
                self.env._(
                    "“%(login)s” is already the login of somebody else. Give "
                    "%(person)s another phone number or an e-mail address.",
                    login=login,
                    person=partner.display_name,
                )
            )
        return login
