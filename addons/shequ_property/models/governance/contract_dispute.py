from odoo import fields, models


class ContractDispute(models.Model):
    """A committee member does not agree that a promise was kept (异议)."""

    _name = "shequ.contract.dispute"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Dispute about a Promise"
    _order = "state, id desc"

    measure_id = fields.Many2one(
        "shequ.contract.measure", required=True, index=True, ondelete="restrict"
    )
    contract_id = fields.Many2one(related="measure_id.contract_id", store=True)
    company_id = fields.Many2one(related="measure_id.company_id", store=True)
    estate_id = fields.Many2one(related="measure_id.estate_id", store=True)
    partner_id = fields.Many2one("res.partner", string="Committee Member")
    words = fields.Text(string="What Is Said", required=True)
    opened_at = fields.Datetime(required=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("upheld", "Upheld: not kept"),
            ("rejected", "Not Upheld"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="open",
        readonly=True,
    )
    answer = fields.Text(readonly=True)
    answered_at = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True)
