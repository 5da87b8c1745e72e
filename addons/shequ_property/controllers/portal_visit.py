from odoo.http import request, route

from .portal_ticket import TicketPages

MAX_TIMES = 3


class VisitPages(TicketPages):
    """When somebody comes: the resident takes a proposed time, or names others."""

    @route(
        "/my/tickets/<int:ticket_id>/visit",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_visit(self, ticket_id, visit_id=""):
        """Take one of the proposed times, or name up to three (``start``, UTC)."""
        ticket, role = self._shequ_ticket(ticket_id, own_only=True)
        partner = self._shequ_partner()
        if visit_id:
            return self._shequ_do(
                ticket,
                role,
                lambda: ticket._visit_confirm(
                    self._shequ_int(visit_id), "resident", partner
                ),
                "visit",
            )
        starts = request.httprequest.form.getlist("start")[: MAX_TIMES + 1]
        return self._shequ_do(
            ticket,
            role,
            lambda: ticket._visit_propose(
                [start[:19] for start in starts], "resident", partner
            ),
            "times",
            {"starts": starts},
        )

    def _shequ_ticket_flash(self, ok, words):
        return {
            "visit": self.env._("Agreed. We come at that time."),
            "times": self.env._("Your times are sent. We answer soon."),
        }.get(ok) or super()._shequ_ticket_flash(ok, words)
