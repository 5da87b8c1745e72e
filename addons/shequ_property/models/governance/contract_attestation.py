from odoo import fields, models


class ContractAttestation(models.Model):
    """Staff attest with photos that a promise was kept, or own that it was not."""

    _name = "shequ.contract.attestation"
    _inherit = ["shequ.append.only.mixin"]
    _description = "Attestation of a Promise"
    _order = "measure_id, id desc"

    measure_id = fields.Many2one(
        "shequ.contract.measure", required=True, index=True, ondelete="restrict"
    )
    estate_id = fields.Many2one("shequ.estate", required=True)
    company_id = fields.Many2one("res.company", required=True)
    at = fields.Datetime(required=True)
    user_id = fields.Many2one("res.users", required=True)
    kept = fields.Boolean()
    words = fields.Text(required=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Photos")
