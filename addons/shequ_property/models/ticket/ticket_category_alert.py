from odoo import fields, models


class TicketCategory(models.Model):
    _inherit = "shequ.ticket.category"

    alert_name = fields.Char(
        string="Short Name for Alarms",
        translate=True,
        help="What alarms call it, for instance “Leak” for “Water leak”. "
        "Empty: the name.",
    )
