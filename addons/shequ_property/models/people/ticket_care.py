from odoo import models

from ...tools.anonymise import anonymise


class Ticket(models.Model):
    """When a ticket loses its person, so do its calls, messages and complaints."""

    _inherit = "shequ.ticket"

    def _shequ_scrub_history(self, people, nobody):
        result = super()._shequ_scrub_history(people, nobody)
        names = people.mapped("name")
        ticket = self.sudo().with_context(shequ_retention=True)
        for call in ticket.call_back_ids:
            call.write(self._shequ_nameless(call, ["note"], names, people, nobody))
        for news in ticket.news_ids.filtered(lambda n: n.partner_id in people):
            # A link of somebody who is no longer known opens nothing.
            news.write({"partner_id": nobody.id, "expires_at": False})
        texts = ["reason", "demand", "answer", "conclusion"]
        for case in ticket.supervision_ids:
            case.write(self._shequ_nameless(case, texts, names, people, nobody))
            for line in case.line_ids:
                line.write({"words": anonymise(line.words or "", names=names)})
        points = self.env["shequ.performance.point"].sudo()
        for point in points.search(
            [("ticket_id", "=", self.id), ("note", "!=", False)]
        ):
            point.note = anonymise(point.note, names=names)
        for media in ticket.media_ids.filtered("transcript"):
            media.transcript = anonymise(media.transcript, names=names)
        return result

    def _shequ_nameless(self, record, texts, names, people, nobody):
        """Values of a record with its words freed of names, and nobody's person."""
        values = {
            name: anonymise(record[name], names=names) for name in texts if record[name]
        }
        if record.partner_id in people:
            values["partner_id"] = nobody.id
        return values
