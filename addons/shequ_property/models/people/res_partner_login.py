from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import mask


class ResPartner(models.Model):
    """The telephone number as the way in, and children's guardians."""

    _inherit = "res.partner"

    shequ_guardian_id = fields.Many2one(
        "res.partner",
        string="Guardian",
        index="btree_not_null",
        groups="base.group_user",
        help="Of a child under 14 (个人信息保护法 31): no log-in without consent.",
    )
    shequ_guardian_consent_at = fields.Datetime(
        string="Guardian Agreed",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    def _shequ_guardian_agrees(self):
        """Whether a guardian stands behind a child's log-in; others need none."""
        self.ensure_one()
        child = self.sudo()
        return not child.shequ_guardian_id or bool(child.shequ_guardian_consent_at)

    def write(self, vals):
        if not {"phone", "country_id"} & vals.keys():
            return super().write(vals)
        old = {partner.id: partner.shequ_phone for partner in self.sudo()}
        result = super().write(vals)
        changed = self.sudo().filtered(lambda p: p.shequ_phone != old.get(p.id))
        users = changed.with_context(active_test=False).user_ids
        users._shequ_follow_phone(old)
        return result

    def action_shequ_release_phone(self):
        """Take a number off somebody it no longer belongs to.

        The person keeps everything else; the log-in needs another way.
        """
        if not self.env.user.has_group("shequ_property.group_front_desk"):
            raise AccessError(self.env._("Only the service desk releases numbers."))
        self.check_access("write")
        for partner in self:
            number = partner.sudo().shequ_phone
            if not number:
                raise UserError(
                    self.env._(
                        "%(person)s has no telephone number.", person=partner.name
                    )
                )
            partner._shequ_release_phone()
        return True

    def _shequ_release_phone(self):
        self.ensure_one()
        partner = self.sudo()
        number = partner.shequ_phone
        self.env["shequ.phone.change"].sudo()._note(partner, number, "", "released")
        partner.phone = False
        for user in partner.with_context(active_test=False).user_ids.filtered("share"):
            # The sessions of the former holder end with the log-in's name.
            user.write(
                {
                    "login": partner.email or f"released-{user.id}",
                    "shequ_phone_confirmed_at": False,
                }
            )
        partner.message_post(
            body=self.env._(
                "The number %(number)s was released: it belongs to somebody else now.",
                number=mask.mask_phone(number),
            )
        )

    @api.model
    def _shequ_agree_as_guardian(self, child):
        """The guardian (``self``) lets a child log in."""
        self.ensure_one()
        child.sudo().write(
            {
                "shequ_guardian_id": self.id,
                "shequ_guardian_consent_at": fields.Datetime.now(),
            }
        )
