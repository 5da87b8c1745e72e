from odoo import fields, models


class SupervisionStep(models.TransientModel):
    """A step of a supervision case and its words."""

    _name = "shequ.supervision.step"
    _description = "Step of a Supervision Case"

    case_id = fields.Many2one(
        "shequ.supervision.case",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    step = fields.Selection(
        [
            ("demand", "Demand an answer"),
            ("answer", "Answer"),
            ("reopen", "Reopen the ticket"),
            ("note", "Note"),
            ("close", "Close"),
        ],
        required=True,
        readonly=True,
    )
    words = fields.Text(required=True)
    hours = fields.Integer(
        string="Answer Within (Hours)",
        default=lambda self: self.env["shequ.ticket"]._days(
            "supervision.answer_hours", 24
        ),
    )

    def action_confirm(self):
        """Take the step; the case checks who may."""
        self.ensure_one()
        case = self.case_id
        if self.step == "demand":
            case._demand(self.words, self.hours)
        elif self.step == "answer":
            case._answer(self.words)
        elif self.step == "reopen":
            case._reopen_ticket(self.words)
        elif self.step == "note":
            case._note(self.words)
        else:
            case._close(self.words)
        return {"type": "ir.actions.act_window_close"}
