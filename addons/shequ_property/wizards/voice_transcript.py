from odoo import api, fields, models


class VoiceTranscript(models.TransientModel):
    """Listen and type: a voice note becomes words that triage can read."""

    _name = "shequ.voice.transcript"
    _description = "Write Down a Voice Note"

    ticket_id = fields.Many2one(
        "shequ.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env["shequ.ticket"]._of_context()[:1],
    )
    media_id = fields.Many2one(
        "shequ.ticket.media",
        string="Voice Note",
        compute="_compute_media_id",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
        domain="[('ticket_id', '=', ticket_id), ('type', '=', 'voice')]",
    )
    media_ids = fields.Many2many(
        "shequ.ticket.media", compute="_compute_media_ids", string="Listen"
    )
    words = fields.Text(string="What Is Said", required=True)

    @api.depends("ticket_id")
    def _compute_media_id(self):
        for wizard in self:
            voices = wizard.ticket_id.voice_ids
            waiting = voices.filtered(lambda m: not m.transcribed_at)
            wizard.media_id = (waiting or voices)[:1]

    @api.depends("media_id")
    def _compute_media_ids(self):
        for wizard in self:
            wizard.media_ids = wizard.media_id

    def action_save(self):
        self.ensure_one()
        self.ticket_id.check_access("write")
        self.media_id._keep_transcript(self.words, "staff")
        return {"type": "ir.actions.act_window_close"}
