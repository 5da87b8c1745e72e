from odoo import api, fields, models


class TicketForward(models.TransientModel):
    """Hand a matter on: to whom, and what the resident should do now."""

    _name = "shequ.ticket.forward"
    _description = "Hand a Ticket On"

    ticket_id = fields.Many2one(
        "shequ.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env["shequ.ticket"]._of_context()[:1],
    )
    description = fields.Text(related="ticket_id.description")
    department_id = fields.Many2one(
        "shequ.department",
        default=lambda self: self._default_department_id(),
    )
    to = fields.Char(
        string="Handed On To",
        compute="_compute_to",
        store=True,
        readonly=False,
    )
    advice = fields.Text(
        compute="_compute_to",
        store=True,
        readonly=False,
        help="The resident reads these words.",
    )
    close = fields.Boolean(
        string="Finish the Ticket",
        default=True,
        help="It ends as “not the property company's matter” and is counted as such.",
    )

    @api.model
    def _default_department_id(self):
        return self.env["shequ.ticket"]._of_context()[:1].forward_department_id

    @api.depends("department_id")
    def _compute_to(self):
        for wizard in self:
            department = wizard.department_id
            wizard.to = department.name
            advice = department.advice or ""
            if department.phone:
                call = self.env._("Telephone: %(phone)s", phone=department.phone)
                advice = f"{advice} {call}".strip()
            wizard.advice = advice

    def action_forward(self):
        self.ensure_one()
        self.ticket_id._forward(self.department_id, self.to, self.advice, self.close)
        return {"type": "ir.actions.act_window_close"}
