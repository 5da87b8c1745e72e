from odoo import api, fields, models

from ...tools import bulk


class TicketEvent(models.Model):
    _inherit = "shequ.ticket.event"

    code = fields.Selection(
        selection_add=[
            ("offered", "Offered to workers"),
            ("ringing", "Rang at workers"),
            ("refused", "Refused"),
            ("handed_over", "Handed over"),
            ("helper", "Second worker"),
            ("running_late", "Running late"),
            ("no_one_home", "Nobody at home"),
            ("visit", "Appointment"),
        ],
        ondelete={
            "offered": "cascade",
            "ringing": "cascade",
            "refused": "cascade",
            "handed_over": "cascade",
            "helper": "cascade",
            "running_late": "cascade",
            "no_one_home": "cascade",
            "visit": "cascade",
        },
    )

    @api.model
    def _append(self, rows):
        """Append many lines at once.

        :param rows: (ticket id, at, code, user id, from state, to state, note, public)
        """
        columns = "ticket_id at code user_id from_state to_state note public".split()
        bulk.copy_rows(self.env.cr, self._table, columns, rows)
        tickets = self.env["shequ.ticket"].browse({row[0] for row in rows})
        tickets.invalidate_recordset(["event_ids"], flush=False)
