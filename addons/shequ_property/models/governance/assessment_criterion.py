from odoo import api, fields, models


class AssessmentCriterion(models.Model):
    """What the committee of an estate judges the service by, and how much it counts."""

    _name = "shequ.assessment.criterion"
    _description = "Criterion of the Quarterly Assessment"
    _inherit = ["shequ.scope.mixin"]
    _order = "estate_id, sequence, id"

    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    estate_id = fields.Many2one(
        "shequ.estate", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="estate_id.company_id", store=True, index=True)
    name = fields.Char(string="Criterion", required=True)
    weight = fields.Integer(required=True, default=20)

    _weight_valid = models.Constraint(
        "CHECK(weight >= 0 AND weight <= 100)", "A weight is between 0 and 100."
    )

    @api.model
    def _of(self, estate):
        """The criteria of ``estate`` (as super-user); the usual ones to begin with."""
        own = self.sudo().search([("estate_id", "=", estate.id)])
        if own:
            return own
        lang = self.env["shequ.disclosure"].new({"estate_id": estate.id})._lang()
        env = self.with_context(lang=lang).env
        usual = [
            (env._("Facilities and equipment"), 25),
            (env._("Cleaning"), 20),
            (env._("Order and security"), 20),
            (env._("Customer service"), 25),
            (env._("Greenery"), 10),
        ]
        return self.sudo().create(
            [
                {
                    "estate_id": estate.id,
                    "name": name,
                    "weight": weight,
                    "sequence": number * 10,
                }
                for number, (name, weight) in enumerate(usual, 1)
            ]
        )
