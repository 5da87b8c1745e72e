from odoo import fields


class VisitWords:
    """What the resident's page says about the visit.

    :param words: the `TicketWords` of the page
    """

    def __init__(self, words):
        self.words, self.ticket, self.env = words, words.ticket, words.env

    def detail(self):
        """Return what the page shows, or None when nothing can be said or asked."""
        ticket, words = self.ticket, self.words
        if not ticket.is_open:
            return None
        proposed = ticket.visit_ids.filtered(
            lambda v: v.state == "proposed" and v.start > words.now
        )
        expected = ticket.expected_at
        return {
            "agreed": self.span(ticket.visit_start, ticket.visit_end)
            if ticket.visit_start and ticket.visit_end > words.now
            else "",
            "expected": words.when(expected)
            if expected and not ticket.arrived_at and expected != ticket.visit_start
            else "",
            "promised": words.when(ticket.promised_by) if ticket.promised_by else "",
            "offered": [
                {"id": v.id, "label": self.span(v.start, v.end)}
                for v in proposed
                if v.proposed_by == "staff"
            ],
            "wished": [
                self.span(v.start, v.end)
                for v in proposed
                if v.proposed_by == "resident"
            ],
            "missed": ticket.no_home_count if ticket.hold_reason == "resident" else 0,
            "slots": [
                {
                    "start": fields.Datetime.to_string(start),
                    "label": self.span(start, end),
                }
                for start, end in ticket._visit_slots()
            ]
            if ticket.unit_id
            and ticket.worker_id
            and not ticket.arrived_at
            or ticket.hold_reason == "resident"
            and ticket.no_home_count
            else [],
        }

    def span(self, start, end):
        words = self.words
        return f"{words.when(start)}–{words.local(end).strftime('%H:%M')}"
