from odoo import fields, models


class RoundPoint(models.Model):
    """A point on the checklist of a round."""

    _name = "shequ.round.point"
    _description = "Checklist Point"
    _order = "round_id, sequence, id"

    round_id = fields.Many2one(
        "shequ.round", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    photo = fields.Boolean(string="Photo Required")
    spot_id = fields.Many2one("shequ.spot", string="Place", ondelete="set null")
    category_id = fields.Many2one(
        "shequ.ticket.category", help="Of the ticket that a fault becomes."
    )
