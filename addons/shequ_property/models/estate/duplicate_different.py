from itertools import combinations

from odoo import api, fields, models


class ShequDuplicateDifferent(models.Model):
    """Two people of whom somebody has said: not the same person."""

    _name = "shequ.duplicate.different"
    _description = "Not the Same Person"

    partner_a_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    partner_b_id = fields.Many2one(
        "res.partner", required=True, ondelete="cascade", index=True
    )

    _pair_uniq = models.Constraint(
        "UNIQUE(partner_a_id, partner_b_id)", "This has been said already."
    )

    @api.model
    def _pairs(self, partner_ids):
        rows = self.search_fetch(
            [("partner_a_id", "in", partner_ids)], ["partner_a_id", "partner_b_id"]
        )
        return [(row.partner_a_id.id, row.partner_b_id.id) for row in rows]

    @api.model
    def _of(self, partners):
        return self.search(
            [
                ("partner_a_id", "in", partners.ids),
                ("partner_b_id", "in", partners.ids),
            ]
        )

    @api.model
    def _remember(self, partners):
        known = {
            (row.partner_a_id.id, row.partner_b_id.id) for row in self._of(partners)
        }
        self.create(
            [
                {"partner_a_id": a, "partner_b_id": b}
                for a, b in combinations(sorted(partners.ids), 2)
                if (a, b) not in known
            ]
        )

    @api.model
    def _forget(self, partners):
        self._of(partners).unlink()

    @api.model
    def _after_merge(self, kept):
        """Nobody is different from himself, which a merge would leave behind."""
        rows = self.search([("partner_a_id", "=", kept.id)])
        rows.filtered(lambda row: row.partner_b_id == row.partner_a_id).unlink()
