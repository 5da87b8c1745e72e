from odoo import fields, models


class DisclosureTypeCheck(models.Model):
    """A question of the committee's checklist."""

    _name = "shequ.disclosure.type.check"
    _description = "Checklist of the Committee"
    _order = "type_id, sequence, id"

    type_id = fields.Many2one(
        "shequ.disclosure.type", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="What to Look At", required=True, translate=True)
