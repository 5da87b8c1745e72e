from datetime import datetime, timedelta

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_contract import ContractCase, photo

MARCH = "2026-03-01"
# Noon in China on 10 March.
DAY = datetime(2026, 3, 10, 4)


@tagged("post_install", "-at_install")
@freeze_time("2026-04-05 03:00:00")
class TestPromiseSheet(ContractCase):
    def _march(self, *promises):
        self.contract.sudo().state = "active"
        return self._sheet(MARCH)

    def _row(self, sheet, promise):
        return sheet.measure_ids.filtered(lambda row: row.commitment_id == promise)

    # --- tickets ----------------------------------------------------------------

    def test_small_repairs_are_counted_from_the_tickets(self):
        promise = self._promise()
        good = [self._ticket(DAY, DAY + timedelta(days=2)) for _n in range(19)]
        bad = self._ticket(DAY, DAY + timedelta(days=4))
        row = self._row(self._march(), promise)
        self.assertEqual((row.numerator, row.denominator), (19, 20))
        self.assertEqual((row.value, row.state), (950, "kept"))
        # The list is exactly what was counted.
        self.assertEqual(
            row.line_ids.filtered("hit").ticket_id.ids, [t.id for t in good]
        )
        self.assertEqual(row.line_ids.filtered(lambda x: not x.hit).ticket_id, bad)
        self.assertEqual(row.line_count, 20)
        self._ticket(DAY, DAY + timedelta(days=5))
        row.sheet_id.action_count()
        self.assertEqual(
            (row.numerator, row.denominator, row.state), (19, 21, "broken")
        )

    def test_a_missed_repair_is_counted_once_when_it_was_missed(self):
        promise = self._promise()
        # Due on 30 March, done in April: March's.
        self._ticket(datetime(2026, 3, 27, 4), datetime(2026, 4, 3, 4))
        # Reported in March, in time in April: April's.
        self._ticket(datetime(2026, 3, 30, 4), datetime(2026, 4, 1, 4))
        march = self._row(self._march(), promise)
        april = self._row(self._sheet("2026-04-01"), promise)
        self.assertEqual((march.numerator, march.denominator), (0, 1))
        self.assertEqual((april.numerator, april.denominator), (1, 1))

    def test_midnight_is_the_estates(self):
        promise = self._promise()
        # 31 March 23:30 and 1 April 00:30 in China.
        self._ticket(DAY, datetime(2026, 3, 31, 15, 30))
        self._ticket(DAY, datetime(2026, 3, 31, 16, 30))
        for ticket in self.env["shequ.ticket"].search([]).clock_ids:
            ticket.sudo().deadline = datetime(2026, 5, 1)
        promise.limit_minutes = 0
        self.env.flush_all()
        self.assertEqual(self._row(self._march(), promise).denominator, 1)

    def test_what_runs_still_in_its_time_is_not_judged(self):
        promise = self._promise()
        self._ticket(datetime(2026, 4, 4, 4))
        late = self._ticket(datetime(2026, 4, 1, 1))
        self.contract.sudo().state = "active"
        row = self._row(self._sheet("2026-04-01"), promise)
        self.assertEqual(row.line_ids.ticket_id, late)
        self.assertEqual(row.state, "broken")

    def test_pauses_belong_to_the_promise(self):
        promise = self._promise()
        ticket = self._ticket(DAY, DAY + timedelta(days=5))
        clock = ticket.clock_ids.filtered(lambda c: c.target == "complete")
        clock.sudo().paused_seconds = 3 * 86400
        waits = self._ticket(DAY)
        waits.clock_ids.sudo().write(
            {"state": "paused", "paused_at": DAY + timedelta(days=1)}
        )
        self.env.flush_all()
        row = self._row(self._march(), promise)
        self.assertEqual((row.numerator, row.denominator), (1, 1))

    def test_only_the_kind_and_category_of_the_promise(self):
        category = self.env.ref("shequ_property.category_environment")
        below = self.env.ref("shequ_property.category_environment_cleaning")
        promise = self._promise(
            "报脏24小时内清理",
            ticket_kind=False,
            category_ids=[Command.set(category.ids)],
        )
        self._ticket(DAY, DAY + timedelta(hours=3))
        dirty = self._ticket(DAY, DAY + timedelta(hours=3), category_id=below.id)
        row = self._row(self._march(), promise)
        self.assertEqual(row.line_ids.ticket_id, dirty)

    def test_stars(self):
        average = self._promise("平均4.5星", measure="rating_avg", threshold=4500)
        share = self._promise("好评九成", measure="rating_share", threshold=900)
        for stars in (5, 5, 3):
            ticket = self._ticket(DAY, DAY + timedelta(hours=3))
            ticket.sudo().write({"rating_value": stars, "rated_at": DAY})
        self.env.flush_all()
        sheet = self._march()
        row = self._row(sheet, average)
        self.assertEqual((row.numerator, row.denominator, row.value), (13, 3, 4333))
        self.assertEqual((row.shown, row.state), ("4.333", "broken"))
        self.assertEqual(self._row(sheet, share).value, 666)

    def test_calls(self):
        rate = self._promise("回访", measure="call_rate", threshold=500)
        result = self._promise("回访满意", measure="call_result", threshold=900)
        called, waits = (self._ticket(DAY, DAY + timedelta(hours=3)) for _n in "ab")
        (called | waits).sudo().write({"done_at": DAY, "state": "done"})
        waits.sudo().call_back_due = DAY
        self.env["shequ.call.back"].create(
            [
                {
                    "ticket_id": called.id,
                    "company_id": self.company.id,
                    "estate_id": self.estate.id,
                    "at": DAY,
                    "user_id": self.env.uid,
                    "result": value,
                }
                for value in ("missed", "satisfied")
            ]
        )
        self.env.flush_all()
        sheet = self._march()
        row = self._row(sheet, rate)
        self.assertEqual((row.numerator, row.denominator, row.state), (1, 2, "kept"))
        row = self._row(sheet, result)
        self.assertEqual((row.numerator, row.denominator), (1, 1))

    def test_a_number_at_most(self):
        promise = self._promise(
            "投诉不超过一件",
            measure="ticket_count",
            direction="at_most",
            threshold=1,
            ticket_kind="complaint",
        )
        sheet = self._march()
        self.assertEqual(self._row(sheet, promise).state, "kept")
        for _n in range(2):
            self._ticket(DAY, kind="complaint")
        sheet._count()
        row = self._row(sheet, promise)
        self.assertEqual((row.shown, row.wanted, row.state), ("2", "≤ 1", "broken"))

    def test_another_estate_is_not_counted(self):
        promise = self._promise()
        self._ticket(DAY, DAY + timedelta(days=1), estate_id=self.lane_estate.id)
        self.assertEqual(self._row(self._march(), promise).state, "none")

    def test_counting_costs_the_same_for_many_estates(self):
        promises = [self._promise(f"承诺{n}") for n in range(4)]
        self.contract.sudo().state = "active"
        sheet = self._sheet(MARCH)
        rows = sheet.measure_ids
        self.assertEqual(len(rows), len(promises))
        self.env.flush_all()
        self.env.invalidate_all()
        rows.mapped("commitment_id.name"), rows.mapped("sheet_id.state")
        with self.assertQueryCount(12):
            rows._count()
            self.env.flush_all()

    # --- months -----------------------------------------------------------------

    def test_a_quarter_is_judged_at_its_end(self):
        promise = self._promise(period="quarter")
        self._ticket(datetime(2026, 1, 10, 4), datetime(2026, 1, 11, 4))
        self.contract.sudo().state = "active"
        self.assertFalse(self._sheet("2026-02-01").measure_ids)
        row = self._row(self._sheet(MARCH), promise)
        self.assertEqual((str(row.date_from), row.denominator), ("2026-01-01", 1))

    def test_a_closed_month_is_frozen(self):
        promise = self._promise()
        self._ticket(DAY, DAY + timedelta(days=2))
        sheet = self._march()
        sheet.action_close()
        row = self._row(sheet, promise)
        self._ticket(DAY, DAY + timedelta(days=9))
        sheet.action_count()
        self.assertEqual(row.denominator, 1)
        self.assertTrue(sheet._is_whole())
        with self.assertRaises(UserError):
            row.sudo().numerator = 9
        with self.assertRaises(UserError):
            sheet.sudo().score = 1
        self.env.cr.execute(
            "ALTER TABLE shequ_contract_measure_line DISABLE TRIGGER USER"
        )
        self.env.cr.execute(
            "UPDATE shequ_contract_measure_line SET hit = FALSE WHERE measure_id = %s",
            [row.id],
        )
        row.line_ids.invalidate_recordset()
        self.assertFalse(sheet._is_whole())
        with self.assertRaisesRegex(UserError, "Changed after closing"):
            sheet.action_verify()

    def test_the_database_keeps_a_closed_month(self):
        promise = self._promise()
        later = self._promise("小修一天内到场", date_from="2026-04-01")
        self._ticket(DAY, DAY + timedelta(days=2))
        sheet = self._march()
        row = self._row(sheet, promise)
        running = self._sheet("2026-04-01")
        queries = (
            "UPDATE shequ_contract_sheet SET score = 7 WHERE id = %(sheet)s",
            "UPDATE shequ_contract_sheet SET digest = 'x' WHERE id = %(sheet)s",
            "UPDATE shequ_contract_sheet SET state = 'open' WHERE id = %(sheet)s",
            "UPDATE shequ_contract_measure SET state = 'broken' WHERE id = %(row)s",
            "UPDATE shequ_contract_measure SET sheet_id = %(sheet)s "
            "WHERE id = %(other)s",
            "UPDATE shequ_contract_measure_line SET hit = NOT hit WHERE id = %(line)s",
            "INSERT INTO shequ_contract_measure_line (measure_id, hit) "
            "VALUES (%(row)s, TRUE)",
            "DELETE FROM shequ_contract_measure_line WHERE id = %(line)s",
            "DELETE FROM shequ_contract_measure WHERE id = %(row)s",
            "DELETE FROM shequ_contract_sheet WHERE id = %(sheet)s",
        )

        def values():
            return {
                "sheet": sheet.id,
                "row": row.id,
                "line": row.line_ids.id,
                "other": self._row(running, later).id,
            }

        # While it is open, counting does all of this.
        with self.env.cr.savepoint() as point:
            for query in queries[3:4] + queries[5:8]:
                self.env.cr.execute(query, values())
            point.rollback()
        sheet.action_close()
        self.env.flush_all()
        for query in (*queries, "TRUNCATE shequ_contract_measure_line"):
            with (
                self.subTest(query),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, values())
        # The month beside it goes on.
        running._count()
        self.assertTrue(sheet._is_whole())

    def test_a_month_that_runs_is_not_closed(self):
        self._promise()
        self.contract.sudo().state = "active"
        with self.assertRaisesRegex(UserError, "not over"):
            self._sheet("2026-04-01").action_close()

    def test_an_amendment_does_not_reach_back(self):
        promise = self._promise()
        self._ticket(DAY, DAY + timedelta(days=4))
        self.contract.action_activate()
        sheet = self._sheet(MARCH)
        sheet.action_close()
        self.contract.action_amend()
        draft = self.contract.amendment_ids
        draft.commitment_ids.write({"threshold": 0, "name": "能修就修"})
        # Nor does what is only being prepared.
        running = self._sheet("2026-04-01")
        self.assertEqual(self._row(running, promise).threshold, 950)
        draft._put_amendment_in_force("?", self.contract.date_from)
        self.assertEqual(promise.threshold, 0)
        sheet._count()
        row = self._row(sheet, promise)
        self.assertEqual((row.threshold, row.state), (950, "broken"))
        self.assertEqual(row.name, "小修三天内修复")

    def test_each_night_goes_on_where_it_stopped(self):
        self._promise()
        self.contract.sudo().state = "active"
        Sheet = self.env["shequ.contract.sheet"]
        self._cron("cron_contract_count")
        sheets = Sheet.search([("contract_id", "=", self.contract.id)])
        self.assertEqual(
            sorted(str(s.month) for s in sheets), ["2026-03-01", "2026-04-01"]
        )
        self.assertTrue(all(sheets.mapped("counted_at")))

    def test_score_and_deduction(self):
        kept = self._promise("好", weight=3)
        broken = self._promise("坏", weight=1, ticket_kind="complaint", deduction=500)
        self._promise("无", weight=9, ticket_kind="suggestion")
        self._ticket(DAY, DAY + timedelta(days=1))
        self._ticket(DAY, DAY + timedelta(days=9), kind="complaint")
        sheet = self._march()
        self.assertEqual(self._row(sheet, kept).state, "kept")
        self.assertEqual(self._row(sheet, broken).state, "broken")
        self.assertEqual((sheet.score, sheet.deduction), (750, 500))
        self.assertEqual((sheet.kept_count, sheet.broken_count), (1, 1))

    def test_performance_for_what_is_published(self):
        promise = self._promise()
        self._ticket(datetime(2026, 2, 10, 4), datetime(2026, 2, 11, 4))
        self._ticket(DAY, DAY + timedelta(days=4))
        self._march()
        self._sheet("2026-02-01")
        Contract = self.env["shequ.contract"]
        rows = Contract._performance(
            self.estate, datetime(2026, 1, 1).date(), datetime(2026, 3, 31).date()
        )
        (row,) = [one for one in rows if one["commitment_id"] == promise.id]
        self.assertEqual((row["numerator"], row["denominator"]), (1, 2))
        self.assertEqual((row["value"], row["kept"]), (500, False))
        self.assertEqual((row["shown"], row["wanted"]), ("50 %", "≥ 95 %"))
        self.assertEqual((row["kept_count"], row["broken_count"]), (1, 1))

    def test_prints(self):
        self._promise()
        self._ticket(DAY, DAY + timedelta(days=1))
        self.contract.action_activate()
        sheet = self._sheet(MARCH)
        report = self.env["ir.actions.report"]
        for name, record in (
            ("report_promise_sheet", sheet),
            ("report_contract_promises", self.contract),
        ):
            html = report._render_qweb_html(f"shequ_property.{name}", record.ids)[0]
            self.assertIn("小修三天内修复", html.decode())
            self.assertIn("95 %", html.decode())

    # --- attested and disputed --------------------------------------------------

    def _attested(self):
        promise = self._promise("公示栏更新", measure="attested")
        sheet = self._march()
        return self._row(sheet, promise)

    def test_without_a_word_it_waits_and_holds_the_month(self):
        row = self._attested()
        self.assertEqual(row.state, "waiting")
        with self.assertRaisesRegex(UserError, "nobody has attested"):
            row.sheet_id.action_close()

    def test_attested_with_a_photo(self):
        row = self._attested().with_user(self.front_desk)
        with self.assertRaisesRegex(UserError, "photo"):
            row._attest(True, "已更新", [])
        with self.assertRaises(AccessError):
            row.with_user(self.worker)._attest(True, "已更新", [])
        one = row._attest(True, "已更新", [{"name": "a", "raw": photo()}])
        self.assertEqual(row.state, "kept")
        self.assertEqual(len(one.attachment_ids), 1)
        row._attest(False, "弄错了,没换", [])
        self.assertEqual(row.state, "broken")
        self.assertEqual(len(row.attestation_ids), 2)
        row.sheet_id.with_user(self.manager).action_close()
        with self.assertRaisesRegex(UserError, "closed"):
            row._attest(True, "x", [{"name": "a", "raw": photo()}])

    def test_a_committee_member_disputes(self):
        row = self._attested()
        row._attest(True, "已更新", [{"name": "a", "raw": photo()}])
        with self.assertRaises(AccessError):
            row._dispute(self.owner, "没有")
        with self.assertRaisesRegex(UserError, "why"):
            row._dispute(self.committee, " ")
        self.estate.manager_id = self.manager
        dispute = row._dispute(self.committee, "照片是去年的")
        self.assertEqual(dispute.activity_ids.user_id, self.manager)
        with self.assertRaisesRegex(UserError, "cannot be disputed"):
            row._dispute(self.committee, "再来")
        with self.assertRaisesRegex(UserError, "dispute is open"):
            row.sheet_id.action_close()
        with self.assertRaises(AccessError):
            dispute.with_user(self.front_desk)._decide(True, "认")
        dispute.with_user(self.manager)._decide(True, "确为旧照,本月不算")
        self.assertEqual((row.state, row.counted_state), ("broken", "kept"))
        self.assertFalse(dispute.activity_ids)
        row.sheet_id._count()
        self.assertEqual(row.state, "broken")
        row.sheet_id.action_close()

    def test_not_upheld_it_stays_kept(self):
        row = self._attested()
        row._attest(True, "已更新", [{"name": "a", "raw": photo()}])
        dispute = row._dispute(self.committee, "没有更新")
        dispute.with_user(self.manager)._decide(False, "附现场照片,已更新")
        self.assertEqual(row.state, "kept")
