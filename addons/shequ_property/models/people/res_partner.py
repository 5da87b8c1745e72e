from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import bulk

# Condition of SQL on a person `p`: has a log-in of the staff.
STAFF = SQL(
    "EXISTS (SELECT 1 FROM res_users u "
    "WHERE u.partner_id = p.id AND u.active AND NOT u.share)"
)


class ResPartner(models.Model):
    """Whose data are protected, and who may see them whole."""

    _inherit = "res.partner"

    shequ_protected = fields.Boolean(
        string="Personal Data Protected",
        readonly=True,
        copy=False,
        help="Lives or lived in a unit, or was the contact of a ticket: telephone, "
        "e-mail address and identity number are masked.",
    )

    _shequ_protected_idx = models.Index("(id) WHERE shequ_protected")

    def _shequ_protect(self, but_staff=False):
        """Mark people as residents; from now on their data are masked.

        In one statement: an import brings tens of thousands, every report has a
        contact, nothing else of the person changes, and nobody is told.

        :param bool but_staff: leave out those who work here
        """
        if self:
            self.env.cr.execute(*self._shequ_protection(but_staff))
            self.invalidate_recordset(["shequ_protected"], flush=False)

    def _shequ_protection(self, but_staff=False):
        """Return the `bulk.Statement` of `_shequ_protect`."""
        if but_staff:
            self.env["res.users"].flush_model(["partner_id", "active", "share"])
        return bulk.Statement("SELECT shequ_protect(%s, %s)", [self.ids, but_staff])

    def init(self):
        """Keep the plan of `_shequ_protect` in the database session.

        Each report asks for it, mostly of somebody who is protected already, and to
        plan an UPDATE of a table as wide as res_partner took longer than to store
        the report.
        """
        result = super().init()
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION shequ_protect(people int[], but_staff bool)
                RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS (SELECT FROM res_partner p
                                WHERE p.id = ANY(people)
                                  AND p.shequ_protected IS NOT TRUE) THEN
                        UPDATE res_partner p SET shequ_protected = true
                         WHERE p.id = ANY(people) AND p.shequ_protected IS NOT TRUE
                           AND NOT (but_staff AND %s);
                    END IF;
                END $$
                """,
                STAFF,
            )
        )
        return result

    @api.model
    def _shequ_protect_known(self):
        """Protect everybody who lives or reported before this was there."""
        self.env.flush_all()
        known = SQL(
            """
            (EXISTS (SELECT 1 FROM shequ_residency r WHERE r.partner_id = p.id)
             OR EXISTS (SELECT 1 FROM shequ_ticket t
                         WHERE t.reporter_id = p.id OR t.on_behalf_id = p.id)
                AND NOT %s)
            """,
            STAFF,
        )
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner p SET shequ_protected = true "
                "WHERE p.shequ_protected IS NOT TRUE AND %s",
                known,
            )
        )
        self.invalidate_model(["shequ_protected"], flush=False)

    def _shequ_may_see(self, user=None):
        """The people whose data ``user`` (default: at work) may see whole.

        The one place that decides: those who are no residents, the user's own, and
        everybody for the group and for programs at work as super-user.

        :return: a subset of ``self``
        """
        user = user or self.env.user
        if self.env.su or user.has_group("shequ_property.group_personal_data"):
            return self
        own = user.sudo().partner_id.id
        return self.filtered(
            lambda partner: partner.id == own or not partner.sudo().shequ_protected
        )

    def _shequ_of_estates(self, estates):
        """Those of ``self`` who live or lived in ``estates``, or reported there."""
        residencies = self.env["shequ.residency"].sudo()
        here = residencies.with_context(active_test=False).search(
            Domain("partner_id", "in", self.ids)
            & Domain("estate_id", "in", estates.ids)
        )
        found = here.partner_id
        if rest := self - found:
            tickets = self.env["shequ.ticket"].sudo()
            for name in ("reporter_id", "on_behalf_id"):
                groups = tickets._read_group(
                    Domain(name, "in", rest.ids)
                    & Domain("estate_id", "in", estates.ids),
                    [name],
                )
                found |= self.browse(partner.id for (partner,) in groups)
        return found & self

    # ------------------------------------------------ what leaves the server

    @api.depends_context("uid")
    def _compute_display_name(self):
        """The e-mail address stands beside the name for those who may see it."""
        if not self.env.context.get("show_email"):
            return super()._compute_display_name()
        seen = self.sudo(False)._shequ_may_see().with_env(self.env)
        super(ResPartner, seen)._compute_display_name()
        for partner in self - seen:
            plain = partner.with_context(show_email=False)
            partner.display_name = plain.display_name

    def _build_vcard(self):
        """No card with a masked number: it would be saved as a contact."""
        if self._shequ_may_see():
            return super()._build_vcard()
        plain = self.new({"name": self.name, "function": self.function})
        return super(ResPartner, plain)._build_vcard()

    @api.model
    def _shequ_phone_domain(self, digits):
        if not self._shequ_hides():
            return super()._shequ_phone_domain(digits)
        condition = Domain("shequ_phone", "like", digits)
        return self._shequ_whole_condition(condition, self._shequ_masked_fields())

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        if domain is NotImplemented or not self._shequ_hides():
            return domain
        masked = self._shequ_masked_fields()
        return Domain(domain).map_conditions(
            lambda condition: self._shequ_whole_condition(condition, masked)
        )

    def action_shequ_reveal(self):
        """Ask why, then show telephone, e-mail address and identity number whole."""
        self.ensure_one()
        self.check_access("read")
        return self.env["shequ.data.reveal"]._open(self, purpose="identity")
