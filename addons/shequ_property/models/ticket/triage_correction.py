from odoo import api, fields, models

from .ticket_category import URGENCIES

# Why a red one was none.
WHYS = [
    ("words", "The words only sound like it"),
    ("minor", "True, but nobody has to run"),
    ("over", "It is over"),
    ("elsewhere", "Somewhere else, or a story"),
    ("drill", "A drill or a test"),
    ("mistake", "Reported by mistake"),
]


class TriageCorrection(models.Model):
    """What a person put right, or confirmed: the best lesson there is.

    The words stay with the ticket alone, so that nothing has to be forgotten twice.
    """

    _name = "shequ.triage.correction"
    _description = "Correction of Triage"
    _order = "id desc"
    _rec_name = "ticket_id"

    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True
    )
    estate_id = fields.Many2one("shequ.estate", index=True, readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    description = fields.Text(related="ticket_id.description", string="Words")
    from_category_id = fields.Many2one(
        "shequ.ticket.category", string="Proposed Category", readonly=True
    )
    to_category_id = fields.Many2one(
        "shequ.ticket.category", string="Right Category", readonly=True
    )
    from_urgency = fields.Selection(URGENCIES, string="Proposed Urgency", readonly=True)
    to_urgency = fields.Selection(URGENCIES, string="Right Urgency", readonly=True)
    why = fields.Selection(WHYS, string="Why No Emergency", readonly=True)
    note = fields.Char(readonly=True)

    @api.model
    def _whys(self):
        return self._fields["why"]._description_selection(self.env)

    def action_teach(self):
        """Write down what is harmless of the words that rang for nothing."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Harmless Words"),
            "res_model": "shequ.triage.word",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_role": "harmless",
                "default_company_id": self.company_id.id,
                "default_note": self.env._(
                    "Rang for nothing: %(words)s", words=(self.description or "")[:80]
                ),
            },
        }
