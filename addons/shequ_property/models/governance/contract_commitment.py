from odoo import fields, models


class ContractCommitment(models.Model):
    """A promise in a contract (服务承诺): a text and, where possible, a measure."""

    _name = "shequ.contract.commitment"
    _inherit = ["shequ.measure.mixin"]
    _description = "Contract Commitment"
    _order = "contract_id, area, sequence, id"

    name = fields.Text(string="Promise", required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    contract_id = fields.Many2one(
        "shequ.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    standard_id = fields.Many2one("shequ.service.standard", ondelete="set null")
    date_from = fields.Date(string="Holds From")
    date_to = fields.Date(string="Holds Until")
    deduction = fields.Monetary(help="Taken off the fee for each period it is broken.")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    measure_ids = fields.One2many("shequ.contract.measure", "commitment_id")
