from odoo import fields, models


class Dialect(models.Model):
    """A language or dialect in which an elder feels understood."""

    _name = "shequ.dialect"
    _description = "Language or Dialect"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint(
        "UNIQUE(name)", "This language or dialect is in the list already."
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    shequ_dialect_id = fields.Many2one(
        "shequ.dialect",
        string="Speaks Best",
        index="btree_not_null",
        help="Whoever is sent should speak it. Empty: Mandarin will do.",
    )
