from odoo import fields, models
from odoo.exceptions import UserError


class VoteStep(models.TransientModel):
    """A step of a vote that needs words: extend, give up, file."""

    _name = "shequ.vote.step"
    _description = "Step of a Vote"

    vote_id = fields.Many2one(
        "shequ.vote",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    step = fields.Selection(
        [("extend", "Extend"), ("cancel", "Give Up"), ("file", "File")], required=True
    )
    closes_at = fields.Datetime(string="New Close")
    old_closes_at = fields.Datetime(related="vote_id.closes_at", string="Closes Now")
    reason = fields.Char()
    filed_on = fields.Date(default=lambda self: self.env["shequ.estate"]._today())
    reference = fields.Char(string="Filing Number")

    def action_confirm(self):
        self.ensure_one()
        vote = self.vote_id
        reason = (self.reason or "").strip()
        if self.step != "file" and not reason:
            raise UserError(self.env._("Please write the reason; all owners read it."))
        if self.step == "extend":
            if not self.closes_at:
                raise UserError(self.env._("Please choose the new close."))
            vote._extend(self.closes_at, reason)
        elif self.step == "cancel":
            vote._cancel(reason)
        else:
            if not self.filed_on:
                raise UserError(self.env._("Please write when it was filed."))
            vote._file(self.filed_on, (self.reference or "").strip())
        return {"type": "ir.actions.act_window_close"}


class VoteAnswer(models.TransientModel):
    """The answer to an objection."""

    _name = "shequ.vote.answer"
    _description = "Answer to an Objection"

    objection_id = fields.Many2one("shequ.vote.objection", required=True)
    words = fields.Text(related="objection_id.words", string="What Was Said")
    upheld = fields.Boolean(string="The Objection Is Right")
    answer = fields.Text(required=True)

    def action_confirm(self):
        self.ensure_one()
        objection = self.objection_id
        if not objection.vote_id._may_run(self.env.user):
            raise UserError(self.env._("Who runs the vote answers objections to it."))
        objection._answer(self.answer, self.upheld, self.env.user)
        return {"type": "ir.actions.act_window_close"}
