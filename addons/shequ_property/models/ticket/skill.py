from odoo import fields, models


class Skill(models.Model):
    """What a worker can do and what a category of tickets needs."""

    _name = "shequ.skill"
    _description = "Skill"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "Another skill has this code.")
