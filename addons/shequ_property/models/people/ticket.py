from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ...tools.mask import mask_phone


class ShequTicket(models.Model):
    """Whoever a ticket is for has personal data to protect; colleagues have not."""

    _inherit = "shequ.ticket"

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        if not self.env.cr.cache.get("shequ.intake"):
            tickets._shequ_protect_contacts()
        return tickets

    def _intake_rows(self):
        tickets = self.sudo()
        contacts = tickets.reporter_id | tickets.on_behalf_id
        if not contacts:
            return super()._intake_rows()
        contacts.invalidate_recordset(["shequ_protected"], flush=False)
        return [*super()._intake_rows(), contacts._shequ_protection(but_staff=True)]

    def write(self, vals):
        result = super().write(vals)
        if {"reporter_id", "on_behalf_id"} & vals.keys():
            self._shequ_protect_contacts()
        return result

    def _shequ_protect_contacts(self):
        tickets = self.sudo()
        (tickets.reporter_id | tickets.on_behalf_id)._shequ_protect(but_staff=True)

    def _shequ_contact(self):
        """The person to call about the ticket (as super-user)."""
        self.ensure_one()
        return self.sudo().on_behalf_id or self.sudo().reporter_id

    def _job_phone(self):
        """The number as the user at work may see it on a card or a printout."""
        self.ensure_one()
        number = self.sudo().call_phone or ""
        seen = self._shequ_contact().sudo(False)._shequ_may_see()
        return number if seen or not self._shequ_contact() else mask_phone(number)

    def worker_call(self):
        """The number to call, for the worker the ticket is assigned to.

        One tap: the reason is the ticket, and that is what the log says.

        :return: dict with ``phone``, for a ``tel:`` link
        :raises AccessError: for anybody else; they are asked for a reason
        """
        self.ensure_one()
        self.check_access("read")
        workers = self.env["shequ.worker"]._of_user()
        ticket = self.sudo()
        if not (
            ticket.is_open and workers & (ticket.worker_id | ticket.helper_worker_ids)
        ):
            raise AccessError(
                self.env._(
                    "Only the worker of the open ticket calls with one tap. Others are "
                    "asked for a reason first."
                )
            )
        if not ticket.call_phone:
            raise UserError(
                self.env._(
                    "No telephone number is known for %(ticket)s.", ticket=self.name
                )
            )
        self.env["shequ.data.access"]._log(
            ticket._shequ_contact(), "call", ticket.name, ["phone"], model=self._name
        )
        return {"phone": ticket.call_phone}

    def action_shequ_reveal(self):
        """Ask why, then show the number to call."""
        self.ensure_one()
        self.check_access("read")
        return self.env["shequ.data.reveal"]._open(
            self._shequ_contact(), ticket=self, purpose="callback"
        )
