import uuid

from odoo.http import request, route

from ..tools import visits
from .portal_report import MAX_WORDS, ReportPages
from .portal_words import Words, category_icon


class ServicePages(ReportPages):
    """The service list (服务清单): what can be ordered, and ordering it."""

    def _shequ_living_cards(self):
        cards = super()._shequ_living_cards()
        estates = self._shequ_residencies().estate_id
        if request.env["shequ.service"]._offered_in(estates):
            cards.append(
                {
                    "key": "services",
                    "sequence": 25,
                    "title": self.env._("Order a service"),
                    "text": self.env._("Price and time known beforehand"),
                    "href": "/my/services",
                    "icon": "receipt",
                    "tone": "gold",
                    "elder": True,
                }
            )
        return cards

    @route("/my/services", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_services(self):
        estate = self._shequ_estate()
        services = request.env["shequ.service"]._offered_in(estate)
        return self._shequ_page(
            "shequ_property.portal_services",
            {
                "active": "home",
                "services": [self._shequ_service_card(s) for s in services],
                "lives_here": bool(estate),
            },
            back="/my/community",
        )

    def _shequ_service_card(self, service):
        # The page's language, not the super-user's.
        service = service.with_context(lang=request.env.lang)
        return {
            "id": service.id,
            "name": service.name,
            "text": service.description or "",
            "price": service.price_text,
            "free": service.price_type == "free",
            "promise": self._shequ_promise(service.promise_hours),
            "icon": category_icon(service.category_id, service.category_id.kind),
        }

    def _shequ_promise(self, hours):
        words = Words(request.env)
        if hours >= 48 and hours % 24 == 0:
            return self.env._("Within %(n)s days", n=int(hours // 24))
        if hours == int(hours):
            return self.env._("Within %(n)s hours", n=int(hours))
        return self.env._("Within %(time)s", time=words.span(hours * 3600))

    def _shequ_service(self, service_id):
        """A service (as super-user) of an estate where the person lives, or 404."""
        estates = self._shequ_residencies().estate_id
        found = (
            request.env["shequ.service"]
            ._offered_in(estates)
            .filtered(lambda service: service.id == service_id)
        )
        if not found:
            self._shequ_refuse()
        return found

    def _shequ_service_units(self, service):
        """The person's homes in which the service can be ordered."""
        units = self._shequ_residencies().unit_id
        offered = service.estate_ids
        return units.filtered(
            lambda unit: (
                unit.estate_id.company_id == service.company_id
                and (not offered or unit.estate_id in offered)
            )
        )

    @route(
        "/my/services/<int:service_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_service(self, service_id):
        service = self._shequ_service(service_id)
        return self._shequ_service_page(service, {"ref": str(uuid.uuid4())})

    def _shequ_service_page(self, service, form, error="", status=200):
        units = self._shequ_service_units(service)
        unit = units.filtered(lambda u: u.id == form.get("unit_id")) or (
            self._shequ_unit(units)
        )
        return self._shequ_page(
            "shequ_property.portal_service",
            {
                "active": "home",
                "service": self._shequ_service_card(service),
                "units": [
                    {
                        "id": one.id,
                        "name": one.address,
                        "chosen": one == unit,
                    }
                    for one in units
                ],
                "slots": self._shequ_service_slots(unit.estate_id),
                "form": form,
                "error": error,
            },
            status=status,
            back="/my/services",
        )

    def _shequ_service_slots(self, estate):
        """Times to wish for: labels alone, as the resident would say them."""
        Ticket = request.env["shequ.ticket"].sudo()
        words = Words(request.env, estate)
        return [
            f"{words.when(start)}–{words.local(end).strftime('%H:%M')}"
            for start, end in visits.slots(
                words.now,
                str(words.tz),
                Ticket._visit_hours(),
                Ticket._dispatch_setting("visit_days", 4),
            )
        ]

    @route("/my/services/<int:service_id>", type="http", auth="user", methods=["POST"])
    def shequ_service_order(
        self, service_id, ref="", unit_id="", description="", preferred_time=""
    ):
        """Order a service, exactly once however often the form is sent."""
        service = self._shequ_service(service_id)
        form = {
            "ref": ref,
            "unit_id": self._shequ_int(unit_id),
            "description": description.strip()[:MAX_WORDS],
            "preferred_time": preferred_time.strip()[:100],
        }
        if known := self._shequ_known_report(ref):
            return request.redirect(f"/my/tickets/{known.id}?ok=sent", 303)
        units = self._shequ_service_units(service)
        unit = units.filtered(lambda u: u.id == form["unit_id"])
        refusal = ""
        if not unit:
            refusal = self.env._("Please choose for which home it is.")
        elif self._shequ_too_many(
            "shequ.ticket",
            [
                ("reporter_id", "=", self._shequ_partner().id),
                ("channel", "=", "portal"),
            ],
            "shequ_property.portal_tickets_per_hour",
            20,
        ):
            refusal = self.env._(
                "You have sent many reports within the last hour. Please wait a "
                "little, or call the service desk."
            )
        made = []
        if not refusal:
            report = {
                "unit_id": unit.id,
                "reporter_id": self._shequ_partner().id,
                "description": form["description"],
                "preferred_time": form["preferred_time"],
                "channel": "portal",
                "external_ref": self._shequ_external_ref(ref),
            }
            refusal = self._shequ_attempt(
                lambda: made.append(
                    request.env["shequ.ticket"]._order_service(
                        service.with_context(lang=request.env.lang), report
                    )
                )
            )
        if refusal:
            return self._shequ_service_page(service, form, refusal, 422)
        return request.redirect(f"/my/tickets/{made[0].id}?ok=sent", 303)
