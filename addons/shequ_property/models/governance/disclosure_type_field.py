from odoo import fields, models


class DisclosureTypeField(models.Model):
    """A statement that a disclosure of the type has to make."""

    _name = "shequ.disclosure.type.field"
    _description = "Required Statement of a Disclosure"
    _order = "type_id, sequence, id"

    type_id = fields.Many2one(
        "shequ.disclosure.type", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Statement", required=True, translate=True)
    help = fields.Char(string="What Is Meant", translate=True)
    required = fields.Boolean(default=True)
    example = fields.Char(translate=True)
