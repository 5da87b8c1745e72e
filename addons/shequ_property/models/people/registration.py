from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...tools import mask, person_name

TITLE = ("owner", "co_owner")


class ShequRegistration(models.Model):
    """Somebody says: I live here. Verified by the service desk, or at once.

    The person has a log-in from the start and may report what is wrong in public
    places of the estate; everything of a home waits for the answer.
    """

    _name = "shequ.registration"
    _description = "Registration of a Resident"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "person_name"

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, readonly=True, index=True
    )
    person_name = fields.Char(string="Name Given", required=True, readonly=True)
    phone = fields.Char(related="partner_id.phone", string="Telephone")
    unit_id = fields.Many2one("shequ.unit", required=True, index=True)
    building_id = fields.Many2one(related="unit_id.building_id")
    estate_id = fields.Many2one(related="unit_id.estate_id", store=True)
    company_id = fields.Many2one(related="unit_id.company_id", store=True)
    role = fields.Selection(
        [
            ("owner", "Owner"),
            ("co_owner", "Co-owner"),
            ("family", "Family"),
            ("tenant", "Tenant"),
        ],
        required=True,
        tracking=True,
    )
    last_day = fields.Date(help="Of a lease; the tenant lives here until then.")
    proof = fields.Selection(
        [
            ("file", "Telephone and name on file"),
            ("certificate", "Number of the title certificate"),
            ("lease", "Photo of the lease"),
            ("owner", "The owner confirms"),
            ("visit", "Comes to the service desk"),
        ],
        required=True,
        readonly=True,
    )
    certificate_number = fields.Char(readonly=True)
    photo = fields.Binary(string="Photo of the Lease", readonly=True)
    is_child = fields.Boolean(string="Under 14", readonly=True)
    guardian_id = fields.Many2one("res.partner", readonly=True)
    guardian_agreed = fields.Boolean(readonly=True)
    state = fields.Selection(
        [
            ("waiting", "To Be Verified"),
            ("verified", "Verified"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        tracking=True,
        group_expand=True,
    )
    reason = fields.Text(
        string="Reason of the Refusal", readonly=True, help="The applicant reads it."
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    residency_id = fields.Many2one("shequ.residency", readonly=True)
    people_here = fields.Char(
        string="On File for the Unit",
        compute="_compute_people_here",
        groups="base.group_user",
    )
    holder_ids = fields.Many2many(
        "res.partner",
        string="Others With This Number",
        compute="_compute_holder_ids",
        groups="base.group_user",
        help="The applicant has received a code on this number, so it is the "
        "applicant's now. Release it, unless they share a telephone.",
    )

    _waiting_uniq = models.UniqueIndex(
        "(partner_id, unit_id) WHERE state = 'waiting'",
        "This person waits to be confirmed for this unit already.",
    )
    _state_idx = models.Index("(estate_id, id) WHERE state = 'waiting'")

    @api.depends("unit_id")
    def _compute_people_here(self):
        for registration in self:
            residencies = registration.unit_id.sudo()._current_residencies()
            registration.people_here = ", ".join(
                f"{r.partner_id.name} ({r._role_label()}, "
                f"{mask.mask_phone(r.partner_id.phone) or '-'})"
                for r in residencies
            )

    @api.depends("partner_id")
    def _compute_holder_ids(self):
        Partner = self.env["res.partner"].sudo()
        for registration in self:
            number = registration.sudo().partner_id.shequ_phone
            others = Partner.browse()
            if number and registration.state == "waiting":
                others = Partner.search([("shequ_phone", "=", number)], limit=20)
            registration.holder_ids = others - registration.partner_id.sudo()

    # -------------------------------------------------------------- applying

    @api.model
    def _apply_for(self, unit, phone, values, partner=None):
        """Take a registration of the holder of ``phone`` (as super-user).

        :param dict values: ``person_name``, ``role``, ``proof`` and, depending on
            them, ``certificate_number``, ``photo`` (base64), ``last_day``,
            ``is_child``, ``guardian_phone``
        :param partner: who is signed in already, else nobody
        :return: the registration; verified when phone and name are on file
        :raises UserError: saying what is missing
        """
        unit = unit.sudo()
        on_file = self._on_file(unit, phone, values["person_name"])
        guardian = self._guardian(unit, values)
        partner = partner or on_file or self._person(phone, values["person_name"])
        same = Domain("partner_id", "=", partner.id) & Domain("unit_id", "=", unit.id)
        waiting = self.sudo().search(same & Domain("state", "=", "waiting"), limit=1)
        if waiting:
            return waiting
        if not on_file and unit._current_residencies().filtered(
            lambda r: r.partner_id == partner
        ):
            raise UserError(self.env._("You are on file for this home already."))
        registration = (
            self.sudo()
            .with_context(mail_create_nosubscribe=True)
            .create(
                {
                    "partner_id": partner.id,
                    "person_name": values["person_name"],
                    "unit_id": unit.id,
                    "role": values["role"],
                    "proof": "file" if on_file else values["proof"],
                    "certificate_number": values.get("certificate_number"),
                    "photo": values.get("photo"),
                    "last_day": values.get("last_day") or False,
                    "is_child": bool(guardian),
                    "guardian_id": guardian.id,
                }
            )
        )
        # Who waits has given a number as well: it is masked like those of residents.
        partner._shequ_protect()
        if guardian:
            partner.sudo().shequ_guardian_id = guardian
        if on_file:
            registration._decide("verified", residency=on_file.shequ_residency_ids[:0])
        else:
            registration._tell_those_who_decide()
        self.env["res.users"]._shequ_grant_portal(partner)
        return registration

    def _on_file(self, unit, phone, name):
        """The person of this unit with this number and this name, or nobody."""
        people = unit._current_residencies().partner_id.filtered(
            lambda p: p.shequ_phone == phone and person_name.same(p.name, name)
        )
        return people[:1] if person_name.is_whole(name) else people[:0]

    def _person(self, phone, name):
        """Somebody who registered before with this number and name, else a new one.

        Others with the number stay whom they are: a shared telephone, or one that
        has changed hands, which the service desk sees.
        """
        Partner = self.env["res.partner"].sudo()
        mine = self.sudo().search(
            [("partner_id.shequ_phone", "=", phone), ("person_name", "=", name)],
            limit=1,
        )
        return mine.partner_id or Partner.create(
            {
                "name": name,
                "phone": phone,
                "lang": self.env.lang,
                "tz": "Asia/Shanghai",
                "company_id": False,
            }
        )

    def _guardian(self, unit, values):
        """The guardian a child under 14 names: somebody on file for the unit."""
        Partner = self.env["res.partner"].sudo()
        if not values.get("is_child"):
            return Partner
        people = unit._current_residencies().filtered(
            lambda r: r.role in ("owner", "co_owner", "family", "tenant")
        )
        guardian = people.partner_id.filtered(
            lambda p: (
                p.shequ_phone
                and p.shequ_phone == values.get("guardian_phone")
                and not p.shequ_guardian_id
            )
        )
        if not guardian:
            raise UserError(
                self.env._(
                    "We could not ask a guardian with this number for this home. "
                    "Please come to the service desk together."
                )
            )
        return guardian[0]

    def _tell_those_who_decide(self):
        """Owners and guardians by text message, the front desk by an activity."""
        self.ensure_one()
        asked = self.guardian_id or (
            self._owners() if self.proof == "owner" else self.env["res.partner"]
        )
        for partner in asked:
            self.env["shequ.sms.template"]._queue(
                "registration",
                partner,
                {
                    "name": person_name.mask(self.person_name),
                    "home": self.unit_id.short_address,
                },
                self.company_id,
            )
        desk = self._desk_user()
        if desk and self.proof != "owner" and not self.guardian_id:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Check the registration"),
                user_id=desk.id,
            )

    def action_reveal(self):
        """Ask why, then show the data of the applicant whole."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.action_shequ_reveal()

    def _desk_user(self):
        """Who checks: somebody of the front desk of the estate, else its manager."""
        estate = self.estate_id.sudo()
        group = self.env.ref("shequ_property.group_front_desk")
        desk = estate.staff_ids.filtered(
            lambda u: u.active and group in u.all_group_ids
        )
        plain = desk.filtered(
            lambda u: (
                not u.has_group("base.group_system")
                and not u.has_group("shequ_property.group_estate_manager")
            )
        )
        return plain[:1] or estate.manager_id or desk[:1]

    def _owners(self):
        """Title holders of the unit today, who may confirm family and tenants."""
        residencies = self.unit_id.sudo()._current_residencies()
        return residencies.filtered(lambda r: r.role in TITLE).partner_id

    def _deciders(self):
        """Residents (as super-user) whose word is enough, if anybody's is."""
        self.ensure_one()
        if self.guardian_id:
            return self.guardian_id.sudo()
        if self.role in TITLE:
            return self.env["res.partner"].sudo()
        return self._owners()

    # -------------------------------------------------------------- deciding

    def action_verify(self):
        """The service desk has looked at the proof."""
        self.check_access("write")
        for registration in self:
            registration._check_waiting()
            if registration.is_child and not registration.guardian_agreed:
                raise UserError(
                    self.env._(
                        "%(child)s is under 14: %(guardian)s has to agree first.",
                        child=registration.person_name,
                        guardian=registration.guardian_id.name,
                    )
                )
            registration.sudo()._verify(by_desk=True)
        return True

    def action_verify_and_release(self):
        """Verify, and take the number off those who no longer have it."""
        self.check_access("write")
        if not self.env.user.has_group("shequ_property.group_front_desk"):
            raise AccessError(self.env._("Only the service desk releases numbers."))
        for registration in self:
            holders = registration.sudo().holder_ids
            registration.action_verify()
            for holder in holders:
                holder._shequ_release_phone()
        return True

    def action_open_refuse(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject"),
            "res_model": "shequ.registration.refuse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_registration_ids": self.ids},
        }

    def _check_waiting(self):
        if self.state != "waiting":
            raise UserError(
                self.env._(
                    "The registration of %(person)s is decided already.",
                    person=self.person_name,
                )
            )

    def _verify(self, by_desk):
        """Record the residency. What an owner confirms is not yet seen by the desk."""
        self.ensure_one()
        unit = self.unit_id
        if self.role == "owner" and unit._current_residencies().filtered(
            lambda r: r.role == "owner"
        ):
            raise UserError(
                self.env._(
                    "%(unit)s has an owner already. Record the sale, or choose "
                    "co-owner.",
                    unit=unit.short_address,
                )
            )
        residency = self.env["shequ.residency"].create(
            {
                "partner_id": self.partner_id.id,
                "unit_id": unit.id,
                "role": self.role,
                # The register counts up to the day before.
                "date_to": self.last_day + timedelta(days=1)
                if self.last_day
                else False,
                "verified": by_desk,
            }
        )
        self._decide("verified", residency)
        self.env["res.users"]._shequ_grant_portal(self.partner_id)
        self._tell_applicant(self.env._("confirmed"))

    def _refuse(self, reason):
        """Refuse with a reason that the applicant reads."""
        for registration in self:
            registration._check_waiting()
            registration.reason = reason
            registration._decide("refused")
            registration._tell_applicant(self.env._("not confirmed"))
            self.env["res.users"]._shequ_end_access(registration.partner_id)

    def _withdraw(self):
        self._check_waiting()
        self._decide("withdrawn")
        self.env["res.users"]._shequ_end_access(self.partner_id)

    def _answer_by_resident(self, partner, agree):
        """The owner or the guardian says yes or no, in the portal."""
        self.ensure_one()
        self._check_waiting()
        if partner not in self._deciders():
            raise AccessError(self.env._("You cannot decide this."))
        if not agree:
            return self._refuse(
                self.env._("The guardian does not agree.")
                if self.guardian_id
                else self.env._("The owner does not confirm it.")
            )
        if not self.guardian_id:
            return self._verify(by_desk=False)
        partner._shequ_agree_as_guardian(self.partner_id)
        self.guardian_agreed = True
        # A guardian who owns the home, or is of the owner's family, is enough.
        mine = self.unit_id._current_residencies().filtered(
            lambda r: r.partner_id == partner
        )
        if self.role == "family" and any(r.role in (*TITLE, "tenant") for r in mine):
            return self._verify(by_desk=False)
        self.write({"is_child": False})
        return self._tell_those_who_decide()

    def _decide(self, state, residency=None):
        self.write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
                "residency_id": residency.id if residency else False,
                # The photo has done its work; what is not needed is not kept.
                "photo": False,
            }
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _tell_applicant(self, result):
        self.env["shequ.sms.template"]._queue(
            "answer",
            self.partner_id,
            {"home": self.unit_id.short_address, "result": result},
            self.company_id,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_waiting_only(self):
        if self.filtered(lambda r: r.state == "verified"):
            raise UserError(self.env._("Verified registrations are kept."))
