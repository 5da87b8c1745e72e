from odoo import api, fields, models
from odoo.tools import date_utils


class ContractEnd(models.TransientModel):
    """Notice has been given: who, when, and the last day."""

    _name = "shequ.contract.end"
    _description = "End a Contract"

    contract_id = fields.Many2one(
        "shequ.contract",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    ended_by = fields.Selection(
        [
            ("owners", "The owners"),
            ("company", "The company"),
            ("both", "Both together"),
        ],
        string="Who Ends It",
        required=True,
        default="owners",
    )
    notice_given_on = fields.Date(
        required=True, default=lambda self: self.env["shequ.estate"]._today()
    )
    notice_days = fields.Integer(string="Notice (Days)", compute="_compute_notice_days")
    last_day = fields.Date(
        compute="_compute_last_day", store=True, readonly=False, required=True
    )
    reason = fields.Text(required=True, help="Owners read it.")

    @api.depends("contract_id", "ended_by")
    def _compute_notice_days(self):
        for wizard in self:
            contract = wizard.contract_id
            wizard.notice_days = contract and contract._notice_days(wizard.ended_by)

    @api.depends("contract_id", "ended_by", "notice_given_on")
    def _compute_last_day(self):
        for wizard in self:
            contract = wizard.contract_id
            if wizard.notice_given_on:
                earliest = date_utils.add(
                    wizard.notice_given_on, days=wizard.notice_days
                )
                term = contract._last_day()
                wizard.last_day = max(earliest, term) if term else earliest

    def action_confirm(self):
        self.ensure_one()
        self.contract_id._end(
            self.ended_by, self.last_day, self.notice_given_on, self.reason
        )
        return {"type": "ir.actions.act_window_close"}
