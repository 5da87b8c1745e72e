from odoo import fields, models


class DisclosureReviewVerdict(models.Model):
    """A member of the committee accepts or objects, signed with name and time.

    ``sha256`` is the digest of the version that was signed.
    """

    _name = "shequ.disclosure.review.verdict"
    _description = "Verdict of a Committee Member"
    _inherit = ["shequ.append.only.mixin"]
    _order = "review_id, at, id"

    review_id = fields.Many2one(
        "shequ.disclosure.review", required=True, readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    name = fields.Char(string="Signed", required=True, readonly=True)
    position = fields.Char(readonly=True)
    verdict = fields.Selection(
        [("accept", "Accepts"), ("object", "Objects")], required=True, readonly=True
    )
    reason = fields.Text(readonly=True)
    sha256 = fields.Char(string="Version Signed", required=True, readonly=True)
    at = fields.Datetime(
        string="Time", required=True, readonly=True, default=fields.Datetime.now
    )

    _once = models.Constraint(
        "UNIQUE(review_id, user_id)", "A member signs a version once."
    )
