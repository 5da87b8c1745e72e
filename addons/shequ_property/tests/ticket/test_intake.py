import json
from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...tools import bulk
from .common_desk import photo
from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestIntake(TicketCase):
    def test_a_category_says_kind_urgency_and_team(self):
        category = self.env["shequ.ticket.category"].search(
            [("code", "=", "home_repair.water_leak")]
        )
        self.team.skill_ids = category.skill_id
        ticket = self._report()
        self.assertEqual(ticket.category_id, category)
        self.assertEqual(
            (ticket.kind, ticket.urgency), (category.kind, category.urgency)
        )
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.grid_id, self.grid)
        self.assertEqual(ticket.estate_id, self.estate)
        self.assertFalse(ticket.is_public_area)
        self.assertEqual(ticket.participant_ids, self.wang)

    def test_a_team_of_the_estate_goes_before_one_of_the_company(self):
        category = self.env["shequ.ticket.category"].search(
            [("code", "=", "home_repair.water_leak")]
        )
        self.team.skill_ids = category.skill_id
        own = self.env["shequ.team"].create(
            {
                "name": "House plumbers",
                "company_id": self.company.id,
                "skill_ids": [(6, 0, category.skill_id.ids)],
                "estate_ids": [(6, 0, self.estate.ids)],
                "sequence": 99,
            }
        )
        self.assertEqual(self._report().team_id, own)
        self.assertEqual(self._report(unit_id=self.second_unit.id).team_id, self.team)

    def _storm(self, size):
        return [
            {
                "unit_id": (self.unit | self.second_unit)[index % 2].id,
                "reporter_id": self.wang.id,
                "description": f"report {index}",
                "category_code": "home_repair.water_leak",
            }
            for index in range(size)
        ]

    def test_a_report_costs_three_queries_and_so_do_a_hundred(self):
        self.Ticket._intake(self._storm(2))
        for size in (1, 100):
            self.env.flush_all()
            self.env.invalidate_all()
            # Place with its number, time of the transaction, the ticket itself; rows
            # of clocks, trace and followers are copied and not counted.
            with self.assertQueryCount(3):
                tickets = self.Ticket._intake(self._storm(size))
            self.assertEqual(len(tickets), size)
            self.assertTrue(all(t.clock_ids and t.event_ids for t in tickets))
            self.assertEqual(tickets.participant_ids, self.wang)

    @freeze_time("2026-11-20 06:00:00")
    def test_one_report_and_many_write_the_same(self):
        """Few rows go in one statement, many by COPY."""
        one = self.Ticket._intake(self._storm(1))
        with patch.object(bulk, "FEW", 0):
            copied = self.Ticket._intake(self._storm(1))
        for field in ("event_ids", "clock_ids"):
            names = [
                name
                for name, described in one[field]._fields.items()
                if described.store and name not in ("id", "ticket_id")
            ]
            self.assertEqual(
                [tuple(row[name] for name in names) for row in one[field]],
                [tuple(row[name] for name in names) for row in copied[field]],
            )
        self.assertTrue(one.clock_ids)
        self.assertEqual(one.participant_ids, copied.participant_ids)

    def test_boards_hear_of_a_report_when_it_is_kept(self):
        before = self.env["bus.bus"].search([], order="id desc", limit=1).id
        ticket = self.Ticket._intake(self._storm(1))
        rows = self.env["bus.bus"].search([("id", ">", before)])
        told = [json.loads(row.message)["payload"]["ticket_ids"] for row in rows]
        self.assertEqual(told, [ticket.ids] * 2)

    def test_defaults_that_a_company_chose_are_kept(self):
        self.env["ir.default"].set("shequ.ticket", "place_text", "lobby")
        self.assertEqual(self._report().place_text, "lobby")
        self.assertEqual(self._report(place_text="roof").place_text, "roof")
        given = self.Ticket.with_context(default_place_text="yard")
        self.assertEqual(given._intake(self._storm(1)).place_text, "yard")

    def test_a_report_cannot_be_moved_to_a_place_of_another_estate(self):
        ticket = self._report()
        with self.assertRaises(ValidationError):
            ticket.sudo().unit_id = self.second_unit

    def test_what_is_kept_of_an_estate_follows_its_changes(self):
        self._report()
        self.estate.write({"code": "NEWCODE", "tz": "UTC"})
        with freeze_time(datetime(2030, 5, 1, 16, 1)):
            ticket = self._report()
        self.assertEqual(ticket.name[:16], "NEWCODE-20300501")
        founded = self.env["shequ.estate"].create(
            {"name": "Founded now", "code": "FOUND", "company_id": self.company.id}
        )
        ticket = self.Ticket._intake(
            {"estate_id": founded.id, "description": "first of all"}
        )
        self.assertEqual(ticket.estate_id, founded)
        founded_id = founded.id
        with self.assertRaises(UserError):
            self.Ticket._intake({"estate_id": founded_id + 1000, "description": "x"})

    def test_the_same_message_twice_is_one_ticket(self):
        first = self._report(channel="hotline", external_ref="12345-1")
        again = self._report(
            channel="hotline", external_ref="12345-1", description="changed"
        )
        self.assertEqual(first, again)
        self.assertNotEqual(first.description, "changed")
        other_channel = self._report(channel="api", external_ref="12345-1")
        self.assertNotEqual(first, other_channel)
        other_company = self._report(
            unit_id=self.foreign_unit.id,
            reporter_id=self.stranger.id,
            channel="hotline",
            external_ref="12345-1",
        )
        self.assertNotEqual(first, other_company)

    def test_a_batch_keeps_its_order_and_folds_repetitions(self):
        reports = [
            {
                "unit_id": self.unit.id,
                "description": f"report {ref or number}",
                "channel": "api",
                "external_ref": ref,
            }
            for number, ref in enumerate(["a", "b", "a", None, None])
        ]
        tickets = self.Ticket._intake(reports)
        self.assertEqual(len(tickets._ids), 5)
        self.assertEqual(tickets._ids[0], tickets._ids[2])
        self.assertEqual(len(set(tickets._ids)), 4)
        self.assertEqual(
            [self.Ticket.browse(i).description for i in tickets._ids],
            ["report a", "report b", "report a", "report 3", "report 4"],
        )

    def test_numbers_count_per_estate_and_day_of_the_estate(self):
        # 15:59 UTC is 23:59 in Shanghai.
        with freeze_time(datetime(2030, 5, 1, 15, 59)):
            first, second = self._report(), self._report()
            elsewhere = self._report(unit_id=self.second_unit.id)
        with freeze_time(datetime(2030, 5, 1, 16, 1)):
            tomorrow = self._report()
        self.assertEqual(first.name, "DESKA-20300501-0001")
        self.assertEqual(second.name, "DESKA-20300501-0002")
        self.assertEqual(elsewhere.name, "DESKB-20300501-0001")
        self.assertEqual(tomorrow.name, "DESKA-20300502-0001")

    def test_numbers_follow_the_order_of_the_reports(self):
        """Whether the numbers are taken with the homes or after them."""
        homes = [self.unit, self.second_unit, self.unit, self.unit, self.second_unit]
        with freeze_time("2030-05-02 06:00:00"):
            reports = [{"unit_id": home.id, "description": "dark"} for home in homes]
            together = self.Ticket._intake(reports)
            for number, report in enumerate(reports):
                report["external_ref"] = f"N-{number}"
            apart = self.Ticket._intake(reports)
        counted = [[ticket.name[-4:] for ticket in both] for both in (together, apart)]
        self.assertEqual(counted[0], ["0001", "0001", "0002", "0003", "0002"])
        self.assertEqual(counted[1], ["0004", "0003", "0005", "0006", "0004"])

    def test_estates_that_have_different_days_count_their_own(self):
        self.second_estate.tz = "America/New_York"
        with freeze_time("2030-05-03 20:00:00"):
            here, there = self.Ticket._intake(self._storm(2))
        self.assertEqual(here.name, "DESKA-20300504-0001")
        self.assertEqual(there.name, "DESKB-20300503-0001")

    def test_a_report_needs_a_place_and_something_to_say(self):
        with self.assertRaises(UserError):
            self.Ticket._intake({"description": "somewhere"})
        with self.assertRaises(UserError):
            self.Ticket._intake({"unit_id": self.unit.id, "description": "  "})
        with self.assertRaises(UserError):
            self._report(category_code="no.such.thing")
        with self.assertRaises(UserError):
            self._report(urgency="purple")
        with self.assertRaises(UserError):
            self._report(description="x" * 10001)

    def test_a_place_of_another_estate_is_refused(self):
        with self.assertRaises(UserError):
            self._report(estate_id=self.second_estate.id)
        with self.assertRaises(UserError):
            self._report(building_id=self.second_unit.building_id.id)
        with self.assertRaises(UserError):
            self._report(unit_id=2**31 - 1)

    def test_nine_photos_are_taken_and_ten_refused(self):
        ticket = self._report(media=[photo() for _n in range(9)])
        self.assertEqual(ticket.photo_count, 9)
        with self.assertRaises(UserError):
            self._report(media=[photo() for _n in range(10)])

    def test_what_is_no_photo_is_refused_by_name(self):
        with self.assertRaisesRegex(UserError, "bill.jpg"):
            self._report(
                media=[{"type": "photo", "name": "bill.jpg", "raw": b"%PDF-1.4 no"}]
            )

    def test_null_characters_of_a_sender_do_no_harm(self):
        self.assertEqual(self._report(description="漏\x00水").description, "漏水")

    def test_nothing_else_creates_tickets(self):
        for user in (self.desk, self.company_manager, self.worker_user, self.wang_user):
            with self.assertRaises(Exception) as caught:
                self.Ticket.with_user(user).create(
                    {
                        "name": "X-1",
                        "company_id": self.company.id,
                        "estate_id": self.estate.id,
                    }
                )
            self.assertEqual(type(caught.exception).__name__, "AccessError")
