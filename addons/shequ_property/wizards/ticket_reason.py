from odoo import fields, models
from odoo.exceptions import AccessError

STEPS = [
    ("return", "Return to the Resident"),
    ("unassign", "Back to the Pool"),
    ("call_back", "Called Back"),
    ("cancel", "Cancel for the Resident"),
    ("reopen", "Reopen for the Resident"),
    ("talk", "Write to the Resident"),
]
# Workers hand back and call; what a resident asks for by phone is the desk's.
WORKER_STEPS = ("unassign", "call_back", "talk")


class TicketReason(models.TransientModel):
    """A step that needs a sentence: return, hand back, call back, reopen, cancel."""

    _name = "shequ.ticket.reason"
    _description = "Step with a Reason"

    ticket_ids = fields.Many2many(
        "shequ.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env["shequ.ticket"]._of_context(),
    )
    step = fields.Selection(STEPS, required=True, readonly=True)
    reason = fields.Text()
    photo_ids = fields.Many2many("ir.attachment", string="Photos")

    def action_confirm(self):
        """Take the step with all tickets of the wizard."""
        self.ensure_one()
        self._check_step()
        getattr(self, f"_do_{self.step}")((self.reason or "").strip())
        return {"type": "ir.actions.act_window_close"}

    def _check_step(self):
        self.ticket_ids.check_access("write")
        desk = self.env.user.has_group("shequ_property.group_front_desk")
        if not desk and self.step not in WORKER_STEPS:
            raise AccessError(self.env._("Please ask the front desk to do that."))

    def _do_return(self, reason):
        self.ticket_ids._return(reason)

    def _do_unassign(self, reason):
        for ticket in self.ticket_ids:
            ticket.worker_hand_back(reason)

    def _do_call_back(self, reason):
        self.ticket_ids._call_back(reason)

    def _do_cancel(self, reason):
        for ticket in self.ticket_ids:
            ticket._cancel(ticket._resident(), reason)

    def _do_reopen(self, reason):
        for ticket in self.ticket_ids:
            ticket._reopen(ticket._resident(), reason)

    def _do_talk(self, reason):
        # sudo: the files were uploaded by this user a moment ago, for this wizard
        uploads = self.sudo().photo_ids.filtered(
            lambda file: file.create_uid == self.env.user
        )
        photos = [
            {"type": "photo", "name": file.name, "raw": file.raw} for file in uploads
        ]
        for ticket in self.ticket_ids:
            ticket._talk(self.env.user.partner_id, reason, photos)
        uploads.unlink()
