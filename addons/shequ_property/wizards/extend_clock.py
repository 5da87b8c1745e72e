from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.ticket.sla_target import TARGETS


class ExtendClock(models.TransientModel):
    """Allow more time for a deadline, or promise a date by hand."""

    _name = "shequ.extend.clock"
    _description = "Change a Deadline"

    ticket_id = fields.Many2one("shequ.ticket", required=True, readonly=True)
    target = fields.Selection(TARGETS, required=True, default="complete")
    mode = fields.Selection(
        [("extend", "Allow more time"), ("date", "Promise a date")],
        required=True,
        default="extend",
    )
    deadline_now = fields.Datetime(compute="_compute_deadline_now")
    days = fields.Integer(default=0)
    hours = fields.Integer(default=0)
    deadline = fields.Datetime(string="New Deadline")
    reason = fields.Char(required=True, help="The resident reads it.")

    @api.depends("ticket_id", "target")
    def _compute_deadline_now(self):
        for wizard in self:
            clock = wizard._clock()
            wizard.deadline_now = clock.deadline

    @api.onchange("target")
    def _onchange_target(self):
        """Offer the longer time that the policy promises for parts."""
        parts = self._clock().sudo().policy_target_id.parts_minutes
        self.days, self.hours = parts // 1440, parts % 1440 // 60

    def _clock(self):
        self.ensure_one()
        return self.ticket_id.clock_ids.filtered(
            lambda clock: (
                clock.target == self.target and clock.state in ("running", "paused")
            )
        )[:1]

    def action_confirm(self):
        self.ensure_one()
        self.ticket_id.check_access("write")
        if self.mode == "extend":
            minutes = self.days * 1440 + self.hours * 60
            self.ticket_id._extend_clock(self.target, minutes, self.reason)
        elif not self.deadline:
            raise UserError(self.env._("Please choose the new deadline."))
        else:
            self.ticket_id._set_deadline(self.target, self.deadline, self.reason)
        return {"type": "ir.actions.act_window_close"}
