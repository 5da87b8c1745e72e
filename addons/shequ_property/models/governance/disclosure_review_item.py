from odoo import fields, models


class DisclosureReviewItem(models.Model):
    """A question of the checklist, with what the committee found."""

    _name = "shequ.disclosure.review.item"
    _description = "Checked by the Owners' Committee"
    _order = "review_id, sequence, id"

    review_id = fields.Many2one(
        "shequ.disclosure.review", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="What to Look At", required=True, readonly=True)
    answer = fields.Selection(
        [("yes", "In order"), ("no", "Not in order"), ("unclear", "Not clear")],
        string="Found",
        readonly=True,
    )
    note = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    answered_at = fields.Datetime(string="Time", readonly=True)
