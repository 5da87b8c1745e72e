"""The column-by-column way of the door agrees with Odoo's own."""

from unittest.mock import patch

from odoo.tests import tagged

from .common_ticket import TicketCase

# Differ between any two tickets.
OWN = {"id", "name", "access_token", "create_date", "write_date", "search_terms"}


@tagged("post_install", "-at_install")
class TestTicketCreate(TicketCase):
    def _reports(self, size):
        words = ("厨房水管漏水", "楼道灯不亮", "我要投诉保安", "家里有煤气味")
        homes = self.unit | self.second_unit
        return [
            {
                "unit_id": homes[index % 2].id if index % 3 else False,
                "estate_id": homes[index % 2].estate_id.id,
                "reporter_id": self.wang.id if index % 5 else False,
                "description": words[index % 4],
                "external_ref": f"X-{index}" if index % 7 == 0 else False,
                "reported_at": "2026-03-02 06:29:00",
            }
            for index in range(size)
        ]

    def _stored(self, tickets):
        return [
            name
            for name, field in tickets._fields.items()
            if field.store and field.type != "binary"
        ]

    def test_the_cache_holds_what_the_table_holds(self):
        tickets = self.env["shequ.ticket"]._intake(self._reports(130)).sudo()
        names = self._stored(tickets)
        cached = [[ticket[name] for name in names] for ticket in tickets]
        tickets.invalidate_recordset()
        for ticket, values in zip(tickets, cached, strict=True):
            for name, value in zip(names, values, strict=True):
                self.assertEqual(ticket[name], value, name)

    def test_odoos_own_way_gives_the_same_tickets(self):
        Ticket = self.env["shequ.ticket"]
        reports = self._reports(40)
        quick = Ticket._intake(reports)
        for report in reports:
            if report["external_ref"]:
                report["external_ref"] += "-B"
        door = type(Ticket)
        with patch.object(door, "_through_the_door", lambda self: False):
            slow = Ticket._intake(reports)
        (quick | slow).invalidate_recordset()
        names = [
            name
            for name in self._stored(quick.sudo())
            if name not in OWN and quick._fields[name].type != "one2many"
        ]
        for one, other in zip(quick.sudo(), slow.sudo(), strict=True):
            for name in set(names) - {"external_ref"}:
                self.assertEqual(one[name], other[name], name)

    def test_what_counts_tickets_notices_new_ones(self):
        worker = self.env["shequ.worker"].create(
            {"name": "Lu", "company_id": self.company.id}
        )
        self.assertFalse(worker.ticket_ids)
        ticket = self._report()
        ticket.worker_id = worker
        self.assertEqual(worker.ticket_ids, ticket)
        more = self._report()
        self.assertNotIn(more, worker.ticket_ids)

    def test_the_rules_of_a_ticket_still_hold(self):
        seen = []
        Ticket = type(self.env["shequ.ticket"])
        validate = Ticket._validate_fields

        def noticed(tickets, names, excluded_names=()):
            names = list(names)
            seen.append((len(tickets), set(names)))
            return validate(tickets, names, excluded_names)

        with patch.object(Ticket, "_validate_fields", noticed):
            self.env["shequ.ticket"]._intake(self._reports(3))
        self.assertTrue(
            any(count == 3 and "estate_id" in names for count, names in seen)
        )
