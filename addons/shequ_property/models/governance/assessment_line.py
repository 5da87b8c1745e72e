from odoo import fields, models


class AssessmentLine(models.Model):
    """Points of one member for one criterion."""

    _name = "shequ.assessment.line"
    _description = "Mark of a Committee Member"
    _order = "assessment_id, criterion_id, id"

    assessment_id = fields.Many2one(
        "shequ.assessment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    criterion_id = fields.Many2one(
        "shequ.assessment.criterion",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    weight = fields.Integer(related="criterion_id.weight")
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True)
    points = fields.Integer(required=True, readonly=True)
    words = fields.Text(string="Comment", readonly=True)

    _once = models.Constraint(
        "UNIQUE(assessment_id, criterion_id, user_id)",
        "A member marks a criterion once.",
    )
    _points_valid = models.Constraint(
        "CHECK(points >= 0 AND points <= 100)", "Points are between 0 and 100."
    )
