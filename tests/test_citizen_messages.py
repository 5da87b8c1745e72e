"""Real messages of citizens through the intake, every one of them."""

import csv
import os
from pathlib import Path

import pytest

from odoo.tests import HttpCase, TransactionCase, tagged

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BATCH = 100
pytestmark = pytest.mark.timeout(900)


def messages():
    path = DATA / "citizen_messages.csv"
    if not path.is_file():
        reason = "the real messages (../shared/data) are not on this machine"
        if os.environ.get("SHEQU_REQUIRE_SHARED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class Messages:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = messages()
        cls.estate = cls.env["shequ.estate"].create(
            {"name": "米兰春天", "code": "CITIZEN"}
        )
        cls.resident = cls.env["res.partner"].create({"name": "热心市民"})

    def reports(self):
        return [
            {
                "estate_id": self.estate.id,
                "reporter_id": self.resident.id,
                "description": f"{row['topic']}\n{row['detail']}",
                "channel": "api",
                "external_ref": row["id"],
            }
            for row in self.rows
        ]

    def take_in(self, reports):
        tickets = self.env["shequ.ticket"]
        for start in range(0, len(reports), BATCH):
            tickets += self.env["shequ.ticket"]._intake(reports[start : start + BATCH])
        return tickets


@tagged("post_install", "-at_install")
class TestCitizenMessages(Messages, TransactionCase):
    def test_none_is_lost_and_none_is_doubled(self):
        reports = self.reports()
        distinct = {report["external_ref"] for report in reports}
        first = self.take_in(reports)
        self.assertEqual(len(first), len(reports))
        self.assertEqual(set(first.mapped("external_ref")), distinct)
        again = self.take_in(reports)
        self.assertEqual(again, first)
        kept = self.env["shequ.ticket"].search_count(
            [("estate_id", "=", self.estate.id)]
        )
        self.assertEqual(kept, len(distinct))
        for report, ticket in zip(reports, first, strict=True):
            self.assertEqual(ticket.description, report["description"].strip())
        self.assertEqual(len(set(first.mapped("name"))), len(distinct))

    def test_no_message_breaks_a_screen(self):
        tickets = self.take_in(self.reports())
        columns = {"name": {}, "description": {}, "place": {}, "urgency": {}}
        shown = self.env["shequ.ticket"].web_search_read(
            [("id", "in", tickets.ids)], columns
        )
        self.assertEqual(len(shown["records"]), len(set(tickets.ids)))
        for row in self.rows[::50]:
            found = self.env["shequ.ticket"].search(
                [
                    ("search_text", "ilike", row["topic"][:12]),
                    ("external_ref", "=", row["id"]),
                ]
            )
            self.assertEqual(found.external_ref, row["id"], row["topic"])


@tagged("post_install", "-at_install")
class TestCitizenPages(Messages, HttpCase):
    def test_every_message_has_its_page_on_the_portal(self):
        group = self.env.ref("shequ_property.group_resident")
        self.env["res.users"].create(
            {
                "login": "citizen",
                "password": "citizen-2026",
                "partner_id": self.resident.id,
                "group_ids": [(6, 0, group.ids)],
            }
        )
        # Every tenth one, and the longest: a page each takes a while.
        self.rows.sort(key=lambda row: len(row["detail"]), reverse=True)
        self.rows = self.rows[:50] + self.rows[50::10]
        tickets = self.take_in(self.reports())
        self.authenticate("citizen", "citizen-2026")
        for ticket in tickets:
            page = self.url_open(f"/my/tickets/{ticket.id}")
            self.assertEqual(page.status_code, 200, ticket.external_ref)
            self.assertIn(ticket.name, page.text)
