from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class PerformanceObjection(models.Model):
    """A worker's objection to a point, and what the manager decided."""

    _name = "shequ.performance.objection"
    _description = "Objection to a Performance Point"
    _order = "state desc, id desc"
    _rec_name = "point_id"

    point_id = fields.Many2one(
        "shequ.performance.point",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    estate_id = fields.Many2one("shequ.estate", required=True, readonly=True)
    ticket_id = fields.Many2one(related="point_id.ticket_id")
    worker_id = fields.Many2one(related="point_id.worker_id")
    event = fields.Selection(related="point_id.event")
    score = fields.Integer(related="point_id.score")
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    at = fields.Datetime(
        string="Time", required=True, readonly=True, default=fields.Datetime.now
    )
    reason = fields.Text(required=True, readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("accepted", "Corrected"), ("refused", "Upheld")],
        required=True,
        readonly=True,
        default="open",
    )
    answer = fields.Text(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)

    _open_uniq = models.UniqueIndex(
        "(point_id) WHERE state = 'open'",
        "An objection to this point is open already.",
    )

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("Please use the buttons to decide."))
        return super().write(vals)

    def _decide(self, accept, answer, score=0):
        """Correct the point, or keep it, with a word why.

        :param bool accept: the worker is right
        :param int score: what the point should have been
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("shequ_property.group_estate_manager"):
            raise AccessError(self.env._("Only a manager decides."))
        objection = self.sudo()
        if objection.point_id.is_mine or objection.point_id.with_env(self.env).is_mine:
            raise AccessError(self.env._("Nobody decides about the own points."))
        answer = (answer or "").strip()
        if not answer:
            raise UserError(self.env._("Please say why."))
        if objection.state != "open":
            raise UserError(self.env._("This was decided already."))
        objection.write(
            {
                "state": "accepted" if accept else "refused",
                "answer": answer,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        if accept:
            objection.point_id._correct(objection, score)
        objection._tell()

    def _tell(self):
        """The worker hears what was decided."""
        user = self.user_id
        if user.active and not user.share and user != self.env.user:
            self.point_id.ticket_id.message_notify(
                partner_ids=user.partner_id.ids,
                subject=self.env._("Your objection"),
                body=self.env._(
                    "%(result)s: %(answer)s",
                    result=dict(self._fields["state"]._description_selection(self.env))[
                        self.state
                    ],
                    answer=self.answer,
                ),
            )
