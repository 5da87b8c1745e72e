from odoo import fields, models


class RoundPoint(models.Model):
    """A point on the checklist of a round."""

    _name = "shequ.round.point"
    _description = "Checklist Point"
    _order = "round_id, sequence, id"

    round_id = fields.Many2one(
        "shequ.round", required=True, index=True, ondelete="cascade"
    )
    estate_id = fields.Many2one(related="round_id.estate_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    photo = fields.Boolean(string="Photo Required")
    spot_id = fields.Many2one(
        "shequ.spot",
        string="Place",
        ondelete="set null",
        domain="[('estate_id', '=', estate_id)]",
    )
    category_id = fields.Many2one(
        "shequ.ticket.category",
        string="Ticket of a Fault",
        help="Of the ticket that a fault becomes. Empty: as the plan says.",
    )
