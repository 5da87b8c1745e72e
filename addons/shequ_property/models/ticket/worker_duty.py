from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("shift", "Extra Shift"),
    ("leave", "Leave"),
    ("sick", "Sick"),
    ("training", "Training"),
]
AWAY = ("leave", "sick", "training")


class WorkerDuty(models.Model):
    """What departs from a worker's weekly duty hours: shifts more, days less."""

    _name = "shequ.worker.duty"
    _description = "Shift or Leave of a Worker"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"

    worker_id = fields.Many2one(
        "shequ.worker", required=True, index=True, ondelete="cascade", tracking=True
    )
    company_id = fields.Many2one(related="worker_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, required=True, default="shift", tracking=True)
    date_from = fields.Datetime(string="From", required=True, tracking=True)
    date_to = fields.Datetime(string="Until", required=True, tracking=True)
    note = fields.Char()

    _span_idx = models.Index("(worker_id, date_to, date_from)")

    @api.constrains("date_from", "date_to")
    def _check_span(self):
        for duty in self:
            if duty.date_to <= duty.date_from:
                raise ValidationError(
                    self.env._(
                        "%(worker)s: “Until” must be after “From”.",
                        worker=duty.worker_id.name,
                    )
                )

    @api.depends("worker_id", "kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for duty in self:
            duty.display_name = f"{duty.worker_id.name or ''} · {labels[duty.kind]}"

    @api.model
    def _now(self, workers, at):
        """Return ``{worker id: "on" | "away"}`` of those with an entry at the instant.

        Who is on leave and on an extra shift at once is on leave.
        """
        states = {}
        for duty in self.sudo().search(
            [
                ("worker_id", "in", workers.ids),
                ("date_from", "<=", at),
                ("date_to", ">", at),
            ]
        ):
            if duty.kind in AWAY:
                states[duty.worker_id.id] = "away"
            else:
                states.setdefault(duty.worker_id.id, "on")
        return states
