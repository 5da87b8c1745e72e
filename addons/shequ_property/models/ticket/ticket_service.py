"""A ticket that is an order from the service list."""

from odoo import api, fields, models


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    service_id = fields.Many2one(
        "shequ.service", index="btree_not_null", readonly=True, copy=False
    )
    promised_by = fields.Datetime(
        readonly=True,
        copy=False,
        help="What the service list promised with the order.",
    )

    @api.model
    def _intake_values(self, report, place, name):
        values = super()._intake_values(report, place, name)
        if report.get("service_id"):
            service = self.env["shequ.service"].sudo().browse(int(report["service_id"]))
            values["service_id"] = service.id
            values["promised_by"] = fields.Datetime.add(
                values["reported_at"], hours=service.promise_hours
            )
        return values

    @api.model
    def _order_service(self, service, report):
        """Take in an order; a fixed price is agreed to with it.

        :param service: ``shequ.service``, which the caller has checked
        :param report: as for :meth:`_intake`
        :return: the ticket (as super-user)
        """
        service = service.sudo()
        ticket = self.sudo()._intake(
            {
                **report,
                "service_id": service.id,
                "category_id": service.category_id.id,
                "description": "\n".join(
                    filter(None, (service.name, report.get("description")))
                ),
            }
        )
        ticket._promise_in_time()
        if service.price_type == "fixed" and not ticket.cost_line_ids:
            ticket._order_price(service)
        return ticket

    def _promise_in_time(self):
        """Let the list's promise be the clock, whatever the policies say otherwise."""
        self.ensure_one()
        known = self.clock_ids.filtered(
            lambda clock: clock.target == "complete" and clock.manual_deadline
        )
        # The same order may come twice; what happened in between stays.
        if self.promised_by and self.is_open and not known:
            self._set_deadline(
                "complete",
                self.promised_by,
                self.env._("Promised in the service list"),
                tell=False,
            )

    def _order_price(self, service):
        self.ensure_one()
        person = self.reporter_id
        self.env["shequ.ticket.cost"].sudo().create(
            {
                "ticket_id": self.id,
                "type": "labour",
                "name": service.name,
                "quantity": 1,
                "price_unit": service.price,
                "payer": "resident",
            }
        )
        self._write_quotation(
            "accepted",
            self.env._(
                "Ordered at the listed price: %(price)s", price=service.price_text
            ),
            person,
            quotation_answered_at=fields.Datetime.now(),
            quotation_partner_id=person.id,
        )
