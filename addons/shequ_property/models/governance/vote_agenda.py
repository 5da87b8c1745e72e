from odoo import api, models
from odoo.exceptions import UserError

from .vote import OPEN_TO_CHANGE


class ShequVoteAgendaMixin(models.AbstractModel):
    """Parts of the agenda: nothing is added, changed or taken away after the notice."""

    _name = "shequ.vote.agenda.mixin"
    _description = "Part of a Vote's Agenda"

    def _votes(self):
        return self.vote_id

    def _refuse_after_notice(self, votes):
        for vote in votes.sudo():
            if vote.state not in OPEN_TO_CHANGE:
                raise UserError(
                    self.env._(
                        "“%(vote)s” has been announced: nothing is added to its agenda "
                        "or taken from it.",
                        vote=vote.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_results(vals)
        records = super().create(vals_list)
        records._refuse_after_notice(records._votes())
        return records

    def write(self, vals):
        counting = self.env.su and self.env.context.get("shequ_count")
        if not counting:
            self._refuse_results(vals)
            self._refuse_after_notice(self._votes())
        result = super().write(vals)
        if not counting:
            self._refuse_after_notice(self._votes())
        return result

    def unlink(self):
        self._refuse_after_notice(self._votes())
        return super().unlink()

    def _refuse_results(self, vals):
        if {"outcome", "elected"} & vals.keys() and any(
            vals.get(name) for name in ("outcome", "elected")
        ):
            raise UserError(self.env._("The result comes from the count alone."))
