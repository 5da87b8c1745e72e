from odoo import fields, models

EVERY = [("day", "Days"), ("week", "Weeks"), ("month", "Months"), ("year", "Years")]


class ServiceStandard(models.Model):
    """A standard of service (服务标准): what is done, how often, how measured."""

    _name = "shequ.service.standard"
    _inherit = ["shequ.measure.mixin"]
    _description = "Service Standard"
    _order = "area, sequence, id"

    name = fields.Char(string="Item", required=True, translate=True)
    text = fields.Text(
        string="Promise", required=True, translate=True, help="As the contract says it."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    grade_ids = fields.Many2many(
        "shequ.service.grade",
        "shequ_service_standard_grade_rel",
        "standard_id",
        "grade_id",
        string="Grades",
        help="Empty: for every grade.",
    )
    makes_round = fields.Boolean(
        string="Makes a Round", help="A plan of rounds is made with the contract."
    )
    every = fields.Integer(default=1)
    every_unit = fields.Selection(EVERY, default="day")
    times = fields.Char(
        string="At", help="Times of the day, for instance 08:00, 20:00."
    )
    duration_hours = fields.Float(string="To Be Done Within (h)", default=8)
    checklist = fields.Text(
        translate=True, help="One point a line. A line that ends in * wants a photo."
    )
    deviation_category_id = fields.Many2one(
        "shequ.ticket.category", help="Of the ticket that a fault becomes."
    )

    _every_positive = models.Constraint(
        "CHECK (every IS NULL OR every > 0)", "A round comes at least every 1."
    )
