from odoo import api, fields, models


class ContractAmend(models.TransientModel):
    """Put an amendment in force: why, from when, the signed paper."""

    _name = "shequ.contract.amend"
    _description = "Put an Amendment in Force"

    contract_id = fields.Many2one(
        "shequ.contract",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Char(required=True, help="Owners read it.")
    date = fields.Date(
        string="In Force From",
        required=True,
        default=lambda self: self.env["shequ.estate"]._today(),
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Signed Amendment")
    changes = fields.Text(string="What Changes", compute="_compute_changes")

    @api.depends("contract_id")
    def _compute_changes(self):
        for wizard in self:
            changes = wizard.contract_id._pending_changes()
            wizard.changes = "\n".join(changes)

    def action_confirm(self):
        self.ensure_one()
        self.contract_id._put_amendment_in_force(
            self.reason, self.date, self.attachment_ids
        )
        return {"type": "ir.actions.act_window_close"}
