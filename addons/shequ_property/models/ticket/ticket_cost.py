from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class TicketCost(models.Model):
    """Material or labour of a ticket, and who pays for it."""

    _name = "shequ.ticket.cost"
    _description = "Ticket Cost"
    _order = "ticket_id, sequence, id"

    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="ticket_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    type = fields.Selection(
        [("material", "Material"), ("labour", "Labour")],
        required=True,
        default="material",
    )
    product_id = fields.Many2one("product.product")
    name = fields.Char(
        string="Item",
        compute="_compute_from_product",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    price_unit = fields.Float(
        string="Unit Price",
        compute="_compute_from_product",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Price",
        help="What the payer pays for one, taxes included, in the company's currency.",
    )
    subtotal = fields.Monetary(compute="_compute_subtotal", store=True)
    payer = fields.Selection(
        [
            ("company", "Property company"),
            ("resident", "Resident"),
            ("fund", "Maintenance fund"),
        ],
        required=True,
        default="company",
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "The quantity must be more than zero."
    )
    _price_positive = models.Constraint(
        "CHECK(price_unit >= 0)", "The price cannot be negative."
    )

    @api.depends("product_id")
    def _compute_from_product(self):
        for line in self:
            product = line.product_id
            line.name = line.name or product.display_name
            line.price_unit = line.price_unit or product.lst_price

    @api.depends("quantity", "price_unit", "currency_id")
    def _compute_subtotal(self):
        for line in self:
            amount = line.quantity * line.price_unit
            currency = line.currency_id
            line.subtotal = currency.round(amount) if currency else amount

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_not_quoted()
        return lines

    def write(self, vals):
        self.check_access("write")
        self._check_not_quoted()
        result = super().write(vals)
        self._check_not_quoted()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_quoted(self):
        self._check_not_quoted()

    def _check_not_quoted(self):
        """What a resident was told to pay does not change behind their back."""
        quoted = self.filtered(
            lambda line: (
                line.payer == "resident"
                and line.ticket_id.quotation_state in ("sent", "accepted", "invoiced")
            )
        )
        if quoted:
            raise UserError(
                self.env._(
                    "%(ticket)s: the resident already has this quotation. Withdraw it "
                    "first to change what the resident pays.",
                    ticket=quoted[0].ticket_id.name,
                )
            )

    def _invoice_line_values(self):
        """The price agreed to is what is paid: only taxes within it are named."""
        taxes = self.product_id.taxes_id or self.company_id.account_sale_tax_id
        included = taxes.filtered(
            lambda tax: tax.price_include and tax.company_id == self.company_id
        )
        return {
            "product_id": self.product_id.id,
            "name": self.name,
            "quantity": self.quantity,
            "price_unit": self.price_unit,
            "tax_ids": [Command.set(included.ids)],
        }
