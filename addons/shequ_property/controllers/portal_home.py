import re

from odoo.fields import Domain
from odoo.http import request, route

from .portal_base import THEMES, YEAR, ResidentPortal
from .portal_words import Words


class HomePages(ResidentPortal):
    """Home, choice of the home, settings."""

    def _shequ_home_cards(self):
        """Extension point: the cards of the residents' home.

        An addon that brings a part of its own (notices, votes, payments) extends
        this and adds its card; what is not installed is not shown.

        :return: list of dicts with ``key``, ``sequence``, ``title``, ``text``,
            ``href``, ``icon`` (a name of ``portal_icons``), ``tone`` (brand, warm,
            gold, blue, red) and optionally ``badge``, ``first`` (bool: the large
            one) and ``elder`` (bool: stays in the simple home)
        """
        partner = self._shequ_partner()
        cards = [
            {
                "key": "tickets",
                "sequence": 30,
                "title": self.env._("My tickets"),
                "text": self.env._("Progress, replies, ratings"),
                "href": "/my/tickets",
                "icon": "clipboard-list",
                "tone": "blue",
                "badge": self._shequ_open_count(partner) or "",
                "elder": True,
            },
            {
                "key": "homes",
                "sequence": 90,
                "title": self.env._("Home and family"),
                "text": self.env._("Invite family or a tenant"),
                "href": "/my/homes",
                "icon": "users",
                "tone": "gold",
            },
        ]
        if self._shequ_residencies():
            cards += self._shequ_living_cards()
        return cards

    def _shequ_living_cards(self):
        """Cards for people who live in an estate now."""
        return [
            {
                "key": "repair",
                "sequence": 10,
                "title": self.env._("Report a repair"),
                "text": self.env._("Tap, take a photo, send"),
                "href": "/my/report",
                "icon": "camera",
                "tone": "brand",
                "first": True,
                "elder": True,
            },
            {
                "key": "complaint",
                "sequence": 20,
                "title": self.env._("Complain"),
                "text": self.env._("Noise, dirt, parking, service"),
                "href": "/my/report?kind=complaint",
                "icon": "megaphone",
                "tone": "warm",
                "elder": True,
            },
            {
                "key": "ask",
                "sequence": 40,
                "title": self.env._("Ask or suggest"),
                "text": self.env._("Questions, ideas, help for elders"),
                "href": "/my/report?kind=ask",
                "icon": "messages-square",
                "tone": "brand",
            },
            {
                "key": "neighbours",
                "sequence": 50,
                "title": self.env._("Around the estate"),
                "text": self.env._("What neighbours have reported"),
                "href": "/my/neighbours",
                "icon": "building-2",
                "tone": "warm",
            },
        ]

    def _shequ_open_count(self, partner):
        return (
            request.env["shequ.ticket"]
            .sudo()
            .search_count(
                [("participant_ids", "in", partner.ids), ("is_open", "=", True)]
            )
        )

    @route("/my/community", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_community(self, ok=""):
        return self._shequ_home(ok)

    def _shequ_home(self, ok=""):
        partner = self._shequ_partner()
        Ticket = request.env["shequ.ticket"].sudo()
        mine = Domain("participant_ids", "in", partner.ids)
        # Two searches, each along an index: what runs, and what asks for a word.
        asking = Ticket.search(
            mine
            & Domain("state", "in", ("done", "returned"))
            & Domain("rated_at", "=", False)
            & (
                Domain("reporter_id", "=", partner.id)
                | Domain("on_behalf_id", "=", partner.id)
            ),
            limit=2,
            order="id desc",
        )
        running = Ticket.search(
            mine & Domain("is_open", "=", True), limit=3, order="id desc"
        )
        units = self._shequ_residencies().unit_id
        chosen = self._shequ_unit(units)
        cards = sorted(self._shequ_home_cards(), key=lambda card: card["sequence"])
        more = []
        if request.env.user.shequ_large_type:
            more = [card for card in cards if not card.get("elder")]
            cards = [card for card in cards if card.get("elder")]
        return self._shequ_page(
            "shequ_property.portal_home",
            {
                "active": "home",
                "greeting": self._shequ_greeting(),
                "unit": chosen.short_address or "",
                "units": [
                    {
                        "id": unit.id,
                        "name": unit.short_address
                        if len(units.estate_id) == 1
                        else unit.address,
                        "chosen": unit == chosen,
                    }
                    for unit in units
                ],
                "lives_here": bool(units),
                "waiting": bool(not units and self._shequ_waiting_estates()),
                "access_until": "" if units else self._shequ_access_until(),
                # What is needed most, then the news, then the rest.
                "first_cards": cards[:3],
                "cards": cards[3:],
                "more_cards": more,
                "tickets": self._shequ_summaries((asking + (running - asking))[:3]),
                "more_tickets": len(asking | running) > 3,
                "flash": self._shequ_home_flash(ok),
            },
        )

    def _shequ_access_until(self):
        """Until when somebody who moved away has a log-in, as a sentence."""
        until = request.env.user.sudo().shequ_access_until
        if not until:
            return ""
        return self.env._(
            "You no longer live here. Your own tickets can be read until %(day)s.",
            day=Words(request.env).date(until),
        )

    def _shequ_home_flash(self, ok):
        if ok == "settings":
            return self.env._("Your settings are saved.")
        return ""

    def _shequ_greeting(self):
        # "Hello, Zhu": people are greeted as they are written.
        return self.env._("Hello, %(name)s", name=request.env.user.name)

    @route("/my/community/unit", type="http", auth="user", methods=["POST"])
    def shequ_choose_unit(self, unit_id=""):
        """Choose among one's own homes; another's changes nothing."""
        wanted = self._shequ_int(unit_id)
        if wanted not in self._shequ_residencies().unit_id.ids:
            self._shequ_refuse()
        request.session["shequ_unit_id"] = wanted
        return request.redirect("/my/community", 303)

    # --- settings ----------------------------------------------------------------

    @route("/my/settings", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_settings(self):
        return self._shequ_settings_page()

    @route("/my/settings", type="http", auth="user", methods=["POST"])
    def shequ_settings_save(self, theme="", large="", lang=""):
        user = request.env.user
        languages = dict(request.env["res.lang"].get_installed())
        if theme not in THEMES or (lang and lang not in languages):
            return self._shequ_settings_page(
                error=self.env._("Please choose one of the colours and languages."),
                status=422,
            )
        values = {"shequ_theme": theme, "shequ_large_type": large == "1"}
        if lang:
            values["lang"] = lang
        user.sudo().write(values)
        if lang:
            request.session.context = {**request.session.context, "lang": lang}
        response = request.redirect("/my/community?ok=settings", 303)
        # For the log-in page, which does not know yet who comes.
        response.set_cookie(
            "shequ_large", "1" if large == "1" else "", max_age=YEAR, samesite="Lax"
        )
        response.set_cookie("shequ_theme", theme, max_age=YEAR, samesite="Lax")
        if lang:
            response.set_cookie("frontend_lang", lang, max_age=YEAR, samesite="Lax")
        return response

    def _shequ_settings_page(self, error="", status=200):
        languages = request.env["res.lang"].get_installed()
        return self._shequ_page(
            "shequ_property.portal_settings",
            {
                "active": "me",
                "error": error,
                "languages": [
                    {
                        "code": code,
                        # "Chinese (Simplified) / 简体中文": people look for their own.
                        "name": re.split(r"\s/\s", name)[-1],
                        "tag": code.replace("_", "-").split("@")[0],
                    }
                    for code, name in languages
                ],
                "lang": request.env.user.lang,
            },
            status=status,
            back="/my/community",
        )
