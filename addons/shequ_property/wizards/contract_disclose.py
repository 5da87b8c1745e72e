from odoo import api, fields, models
from odoo.exceptions import UserError


class ContractDisclose(models.TransientModel):
    """Publish the terms in force together with the signed paper."""

    _name = "shequ.contract.disclose"
    _description = "Publish a Contract"

    contract_id = fields.Many2one("shequ.contract", required=True, readonly=True)
    estate_ids = fields.Many2many(related="contract_id.estate_ids")
    document_ids = fields.Many2many(
        "ir.attachment",
        string="Papers to Publish",
        compute="_compute_document_ids",
        store=True,
        readonly=False,
        help="Take out one that names people and add a copy in which that is black.",
    )
    checked = fields.Boolean(
        string="I Have Looked at Every Page",
        help="No telephone, identity or plate number, no address or signature of a "
        "resident can be read.",
    )

    @api.depends("contract_id")
    def _compute_document_ids(self):
        for wizard in self:
            wizard.document_ids = wizard.contract_id.document_ids

    def action_confirm(self):
        self.ensure_one()
        if not self.document_ids:
            raise UserError(
                self.env._("The contract is published with the signed paper: add it.")
            )
        if not self.checked:
            raise UserError(
                self.env._(
                    "The machine does not read scans and pictures. Open each paper, "
                    "look at every page, then tick “I have looked at every page”."
                )
            )
        self.contract_id._disclose(self.document_ids)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Published. Everybody can read it now."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
