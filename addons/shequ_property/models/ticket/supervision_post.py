from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...tools import supervision

COMPANY_GROUPS = ("shequ_property.group_front_desk", "shequ_property.group_worker")


class SupervisionPost(models.Model):
    """The community's supervision post (社区监督岗): people who are not the company's.

    It looks after estates by name, or after a street or a district.
    """

    _name = "shequ.supervision.post"
    _inherit = ["shequ.cached.mixin"]
    _description = "Supervision Post"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    phone = fields.Char(help="Residents read it on the page of their ticket.")
    member_ids = fields.Many2many(
        "res.users",
        "shequ_supervision_post_member_rel",
        "post_id",
        "user_id",
        string="Members",
        domain="[('share', '=', False)]",
    )
    estate_ids = fields.Many2many(
        "shequ.estate", string="Estates", help="Empty: by street or district."
    )
    district = fields.Char()
    street = fields.Char(string="Street / Town")

    @api.constrains("member_ids")
    def _check_members(self):
        """The post is not the company's: nobody looks after the own work."""
        for user in self.member_ids:
            if any(user.has_group(group) for group in COMPANY_GROUPS):
                raise ValidationError(
                    self.env._(
                        "%(user)s works for a property company and cannot be of the "
                        "supervision post.",
                        user=user.name,
                    )
                )

    @api.model
    def _of_estate(self, estate):
        """The post that looks after an estate (as super-user), or none."""
        place = (estate.id, estate.street or "", estate.district or "")
        return self.sudo().browse(self._id_of_place(*place))

    @api.model
    @tools.ormcache("estate_id", "street", "district")
    def _id_of_place(self, estate_id, street, district):
        posts = [
            (post.id, set(post.estate_ids.ids), post.street, post.district)
            for post in self.sudo().search([("member_ids", "!=", False)])
        ]
        return supervision.post_for((estate_id, street, district), posts) or False
