import base64
import io
from datetime import date, timedelta

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestPerformance(TicketCase):
    """Points by rules a manager edits, and the monthly sheet (绩效)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.estate.manager_id = cls.manager
        cls.worker.phone = "13900001111"
        cls.Point = cls.env["shequ.performance.point"]
        cls.Sheet = cls.env["shequ.performance.sheet"]
        cls.today = fields.Date.context_today(cls.Sheet)

    def _rated(self, stars):
        ticket = self._finished(self._report())
        ticket._rate(self.wang, stars)
        return ticket

    def _points(self, ticket):
        return self.Point.search([("ticket_id", "=", ticket.id)], order="id")

    def _generate(self):
        sheets = self.Sheet._generate(self.company, self.today)
        return sheets.filtered(lambda s: s.worker_id == self.worker)

    def _decide(self, user, mode, record, **values):
        return (
            self.env["shequ.performance.decision"]
            .with_user(user)
            .with_context(active_model=record._name, active_id=record.id)
            .create({"mode": mode, **values})
        )

    def test_stars_and_rework_count_at_once(self):
        ticket = self._rated(1)
        ticket._reopen(self.wang, "还在漏")
        ticket._assign(self.other_team, self.other_worker)  # somebody else repairs it
        points = self._points(ticket)
        self.assertEqual(
            [(p.event, p.score, p.worker_id) for p in points],
            [
                ("bad_rating", -2, self.worker),
                ("rework", -2, self.worker),
            ],
            "whoever had the ticket when it happened",
        )
        good = self._points(self._rated(5))
        self.assertEqual([(p.event, p.score) for p in good], [("good_rating", 1)])
        self.assertFalse(self._points(self._rated(3)))

    def test_the_manager_s_rules_count(self):
        rule = self.env.ref("shequ_property.performance_rule_good_rating")
        rule.with_user(self.company_manager).write({"score": 4, "stars": 4})
        self.env["shequ.performance.rule"].create(
            {
                "name": "Own team",
                "event": "good_rating",
                "score": 9,
                "stars": 5,
                "team_id": self.team.id,
                "company_id": self.company.id,
                "date_to": self.today - timedelta(days=1),
            }
        )
        self.assertEqual(self._points(self._rated(4)).score, 4, "the other is over")
        with self.assertRaises(AccessError):
            rule.with_user(self.manager).score = 100

    def test_counting_again_changes_nothing(self):
        self._rated(5)
        ticket = self._rated(1)
        self._points(ticket).sudo().unlink()  # as if it had not been counted
        first = self._generate()
        seen = (first.total, first.point_ids.ids)
        again = self._generate()
        self.assertEqual((again.total, again.point_ids.ids), seen)
        self.assertEqual(again, first)
        self.assertEqual(
            (first.base, first.added, first.taken, first.total), (100, 1, -2, 99)
        )
        self.assertEqual(first.point_ids.ticket_id & ticket, ticket, "traceable")
        team = self.Sheet.search([("team_id", "=", self.team.id)])
        self.assertEqual(team.total, 99)

    def test_published_case_is_praise(self):
        ticket = self._rated(5)
        ticket.with_user(self.manager).action_propose_model_case()
        ticket._model_case_consent(self.wang, True)
        case = ticket.sudo().model_case_id
        case.with_user(self.manager).action_publish()
        self.assertIn("praise", self._generate().point_ids.mapped("event"))

    def test_closed_is_frozen(self):
        self._rated(5)
        sheet = self._generate()
        sheet.with_user(self.company_manager).action_close()
        self.assertEqual((sheet.state, sheet.total), ("closed", 101))
        later = self._points(self._rated(1))
        self._generate()
        self.assertEqual(sheet.total, 101, "what comes later counts later")
        self.assertEqual(
            later.worker_sheet_id.month,
            (self.today.replace(day=28) + timedelta(days=4)).replace(day=1),
        )
        for vals in ({"total": 5}, {"state": "draft"}):
            with self.assertRaises(UserError):
                sheet.with_user(self.company_manager).write(vals)
        with self.assertRaises(UserError):
            sheet.unlink()
        with self.assertRaises(AccessError):
            self._generate().with_user(self.manager).action_close()

    def test_objection_and_correction_leave_their_trace(self):
        ticket = self._rated(1)
        point = self._points(ticket)
        sheet = self._generate()
        self._decide(
            self.worker_user, "object", point, words="配件坏的"
        ).action_object()
        objection = point.objection_ids
        self.assertEqual(point.objection_state, "open")
        with self.assertRaisesRegex(UserError, "objection is open"):
            sheet.with_user(self.company_manager).action_close()
        with self.assertRaises(UserError):
            self._decide(self.worker_user, "object", point, words="x").action_object()
        decision = self._decide(
            self.manager, "decide", objection, words="确实如此", score=0
        )
        decision.action_accept()
        self.assertEqual((objection.state, objection.answer), ("accepted", "确实如此"))
        correction = point.correction_ids
        self.assertEqual(
            (point.score, correction.score), (-2, 2), "the first one stays"
        )
        self.assertEqual(correction.worker_sheet_id, sheet)
        self.assertEqual(sheet.total, 100)
        with self.assertRaises(UserError):
            self._decide(
                self.manager, "decide", objection, words="again"
            ).action_refuse()

    def test_correction_after_the_month_is_closed(self):
        point = self._points(self._rated(1))
        sheet = self._generate()
        sheet.with_user(self.company_manager).action_close()
        self._decide(
            self.company_manager, "correct", point, words="误算", score=-1
        ).action_correct()
        self.assertEqual(sheet.total, 98)
        self.assertEqual(point.correction_ids.score, 1)
        self.assertNotEqual(point.correction_ids.worker_sheet_id, sheet)

    def test_who_may(self):
        point = self._points(self._rated(1))
        self._generate()
        with self.assertRaises(AccessError):
            self._decide(self.mate_user, "object", point, words="x").action_object()
        with self.assertRaises(AccessError):
            self._decide(self.worker_user, "correct", point, words="x").action_correct()
        self.worker.user_id = self.manager  # a manager who works as well
        with self.assertRaisesRegex(AccessError, "own points"):
            self._decide(self.manager, "correct", point, words="x").action_correct()

    def test_each_sees_the_own(self):
        self._rated(5)
        self._generate()
        env = self.Sheet
        own = env.with_user(self.worker_user).search([])
        self.assertEqual(own.worker_id, self.worker)
        self.assertFalse(env.with_user(self.foreign_manager).search([]))
        with self.assertRaises(AccessError):
            env.with_user(self.desk).search([])
        points = self.Point.with_user(self.mate_user).search([])
        self.assertFalse(points)
        with self.assertRaises(UserError):
            self._points(self._rated(5)).with_user(self.company_manager).write(
                {"points": 0}
            )

    def test_export_names_every_ticket(self):
        ticket = self._rated(5)
        ticket.sudo().worker_id.name = "=1+1"
        sheet = self._generate()
        action = sheet.with_user(self.company_manager).action_export()
        number = int(action["url"].split("/")[4])
        file = self.env["shequ.download"].browse(number)
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(file.content)))
        summary, points = book.worksheets
        self.assertEqual([c.value for c in summary[2]][6], 101)
        self.assertIn(ticket.name, [c.value for c in points[2]])
        self.assertEqual(summary["B2"].data_type, "s", "no formula")

    def test_printed(self):
        self._rated(5)
        sheet = self._generate()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "shequ_property.report_performance_sheet", sheet.ids
        )
        self.assertIn(sheet.display_name, html.decode())

    def test_each_night(self):
        self._rated(5)
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.cron_performance").method_direct_trigger()
        self.assertTrue(
            self.Sheet.search([("worker_id", "=", self.worker.id), ("total", "=", 101)])
        )

    def test_a_month_is_the_estate_s(self):
        start, end = self.Sheet._span(date(2026, 3, 1))
        self.assertEqual(str(start), "2026-02-28 16:00:00")
        self.assertEqual(str(end), "2026-03-31 16:00:00")
