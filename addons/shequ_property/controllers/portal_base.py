"""What all pages of the resident portal share.

The pages have a layout and a bundle of their own instead of ``portal.portal_layout``
with ``web.assets_frontend``: that bundle is 2.5 MB of style sheets and scripts before
compression, one to two minutes on the line of a stairwell or a basement.  Ours is
some tens of kilobytes, needs no script to work, and allows a strict content security
policy.  Session, log-in, CSRF protection and languages stay Odoo's.

The routes are not ``website`` routes: the language is the one the person chose, there
is no ``/zh_CN/`` in front of addresses printed on a QR code, and no redirect to it.
"""

import time
from datetime import timedelta

from werkzeug.exceptions import abort

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools.media import EXTENSIONS
from .portal_icons import icon
from .portal_words import JOINED, NEIGHBOUR, OWN, TicketWords, Words

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600


class ResidentPortal(CustomerPortal):
    """Helpers; the pages themselves are in the other files of this folder."""

    # --- who is it -------------------------------------------------------------

    def _shequ_partner(self):
        return request.env.user.partner_id

    def _shequ_is_resident(self):
        return request.env.user.has_group("shequ_property.group_resident")

    def _shequ_residencies(self):
        """The residencies in force of who is signed in (as super-user)."""
        return request.env.user._shequ_current_residencies()

    def _shequ_unit(self, units):
        """The home the person has chosen among ``units``, else the first."""
        chosen = request.session.get("shequ_unit_id")
        return units.filtered(lambda unit: unit.id == chosen) or units[:1]

    def _shequ_estate(self):
        """The estate the pages speak of; none for people who moved away."""
        return self._shequ_unit(self._shequ_residencies().unit_id).estate_id

    def _shequ_waiting_estates(self):
        """Estates (as super-user) where the person waits to be confirmed.

        They open one thing: reporting what is wrong in a public place.  Neither
        homes nor what neighbours have reported can be seen.
        """
        if self._shequ_residencies():
            return request.env["shequ.estate"].sudo()
        return (
            request.env["shequ.registration"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self._shequ_partner().id),
                    ("state", "=", "waiting"),
                ]
            )
            .estate_id
        )

    # --- records, each with its proof of ownership ------------------------------

    def _shequ_ticket(self, ticket_id, own_only=False):
        """Return a ticket of the person (as super-user) and the person's role.

        :param bool own_only: refuse neighbours who merely said “me too”
        :raise: page 404, the same whether it is missing or somebody else's
        """
        partner = self._shequ_partner()
        ticket = (
            request.env["shequ.ticket"]
            .sudo()
            .search([("id", "=", ticket_id), ("participant_ids", "in", partner.ids)])
        )
        if not ticket:
            self._shequ_refuse()
        own = partner in ticket.reporter_id | ticket.on_behalf_id
        if own_only and not own:
            self._shequ_refuse()
        return ticket, OWN if own else JOINED

    def _shequ_shared_domain(self):
        """Tickets that neighbours may know of: shared, of a public place, here."""
        estates = self._shequ_residencies().estate_id
        return Domain(
            [
                ("visibility", "=", "shared"),
                ("is_public_area", "=", True),
                ("state", "not in", ("cancelled", "returned")),
                ("estate_id", "in", estates.ids),
            ]
        )

    def _shequ_shared_ticket(self, ticket_id):
        """Return a ticket the neighbourhood may read (as super-user), or 404."""
        domain = Domain("id", "=", ticket_id) & self._shequ_shared_domain()
        ticket = request.env["shequ.ticket"].sudo().search(domain)
        if not ticket:
            self._shequ_refuse()
        return ticket

    def _shequ_refuse(self):
        """End the request with the page for what is not there."""
        response = self._shequ_page("shequ_property.portal_missing", status=404)
        response.flatten()
        abort(response)

    def _shequ_too_many(self, model, domain, parameter, default):
        """Whether the person has made too many of ``model`` within the hour.

        Counted in the database: it holds for all server processes alike.

        :param str parameter: key of ``ir.config_parameter`` with the limit
        """
        limit = request.env["ir.config_parameter"].sudo().get_param(parameter)
        limit = int(limit) if (limit or "").isdigit() else default
        since = fields.Datetime.now() - timedelta(hours=1)
        domain = Domain(domain) & Domain("create_date", ">=", since)
        return request.env[model].sudo().search_count(domain, limit=limit) >= limit

    # --- pages -----------------------------------------------------------------

    def _shequ_page(self, template, values=None, status=200, back=""):
        """Render a page of the portal.

        :param str back: address of the page above, for the arrow at the top
        """
        user = request.env.user
        units = self._shequ_residencies().unit_id
        unit = self._shequ_unit(units)
        estate = unit.estate_id
        if not estate and request.session.uid:
            estate = self._shequ_waiting_estates()[:1]
        response = request.render(
            template,
            {
                "icon": icon,
                "assets": self._shequ_assets(),
                "back": back,
                "bare": False,
                "active": "",
                "flash": "",
                "error": "",
                "form": {},
                "estate": self._shequ_estate_values(estate),
                "user_name": user.name,
                "theme": user.shequ_theme if user.shequ_theme in THEMES else "auto",
                "large": user.shequ_large_type,
                "html_lang": (user.lang or "en_US").replace("_", "-"),
                "words": Words(request.env).for_scripts(),
                "user_key": user.id,
                "now": int(time.time()),
                **(values or {}),
            },
            status=status,
        )
        response.headers["Content-Security-Policy"] = CSP
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        # Pages of one person: not for a shared cache, fresh when coming back.
        response.headers["Cache-Control"] = "private, no-cache"
        return response

    def _shequ_assets(self):
        """Addresses of our bundle; Odoo's own tags carry inline event handlers,
        which the content security policy forbids."""
        return request.env["ir.qweb"]._get_asset_links(
            "shequ_property.assets_resident", debug=request.session.debug
        )

    def _shequ_estate_values(self, estate):
        return {
            "id": estate.id,
            "name": estate.name or self.env._("My community"),
            "phone": estate.phone or "",
            "company": estate.company_id.name or "",
        }

    def _shequ_summaries(self, tickets):
        """Tickets of the person as cards."""
        partner = self._shequ_partner()
        return [
            TicketWords(
                request.env,
                ticket,
                OWN if partner in ticket.reporter_id | ticket.on_behalf_id else JOINED,
            ).summary()
            for ticket in tickets
        ]

    def _shequ_neighbour_summaries(self, tickets):
        partner = self._shequ_partner()
        cards = []
        for ticket in tickets:
            card = TicketWords(request.env, ticket, NEIGHBOUR).summary()
            card["mine"] = partner in ticket.reporter_id | ticket.on_behalf_id
            card["joined"] = not card["mine"] and partner in ticket.participant_ids
            cards.append(card)
        return cards

    def _shequ_int(self, value, default=0):
        """A whole number of a request, whatever was sent."""
        text = str(value or "").strip()
        return (
            int(text)
            if text.isascii() and text.isdigit() and len(text) < 10
            else (default)
        )

    def _shequ_attempt(self, step):
        """Run ``step`` and return the sentence of its refusal, or "" when it went.

        What a refused step has written is taken back.
        """
        try:
            with request.env.cr.savepoint():
                step()
        except UserError as error:
            request.env.invalidate_all()
            return str(error.args[0])
        return ""

    def _shequ_stream(self, attachment, small=False):
        """Send a file whose owner has been checked by the caller."""
        binary = request.env["ir.binary"].sudo()
        if small and (attachment.mimetype or "").startswith("image/"):
            stream = binary._get_image_stream_from(
                attachment, "raw", width=480, height=480
            )
        else:
            stream = binary._get_stream_from(attachment, "raw")
        stream.public = False
        # A name such as "朱先生家厨房.jpg" is not for neighbours.
        extension = EXTENSIONS.get(attachment.mimetype, "bin")
        stream.download_name = f"{attachment.id}.{extension}"
        response = stream.get_response(as_attachment=False, max_age=7 * 24 * 3600)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # Whatever the bytes are, they cannot act as a page.
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    # --- Odoo's own home of the portal -------------------------------------------

    @route()
    def home(self, **kw):
        """Residents get the community's home; others keep the usual one."""
        if self._shequ_is_resident():
            return self._shequ_home()
        return super().home(**kw)
