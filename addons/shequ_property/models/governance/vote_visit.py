from odoo import api, fields, models
from odoo.exceptions import UserError

OUTCOMES = [
    ("wanted", "Asked for a Ballot"),
    ("absent", "Nobody Home"),
    ("given", "Ballot Handed Over"),
    ("collected", "Ballot Collected"),
    ("refused", "Does Not Want to Vote"),
]


class VoteVisit(models.Model):
    """What happened at a door: for the round, never for the count."""

    _name = "shequ.vote.visit"
    _description = "Visit for a Vote"
    _order = "id desc"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, readonly=True, index=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(related="vote_id.estate_id", store=True, index=True)
    company_id = fields.Many2one(related="vote_id.company_id", store=True, index=True)
    elector_id = fields.Many2one(
        "shequ.vote.elector", required=True, readonly=True, ondelete="restrict"
    )
    unit_id = fields.Many2one(related="elector_id.unit_id", store=True)
    grid_id = fields.Many2one(related="unit_id.grid_id", store=True, index=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Who Came", readonly=True)

    _elector_idx = models.Index("(elector_id, id)")

    @api.depends("unit_id", "outcome")
    def _compute_display_name(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for visit in self:
            place = visit.unit_id.short_address or ""
            visit.display_name = f"{place} · {labels.get(visit.outcome, '')}"

    @api.model
    def _note(self, elector, outcome, user=None):
        """Note a visit, or a wish for one (as super-user).

        :raise UserError: when the vote is not open, or the outcome unknown
        """
        if outcome not in dict(OUTCOMES):
            raise UserError(self.env._("Please choose what happened at the door."))
        if elector.vote_id.state != "open":
            raise UserError(self.env._("This vote is not open."))
        return self.sudo().create(
            {
                "vote_id": elector.vote_id.id,
                "elector_id": elector.id,
                "outcome": outcome,
                "at": fields.Datetime.now(),
                "user_id": user.id if user else False,
            }
        )

    @api.model
    def _last(self, electors):
        """Elector id → the last visit (as super-user), in one query."""
        found = self.sudo().search([("elector_id", "in", electors.ids)], order="id")
        return {visit.elector_id.id: visit for visit in found}
