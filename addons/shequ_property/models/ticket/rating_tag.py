from odoo import fields, models


class RatingTag(models.Model):
    """A word a resident can tap when rating: "quick", "left it clean"."""

    _name = "shequ.rating.tag"
    _description = "Rating Tag"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    praise = fields.Boolean(
        default=True, help="Offered with four or five stars; otherwise with fewer."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "This tag exists already.")
