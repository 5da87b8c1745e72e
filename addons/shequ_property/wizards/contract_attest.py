from odoo import fields, models


class ContractAttest(models.TransientModel):
    """Staff say with photos whether a promise was kept."""

    _name = "shequ.contract.attest"
    _description = "Attest a Promise"

    measure_id = fields.Many2one(
        "shequ.contract.measure", string="Promise", required=True, readonly=True
    )
    name = fields.Text(related="measure_id.name", string="Text")
    kept = fields.Selection(
        [("yes", "Promise Kept"), ("no", "Not kept")],
        string="Was It Kept?",
        required=True,
        default="yes",
    )
    words = fields.Text(
        string="What Was Done", required=True, help="Residents read it."
    )
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Photos", help="Residents see them."
    )

    def action_confirm(self):
        self.ensure_one()
        photos = [{"name": one.name, "raw": one.raw} for one in self.attachment_ids]
        self.measure_id._attest(self.kept == "yes", self.words, photos)
        # Kept in their shrunk form by the attestation.
        self.attachment_ids.unlink()
        return {"type": "ir.actions.act_window_close"}
