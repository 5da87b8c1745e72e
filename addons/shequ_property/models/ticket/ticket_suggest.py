from odoo import api, models
from odoo.fields import Domain

from ...tools import similar
from ...tools.triage import Report

# What was said before teaches more than a name; half of it must be alike though.
LEARN_FROM = 300
LEARNT_LIKENESS = 0.35
NAMED_LIKENESS = 0.2


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    @api.model
    def _suggest_categories(self, description, estate_id=False, limit=3):
        """Guess from a few words what a report is about.

        Triage goes first; the names of the categories, and what was reported before in
        the estate and put in order by people, fill up what it leaves open.

        :param str description: what was said
        :param int estate_id: where; empty to look at names only
        :return: categories, the likeliest first; none when nothing is alike
        """
        scores = {}
        found = self._suggest_by_triage(description, estate_id)
        found += self._suggest_by_name(description) + self._suggest_by_past(
            description, estate_id
        )
        for score, category_id in found:
            scores[category_id] = max(score, scores.get(category_id, 0))
        best = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
        return self.env["shequ.ticket.category"].browse(best)

    @api.model
    def _suggest_by_triage(self, description, estate_id):
        """What triage is sure enough of goes before every likeness of words."""
        estate = self.env["shequ.estate"]._facts(estate_id) if estate_id else None
        if not estate or not (description or "").strip():
            return []
        guesses = self._triage_ask(Report(description), estate.company).guesses
        sure = self._triage_settings()["sure"]
        Category = self.env["shequ.ticket.category"]
        return [
            (1 + guess.confidence, Category._id_by_code(guess.category))
            for guess in guesses
            if guess.confidence >= sure
        ]

    @api.model
    def _suggest_by_name(self, description):
        leaves = (
            self.env["shequ.ticket.category"].sudo().search([("child_ids", "=", False)])
        )
        named = [(category.id, category.name) for category in leaves]
        return similar.rank(description, named, threshold=NAMED_LIKENESS)

    @api.model
    def _suggest_by_past(self, description, estate_id):
        if not estate_id:
            return []
        domain = Domain("estate_id", "=", estate_id)
        domain &= Domain("category_id", "!=", False)
        tickets = self.sudo().search_fetch(
            domain,
            ["category_id", "description"],
            limit=LEARN_FROM,
            order="reported_at desc, id desc",
        )
        said = [(ticket.category_id.id, ticket.description) for ticket in tickets]
        return similar.rank(description, said, threshold=LEARNT_LIKENESS)
