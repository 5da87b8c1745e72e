from odoo import fields, models


class DisclosureEntry(models.Model):
    """An entry behind a published figure: a journal item, or a ticket.

    Kept as it counted, so that an entry changed afterwards shows.
    """

    _name = "shequ.disclosure.entry"
    _description = "Entry behind a Published Figure"
    _inherit = ["shequ.append.only.mixin"]
    _order = "version_id, key, date, name, res_id"

    version_id = fields.Many2one(
        "shequ.disclosure.version", required=True, readonly=True, ondelete="restrict"
    )
    key = fields.Char(required=True, readonly=True)
    source = fields.Selection(
        [("books", "Journal item"), ("tickets", "Ticket")], required=True, readonly=True
    )
    # Plain numbers: what is gone from the books must not take the evidence along.
    res_id = fields.Integer(string="Item", required=True, readonly=True)
    parent_res_id = fields.Integer(string="Journal Entry", readonly=True)
    date = fields.Date(required=True, readonly=True)
    name = fields.Char(string="Voucher", required=True, readonly=True)
    account = fields.Char(readonly=True)
    currency_id = fields.Many2one(related="version_id.company_id.currency_id")
    amount = fields.Monetary(readonly=True)

    _figure_idx = models.Index("(version_id, key, date, name, res_id)")
