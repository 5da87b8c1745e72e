from odoo import fields, models


class ContractMeasureLine(models.Model):
    """One case that was counted: a ticket, a call, a round, a point of a round."""

    _name = "shequ.contract.measure.line"
    _description = "Counted Case"
    _order = "hit, id"
    _log_access = False

    measure_id = fields.Many2one(
        "shequ.contract.measure",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    hit = fields.Boolean(string="Counts as Kept", readonly=True)
    points = fields.Integer(readonly=True, help="What the case adds to the sum.")
    ticket_id = fields.Many2one("shequ.ticket", readonly=True)
    call_id = fields.Many2one("shequ.call.back", readonly=True)
    task_id = fields.Many2one("shequ.round.task", readonly=True)
    check_id = fields.Many2one("shequ.round.check", readonly=True)
