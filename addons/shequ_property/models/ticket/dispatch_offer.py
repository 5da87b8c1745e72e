from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

KINDS = [("grab", "Offer"), ("ring", "Emergency")]
STATES = [
    ("open", "Open"),
    ("taken", "Taken"),
    ("expired", "Nobody took it"),
    ("withdrawn", "Withdrawn"),
]
# What the phone of a worker is told of.
OFFER_CHANNEL = "shequ.offer"


class DispatchOffer(models.Model):
    """A job offered to several workers (抢单), or an emergency that rings at them.

    One offer of a ticket is open at a time, and of all who accept it one wins.
    """

    _name = "shequ.dispatch.offer"
    _description = "Offer of a Job"
    _order = "id desc"
    _rec_name = "ticket_id"

    ticket_id = fields.Many2one(
        "shequ.ticket", required=True, index=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    estate_id = fields.Many2one(
        "shequ.estate", required=True, readonly=True, index=True
    )
    kind = fields.Selection(KINDS, required=True, default="grab", readonly=True)
    state = fields.Selection(STATES, required=True, default="open", readonly=True)
    offered_at = fields.Datetime(
        required=True, default=fields.Datetime.now, readonly=True
    )
    expires_at = fields.Datetime(readonly=True, help="Then the best worker is sent.")
    ring_count = fields.Integer(string="Rings", readonly=True)
    next_ring_at = fields.Datetime(readonly=True)
    taken_by_id = fields.Many2one("shequ.worker", readonly=True)
    taken_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("shequ.dispatch.offer.line", "offer_id", readonly=True)
    worker_count = fields.Integer(compute="_compute_worker_count", string="Offered To")

    _open_uniq = models.UniqueIndex(
        "(ticket_id) WHERE state = 'open'", "The job is on offer already."
    )
    _due_idx = models.Index("(expires_at, next_ring_at) WHERE state = 'open'")

    @api.depends("line_ids")
    def _compute_worker_count(self):
        for offer in self:
            offer.worker_count = len(offer.line_ids)

    # --- making ------------------------------------------------------------------

    @api.model
    def _make(self, ticket, choices, kind, **values):
        """Offer a ticket to workers (`tools.dispatch.Choice`) and tell them."""
        offer = self.sudo().create(
            {
                "ticket_id": ticket.id,
                "company_id": ticket.company_id.id,
                "estate_id": ticket.estate_id.id,
                "kind": kind,
                **values,
            }
        )
        offer._add(choices)
        return offer

    def _add(self, choices):
        """Offer it to more workers."""
        self.ensure_one()
        self.env["shequ.dispatch.offer.line"].sudo().create(
            [
                {
                    "offer_id": self.id,
                    "worker_id": choice.worker,
                    "reasons": [list(reason) for reason in choice.reasons],
                }
                for choice in choices
            ]
        )

    def _push(self):
        """Let the phones of those who have not refused know, over the bus."""
        news = {}
        for offer in self.sudo():
            for line in offer.line_ids:
                partner = line.worker_id.user_id.partner_id
                if partner and line.state == "waiting":
                    message = news.setdefault(partner, {"offers": 0, "red": 0})
                    message["offers"] += 1
                    message["red"] += offer.kind == "ring"
        self.env["bus.bus"]._shequ_send(OFFER_CHANNEL, news)

    # --- ending ------------------------------------------------------------------

    def _close(self, state, worker=None):
        """End open offers; the phones drop them."""
        offers = self.sudo().filtered(lambda offer: offer.state == "open")
        if not offers:
            return
        now = fields.Datetime.now()
        taken = {"taken_by_id": worker.id, "taken_at": now} if worker else {}
        offers.write({"state": state, "next_ring_at": False, **taken})
        offers._push()

    def action_take(self):
        """The worker accepts; of all who do at once, one wins.

        The others read why, in a sentence: nothing is queued and nothing half done.

        :raises UserError: when it is not offered to the user, is gone, or the user's
            hands are full
        """
        self.ensure_one()
        offer = self.sudo().exists()
        workers = self.env["shequ.worker"]._of_user()
        worker = offer.line_ids.worker_id.filtered(lambda w: w in workers)[:1]
        if not worker:
            raise UserError(self.env._("This job is not offered to you."))
        offer._check_open(worker)
        offer._lock(worker)
        offer.invalidate_recordset()
        offer.ticket_id.invalidate_recordset()
        if offer.taken_by_id == worker:
            return True
        offer._check_open(worker)
        offer._check_hands(worker)
        team = offer.ticket_id.team_id or worker.team_ids[:1]
        return offer.ticket_id._assign(team=team, worker=worker)

    def _lock(self, worker):
        """Hold the ticket, and the worker, who may be given another job right now."""
        held = self.env.cr
        query = "SELECT id FROM %s WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED"
        for record, sentence in (
            (
                self.ticket_id,
                self.env._("Somebody else was quicker by a moment. The job is taken."),
            ),
            (
                worker,
                self.env._("You are being given another job. Please try once more."),
            ),
        ):
            # A stale snapshot is no fault to log: the request simply runs again.
            held.execute(
                SQL(query, SQL.identifier(record._table), record.id),
                log_exceptions=False,
            )
            if not held.fetchone():
                raise UserError(sentence)

    def _check_open(self, worker):
        ticket = self.ticket_id
        taken_by = self.taken_by_id or ticket.worker_id
        if taken_by and taken_by != worker:
            raise UserError(
                self.env._(
                    "%(worker)s was quicker: the job is taken.", worker=taken_by.name
                )
            )
        if self.state == "open" and ticket.is_open:
            return
        if taken_by == worker:
            return
        raise UserError(self.env._("This job is no longer on offer."))

    def _check_hands(self, worker):
        if self.kind == "ring" or worker.load < worker.capacity:
            return
        raise UserError(
            self.env._(
                "Your hands are full: %(load)s of %(capacity)s jobs. Finish one first.",
                load=worker.load,
                capacity=worker.capacity,
            )
        )

    def action_refuse(self, reason):
        """The worker does not want it; it is not offered to this worker again."""
        self.ensure_one()
        words = (reason or "").strip()
        if not words:
            raise UserError(self.env._("Please say why you cannot go."))
        workers = self.env["shequ.worker"]._of_user()
        offer = self.sudo().exists()
        lines = offer.line_ids.filtered(lambda line: line.worker_id in workers)
        if not lines:
            raise UserError(self.env._("This job is not offered to you."))
        if offer.state != "open":
            return True
        lines.write(
            {
                "state": "refused",
                "refuse_reason": words[:200],
                "refused_at": fields.Datetime.now(),
            }
        )
        ticket = offer.ticket_id
        ticket.refused_worker_ids |= lines.worker_id
        names = ", ".join(lines.worker_id.mapped("name"))
        ticket._trace("refused", f"{names}: {words}"[:200], public=False)
        if all(line.state == "refused" for line in offer.line_ids):
            # Nobody is left: do not wait for the minutes to pass.
            offer._nobody_left()
        return True

    def _nobody_left(self):
        self.ensure_one()
        if self.kind == "ring":
            self.next_ring_at = fields.Datetime.now()
        else:
            self.expires_at = fields.Datetime.now()
        self.env["shequ.ticket"]._dispatch_soon()
