from odoo import fields, models


class ServiceGrade(models.Model):
    """A grade of property service (服务等级), from which a contract is composed."""

    _name = "shequ.service.grade"
    _description = "Service Grade"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    summary = fields.Text(translate=True)
    source = fields.Char(
        translate=True, help="Where the grade comes from: a standard, a local rule."
    )
    standard_ids = fields.Many2many(
        "shequ.service.standard",
        "shequ_service_standard_grade_rel",
        "grade_id",
        "standard_id",
        string="Standards",
    )
    standard_count = fields.Integer(compute="_compute_standard_count")

    def _compute_standard_count(self):
        for grade in self:
            grade.standard_count = len(grade.standard_ids)
