from odoo import api, fields, models

from ..models.ticket.ticket import CLOSE_REASONS


class TicketFinish(models.TransientModel):
    """Finish a ticket: what was done, the photos, how it ended."""

    _name = "shequ.ticket.finish"
    _description = "Finish a Ticket"

    ticket_id = fields.Many2one(
        "shequ.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env["shequ.ticket"]._of_context()[:1],
    )
    kind = fields.Selection(related="ticket_id.kind")
    resolution = fields.Text(
        compute="_compute_resolution",
        store=True,
        readonly=False,
        help="The resident reads these words.",
    )
    # A duplicate is merged into the other ticket, so that its reporter can follow.
    close_reason = fields.Selection(
        [reason for reason in CLOSE_REASONS if reason[0] != "duplicate"],
        required=True,
        default="solved",
        help="Ending as not solved or not ours is counted as such.",
    )
    evidence_count = fields.Integer(compute="_compute_evidence_count")
    photo_ids = fields.Many2many("ir.attachment", string="Photos of the Work")

    @api.depends("ticket_id")
    def _compute_resolution(self):
        for wizard in self:
            wizard.resolution = wizard.resolution or wizard.ticket_id.resolution

    @api.depends("ticket_id")
    def _compute_evidence_count(self):
        for wizard in self:
            wizard.evidence_count = len(
                wizard.ticket_id.media_ids.filtered(
                    lambda m: m.phase == "evidence" and m.type == "photo"
                )
            )

    def action_finish(self):
        """Finish the ticket with the photos uploaded here."""
        self.ensure_one()
        # sudo: the files were uploaded by this user a moment ago, for this wizard
        uploads = self.sudo().photo_ids.filtered(
            lambda file: file.create_uid == self.env.user
        )
        photos = [
            {"type": "photo", "name": file.name, "raw": file.raw} for file in uploads
        ]
        self.ticket_id._finish(self.resolution, photos, self.close_reason)
        # The ticket keeps its own copies, upright and without location.
        uploads.unlink()
        return {"type": "ir.actions.act_window_close"}
