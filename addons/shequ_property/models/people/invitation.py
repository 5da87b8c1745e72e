import base64
import hashlib
import io
from datetime import timedelta
from hmac import compare_digest

import qrcode

from odoo import api, fields, models
from odoo.tools.misc import hmac

from ...tools import person_name, short_link
from ...tools import phone as phone_tools


class ShequInvitation(models.Model):
    """Asks one person to come to the residents' pages: by text message or letter.

    The token names the invitation and is signed, so that it can be printed again
    and need not be kept.  It alone opens nothing: a code on the telephone is needed
    as well, and where no number is on file the name.
    """

    _name = "shequ.invitation"
    _description = "Invitation"
    _order = "unit_sort_key, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, readonly=True, index=True
    )
    residency_id = fields.Many2one("shequ.residency", readonly=True, index=True)
    unit_id = fields.Many2one("shequ.unit", required=True, readonly=True)
    estate_id = fields.Many2one(related="unit_id.estate_id", store=True)
    company_id = fields.Many2one(related="unit_id.company_id", store=True)
    unit_sort_key = fields.Char(related="unit_id.sort_key", store=True)
    way = fields.Selection(
        [("sms", "Text message"), ("letter", "Letter"), ("family", "By the owner")],
        required=True,
        readonly=True,
    )
    expires_at = fields.Datetime(required=True, readonly=True)
    used_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("used", "Used"), ("over", "Expired")],
        compute="_compute_state",
    )

    _person_idx = models.Index("(partner_id) WHERE used_at IS NULL")

    @api.depends("expires_at", "used_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for invitation in self:
            if invitation.used_at:
                invitation.state = "used"
            else:
                over = invitation.expires_at and invitation.expires_at <= now
                invitation.state = "over" if over else "open"

    @api.model
    def _invite(self, residencies, way):
        """Make invitations (as super-user); earlier ones of the same people end.

        :return: one for each residency, in the order of the buildings
        """
        value = self.env["ir.config_parameter"].sudo()
        days = value.get_param("shequ.invitation.days") or "30"
        expires = fields.Datetime.now() + timedelta(
            days=int(days) if days.isdecimal() else 30
        )
        self.sudo().search(
            [
                ("partner_id", "in", residencies.partner_id.ids),
                ("unit_id", "in", residencies.unit_id.ids),
                ("used_at", "=", False),
            ]
        ).unlink()
        made = self.sudo().create(
            [
                {
                    "partner_id": residency.partner_id.id,
                    "residency_id": residency.id,
                    "unit_id": residency.unit_id.id,
                    "way": way,
                    "expires_at": expires,
                }
                for residency in residencies
            ]
        )
        return made.sorted(lambda i: (i.estate_id.id, i.unit_sort_key or "", i.id))

    # ------------------------------------------------------------------ token

    def _token(self):
        """Letters and digits for an address that is typed from paper if need be."""
        self.ensure_one()
        return f"{short_link.base36(self.id)}{self._signature()}"

    def _signature(self):
        digest = hmac(
            self.env(su=True),
            "shequ-invitation",
            (self.id, self.partner_id.id, fields.Datetime.to_string(self.expires_at)),
            hashlib.sha256,
        )
        return short_link.signature(digest)

    @api.model
    def _by_token(self, token):
        """The open invitation (as super-user) that ``token`` names, or none."""
        none = self.sudo().browse()
        number, signature = short_link.split(token)
        if not number:
            return none
        invitation = self.sudo().browse(number).exists()
        if not invitation or not compare_digest(
            invitation._signature().encode(), signature.encode()
        ):
            return none
        current = not invitation.residency_id or invitation.residency_id.is_current
        return invitation if invitation.state == "open" and current else none

    def _url(self):
        return f"{self.get_base_url()}/i/{self._token()}"

    def _admits(self, phone, name):
        """Whether the holder of ``phone`` is the person who was invited.

        The number on file is enough. Without one, or with another, the name counts,
        and with another number the service desk decides.

        :return: "yes", "name" (ask for the name), "desk"
        """
        self.ensure_one()
        known = self.partner_id.shequ_phone
        if known == phone:
            return "yes"
        if known:
            return "desk"
        return "yes" if person_name.same(name, self.partner_id.name) else "name"

    def _accept(self, phone):
        """Open the pages for the invited person, who has shown the number.

        :return: the user (as super-user)
        """
        self.ensure_one()
        partner = self.partner_id
        if not partner.shequ_phone:
            self.env["shequ.phone.change"]._note(partner, "", phone, "changed")
            partner.phone = phone
        user = self.env["res.users"]._shequ_grant_portal(partner)
        self.used_at = fields.Datetime.now()
        return user

    # ---------------------------------------------------------------- sending

    def _send_sms(self):
        """Queue the messages; people without a number are passed over.

        :return: the invitations that were sent
        """
        Template = self.env["shequ.sms.template"]
        sent = self.browse()
        for invitation in self:
            partner = invitation.partner_id
            if not phone_tools.can_receive_sms(partner.shequ_phone):
                continue
            Template._queue(
                "invitation",
                partner,
                {
                    "company": invitation.company_id.name,
                    "home": invitation.unit_id.short_address,
                    "token": invitation._token(),
                    "link": invitation._url(),
                },
                invitation.company_id,
            )
            sent |= invitation
        return sent

    def _letter(self):
        """What the printed letter shows."""
        self.ensure_one()
        stream = io.BytesIO()
        qrcode.make(self._url(), box_size=6, border=2).save(stream, "PNG")
        encoded = base64.b64encode(stream.getvalue()).decode()
        return {
            "estate": self.estate_id.name,
            "company": self.company_id.name,
            "phone": self.estate_id.phone,
            "home": self.unit_id.address,
            "name": self.partner_id.name,
            "link": self._url(),
            "until": fields.Date.to_string(self.expires_at),
            "image": f"data:image/png;base64,{encoded}",
        }

    def action_print(self):
        return self.env.ref("shequ_property.action_report_invitation").report_action(
            self
        )
