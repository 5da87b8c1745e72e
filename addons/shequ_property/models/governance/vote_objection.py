from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

KINDS = [
    ("roll", "To the Roll"),
    ("notice", "To What Is Announced"),
    ("result", "To the Result"),
]
# In which states of a vote what may be objected to.
OPEN_FOR = {
    "roll": ("notice",),
    "notice": ("notice",),
    "result": ("publicity",),
}
MAX_WORDS = 2000


class VoteObjection(models.Model):
    """An owner says that the roll, the notice or the result is wrong.

    Who answers is the one who runs the vote; the answer is read by whoever objected
    and, without the name, by all residents.  Nothing is ever deleted.
    """

    _name = "shequ.vote.objection"
    _description = "Objection in a Vote"
    _order = "state desc, id desc"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, readonly=True, index=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(related="vote_id.estate_id", store=True, index=True)
    company_id = fields.Many2one(related="vote_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Who Objects", required=True, readonly=True, index=True
    )
    unit_id = fields.Many2one("shequ.unit", readonly=True, index="btree_not_null")
    words = fields.Text(string="Objection", required=True, readonly=True)
    made_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [("open", "To Answer"), ("answered", "Answered")],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    upheld = fields.Boolean(
        readonly=True, help="The objection was right, and something was changed."
    )
    answer = fields.Text(readonly=True)
    answered_at = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends("kind", "unit_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for objection in self:
            objection.display_name = " · ".join(
                filter(None, (labels[objection.kind], objection.unit_id.short_address))
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Owners object on their pages."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("Please use the button “Answer”."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Objections and their answers are part of the vote's file.")
        )

    @api.model
    def _object(self, vote, partner, kind, words):
        """Take an objection (as super-user).

        :param kind: roll, notice (before the vote opens) or result (while the
            result is posted, 清远: comments within 7 days of it)
        :raise UserError: too early, too late, without words, or by somebody who
            owns nothing here
        """
        words = (words or "").strip()[:MAX_WORDS]
        if kind not in OPEN_FOR:
            raise UserError(self.env._("Please choose what your objection is about."))
        if vote.state not in OPEN_FOR[kind]:
            raise UserError(
                self.env._(
                    "Objections to the result are taken while it is posted, those to "
                    "the roll before the vote opens."
                )
            )
        if not words:
            raise UserError(self.env._("Please write what is wrong."))
        unit = partner.sudo()._vote_units(vote.estate_id)[:1]
        if not unit:
            raise UserError(
                self.env._("Only owners of this community can object to a vote.")
            )
        return self.sudo().create(
            {
                "vote_id": vote.id,
                "kind": kind,
                "partner_id": partner.id,
                "unit_id": unit.id,
                "words": words,
                "made_at": fields.Datetime.now(),
            }
        )

    def action_answer(self):
        """Open the form for the answer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "shequ_property.action_vote_answer"
        )
        action["context"] = {"default_objection_id": self.id}
        return action

    def _answer(self, answer, upheld, user):
        """Answer once; a second answer would hide the first."""
        self.ensure_one()
        self.check_access("read")
        answer = (answer or "").strip()
        if not answer:
            raise UserError(self.env._("Please write the answer."))
        if self.state != "open":
            raise UserError(self.env._("This objection was answered already."))
        self.sudo().write(
            {
                "state": "answered",
                "answer": answer,
                "upheld": upheld,
                "answered_at": fields.Datetime.now(),
                "answered_by_id": user.id,
            }
        )
