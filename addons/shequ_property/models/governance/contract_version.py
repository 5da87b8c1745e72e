from odoo import fields, models


class ContractVersion(models.Model):
    """The text and terms of a contract as they were put in force (合同版本)."""

    _name = "shequ.contract.version"
    _inherit = ["shequ.append.only.mixin"]
    _description = "Contract Version"
    _order = "contract_id, number desc"

    contract_id = fields.Many2one(
        "shequ.contract", required=True, index=True, ondelete="restrict"
    )
    number = fields.Integer(required=True)
    date = fields.Date(string="In Force From", required=True)
    at = fields.Datetime(string="Recorded At", required=True)
    user_id = fields.Many2one("res.users", required=True)
    reason = fields.Char(required=True)
    content = fields.Text(required=True, help="Canonical JSON.")
    digest = fields.Char(required=True)
    previous = fields.Char(required=True)

    _number_uniq = models.Constraint(
        "UNIQUE(contract_id, number)", "The contract has this version already."
    )
