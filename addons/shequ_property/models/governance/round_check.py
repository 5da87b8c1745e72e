from odoo import fields, models


class RoundCheck(models.Model):
    """What was found at a point of a round."""

    _name = "shequ.round.check"
    _description = "Checked Point"
    _order = "task_id, sequence, id"

    task_id = fields.Many2one(
        "shequ.round.task", required=True, readonly=True, index=True, ondelete="cascade"
    )
    point_id = fields.Many2one("shequ.round.point", readonly=True, ondelete="set null")
    sequence = fields.Integer(readonly=True)
    name = fields.Char(required=True, readonly=True)
    photo_required = fields.Boolean(readonly=True)
    result = fields.Selection(
        [("ok", "In Order"), ("fault", "Fault"), ("na", "Not Possible")], readonly=True
    )
    note = fields.Char(readonly=True)
    checked_at = fields.Datetime(readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Photos", readonly=True)
    ticket_id = fields.Many2one("shequ.ticket", readonly=True)
