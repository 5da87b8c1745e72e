from odoo import fields, models

from .ticket_category import URGENCIES


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
