from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common_contract import ContractCase, photo


@tagged("post_install", "-at_install")
# 08:30 in China
@freeze_time("2026-03-10 00:30:00")
class TestRound(ContractCase):
    def setUp(self):
        super().setUp()
        self.walker = self.env["shequ.worker"].create(
            {
                "name": "巡逻员",
                "company_id": self.company.id,
                "user_id": self.worker.id,
            }
        )
        self.plan = self._round(worker_id=self.walker.id)
        self.plan._plan(date(2026, 3, 12))

    def _first(self):
        return self.plan.task_ids.sorted("start_at")[0]

    def test_rounds_come_when_they_are_due(self):
        tasks = self.plan.task_ids.sorted("start_at")
        self.assertEqual(len(tasks), 6)
        self.assertEqual(tasks[0].start_at, datetime(2026, 3, 10, 0))
        self.assertEqual(tasks[0].due_at, datetime(2026, 3, 10, 4))
        self.assertEqual(tasks[1].start_at, datetime(2026, 3, 10, 12))

    def test_planned_again_nothing_comes_twice(self):
        self.plan._plan(date(2026, 3, 12))
        self.assertEqual(len(self.plan.task_ids), 6)
        self.plan._plan(date(2026, 3, 13))
        self.assertEqual(len(self.plan.task_ids), 8)

    def test_a_changed_plan_changes_what_is_ahead(self):
        first = self._first()
        first._begin()
        self.plan.times = "09:00"
        starts = sorted(self.plan.task_ids.mapped("start_at"))
        self.assertEqual(starts[0], first.start_at)
        self.assertEqual(
            starts[1:], [datetime(2026, 3, day, 1) for day in (10, 11, 12)]
        )

    def test_a_wrong_time_is_named(self):
        with self.assertRaisesRegex(ValidationError, "八点"):
            self.plan.times = "八点"

    def test_the_draft_of_a_contract_makes_no_rounds(self):
        plan = self._round(contract_id=self.contract.id)
        self.assertEqual(plan._plan(date(2026, 3, 12)), 0)
        self._promise()
        self.contract.action_activate()
        self.assertEqual(plan._plan(date(2026, 3, 12)), 6)

    def test_walked_on_the_phone(self):
        task = self._first().with_user(self.worker)
        shown = task.worker_rounds()
        self.assertEqual(shown["worker"], "巡逻员")
        self.assertEqual(
            [card["id"] for card in shown["rounds"]],
            self.plan.task_ids.sorted("start_at")[:2].ids,
        )
        card = task.worker_open()
        lane, gate = card["checks"]
        with self.assertRaisesRegex(UserError, "take a photo"):
            task.worker_check(lane["id"], "ok")
        with self.assertRaisesRegex(UserError, "not been checked"):
            task.worker_finish()
        task.worker_check(lane["id"], "ok", "", [self._data()])
        task.worker_check(gate["id"], "ok")
        self.assertTrue(task.worker_finish("一切正常"))
        self.assertTrue(task.worker_finish("一切正常"))
        self.assertEqual(task.state, "done")
        self.assertEqual(task.done_by_id, self.worker)
        with self.assertRaisesRegex(UserError, "finished already"):
            task.worker_check(gate["id"], "fault", "x")

    def test_a_photo_sent_twice_is_kept_once(self):
        task = self._first().with_user(self.worker)
        lane = task.worker_open()["checks"][0]
        for _n in range(5):
            card = task.worker_check(lane["id"], "ok", "", [self._data()])
        self.assertEqual(card["photos"], 1)

    def test_a_fault_becomes_a_ticket_through_the_door(self):
        fire = self.env.ref("shequ_property.category_public_facility_fire")
        self.plan.point_ids[1].category_id = fire
        task = self._first().with_user(self.worker)
        gate = task.worker_open()["checks"][1]
        with self.assertRaisesRegex(UserError, "what is the matter"):
            task.worker_check(gate["id"], "fault")
        card = task.worker_check(gate["id"], "fault", "道闸杆断了", [self._data()])
        ticket = task.sudo().check_ids[1].ticket_id
        self.assertEqual(card["ticket"], ticket.name)
        self.assertEqual((ticket.channel, ticket.spot_id), ("round", self.spot))
        self.assertEqual(ticket.category_id, fire)
        self.assertIn("道闸杆断了", ticket.description)
        self.assertEqual(len(ticket.media_ids), 1)
        self.assertTrue(ticket.clock_ids)
        task.worker_check(gate["id"], "fault", "道闸杆断了,还有绳")
        self.assertEqual(task.sudo().check_ids[1].ticket_id, ticket)

    def test_what_nobody_walked_is_missed(self):
        self.estate.manager_id = self.manager
        task = self._first()
        with freeze_time("2026-03-10 04:01:00"):
            self._cron("cron_round_missed")
        self.assertEqual(task.state, "missed")
        self.assertFalse(task.check_ids)
        self.assertEqual(self.plan.activity_ids.user_id, self.manager)
        self.assertEqual(len(self.plan.activity_ids), 1)

    def test_made_up_for_it_is_late_and_not_done(self):
        task = self._first().with_user(self.worker)
        with freeze_time("2026-03-11 04:01:00"):
            self._cron("cron_round_missed")
            card = task.worker_open()
            task.worker_check(card["checks"][0]["id"], "ok", "", [self._data()])
            task.worker_check(card["checks"][1]["id"], "na", "门岗在换班")
            task.worker_finish()
            self.assertEqual(task.state, "late")
        with freeze_time("2026-03-30 04:01:00"):
            other = self.plan.task_ids.sorted("start_at")[1].with_user(self.worker)
            with self.assertRaisesRegex(UserError, "stays missed"):
                other.worker_open()

    def test_cancelled_before_it_is_due_alone(self):
        task = self._first()
        with self.assertRaises(AccessError):
            task.with_user(self.front_desk)._cancel("台风")
        with self.assertRaisesRegex(UserError, "why"):
            task.with_user(self.manager)._cancel("")
        task.with_user(self.manager)._cancel("台风")
        self.assertEqual(task.state, "cancelled")
        with freeze_time("2026-03-20"), self.assertRaises(UserError):
            self.plan.task_ids.sorted("start_at")[1].with_user(self.manager)._cancel(
                "x"
            )

    def test_an_activity_for_each_round_of_the_day(self):
        self.env["shequ.round.task"]._remind_day()
        today = self.plan.task_ids.filtered("activity_ids")
        # Until this time tomorrow.
        self.assertEqual(len(today), 3)
        self.assertEqual(today.activity_ids.user_id, self.worker)
        self.env["shequ.round.task"]._remind_day()
        self.assertEqual(len(today.activity_ids), 3)

    def test_another_workers_round_is_none_of_mine(self):
        other = self._staff("reg_worker2", "worker", self.estate)
        self.env["shequ.worker"].create(
            {"name": "别人", "company_id": self.company.id, "user_id": other.id}
        )
        self.assertFalse(
            self.env["shequ.round.task"].with_user(other).worker_rounds()["rounds"]
        )
        with self.assertRaises(AccessError):
            self._first().with_user(other).worker_open()

    def test_rounds_are_counted_for_the_promise(self):
        promise = self._promise(
            "每天巡逻两次", measure="round", round_kind="patrol", threshold=900
        )
        points = self._promise(
            "检查无异常", measure="round_ok", round_kind="patrol", threshold=500
        )
        tasks = self.plan.task_ids.sorted("start_at")
        walked = tasks[0].with_user(self.worker)
        card = walked.worker_open()
        walked.worker_check(card["checks"][0]["id"], "ok", "", [self._data()])
        walked.worker_check(card["checks"][1]["id"], "fault", "坏了")
        walked.worker_finish()
        tasks[2].with_user(self.manager)._cancel("台风")
        with freeze_time("2026-04-05"):
            self._cron("cron_round_missed")
            self.contract.sudo().state = "active"
            sheet = self._sheet("2026-03-01")
        row = sheet.measure_ids.filtered(lambda r: r.commitment_id == promise)
        self.assertEqual((row.numerator, row.denominator), (1, 5))
        self.assertEqual(row.line_ids.filtered("hit").task_id, tasks[0])
        row = sheet.measure_ids.filtered(lambda r: r.commitment_id == points)
        self.assertEqual((row.numerator, row.denominator, row.state), (1, 2, "kept"))

    def test_a_round_of_the_promise_counts_and_no_other(self):
        promise = self._promise("电梯半月保养", measure="round", round_kind="patrol")
        self.plan.write({"contract_id": self.contract.id, "commitment_id": promise.id})
        other = self._round(name="别的巡查", times="10:00")
        other._plan(date(2026, 3, 12))
        with freeze_time("2026-04-05"):
            self._cron("cron_round_missed")
            self.contract.sudo().state = "active"
            sheet = self._sheet("2026-03-01")
        self.assertEqual(sheet.measure_ids.line_ids.task_id.round_id, self.plan)

    def test_many_plans_in_one_night(self):
        plans = self.env["shequ.round"].create(
            [
                {
                    "name": f"巡查{n}",
                    "estate_id": self.estate.id,
                    "date_from": "2026-03-01",
                    "point_ids": [Command.create({"name": "点"})],
                }
                for n in range(3)
            ]
        )
        self._cron("cron_round_plan")
        self.assertEqual(
            {plan.planned_until for plan in plans},
            {date(2026, 3, 10) + timedelta(days=14)},
        )
        self.assertEqual([len(plan.task_ids) for plan in plans], [15, 15, 15])

    # --- what residents see --------------------------------------------------------

    def test_residents_see_what_was_missed(self):
        tasks = self.env["shequ.round.task"]
        first = self._first()
        first.sudo().write({"state": "missed", "due_at": fields.Datetime.now()})
        with freeze_time(fields.Datetime.now() + timedelta(minutes=1)):
            seen = tasks._of_residents(self.estate, 30)
            self.assertIn(first, seen)
            self.assertFalse(tasks._of_residents(self.lane_estate, 30))
        row = tasks._tally(first)[0]
        self.assertEqual((row["plan"], row["missed"], row["done"]), (self.plan, 1, 0))
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self.assertNotIn(first, tasks._of_residents(self.estate, 30))

    def test_photos_are_open_from_the_day_the_estate_says_so(self):
        task = self._first().with_user(self.worker)
        lane = task.worker_open()["checks"][0]
        self.assertFalse(lane["open"])
        task.worker_check(lane["id"], "ok", "", [self._data()])
        old = task.sudo().check_ids.attachment_ids
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = '2026-03-09' WHERE id = %s",
            old.ids,
        )
        old.invalidate_recordset()
        self.assertFalse(task._open_photos())
        self.estate.round_photos_open = True
        # Whoever took it was not told that residents see it.
        self.assertFalse(task._open_photos())
        self.assertTrue(task.worker_open()["checks"][0]["open"])
        task.worker_check(lane["id"], "ok", "", [self._data(photo((9, 9, 9)))])
        self.assertEqual(
            task._open_photos(), task.sudo().check_ids.attachment_ids - old
        )
        self.estate.round_photos_open = False
        self.assertFalse(task._open_photos())
