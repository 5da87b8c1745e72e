from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager

from .portal_base import ResidentPortal
from .portal_words import NEIGHBOUR, TicketWords

PER_PAGE = 20


class NeighbourPages(ResidentPortal):
    """Shared tickets of public places: no names, no telephones, no homes."""

    @route(
        ["/my/neighbours", "/my/neighbours/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_neighbours(self, page=1, search="", show=""):
        Ticket = request.env["shequ.ticket"].sudo()
        search = search.strip()[:100]
        show = show if show in ("open", "all") else "open"
        domain = self._shequ_shared_domain()
        if show == "open":
            domain &= Domain("is_open", "=", True)
        if search:
            # Only in what is shown: searching hidden words would tell them.
            domain &= (
                Domain("name", "ilike", search)
                | Domain("category_id.name", "ilike", search)
                | Domain("building_id.name", "ilike", search)
            )
        total = Ticket.search_count(domain)
        args = {"show": show, **({"search": search} if search else {})}
        pages = pager("/my/neighbours", total, page, PER_PAGE, url_args=args)
        tickets = Ticket.search(
            domain, limit=PER_PAGE, offset=max(0, pages["offset"]), order="id desc"
        )
        return self._shequ_page(
            "shequ_property.portal_neighbours",
            {
                "active": "neighbours",
                "show": show,
                "search": search,
                "total": total,
                "pager": pages,
                "tickets": self._shequ_neighbour_summaries(tickets),
            },
            back="/my/community",
        )

    @route(
        "/my/neighbours/<int:ticket_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_neighbour(self, ticket_id):
        ticket = self._shequ_shared_ticket(ticket_id)
        partner = self._shequ_partner()
        if partner in ticket.participant_ids:
            return request.redirect(f"/my/tickets/{ticket.id}", 303)
        return self._shequ_page(
            "shequ_property.portal_neighbour",
            {
                "active": "neighbours",
                "ticket": TicketWords(request.env, ticket, NEIGHBOUR).detail(),
            },
            back="/my/neighbours",
        )

    @route(
        "/my/neighbours/<int:ticket_id>/join",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_join(self, ticket_id):
        """“Me too” instead of a copy."""
        ticket = self._shequ_shared_ticket(ticket_id)
        refusal = self._shequ_attempt(lambda: ticket._join(self._shequ_partner()))
        if refusal:
            return self._shequ_page(
                "shequ_property.portal_neighbour",
                {
                    "active": "neighbours",
                    "error": refusal,
                    "ticket": TicketWords(request.env, ticket, NEIGHBOUR).detail(),
                },
                status=422,
                back="/my/neighbours",
            )
        return request.redirect(f"/my/tickets/{ticket.id}?ok=joined", 303)

    @route(
        "/my/neighbours/<int:ticket_id>/media/<int:media_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_neighbour_media(self, ticket_id, media_id, small=""):
        ticket = self._shequ_shared_ticket(ticket_id)
        media = ticket.media_ids.filtered(
            lambda item: (
                item.id == media_id
                and item.type == "photo"
                and item.phase in ("report", "evidence")
            )
        )
        if not media:
            self._shequ_refuse()
        return self._shequ_stream(media.attachment_id, small=bool(small))
