from odoo import fields, models


class RoundCancel(models.TransientModel):
    """Why rounds that are planned will not be walked."""

    _name = "shequ.round.cancel"
    _description = "Cancel Rounds"

    task_ids = fields.Many2many(
        "shequ.round.task",
        string="Rounds",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Char(required=True, help="It is kept with the round.")

    def action_confirm(self):
        self.ensure_one()
        self.task_ids._cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
