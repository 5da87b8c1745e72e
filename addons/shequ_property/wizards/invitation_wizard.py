from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import phone as phone_tools

# As many as are sent or printed in one go.
MOST = 2000


class ShequInvitationWizard(models.TransientModel):
    """Invite the people of many homes at once, by text message or by letter."""

    _name = "shequ.invitation.wizard"
    _description = "Invite Residents"

    way = fields.Selection(
        [("sms", "Text message"), ("letter", "Letter with QR code")],
        default="sms",
        required=True,
    )
    again = fields.Boolean(
        string="Those who have logged in already as well",
    )
    residency_ids = fields.Many2many("shequ.residency", string="Chosen")
    invited_ids = fields.Many2many(
        "shequ.residency", compute="_compute_invited_ids", string="Will Be Invited"
    )
    summary = fields.Char(compute="_compute_invited_ids")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        Residency = self.env["shequ.residency"]
        if "residency_ids" in fields and ids:
            field = {
                "shequ.residency": "id",
                "shequ.unit": "unit_id",
                "shequ.building": "unit_id.building_id",
                "shequ.estate": "estate_id",
            }.get(model)
            if field:
                domain = Residency._current_domain() & Domain(field, "in", ids)
                people = Residency.search(domain, limit=MOST + 1)
                values["residency_ids"] = [(6, 0, people.ids)]
        return values

    @api.depends("residency_ids", "way", "again")
    def _compute_invited_ids(self):
        for wizard in self:
            people = wizard.residency_ids.filtered("is_current")
            chosen = people
            if not wizard.again:
                chosen = people - wizard._known(people)
            reachable = chosen
            if wizard.way == "sms":
                reachable = chosen.filtered(
                    lambda r: phone_tools.can_receive_sms(
                        r.partner_id.sudo().shequ_phone
                    )
                )
            wizard.invited_ids = reachable.sorted(
                lambda r: (r.estate_id.id, r.unit_sort_key or "", r.id)
            )
            wizard.summary = self.env._(
                "%(count)s will be invited. Already logged in: %(known)s. Without a "
                "number for text messages: %(without)s.",
                count=len(reachable),
                known=len(people) - len(chosen),
                without=len(chosen) - len(reachable),
            )

    def _known(self, people):
        """Those whose person has logged in before."""
        users = people.partner_id.sudo().user_ids.filtered(
            lambda user: user.shequ_phone_confirmed_at or user.login_date
        )
        return people.filtered(lambda r: r.partner_id in users.partner_id)

    def action_invite(self):
        self.ensure_one()
        people = self.invited_ids
        people.check_access("write")
        if not people:
            raise UserError(self.env._("Nobody is left to be invited."))
        if len(people) > MOST:
            raise UserError(
                self.env._(
                    "At most %(most)s people at once, please: choose building by "
                    "building.",
                    most=MOST,
                )
            )
        for partner in people.partner_id:
            if partner.sudo().shequ_phone or partner.sudo().email:
                self.env["res.users"]._shequ_grant_portal(partner)
        invitations = self.env["shequ.invitation"]._invite(people, self.way)
        if self.way == "letter":
            return invitations.with_env(self.env).action_print()
        sent = invitations._send_sms()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s text messages are on their way.", count=len(sent)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
