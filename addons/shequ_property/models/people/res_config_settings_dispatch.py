from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    shequ_grab_minutes = fields.Integer(
        string="Minutes Without a Taker",
        config_parameter="shequ.dispatch.grab_minutes",
        default=5,
        help="After so many minutes a job on offer is given to the best worker.",
    )
    shequ_capacity = fields.Integer(
        string="Jobs at Once",
        config_parameter="shequ.dispatch.capacity",
        default=5,
        help="For new workers.",
    )
    shequ_ring_minutes = fields.Integer(
        string="An Emergency Rings Every (Minutes)",
        config_parameter="shequ.dispatch.ring_minutes",
        default=1,
    )
    shequ_red_workers = fields.Integer(
        string="Workers More with Each Ring",
        config_parameter="shequ.dispatch.red_workers",
        default=3,
    )
    shequ_ring_sms = fields.Integer(
        string="Rings Sent as Text Messages",
        config_parameter="shequ.dispatch.ring_sms",
        default=3,
    )
    shequ_visit_hours = fields.Char(
        string="Hours for Appointments",
        config_parameter="shequ.visit.hours",
        default="9-11 14-16 16-18 18-20",
        help="Spans of the day such as 9-11 14-16.",
    )

    def set_values(self):
        result = super().set_values()
        # Says at once which word is wrong, and nothing is saved.
        self.env["shequ.ticket"]._visit_hours()
        return result
