from odoo import fields, models


class DisclosureReviewComment(models.Model):
    """A word about a line, by a member of the committee or by the company."""

    _name = "shequ.disclosure.review.comment"
    _description = "Comment in a Review"
    _inherit = ["shequ.append.only.mixin"]
    _order = "review_id, at, id"

    review_id = fields.Many2one(
        "shequ.disclosure.review", required=True, readonly=True, ondelete="restrict"
    )
    side = fields.Selection(
        [("committee", "Owners' committee"), ("company", "Property company")],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    name = fields.Char(string="Signed", required=True, readonly=True)
    key = fields.Char(readonly=True)
    label = fields.Char(string="About", readonly=True)
    words = fields.Text(required=True, readonly=True)
    at = fields.Datetime(
        string="Time", required=True, readonly=True, default=fields.Datetime.now
    )

    _review_idx = models.Index("(review_id, at)")
