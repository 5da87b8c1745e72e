from odoo import fields, models


class ContractAnswer(models.TransientModel):
    """The property company answers a dispute."""

    _name = "shequ.contract.answer"
    _description = "Answer a Dispute"

    dispute_id = fields.Many2one("shequ.contract.dispute", required=True, readonly=True)
    words = fields.Text(
        string="Answer", required=True, help="The committee and residents read it."
    )
    said = fields.Text(related="dispute_id.words", string="Reason of the Dispute")
    upheld = fields.Boolean(readonly=True)

    def action_confirm(self):
        self.ensure_one()
        self.dispute_id._decide(self.upheld, self.words)
        return {"type": "ir.actions.act_window_close"}
