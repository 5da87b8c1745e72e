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
    changes_table = fields.Html(
        string="What Changes", compute="_compute_changes_table", sanitize=False
    )

    @api.depends("contract_id")
    def _compute_changes_table(self):
        for wizard in self:
            contract = wizard.contract_id
            wizard.changes_table = contract._changes_table(contract._pending_rows())

    def action_confirm(self):
        self.ensure_one()
        contract = self.contract_id.amends_id or self.contract_id
        self.contract_id._put_amendment_in_force(
            self.reason, self.date, self.attachment_ids
        )
        # The draft that was open is gone.
        return contract._open(contract)
