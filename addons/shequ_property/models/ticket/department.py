from odoo import api, fields, models, tools


class Department(models.Model):
    """A government department (部门) to which matters outside the estate belong."""

    _name = "shequ.department"
    _inherit = ["shequ.cached.mixin"]
    _description = "Government Department"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Stable name that interfaces and the lexicon use."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    phone = fields.Char(help="The resident is told to call it.")
    advice = fields.Text(
        translate=True, help="What the resident can do; it is sent when forwarding."
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "Another department has this code.")

    @api.model
    @tools.ormcache("code", cache="default")
    def _id_by_code(self, code):
        return self.sudo().search([("code", "=", code)], limit=1).id
