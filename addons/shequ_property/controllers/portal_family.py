from datetime import timedelta

from odoo import fields
from odoo.http import request, route

from ..tools import person_name
from ..tools import phone as phone_tools
from .portal_base import ResidentPortal
from .portal_words import Words

# Whom each role may bring in.
MAY_INVITE = {
    "owner": ("family", "tenant"),
    "co_owner": ("family", "tenant"),
    "tenant": ("family",),
}


class FamilyPages(ResidentPortal):
    """My homes, the people in them, inviting and ending."""

    @route("/my/homes", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_homes(self, ok=""):
        return self._shequ_homes_page(ok=ok)

    @route("/my/homes/<int:unit_id>/invite", type="http", auth="user", methods=["POST"])
    def shequ_invite(self, unit_id, name="", phone="", role="", date_to="", child=""):
        mine = self._shequ_own_residency(unit_id)
        form = {
            "unit_id": unit_id,
            "name": name.strip()[:60],
            "phone": phone.strip()[:40],
            "role": role,
            "date_to": date_to,
            "child": child,
        }
        errors = self._shequ_invite_errors(mine, form)
        if not errors:
            refusal = self._shequ_attempt(lambda: self._shequ_add_person(mine, form))
            if refusal:
                errors["form"] = refusal
        if errors:
            return self._shequ_homes_page(form=form, errors=errors, status=422)
        return request.redirect("/my/homes?ok=invited", 303)

    @route(
        "/my/homes/residency/<int:residency_id>/end",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_end_residency(self, residency_id):
        """End what one may end: family and tenants of one's own home."""
        residency = (
            request.env["shequ.residency"].sudo().search([("id", "=", residency_id)])
        )
        mine = self._shequ_residencies().filtered(
            lambda r: r.unit_id == residency.unit_id
        )
        if not residency or not self._shequ_may_end(mine, residency):
            self._shequ_refuse()
        refusal = self._shequ_attempt(lambda: self._shequ_end(residency))
        if refusal:
            return self._shequ_homes_page(errors={"form": refusal}, status=422)
        return request.redirect("/my/homes?ok=ended", 303)

    def _shequ_end(self, residency):
        """One tap: the residency ends today, and with the last one the access."""
        residency._end()
        request.env["res.users"].sudo()._shequ_end_access(residency.partner_id)

    # --- rules ---------------------------------------------------------------------

    def _shequ_own_residency(self, unit_id):
        """The person's own residency in the unit that may invite, or 404."""
        mine = self._shequ_residencies().filtered(
            lambda r: r.unit_id.id == unit_id and r.role in MAY_INVITE
        )
        if not mine:
            self._shequ_refuse()
        return mine.sorted("role_rank")[0]

    def _shequ_may_end(self, mine, residency):
        """Owners end family and tenants; tenants end whom they brought in."""
        if residency.partner_id == self._shequ_partner() or not residency.is_current:
            return False
        if any(r.role in ("owner", "co_owner") for r in mine):
            return residency.role in ("family", "tenant")
        return (
            any(r.role == "tenant" for r in mine)
            and residency.role == "family"
            and residency.create_uid == request.env.user
        )

    def _shequ_visible_people(self, mine):
        """Residencies of a home that the person may see.

        Title holders and family see the household; a tenant sees himself and whom
        he brought in, not the owner's family.
        """
        everybody = mine[0].unit_id._current_residencies()
        if any(r.role in ("owner", "co_owner", "developer") for r in mine):
            return everybody
        if any(r.role == "family" and not r.create_uid.share for r in mine):
            return everybody.filtered(lambda r: r.role != "tenant")
        return everybody.filtered(
            lambda r: (
                r.partner_id == self._shequ_partner()
                or r.create_uid == request.env.user
                or r.create_uid in mine.create_uid.filtered("share")
            )
        )

    def _shequ_invite_errors(self, mine, form):
        errors = {}
        if not form["name"]:
            errors["name"] = self.env._("Please write the name.")
        if not phone_tools.can_receive_sms(phone_tools.normalise(form["phone"])):
            errors["phone"] = self.env._(
                "Please write a mobile phone number with 11 digits; from abroad "
                "with + and the country."
            )
        if form["role"] not in MAY_INVITE[mine.role]:
            errors["role"] = self.env._("Please choose family or tenant.")
        if form["date_to"]:
            day = self._shequ_last_day(form)
            if not day:
                errors["date_to"] = self.env._("Please write the last day as a date.")
            elif day < request.env["shequ.estate"]._today():
                errors["date_to"] = self.env._("The last day cannot be over already.")
        elif form["role"] == "tenant":
            errors["date_to"] = self.env._("Please say until when the tenant stays.")
        if self._shequ_too_many(
            "shequ.residency",
            [("create_uid", "=", request.env.uid)],
            "shequ_property.portal_invitations_per_hour",
            10,
        ):
            errors["form"] = self.env._(
                "You have invited many people within the last hour. Please wait a "
                "little, or call the service desk."
            )
        return errors

    def _shequ_last_day(self, form):
        try:
            return fields.Date.to_date(form["date_to"])
        except ValueError:
            return None

    def _shequ_add_person(self, mine, form):
        """Record the residency, not verified yet, open the portal and say so.

        A child under 14 has a log-in because the guardian, who invites, wants it.
        """
        last_day = form["date_to"] and self._shequ_last_day(form)
        partner = self._shequ_person(mine.unit_id, form)
        residency = (
            request.env["shequ.residency"]
            .sudo()
            .create(
                {
                    "partner_id": partner.id,
                    "unit_id": mine.unit_id.id,
                    "role": form["role"],
                    # The register counts up to the day before.
                    "date_to": last_day + timedelta(days=1) if last_day else False,
                    "verified": False,
                }
            )
        )
        if form["child"] and form["role"] == "family":
            self._shequ_partner().sudo()._shequ_agree_as_guardian(partner)
        request.env["res.users"].sudo()._shequ_grant_portal(partner)
        invitation = request.env["shequ.invitation"].sudo()
        invitation._invite(residency, "family")._send_sms()

    def _shequ_person(self, unit, form):
        """Somebody with this telephone and this name, else a new person.

        The number may be another's as well: a household shares one, and it would
        not do to tell whose it is.  Who logs in with it chooses who it is.
        """
        Partner = request.env["res.partner"].sudo()
        known = Partner._shequ_find_by_phone(form["phone"], unit.estate_id)
        same = known.filtered(
            lambda person: (
                person_name.same(person.name, form["name"])
                # Colleagues' records are not for residents to attach homes to.
                and not person.user_ids.filtered(lambda user: not user.share)
            )
        )
        if same:
            return same[0]
        return Partner.create(
            {
                "name": form["name"],
                "phone": form["phone"],
                "lang": request.env.user.lang,
                "tz": request.env.user.tz,
            }
        )

    # --- page ------------------------------------------------------------------------

    def _shequ_homes_page(self, ok="", form=None, errors=None, status=200):
        return self._shequ_page(
            "shequ_property.portal_homes",
            {
                "active": "me",
                "homes": self._shequ_homes(),
                "form": form or {},
                "errors": errors or {},
                "ask_end": self.env._("End the stay of this person?"),
                "today": str(request.env["shequ.estate"]._today()),
                "flash": {
                    "invited": self.env._(
                        "Added. A text message with the way in is going out; the "
                        "person logs in with the telephone number and a code."
                    ),
                    "ended": self.env._(
                        "Ended. The person no longer belongs to the home."
                    ),
                }.get(ok, ""),
            },
            status=status,
            back="/my/community",
        )

    def _shequ_homes(self):
        """The person's homes with the people of each."""
        return [
            self._shequ_home_values(unit, mine)
            for unit, mine in self._shequ_residencies().grouped("unit_id").items()
        ]

    def _shequ_home_values(self, unit, mine):
        env = request.env
        words = Words(env, unit.estate_id)
        roles = {role for r in mine for role in MAY_INVITE.get(r.role, ())}
        labels = dict(mine._fields["role"]._description_selection(env))
        return {
            "id": unit.id,
            "name": unit.short_address,
            "estate": unit.estate_id.name,
            "area": f"{unit.building_area:g}"
            if unit.building_area and any(r.is_title for r in mine)
            else "",
            "my_roles": ", ".join(dict.fromkeys(r._role_label() for r in mine)),
            "roles": [
                {"code": role, "name": labels[role]}
                for role in ("family", "tenant")
                if role in roles
            ],
            "people": [
                {
                    "id": residency.id,
                    "name": residency.partner_id.name,
                    "initial": (residency.partner_id.name or "?")[:1],
                    "role": residency._role_label(),
                    "verified": residency.verified,
                    "me": residency.partner_id == self._shequ_partner(),
                    "child": residency.partner_id.shequ_guardian_id
                    == self._shequ_partner(),
                    "until": words.date(
                        residency.date_to and residency.date_to - timedelta(days=1)
                    ),
                    "may_end": self._shequ_may_end(mine, residency),
                }
                for residency in self._shequ_visible_people(mine)
            ],
        }
