from odoo import fields, models

from .sms_template import VARIABLES

VARIABLES["emergency"] = ("number", "place", "what")


class ShequSmsTemplate(models.Model):
    _inherit = "shequ.sms.template"

    purpose = fields.Selection(
        selection_add=[("emergency", "Emergency, to workers")],
        ondelete={"emergency": "cascade"},
    )
