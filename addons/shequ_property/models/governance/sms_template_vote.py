from odoo import fields, models

from ..people.sms_template import VARIABLES

VARIABLES["vote"] = ("estate", "title", "until")


class ShequSmsTemplate(models.Model):
    _inherit = "shequ.sms.template"

    purpose = fields.Selection(
        selection_add=[("vote", "Reminder of a vote")],
        ondelete={"vote": "cascade"},
    )
