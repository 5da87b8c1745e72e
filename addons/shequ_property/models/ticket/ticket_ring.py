"""Emergencies ring at whoever can be there first, until somebody accepts."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import dispatch


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    def _ring_start(self):
        """Ring at the workers who can be there first, and at the duty manager."""
        for ticket in self.sudo():
            if ticket.worker_id or not ticket.is_open:
                continue
            ticket.write({"dispatch_state": "ringing", "dispatch_wait": False})
            open_offers = ticket.offer_ids.filtered(lambda o: o.state == "open")
            open_offers._close("withdrawn")
            offer = self.env["shequ.dispatch.offer"]._make(ticket, [], "ring")
            ticket._ring_activity()
            ticket._ring(offer)

    def _ring(self, offer):
        """One ring; each reaches some workers more than the one before."""
        self.ensure_one()
        ticket, now = self.sudo(), fields.Datetime.now()
        workers = (
            self.env["shequ.worker"]
            .sudo()
            .search([("company_id", "=", ticket.company_id.id)])
        )
        ranked = dispatch.rank(
            ticket._dispatch_jobs()[0],
            workers._facts(ticket),
            ticket._dispatch_weights(),
        )
        known = set(offer.line_ids.worker_id.ids)
        more = [c for c in ranked if not c.blocked and c.worker not in known]
        offer._add(more[: ticket._dispatch_setting("red_workers", 3)])
        minutes = ticket._dispatch_setting("ring_minutes", 1)
        offer.write(
            {
                "ring_count": offer.ring_count + 1,
                "next_ring_at": fields.Datetime.add(now, minutes=max(1, minutes)),
            }
        )
        ringing = offer.line_ids.filtered(lambda line: line.state == "waiting")
        managers = ticket._duty_managers()
        offer._push()
        ticket._ring_notify(ringing.worker_id, managers)
        if offer.ring_count <= ticket._dispatch_setting("ring_sms", 3):
            ticket._ring_sms(ringing.worker_id, managers)
        names = ", ".join((*ringing.worker_id.mapped("name"), *managers.mapped("name")))
        ticket._trace("ringing", names[:200], public=False)

    def _duty_managers(self):
        """Users who hear of every emergency besides the workers."""
        estate, team = self.sudo().estate_id, self.sudo().team_id
        return estate.duty_manager_id or estate.manager_id or team.leader_id

    def _ring_words(self):
        ticket = self.sudo()
        return {
            "number": ticket.name,
            "place": f"{ticket.estate_id.name} {ticket.place or ''}".strip(),
            "what": ticket.category_id.name or ticket._label("kind"),
        }

    def _ring_notify(self, workers, managers):
        words = self._ring_words()
        partners = (workers.user_id | managers).partner_id
        if partners:
            self.message_notify(
                partner_ids=partners.ids,
                subject=self.env._("Emergency %(number)s", number=words["number"]),
                body=self.env._(
                    "Emergency: %(place)s, %(what)s. Who goes? Please accept.",
                    place=words["place"],
                    what=words["what"],
                ),
            )

    def _ring_sms(self, workers, managers):
        """Text messages: a phone in a pocket shows no page."""
        Template, words = self.env["shequ.sms.template"].sudo(), self._ring_words()
        people = [(worker.partner_id, worker.phone) for worker in workers]
        people += [(user.partner_id, user.partner_id.phone) for user in managers]
        for partner, number in people:
            try:
                Template._queue(
                    "emergency", partner, words, self.sudo().company_id, number=number
                )
            except UserError:
                # Without a template there are no messages; the bell rings anyway.
                return

    def _ring_activity(self):
        """What the duty manager has to do stays on the list until somebody goes."""
        for user in self._duty_managers():
            self.activity_schedule(
                "shequ_property.activity_emergency",
                user_id=user.id,
                summary=self.env._("Nobody has accepted this emergency yet"),
            )

    def _ring_partners(self):
        """Whom it rings at right now."""
        ticket = self.sudo()
        ringing = ticket.offer_ids.filtered(
            lambda offer: offer.kind == "ring" and offer.state == "open"
        )
        if not ringing:
            return self.env["res.partner"]
        waiting = ringing.line_ids.filtered(lambda line: line.state == "waiting")
        return (waiting.worker_id.user_id | ticket._duty_managers()).partner_id

    def _ring_called_off(self, partners):
        """Whoever it rang at, and may be running, need not."""
        self.ensure_one()
        if not partners:
            return
        words = self._ring_words()
        self.message_notify(
            partner_ids=partners.ids,
            subject=self.env._("No emergency: %(number)s", number=words["number"]),
            body=self.env._(
                "Called off: %(place)s, %(what)s is no emergency.",
                place=words["place"],
                what=words["what"],
            ),
        )

    def _ring_stop(self):
        """Somebody goes, or it is over."""
        self.sudo().activity_unlink(["shequ_property.activity_emergency"])

    @api.model
    def _ring_due(self):
        """Ring again at everybody who has not answered."""
        offers = (
            self.env["shequ.dispatch.offer"]
            .sudo()
            .search(
                [
                    ("state", "=", "open"),
                    ("kind", "=", "ring"),
                    ("next_ring_at", "<=", fields.Datetime.now()),
                ]
            )
        )
        for offer in offers:
            ticket = offer.ticket_id
            if ticket.is_open and not ticket.worker_id:
                ticket._ring(offer)
            else:
                offer._close("withdrawn")
