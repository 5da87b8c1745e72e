from odoo import fields, models
from odoo.exceptions import AccessError


class PerformanceDecision(models.TransientModel):
    """Object to a point, decide about an objection, correct a point."""

    _name = "shequ.performance.decision"
    _description = "Objection and Decision"

    mode = fields.Selection(
        [("object", "Object"), ("decide", "Decide"), ("correct", "Correct")],
        required=True,
        readonly=True,
    )
    point_id = fields.Many2one(
        "shequ.performance.point", readonly=True, default=lambda self: self._point()
    )
    objection_id = fields.Many2one(
        "shequ.performance.objection",
        readonly=True,
        default=lambda self: self._objection(),
    )
    objection = fields.Text(related="objection_id.reason", string="The Worker Says")
    words = fields.Text(string="Why", required=True)
    score = fields.Integer(
        string="Should Be", help="Points that the event should have counted; 0: none."
    )

    def _of_context(self, model):
        context = self.env.context
        found = context.get("active_id") if context.get("active_model") == model else 0
        return self.env[model].browse(found or False)

    def _point(self):
        return self._of_context("shequ.performance.point") or self._objection().point_id

    def _objection(self):
        return self._of_context("shequ.performance.objection")

    def action_object(self):
        self.ensure_one()
        self.point_id._object(self.words)
        return {"type": "ir.actions.act_window_close"}

    def action_accept(self):
        self.ensure_one()
        self.objection_id._decide(True, self.words, self.score)
        return {"type": "ir.actions.act_window_close"}

    def action_refuse(self):
        self.ensure_one()
        self.objection_id._decide(False, self.words)
        return {"type": "ir.actions.act_window_close"}

    def action_correct(self):
        """A manager corrects by oneself; it leaves the same trace."""
        self.ensure_one()
        self.point_id.check_access("read")
        if not self.env.user.has_group("shequ_property.group_estate_manager"):
            raise AccessError(self.env._("Only a manager decides."))
        if self.point_id.is_mine:
            raise AccessError(self.env._("Nobody decides about the own points."))
        objection = self.point_id._add_objection(self.words)
        objection.with_user(self.env.user)._decide(True, self.words, self.score)
        return {"type": "ir.actions.act_window_close"}
