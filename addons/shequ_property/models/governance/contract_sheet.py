from odoo import fields, models


class ContractSheet(models.Model):
    """The promises of a contract in an estate in a month (承诺月表)."""

    _name = "shequ.contract.sheet"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Promise Sheet"
    _order = "month desc, estate_id, id desc"

    contract_id = fields.Many2one(
        "shequ.contract", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="open",
    )
    measure_ids = fields.One2many("shequ.contract.measure", "sheet_id")
    counted_at = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True)

    _sheet_uniq = models.Constraint(
        "UNIQUE(contract_id, estate_id, month)", "The month has a sheet already."
    )
