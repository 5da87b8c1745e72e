from odoo import fields, models


class DispatchOfferLine(models.Model):
    """A worker to whom a job is offered."""

    _name = "shequ.dispatch.offer.line"
    _description = "Worker of an Offer"
    _order = "id"
    _rec_name = "worker_id"

    offer_id = fields.Many2one(
        "shequ.dispatch.offer", required=True, index=True, ondelete="cascade"
    )
    worker_id = fields.Many2one(
        "shequ.worker", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [("waiting", "Waiting"), ("refused", "Refused")],
        required=True,
        default="waiting",
    )
    reasons = fields.Json()
    refuse_reason = fields.Char()
    refused_at = fields.Datetime()

    _worker_uniq = models.Constraint(
        "UNIQUE(offer_id, worker_id)", "The job is offered to this worker already."
    )
