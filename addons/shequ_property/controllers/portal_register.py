"""Registering oneself: estate, building, home, proof; and answering for others.

Nobody's name is shown on the way: only addresses.
"""

import base64

from odoo import fields
from odoo.fields import Domain
from odoo.http import request, route

from ..tools import media as media_tools
from ..tools import person_name
from ..tools import phone as phone_tools
from .portal_login import LoginPages
from .portal_words import Words

ROLES = ("owner", "co_owner", "family", "tenant")
PROOFS = ("certificate", "lease", "owner", "visit")
SHOWN = 40
MAX_PHOTO = 20 * 1024 * 1024


class RegisterPages(LoginPages):
    # --- where ----------------------------------------------------------------------

    def _shequ_registrant(self):
        """Number of who registers: shown by a code, or of who is signed in.

        :return: ``(phone, partner)``; both empty when neither is the case
        """
        if request.session.uid:
            partner = self._shequ_partner().sudo()
            return partner.shequ_phone or "", partner
        return self._shequ_proven_phone(), request.env["res.partner"].sudo()

    @route("/my/register", type="http", auth="public", methods=["GET"])
    def shequ_register(self, estate="", building="", unit="", q=""):
        phone, partner = self._shequ_registrant()
        if not phone and not partner:
            return request.redirect("/my/login?redirect=/my/register")
        unit = self._shequ_find("shequ.unit", unit)
        if unit:
            return self._shequ_register_page(unit, {})
        building = self._shequ_find("shequ.building", building)
        estate = building.estate_id or self._shequ_find("shequ.estate", estate)
        return self._shequ_where_page(estate, building, q.strip()[:40])

    def _shequ_find(self, model, number):
        Model = request.env[model].sudo()
        wanted = self._shequ_int(number)
        found = Model.search([("id", "=", wanted)]) if wanted else Model
        estate = found if model == "shequ.estate" else found.estate_id
        return found if estate.active else Model

    def _shequ_where_page(self, estate, building, words):
        if building:
            choices, more = self._shequ_units(building, words)
        elif estate:
            choices, more = self._shequ_buildings(estate, words)
        else:
            choices, more = self._shequ_estates(words)
        back = "/my/login"
        if building:
            back = f"/my/register?estate={estate.id}"
        elif estate or request.session.uid:
            back = "/my/register" if estate else "/my/homes"
        return self._shequ_register_frame(
            "shequ_property.portal_register_where",
            {
                "step": 3 if building else 2 if estate else 1,
                "place": self._shequ_step(
                    3 if building else 2 if estate else 1, estate.name, building.label
                ),
                "search_label": self.env._("Room")
                if building
                else self.env._("Building")
                if estate
                else self.env._("Name of the estate"),
                "estate_id": estate.id,
                "building_id": building.id,
                "choices": choices,
                "more": more,
                "q": words,
            },
            back=back,
        )

    def _shequ_step(self, step, *places):
        """Where one is on the way, and for which place."""
        words = self.env._("Step %(step)s of 4", step=step)
        return " · ".join(filter(None, (words, *places)))

    def _shequ_register_frame(self, template, values, status=200, back=""):
        if request.session.uid:
            return self._shequ_page(
                template, {"bare": False, **values}, status=status, back=back
            )
        return self._shequ_public_page(template, values, status=status, back=back)

    def _shequ_estates(self, words):
        domain = Domain.TRUE
        for word in words.split():
            domain &= Domain("name", "ilike", word) | Domain("address", "ilike", word)
        found = request.env["shequ.estate"].sudo().search(domain, limit=SHOWN + 1)
        choices = [
            {
                "href": f"/my/register?estate={estate.id}",
                "name": estate.name,
                "text": " ".join(
                    filter(None, (estate.district, estate.street, estate.address))
                ),
            }
            for estate in found[:SHOWN]
        ]
        return choices, len(found) > SHOWN

    def _shequ_buildings(self, estate, words):
        domain = Domain("estate_id", "=", estate.id)
        if words:
            domain &= Domain("label", "ilike", words) | Domain("name", "ilike", words)
        found = request.env["shequ.building"].sudo()
        found = found.search(domain, limit=400, order="sort_key")
        choices = [
            {
                "href": f"/my/register?building={building.id}",
                "name": building.label,
                "text": "",
            }
            for building in found
        ]
        return choices, False

    def _shequ_units(self, building, words):
        domain = Domain("building_id", "=", building.id)
        for word in words.split():
            domain &= Domain("address", "ilike", word)
        found = request.env["shequ.unit"].sudo().search(domain, limit=301)
        choices = [
            {
                "href": f"/my/register?unit={unit.id}",
                "name": unit.short_address,
                "text": "",
            }
            for unit in found[:300]
        ]
        return choices, len(found) > 300

    # --- proof ------------------------------------------------------------------------

    @route("/my/register", type="http", auth="public", methods=["POST"])
    def shequ_register_send(
        self,
        unit_id="",
        name="",
        role="",
        proof="",
        certificate_number="",
        last_day="",
        child="",
        guardian_phone="",
        lease=None,
    ):
        phone, partner = self._shequ_registrant()
        if not phone and not partner:
            return request.redirect("/my/login?redirect=/my/register")
        unit = self._shequ_find("shequ.unit", unit_id)
        if not unit:
            return request.redirect("/my/register", 303)
        form = {
            "name": partner.name if partner else name.strip()[:60],
            "role": role,
            "proof": proof,
            "certificate_number": certificate_number.strip()[:60],
            "last_day": last_day,
            "child": child,
            "guardian_phone": guardian_phone.strip()[:40],
        }
        photo, errors = self._shequ_register_photo(lease)
        errors.update(self._shequ_register_errors(form, photo))
        if not errors and request.env["shequ.login.throttle"].sudo()._hit(
            [("register", phone or str(partner.id), "shequ.login.limit_registrations")]
        ):
            errors["form"] = self.env._(
                "You have registered several times today. Please ask the service desk."
            )
        made = []
        if not errors:
            refusal = self._shequ_attempt(
                lambda: made.append(
                    self._shequ_apply(unit, phone, form, photo, partner)
                )
            )
            if refusal:
                errors["form"] = refusal
        if errors:
            return self._shequ_register_page(unit, form, errors, status=422)
        return self._shequ_registered(made[0])

    def _shequ_apply(self, unit, phone, form, photo, partner):
        return (
            request.env["shequ.registration"]
            .sudo()
            ._apply_for(
                unit,
                phone,
                {
                    "person_name": form["name"],
                    "role": form["role"],
                    "proof": form["proof"],
                    "certificate_number": form["certificate_number"]
                    if form["proof"] == "certificate"
                    else False,
                    "photo": photo if form["proof"] == "lease" else False,
                    "last_day": form["last_day"] if form["role"] == "tenant" else False,
                    "is_child": bool(form["child"]),
                    "guardian_phone": phone_tools.normalise(form["guardian_phone"]),
                },
                partner=partner,
            )
        )

    def _shequ_registered(self, registration):
        if request.session.uid:
            return request.redirect("/my/registrations?ok=sent", 303)
        self._shequ_keep(
            next="/my/community"
            if registration.state == "verified"
            else "/my/registrations?ok=sent"
        )
        user = self._shequ_user_of(registration.partner_id)
        if registration.is_child:
            # No log-in of a child before the guardian has agreed.
            return self._shequ_public_page("shequ_property.portal_register_child")
        return self._shequ_log_in(user)

    def _shequ_register_photo(self, upload):
        """The photo of the lease as base64, cleaned of what it tells besides."""
        if not upload or not getattr(upload, "filename", ""):
            return False, {}
        raw = upload.read(MAX_PHOTO + 1)
        try:
            photo = media_tools.process_photo(raw)
        except media_tools.MediaError:
            return False, {
                "lease": self.env._(
                    "The photo could not be read. Please take another one, as JPEG "
                    "or PNG, smaller than 20 MB."
                )
            }
        return base64.b64encode(photo.raw), {}

    def _shequ_register_errors(self, form, photo):
        errors = {}
        if len(person_name.normalise(form["name"])) < 2:
            errors["name"] = self.env._("Please write your full name.")
        if form["role"] not in ROLES:
            errors["role"] = self.env._("Please say what you are in this home.")
        if form["proof"] not in PROOFS:
            errors["proof"] = self.env._("Please choose how we can check it.")
        elif form["proof"] == "owner" and form["role"] in ("owner", "co_owner"):
            errors["proof"] = self.env._(
                "Owners show the title certificate, or come to the service desk."
            )
        elif form["proof"] == "certificate" and not form["certificate_number"]:
            errors["certificate_number"] = self.env._(
                "Please write the number of the title certificate."
            )
        elif form["proof"] == "lease" and not photo:
            errors["lease"] = self.env._("Please add a photo of the lease.")
        if form["role"] == "tenant":
            day = self._shequ_lease_day(form["last_day"])
            if not day or day < request.env["shequ.estate"]._today():
                errors["last_day"] = self.env._(
                    "Please write the last day of the lease as a date that is not over."
                )
        if form["child"] and not phone_tools.can_receive_sms(
            phone_tools.normalise(form["guardian_phone"])
        ):
            errors["guardian_phone"] = self.env._(
                "Please write the mobile number of your father, mother or guardian."
            )
        return errors

    def _shequ_lease_day(self, text):
        try:
            return fields.Date.to_date(text)
        except (ValueError, TypeError):
            return None

    def _shequ_register_page(self, unit, form, errors=None, status=200):
        labels = dict(
            request.env["shequ.registration"]
            ._fields["role"]
            ._description_selection(request.env)
        )
        return self._shequ_register_frame(
            "shequ_property.portal_register",
            {
                "unit": {"id": unit.id},
                "place": self._shequ_step(4, unit.address),
                "form": form,
                "errors": errors or {},
                "known": request.session.uid and self._shequ_partner().name,
                "roles": [{"code": role, "name": labels[role]} for role in ROLES],
                "today": str(request.env["shequ.estate"]._today()),
            },
            status=status,
            back=f"/my/register?building={unit.building_id.id}",
        )

    # --- waiting, and answering for others ------------------------------------------

    def _shequ_my_registrations(self):
        return (
            request.env["shequ.registration"]
            .sudo()
            .search([("partner_id", "=", self._shequ_partner().id)], limit=20)
        )

    def _shequ_to_answer(self):
        """Registrations (as super-user) that this resident may decide."""
        partner = self._shequ_partner()
        units = (
            self._shequ_residencies()
            .filtered(lambda r: r.role in ("owner", "co_owner"))
            .unit_id
        )
        waiting = (
            request.env["shequ.registration"]
            .sudo()
            .search(
                Domain("state", "=", "waiting")
                & (
                    Domain("guardian_id", "=", partner.id)
                    | (
                        Domain("unit_id", "in", units.ids)
                        & Domain("proof", "=", "owner")
                    )
                )
            )
        )
        return waiting.filtered(
            lambda one: partner in one._deciders() and not one.guardian_agreed
        )

    @route(
        "/my/registrations", type="http", auth="user", methods=["GET"], readonly=True
    )
    def shequ_registrations(self, ok=""):
        return self._shequ_registrations_page(ok=ok)

    def _shequ_registrations_page(self, ok="", error="", status=200):
        words = Words(request.env)
        flashes = {
            "sent": self.env._("Sent. We look at it and tell you by text message."),
            "yes": self.env._("Thank you. It is recorded."),
            "no": self.env._("Thank you. Access was refused."),
            "withdrawn": self.env._("Withdrawn."),
        }
        mine = self._shequ_my_registrations()
        states = dict(mine._fields["state"]._description_selection(request.env))
        roles = dict(mine._fields["role"]._description_selection(request.env))
        tones = {"waiting": "gold", "verified": "brand", "refused": "red"}
        return self._shequ_page(
            "shequ_property.portal_registrations",
            {
                "active": "me",
                "flash": flashes.get(ok, ""),
                "error": error,
                "mine": [
                    {
                        "id": one.id,
                        "home": one.unit_id.address,
                        "role": roles[one.role],
                        "state": one.state,
                        "state_name": states[one.state],
                        "tone": tones.get(one.state, "blue"),
                        "reason": one.reason or "",
                        "date": words.date(one.create_date),
                    }
                    for one in mine
                ],
                "asking": [
                    {
                        "id": one.id,
                        "name": one.person_name,
                        "tail": phone_tools.tail(one.partner_id.shequ_phone),
                        "home": one.unit_id.short_address,
                        "role": roles[one.role],
                        "child": bool(one.guardian_id),
                        "until": words.date(one.last_day),
                    }
                    for one in self._shequ_to_answer()
                ],
                "ask_no": self.env._("Refuse it?"),
            },
            status=status,
            back="/my/community",
        )

    @route(
        "/my/registrations/<int:registration_id>/answer",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_registration_answer(self, registration_id, answer=""):
        registration = self._shequ_to_answer().filtered(
            lambda one: one.id == registration_id
        )
        if not registration or answer not in ("yes", "no"):
            self._shequ_refuse()
        refusal = self._shequ_attempt(
            lambda: registration._answer_by_resident(
                self._shequ_partner().sudo(), answer == "yes"
            )
        )
        if refusal:
            return self._shequ_registrations_page(error=refusal, status=422)
        return request.redirect(f"/my/registrations?ok={answer}", 303)

    @route(
        "/my/registrations/<int:registration_id>/withdraw",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_registration_withdraw(self, registration_id):
        registration = self._shequ_my_registrations().filtered(
            lambda one: one.id == registration_id
        )
        if not registration:
            self._shequ_refuse()
        refusal = self._shequ_attempt(registration._withdraw)
        if refusal:
            return self._shequ_registrations_page(error=refusal, status=422)
        return request.redirect("/my/registrations?ok=withdrawn", 303)

    def _shequ_home_cards(self):
        cards = super()._shequ_home_cards()
        asking = self._shequ_to_answer()
        if asking:
            cards.append(
                {
                    "key": "answer",
                    "sequence": 1,
                    "title": self.env._("Does this person live here?"),
                    "text": ", ".join(asking.mapped("person_name")),
                    "href": "/my/registrations",
                    "icon": "user-plus",
                    "tone": "gold",
                    "badge": len(asking),
                    "elder": True,
                }
            )
        waiting = self._shequ_my_registrations().filtered(
            lambda one: one.state in ("waiting", "refused")
        )
        if waiting and not self._shequ_residencies():
            first = waiting[0]
            cards.append(
                {
                    "key": "registration",
                    "sequence": 12,
                    "title": self.env._("Your registration"),
                    "text": self.env._("We are looking at it.")
                    if first.state == "waiting"
                    else self.env._("Not confirmed: read why"),
                    "href": "/my/registrations",
                    "icon": "hourglass",
                    "tone": "gold",
                    "elder": True,
                }
            )
            if first.state == "waiting":
                cards += self._shequ_waiting_cards()
        elif not self._shequ_residencies():
            cards.append(
                {
                    "key": "register",
                    "sequence": 3,
                    "title": self.env._("Register your home"),
                    "text": self.env._("Estate, building, home"),
                    "href": "/my/register",
                    "icon": "house",
                    "tone": "brand",
                }
            )
        return cards

    def _shequ_waiting_cards(self):
        return [
            {
                "key": "repair",
                "sequence": 10,
                "title": self.env._("Report something outside"),
                "text": self.env._("Corridor, lift, gate, garden"),
                "href": "/my/report",
                "icon": "camera",
                "tone": "brand",
                "first": True,
                "elder": True,
            }
        ]
