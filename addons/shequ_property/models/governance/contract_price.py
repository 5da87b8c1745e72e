from odoo import api, fields, models

USES = [
    ("home", "Homes"),
    ("shop", "Shops and Offices"),
    ("parking", "Parking Spaces"),
    ("other", "Other"),
]
PER = [
    ("m2_month", "per m² and month"),
    ("space_month", "per space and month"),
    ("unit_month", "per home and month"),
    ("year", "per year"),
    ("once", "each time"),
]


class ContractTermMixin(models.AbstractModel):
    """Rows that are terms of a contract: changed in a draft or an amendment alone."""

    _name = "shequ.contract.term.mixin"
    _description = "Term of a Contract"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.contract_id._check_editable()
        return rows

    def write(self, vals):
        self.contract_id._check_editable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_while_editable(self):
        self.contract_id._check_editable()


class ContractPrice(models.Model):
    """A price in a contract (收费标准), with what 明码标价 has to say of it."""

    _name = "shequ.contract.price"
    _inherit = ["shequ.contract.term.mixin"]
    _description = "Contract Price"
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one(
        "shequ.contract", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Item", required=True)
    use = fields.Selection(USES, string="Used For", required=True, default="home")
    amount = fields.Monetary(string="Price", required=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    per = fields.Selection(PER, required=True, default="m2_month")
    price_control = fields.Selection(
        [
            ("guided", "Government guided price"),
            ("market", "Market price"),
            ("fixed", "Government price"),
        ],
        required=True,
        default="market",
    )
    basis = fields.Char(help="Document or decision the price rests on.")
    content = fields.Char(string="What It Pays For")

    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "A price is not negative."
    )

    def _terms(self):
        self.ensure_one()
        return {
            "key": str((self.origin_id or self).id),
            "name": self.name,
            "use": self.use,
            "cents": round(self.amount * 100),
            "per": self.per,
            "control": self.price_control,
            "basis": self.basis or "",
            "content": self.content or "",
        }
