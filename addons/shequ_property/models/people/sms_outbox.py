from odoo import fields, models


class ShequSmsOutbox(models.Model):
    """Messages of a company without a provider: for development and shows."""

    _name = "shequ.sms.outbox"
    _description = "Development Outbox of Text Messages"
    _order = "id desc"
    _rec_name = "number"

    number = fields.Char(readonly=True)
    body = fields.Text(readonly=True)
    purpose = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
