from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# How long a dialog goes on showing what it was opened for.
SHOWN_MINUTES = 15
# Calling somebody takes a number and no more (PIPL 6: the least that serves).
PHONE_ALONE = ("callback", "emergency")


class ShequDataReveal(models.TransientModel):
    """Show somebody's personal data whole, once it is said why."""

    _name = "shequ.data.reveal"
    _description = "Show Personal Data"

    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    ticket_id = fields.Many2one("shequ.ticket", readonly=True)
    purpose = fields.Selection(
        [
            ("callback", "Call back about a ticket"),
            ("emergency", "Emergency in the home"),
            ("identity", "Check who somebody is"),
            ("correct", "Correct the record"),
            ("bill", "Bills and payments"),
            ("other", "Something else"),
        ],
        string="Needed for",
        required=True,
        default="callback",
    )
    reason = fields.Char(
        string="In Words", help="In a few words; the privacy officer reads it."
    )
    logged_at = fields.Datetime(readonly=True)
    shown = fields.Boolean(compute="_compute_values")
    phone_masked = fields.Char(string="Telephone", compute="_compute_values")
    phone_whole = fields.Char(string="Whole Telephone", compute="_compute_values")
    email_whole = fields.Char(string="E-mail", compute="_compute_values")
    id_whole = fields.Char(string="Identity Number", compute="_compute_values")

    @api.depends("logged_at", "purpose")
    def _compute_values(self):
        """Whole values for who has said why, for some minutes, never stored."""
        since = fields.Datetime.now() - timedelta(minutes=SHOWN_MINUTES)
        for dialog in self:
            person = dialog.partner_id.sudo()
            ticket = dialog.ticket_id.sudo()
            phone = ticket.call_phone or person.phone
            mine = dialog.create_uid == self.env.user
            shown = bool(mine and dialog.logged_at and dialog.logged_at > since)
            dialog.shown = shown
            dialog.phone_masked = person._shequ_mask_value("phone", phone)
            dialog.phone_whole = phone if shown else False
            more = shown and dialog.purpose not in PHONE_ALONE
            dialog.email_whole = person.email if more else False
            dialog.id_whole = person.shequ_id_number if more else False

    @api.model
    def _open(self, partner, ticket=None, purpose="callback"):
        """Open the dialog for ``partner``; asked by actions that checked access."""
        if not partner and not (ticket and ticket.sudo().call_phone):
            raise UserError(self.env._("Nobody is named here."))
        values = {
            "partner_id": partner.id,
            "ticket_id": ticket.id if ticket else False,
            "purpose": purpose,
            "reason": ticket.name if ticket else False,
        }
        return self.create(values)._action()

    def _action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Show Personal Data"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model_create_multi
    def create(self, vals_list):
        """Only for people and tickets the user may read; nobody logs for himself."""
        for vals in vals_list:
            vals.pop("logged_at", None)
        dialogs = super().create(vals_list)
        dialogs._check_readable()
        return dialogs

    def write(self, vals):
        if "logged_at" in vals and not self.env.su:
            raise AccessError(self.env._("The log is not written by hand."))
        if {"partner_id", "ticket_id"} & vals.keys():
            raise AccessError(self.env._("Open the dialog again for somebody else."))
        if "purpose" in vals and not self.env.su and any(self.mapped("logged_at")):
            # Another purpose shows more: it has to be said, and noted, again.
            self.sudo().logged_at = False
        return super().write(vals)

    def _check_readable(self):
        self.ticket_id.with_env(self.env).check_access("read")
        # The person of a ticket one may read may be called, too.
        others = self.filtered(
            lambda d: not d.ticket_id or d.partner_id != d.ticket_id._shequ_contact()
        )
        others.partner_id.check_access("read")

    def action_show(self):
        self.ensure_one()
        if self.purpose == "other" and len((self.reason or "").strip()) < 4:
            raise UserError(
                self.env._("Please write in a few words what the data are needed for.")
            )
        label = dict(self._fields["purpose"]._description_selection(self.env))
        reason = " · ".join(filter(None, [label[self.purpose], self.reason]))
        person = self.partner_id.sudo()
        names = [
            name
            for name in ("phone", "email", "shequ_id_number")
            if name == "phone" or (person[name] and self.purpose not in PHONE_ALONE)
        ]
        self.env["shequ.data.access"]._log(
            person,
            "call" if self.ticket_id else "reveal",
            reason,
            names,
            model=self.ticket_id._name if self.ticket_id else "res.partner",
        )
        self.sudo().logged_at = fields.Datetime.now()
        return self._action()
