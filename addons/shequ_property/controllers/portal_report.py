import json
import re
import uuid

from odoo.http import request, route

from .portal_base import ResidentPortal
from .portal_words import category_icon

MAX_PHOTOS = 9
MAX_WORDS = 4000
REF = re.compile(r"[0-9A-Za-z-]{8,64}")
# What each of the three forms is about.
FORMS = {
    "repair": ("repair",),
    "complaint": ("complaint",),
    "ask": ("suggestion", "consultation", "application", "help"),
}
# For reports without a category.
FORM_KINDS = {"repair": "repair", "complaint": "complaint", "ask": "consultation"}
FIELDS = (
    "ref",
    "place",
    "unit_id",
    "building_id",
    "place_text",
    "category",
    "description",
    "danger",
    "preferred_time",
    "visibility",
    "behalf",
    "phone",
    "sure",
)


class ReportPages(ResidentPortal):
    """Reporting in three taps: where, what, photo and words."""

    @route("/my/report", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_report(self, kind="repair", spot="", category="", unit="", building=""):
        form = {"ref": str(uuid.uuid4()), "category": category}
        scanned = spot or unit or building
        spot = self._shequ_spot(spot)
        place = {} if spot else self._shequ_label_place(unit, building)
        form.update({"place": "public", "spot": spot.code} if spot else place)
        flash = ""
        if scanned and not spot and not place:
            # The same words for a label of somebody else and for one that never was.
            form["place"] = "public"
            flash = self.env._(
                "This label is not of your home or building. You can report here what "
                "you see in the public areas of your estate."
            )
        return self._shequ_report_page(kind, form, spot=spot, flash=flash)

    def _shequ_label_place(self, unit, building):
        """Fields that a label at a home's door or in a lobby fills in; none for the
        home or the estate of somebody else."""
        units = self._shequ_residencies().unit_id
        if unit:
            home = units.filtered(lambda one: one.id == self._shequ_int(unit))
            return {"place": "home", "unit_id": home.id} if home else {}
        for home in units.grouped("estate_id").values() if building else ():
            if found := self._shequ_building(building, home.estate_id):
                return {
                    "place": "public",
                    "building_id": found.id,
                    "unit_id": self._shequ_unit(home).id,
                }
        return {}

    @route("/my/report", type="http", auth="user", methods=["POST"])
    def shequ_report_send(
        self,
        kind="repair",
        ref="",
        spot="",
        place="",
        unit_id="",
        building_id="",
        place_text="",
        category="",
        description="",
        danger="",
        preferred_time="",
        visibility="",
        behalf="",
        phone="",
        sure="",
        photos=None,
        voice=None,
        video=None,
    ):
        """Take in a report, exactly once however often it is sent.

        Scripts ask for JSON and get ``{"ok": true, "url": …}`` or
        ``{"ok": false, "errors": {field: sentence}}``; a plain form gets pages.
        """
        form = {
            "ref": ref,
            "place": place,
            "unit_id": unit_id,
            "building_id": building_id,
            "place_text": place_text.strip()[:200],
            "category": category,
            "description": description.strip(),
            "danger": danger,
            "preferred_time": preferred_time.strip()[:100],
            "visibility": visibility,
            "behalf": behalf,
            "phone": phone.strip()[:40],
            "sure": sure,
        }
        spot = self._shequ_spot(spot)
        if spot:
            form["spot"] = spot.code
        known = self._shequ_known_report(ref)
        if known:
            return self._shequ_report_done(known)
        media = self._shequ_media("photos", "voice", "video")
        values, errors = self._shequ_report_values(kind, form, spot, media)
        if not errors and self._shequ_too_many(
            "shequ.ticket",
            [
                ("reporter_id", "=", self._shequ_partner().id),
                ("channel", "=", "portal"),
            ],
            "shequ_property.portal_tickets_per_hour",
            20,
        ):
            errors["form"] = self.env._(
                "You have sent many reports within the last hour. Please wait a "
                "little, or call the service desk."
            )
        if errors:
            return self._shequ_report_refused(kind, form, errors, spot)
        similar = self._shequ_similar(values)
        if similar and not media and not sure and not self._shequ_wants_json():
            # Without a script the question comes after sending, before filing.
            return self._shequ_report_page(
                kind, form, spot=spot, similar=similar, status=200
            )
        made = []
        refusal = self._shequ_attempt(
            lambda: made.append(
                request.env["shequ.ticket"].sudo()._intake({**values, "media": media})
            )
        )
        if refusal:
            return self._shequ_report_refused(kind, form, {"form": refusal}, spot)
        return self._shequ_report_done(made[0])

    @route("/my/report/token", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_report_token(self):
        """A fresh token for a report kept on the phone since another session."""
        return request.make_json_response(
            {"csrf_token": request.csrf_token(), "user": request.env.user.id},
            headers=[("Cache-Control", "no-store")],
        )

    @route("/my/report/similar", type="jsonrpc", auth="user", readonly=True)
    def shequ_report_similar(
        self, description="", category="", building_id="", place_text=""
    ):
        """Open public tickets of the person's estate that are likely the same."""
        unit = self._shequ_unit(self._shequ_residencies().unit_id)
        if not unit:
            return []
        building = self._shequ_building(building_id, unit.estate_id)
        return self._shequ_similar(
            {
                "estate_id": unit.estate_id.id,
                "building_id": building.id,
                "category_id": self._shequ_category(category).id,
                "description": str(description)[:MAX_WORDS],
                "place_text": str(place_text)[:200],
                "is_public_area": True,
            }
        )

    @route("/my/report/alarm", type="jsonrpc", auth="user", readonly=True)
    def shequ_report_alarm(self, description=""):
        """What to do at once, when the words may tell of an emergency.

        :return: dict with ``advice`` (sentences, may be empty); empty when they do not
        """
        estates = self._shequ_residencies().estate_id or self._shequ_waiting_estates()
        words = str(description)[:MAX_WORDS].strip()
        if not words or not estates:
            return {}
        Ticket = request.env["shequ.ticket"].sudo()
        return Ticket._emergency_advice(words, estates[0].company_id.id)

    # --- reading the form --------------------------------------------------------

    def _shequ_wants_json(self):
        return "application/json" in request.httprequest.headers.get("Accept", "")

    def _shequ_external_ref(self, ref):
        """The sender's reference, made the sender's own: nobody can guess or
        occupy that of another person."""
        return f"{request.env.uid}-{ref}" if REF.fullmatch(ref or "") else ""

    def _shequ_known_report(self, ref):
        external_ref = self._shequ_external_ref(ref)
        if not external_ref:
            return None
        return (
            request.env["shequ.ticket"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("channel", "=", "portal"),
                    ("external_ref", "=", external_ref),
                    ("reporter_id", "=", self._shequ_partner().id),
                ],
                limit=1,
            )
        )

    def _shequ_spot(self, code):
        """The QR spot of one of the person's estates, or none."""
        Spot = request.env["shequ.spot"].sudo()
        if not code:
            return Spot
        estates = self._shequ_residencies().estate_id
        return Spot.search(
            [("code", "=", str(code)), ("estate_id", "in", estates.ids)], limit=1
        )

    def _shequ_category(self, code):
        Category = request.env["shequ.ticket.category"].sudo()
        return Category.search([("code", "=", code)], limit=1) if code else Category

    def _shequ_building(self, building_id, estate):
        return (
            request.env["shequ.building"]
            .sudo()
            .search(
                [
                    ("id", "=", self._shequ_int(building_id)),
                    ("estate_id", "=", estate.id),
                ]
            )
        )

    def _shequ_media(self, photos="", voice="", video=""):
        """Files of the request as the intake takes them; empty inputs are none."""
        files = request.httprequest.files
        media = []
        for field, kind in ((photos, "photo"), (voice, "voice"), (video, "video")):
            for file in files.getlist(field) if field else ():
                if file.filename or file.content_length:
                    # Odoo runs a request again after a conflict and rewinds only
                    # the first of several files.
                    file.seek(0)
                    raw = file.read()
                    if raw:
                        media.append(
                            {"type": kind, "name": file.filename or kind, "raw": raw}
                        )
        return media

    def _shequ_report_values(self, kind, form, spot, media):
        """Return the values for the intake and the sentences for wrong fields."""
        errors = {}
        kind = kind if kind in FORMS else "repair"
        units = self._shequ_residencies().unit_id
        unit = units.filtered(
            lambda unit: unit.id == self._shequ_int(form["unit_id"])
        ) or (self._shequ_unit(units) if not form["unit_id"] else units.browse())
        # Who waits to be confirmed reports for public places, to the desk alone.
        waiting = not units and self._shequ_waiting_estates()[:1]
        estate = unit.estate_id or waiting or unit.estate_id
        if not estate:
            errors["unit_id"] = self.env._(
                "Please choose your home: you can report for a home "
                "you live in or own now."
            )
        category = self._shequ_category(form["category"])
        if not form["description"] and not category and not media:
            errors["description"] = self.env._(
                "Please tap what it is about, or write a few words."
            )
        if len(form["description"]) > MAX_WORDS:
            errors["description"] = self.env._(
                "Your text is too long: at most %(limit)s characters, please.",
                limit=MAX_WORDS,
            )
        if sum(item["type"] == "photo" for item in media) > MAX_PHOTOS:
            errors["photos"] = self.env._(
                "At most %(limit)s photos, please.", limit=MAX_PHOTOS
            )
        building = self._shequ_building(form["building_id"], estate)
        if form["building_id"] and not building and estate:
            errors["building_id"] = self.env._(
                "Please choose a building of your estate."
            )
        behalf = self._shequ_behalf(unit).filtered(
            lambda person: person.id == self._shequ_int(form["behalf"])
        )
        if form["behalf"] and not behalf:
            errors["behalf"] = self.env._("Please choose somebody of your home.")
        public = bool(spot or waiting) or self._shequ_is_public(form, category)
        values = {
            "channel": "portal",
            "external_ref": self._shequ_external_ref(form["ref"])
            or f"{request.env.uid}-{uuid.uuid4()}",
            "reporter_id": self._shequ_partner().id,
            "on_behalf_id": behalf.id,
            "description": form["description"],
            "category_id": category.id,
            "kind": category.kind or ("complaint" if kind == "complaint" else ""),
            "likely_kind": FORM_KINDS[kind],
            "place_text": form["place_text"],
            "preferred_time": form["preferred_time"],
            "contact_phone": form["phone"] or self._shequ_partner().phone or "",
            "visibility": "shared"
            if public and form["visibility"] == "shared" and not waiting
            else "private",
            "is_public_area": public,
            "estate_id": estate.id,
        }
        if form["danger"]:
            values["urgency"] = "red"
        if public:
            values["building_id"] = (spot.building_id if spot else building).id
            values["spot_id"] = spot.id
        else:
            values["unit_id"] = unit.id
        return values, errors

    def _shequ_is_public(self, form, category):
        if form["place"] in ("home", "public"):
            return form["place"] == "public"
        return bool(category.public_area)

    def _shequ_behalf(self, unit):
        """People of the home for whom one may report.

        Owners and their family see each other; a tenant and the owner do not.
        """
        own = self._shequ_residencies().filtered(lambda r: r.unit_id == unit)
        family = ("owner", "co_owner", "family")
        if not unit or not any(r.role in family for r in own):
            return request.env["res.partner"].sudo()
        roles = (*family, "tenant") if any(r.is_title for r in own) else family
        people = unit._current_residencies().filtered(lambda r: r.role in roles)
        return people.partner_id - self._shequ_partner()

    def _shequ_similar(self, values):
        if not values.get("is_public_area"):
            return []
        Ticket = request.env["shequ.ticket"].sudo()
        found = Ticket._find_duplicates(values).filtered_domain(
            self._shequ_shared_domain()
        )
        return [
            {
                "id": card["id"],
                "title": card["title"],
                "text": card["text"][:120],
                "place": card["place"],
                "status": card["status"],
                "reported": card["reported"],
                "count": card["me_too"] + 1,
                "count_words": self.env._("%(n)s households", n=card["me_too"] + 1),
                "mine": card["mine"],
                "joined": card["joined"],
                "url": f"/my/tickets/{card['id']}"
                if card["mine"] or card["joined"]
                else card["url"],
            }
            for card in self._shequ_neighbour_summaries(found)
        ]

    # --- answers -------------------------------------------------------------------

    def _shequ_report_done(self, ticket):
        url = f"/my/tickets/{ticket.id}?ok=sent"
        if self._shequ_wants_json():
            return request.make_json_response(
                {"ok": True, "url": url, "number": ticket.name}
            )
        return request.redirect(url, 303)

    def _shequ_report_refused(self, kind, form, errors, spot):
        if self._shequ_wants_json():
            return request.make_json_response(
                {"ok": False, "errors": errors}, status=422
            )
        return self._shequ_report_page(kind, form, spot=spot, errors=errors, status=422)

    def _shequ_report_page(
        self, kind, form, spot=None, errors=None, similar=None, status=200, flash=""
    ):
        kind = kind if kind in FORMS else "repair"
        residencies = self._shequ_residencies()
        units = residencies.unit_id
        unit = units.filtered(
            lambda unit: unit.id == self._shequ_int(form.get("unit_id"))
        ) or self._shequ_unit(units)
        estate = unit.estate_id or self._shequ_waiting_estates()[:1]
        if not estate:
            return self._shequ_page(
                "shequ_property.portal_no_home", status=status, back="/my/community"
            )
        form = {**dict.fromkeys(FIELDS, ""), "visibility": "shared", **form}
        if status == 422 or similar:
            # Shown again: an unticked box stays unticked.
            form["visibility"] = form["visibility"] or "private"
        form["place"] = form["place"] or ("home" if kind == "repair" else "")
        form["unit_id"] = unit.id
        form["phone"] = form["phone"] or self._shequ_partner().phone or ""
        if not form["building_id"] and not spot:
            form["building_id"] = unit.building_id.id
        return self._shequ_page(
            "shequ_property.portal_report",
            {
                "active": "report",
                "flash": flash,
                "kind": kind,
                "heading": self._shequ_report_heading(kind),
                "form": form,
                "errors": errors or {},
                "similar": similar or [],
                "spot": {"code": spot.code, "name": spot.display_name}
                if spot
                else None,
                "groups": [
                    {**group, "place": group["place"] if units else ""}
                    for group in self._shequ_choices(kind)
                    if units or group["place"] != "home"
                ],
                "units": [
                    {"id": home.id, "name": home.short_address} for home in units
                ],
                "buildings": [
                    {"id": building.id, "name": building.label}
                    for building in request.env["shequ.building"]
                    .sudo()
                    .search([("estate_id", "=", estate.id)], order="sort_key")
                ],
                "people": [
                    {"id": person.id, "name": person.name}
                    for person in self._shequ_behalf(unit)
                ],
                "times": self._shequ_times(),
                "red_codes": json.dumps(self._shequ_red_codes()),
                "texts": json.dumps(self._shequ_report_texts()),
            },
            status=status,
            back="/my/community",
        )

    def _shequ_report_heading(self, kind):
        return {
            "repair": self.env._("Report a repair"),
            "complaint": self.env._("Complain"),
            "ask": self.env._("Ask or suggest"),
        }[kind]

    def _shequ_times(self):
        return [
            self.env._("Any time"),
            self.env._("In the morning"),
            self.env._("In the afternoon"),
            self.env._("After 18:00"),
            self.env._("At the weekend"),
        ]

    def _shequ_choices(self, kind):
        """Tiles of the form: groups of leaf categories of its kinds.

        :return: list of dicts with ``place`` (home, public or ""), ``title``,
            ``danger`` and ``tiles``
        """
        categories = (
            request.env["shequ.ticket.category"]
            .sudo()
            .search([])
            .filtered(lambda category: not category.child_ids)
        )
        mine = categories.filtered(lambda category: category.kind in FORMS[kind])
        danger = categories.filtered(
            lambda category: category.kind == "help" and category.public_area
        )
        if kind == "repair":
            return [
                self._shequ_group(
                    "home", "", mine.filtered(lambda c: not c.public_area)
                ),
                self._shequ_group("public", "", mine.filtered("public_area")),
                self._shequ_group("", self.env._("Danger"), danger, danger=True),
            ]
        groups = []
        for parent, children in (mine - danger).grouped("parent_id").items():
            groups.append(self._shequ_group("", parent.name or "", children))
        # Categories without a parent go last, under no heading.
        return sorted(groups, key=lambda group: not group["title"])

    def _shequ_group(self, place, title, categories, danger=False):
        return {
            "place": place,
            "title": title,
            "danger": danger,
            "tiles": [
                {
                    "code": category.code,
                    "name": category.name,
                    "icon": category_icon(category, category.kind),
                    "public": category.public_area,
                }
                for category in categories
            ],
        }

    def _shequ_red_codes(self):
        return (
            request.env["shequ.ticket.category"]
            .sudo()
            .search([("urgency", "=", "red")])
            .mapped("code")
        )

    def _shequ_report_texts(self):
        """Sentences the script of the form says."""
        return {
            "kept": self.env._("We kept what you wrote at {t}."),
            "unsent": self.env._("Your report of {t} has not been sent yet."),
            "sending": self.env._("Sending…"),
            "percent": self.env._("{n} % sent"),
            "waiting": self.env._(
                "No connection. Your report is kept on this phone and goes "
                "out by itself as soon as the line is back."
            ),
            "retry": self.env._("The line broke. Trying again in {n} s."),
            "arriving": self.env._("Almost there: the service desk is receiving it."),
            "login": self.env._(
                "Please log in again; your report is kept on this phone."
            ),
            "large": self.env._(
                "The photos are too large to send. Please take out one or two."
            ),
            "trouble": self.env._(
                "The server has trouble just now. Your report is kept and "
                "will be sent again."
            ),
            "forms": self.env._("Please look at the marked fields."),
            "photo": self.env._("Photo {n}"),
            "remove": self.env._("Remove photo {n}"),
            "many": self.env._("At most 9 photos, please."),
            "record": self.env._("Record a voice note"),
            "stop": self.env._("Stop ({t})"),
            "again": self.env._("Record again"),
            "nomic": self.env._("The microphone cannot be used here."),
            "joined": self.env._("You are with it now."),
        }
