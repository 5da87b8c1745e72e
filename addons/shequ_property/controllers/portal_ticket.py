from datetime import timedelta

from odoo import fields
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager

from .portal_base import ResidentPortal
from .portal_words import OWN, TicketWords

PER_PAGE = 20
MAX_TEXT = 2000
FILTERS = ("open", "done", "all")


class TicketPages(ResidentPortal):
    """My tickets: list, page, and what a resident can do with one."""

    # --- list --------------------------------------------------------------------

    @route(
        ["/my/tickets", "/my/tickets/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_tickets(self, page=1, show="", search=""):
        Ticket = request.env["shequ.ticket"].sudo()
        mine = Domain("participant_ids", "in", self._shequ_partner().ids)
        search = search.strip()[:100]
        if show not in FILTERS:
            # Nothing running: show what there was instead of an empty page.
            running = Ticket.search_count(mine & Domain("is_open", "=", True), limit=1)
            show = "open" if running and not search else "all"
        domain = mine & self._shequ_show_domain(show)
        if search:
            domain &= self._shequ_search_domain(search)
        total = Ticket.search_count(domain)
        pages = pager(
            "/my/tickets",
            total,
            page,
            PER_PAGE,
            url_args={"show": show, **({"search": search} if search else {})},
        )
        tickets = Ticket.search(
            domain, limit=PER_PAGE, offset=max(0, pages["offset"]), order="id desc"
        )
        return self._shequ_page(
            "shequ_property.portal_tickets",
            {
                "active": "tickets",
                "show": show,
                "search": search,
                "total": total,
                "pager": pages,
                "tickets": self._shequ_summaries(tickets),
            },
        )

    def _shequ_show_domain(self, show):
        if show == "open":
            return Domain("is_open", "=", True) | Domain("state", "=", "returned")
        if show == "done":
            return Domain("is_open", "=", False) & Domain("state", "!=", "returned")
        return Domain.TRUE

    def _shequ_search_domain(self, search):
        """Number, words, place (along the index of words) or kind of a ticket."""
        Category = request.env["shequ.ticket.category"].sudo()
        kinds = Category.search([("name", "ilike", search)])
        return Domain("search_text", "ilike", search) | Domain(
            "category_id", "in", kinds.ids
        )

    # --- page --------------------------------------------------------------------

    @route(
        "/my/tickets/<int:ticket_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_ticket(self, ticket_id, ok=""):
        ticket, role = self._shequ_ticket(ticket_id)
        return self._shequ_ticket_page(ticket, role, ok=ok)

    def _shequ_ticket_page(self, ticket, role, ok="", error="", form=None, status=200):
        words = TicketWords(request.env, ticket, role)
        tags = request.env["shequ.rating.tag"].sudo().search([])
        return self._shequ_page(
            "shequ_property.portal_ticket",
            {
                "active": "tickets",
                "ticket": words.detail(),
                "tags": [
                    {"id": tag.id, "name": tag.name, "praise": tag.praise}
                    for tag in tags
                ],
                "flash": self._shequ_ticket_flash(ok, words),
                "just_sent": ok == "sent",
                "error": error,
                "form": form or {},
            },
            status=status,
            back="/my/tickets",
        )

    def _shequ_ticket_flash(self, ok, words):
        return {
            "sent": self.env._(
                "Sent. Your number is %(number)s.", number=words.ticket.name
            ),
            "cancelled": self.env._("Your report is cancelled."),
            "reopened": self.env._("We are on it again. The clock has started anew."),
            "rated": self.env._("Thank you for the stars!"),
            "accepted": self.env._(
                "You have accepted the quotation. We start the work."
            ),
            "refused": self.env._(
                "You have refused the quotation. We will get in touch."
            ),
            "joined": self.env._("You are with it now and see how it goes on."),
            "resent": self.env._("Sent again. The clock has started anew."),
            "said": self.env._("Your message is sent."),
            "consent": self.env._("Thank you. Your name will not be shown."),
            "declined": self.env._("All right. It will not be shown."),
            "supervised": self.env._(
                "The supervision post has it now and looks at every step."
            ),
        }.get(ok, "")

    def _shequ_do(self, ticket, role, step, ok, form=None):
        """Take a step; a refusal shows the page again with what was typed."""
        refusal = self._shequ_attempt(step)
        if refusal:
            return self._shequ_ticket_page(
                ticket, role, error=refusal, form=form, status=422
            )
        return request.redirect(f"/my/tickets/{ticket.id}?ok={ok}", 303)

    # --- steps ---------------------------------------------------------------------

    @route(
        "/my/tickets/<int:ticket_id>/cancel", type="http", auth="user", methods=["POST"]
    )
    def shequ_cancel(self, ticket_id, reason=""):
        ticket, role = self._shequ_ticket(ticket_id, own_only=True)
        reason = reason.strip()[:200]
        return self._shequ_do(
            ticket,
            role,
            lambda: ticket._cancel(self._shequ_partner(), reason),
            "cancelled",
            {"cancel_reason": reason},
        )

    @route(
        "/my/tickets/<int:ticket_id>/reopen", type="http", auth="user", methods=["POST"]
    )
    def shequ_reopen(self, ticket_id, reason=""):
        ticket, role = self._shequ_ticket(ticket_id, own_only=True)
        reason = reason.strip()[:200]
        return self._shequ_do(
            ticket,
            role,
            lambda: ticket._reopen(self._shequ_partner(), reason),
            "reopened",
            {"reopen_reason": reason},
        )

    @route(
        "/my/tickets/<int:ticket_id>/rate", type="http", auth="user", methods=["POST"]
    )
    def shequ_rate(self, ticket_id, stars="", comment="", tags=None):
        ticket, role = self._shequ_ticket(ticket_id, own_only=True)
        chosen = {
            self._shequ_int(value) for value in request.httprequest.form.getlist("tags")
        }
        tags = (
            request.env["shequ.rating.tag"].sudo().search([("id", "in", list(chosen))])
        )
        form = {"stars": stars, "comment": comment[:1000], "tags": tags.ids}
        return self._shequ_do(
            ticket,
            role,
            lambda: ticket._rate(
                self._shequ_partner(), self._shequ_int(stars), tags, form["comment"]
            ),
            "rated",
            form,
        )

    @route(
        "/my/tickets/<int:ticket_id>/resubmit",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_resubmit(self, ticket_id, description="", photos=None):
        ticket, role = self._shequ_ticket(ticket_id, own_only=True)
        words = description.strip()[:MAX_TEXT]

        def step():
            media = self._shequ_media("photos")
            if media:
                ticket._add_media(media)
            ticket._resubmit(self._shequ_partner(), words)

        return self._shequ_do(ticket, role, step, "resent", {"description": words})

    @route(
        "/my/tickets/<int:ticket_id>/talk", type="http", auth="user", methods=["POST"]
    )
    def shequ_talk(self, ticket_id, body="", photos=None):
        ticket, role = self._shequ_ticket(ticket_id, own_only=True)
        partner = self._shequ_partner()
        words = body.strip()[:MAX_TEXT]
        if self._shequ_too_many(
            "mail.message",
            [("model", "=", "shequ.ticket"), ("author_id", "=", partner.id)],
            "shequ_property.portal_messages_per_hour",
            60,
        ):
            return self._shequ_ticket_page(
                ticket,
                role,
                error=self.env._(
                    "You have sent many messages within the last hour. Please wait a "
                    "little, or call the service desk."
                ),
                form={"body": words},
                status=422,
            )
        return self._shequ_do(
            ticket,
            role,
            lambda: ticket._talk(partner, words, self._shequ_media("photos")),
            "said#talk",
            {"body": words},
        )

    @route(
        "/my/tickets/<int:ticket_id>/quotation",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_quotation(self, ticket_id, answer="", reason=""):
        ticket, role = self._shequ_ticket(ticket_id, own_only=True)
        partner = self._shequ_partner()
        reason = reason.strip()[:200]
        if answer == "accept":
            return self._shequ_do(
                ticket, role, lambda: ticket._quotation_accept(partner), "accepted"
            )
        if answer == "refuse":
            return self._shequ_do(
                ticket,
                role,
                lambda: ticket._quotation_refuse(partner, reason),
                "refused",
                {"refuse_reason": reason},
            )
        return self._shequ_refuse()

    @route(
        "/my/tickets/<int:ticket_id>/consent",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_consent(self, ticket_id, answer=""):
        """May the ticket be shown as a model case, without names?  A yes can be
        taken back at any time."""
        ticket, role = self._shequ_ticket(ticket_id, own_only=True)
        if answer not in ("yes", "no"):
            self._shequ_refuse()
        return self._shequ_do(
            ticket,
            role,
            lambda: ticket._model_case_consent(self._shequ_partner(), answer == "yes"),
            "consent" if answer == "yes" else "declined",
        )

    @route(
        "/my/tickets/<int:ticket_id>/leave", type="http", auth="user", methods=["POST"]
    )
    def shequ_leave(self, ticket_id):
        ticket, _role = self._shequ_ticket(ticket_id)
        ticket._leave(self._shequ_partner())
        return request.redirect("/my/tickets", 303)

    @route(
        "/my/tickets/<int:ticket_id>/supervision",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_supervision(self, ticket_id, reason=""):
        """“Unhappy with how it is handled”: open a case, or add a word to it."""
        ticket, role = self._shequ_ticket(ticket_id, own_only=True)
        words = reason.strip()[:MAX_TEXT]
        error = self._shequ_too_many_words(ticket)
        if error:
            form = {"supervision_reason": words}
            return self._shequ_ticket_page(
                ticket, role, error=error, form=form, status=422
            )
        return self._shequ_do(
            ticket,
            role,
            lambda: self._shequ_supervise(ticket, self._shequ_partner(), words),
            "supervised",
            {"supervision_reason": words},
        )

    def _shequ_supervise(self, ticket, partner, words):
        """A word goes to the open case, else to a new one."""
        case = ticket.supervision_ids.filtered("is_open")[:1]
        if case:
            case._add_word(partner, words)
        else:
            ticket._supervise(partner, words)

    def _shequ_too_many_words(self, ticket):
        """A sentence when too much was sent about a ticket within the hour, or ""."""
        parameters = request.env["ir.config_parameter"].sudo()
        limit = parameters.get_param("shequ.supervision.words_per_hour") or ""
        since = fields.Datetime.now() - timedelta(hours=1)
        sent = request.env["shequ.supervision.line"].sudo()
        count = sent.search_count(
            [
                ("case_id.ticket_id", "=", ticket.id),
                ("side", "=", "resident"),
                ("at", ">=", since),
            ]
        )
        if count < (int(limit) if limit.isdigit() else 10):
            return ""
        return self.env._(
            "You have sent many messages within the last hour. Please wait a little, "
            "or call the service desk."
        )

    # --- files ---------------------------------------------------------------------

    @route(
        "/my/tickets/<int:ticket_id>/media/<int:media_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_media(self, ticket_id, media_id, small=""):
        ticket, role = self._shequ_ticket(ticket_id)
        media = ticket.media_ids.filtered(lambda item: item.id == media_id)
        if role != OWN:
            media = self._shequ_public_media(media)
        if not media:
            self._shequ_refuse()
        return self._shequ_stream(media.attachment_id, small=bool(small))

    def _shequ_public_media(self, media):
        """What neighbours may see of a shared ticket: its pictures."""
        return media.filtered(
            lambda item: item.type == "photo" and item.phase in ("report", "evidence")
        )

    @route(
        "/my/tickets/<int:ticket_id>/face",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_face(self, ticket_id):
        """The face of the worker who comes."""
        ticket, _role = self._shequ_ticket(ticket_id, own_only=True)
        worker = ticket.worker_id
        record = worker if worker.image_128 else worker.partner_id
        if not record.image_128:
            self._shequ_refuse()
        stream = (
            request.env["ir.binary"]
            .sudo()
            ._get_image_stream_from(record, "image_128", width=256, height=256)
        )
        stream.public = False
        return stream.get_response(as_attachment=False, max_age=3600)
