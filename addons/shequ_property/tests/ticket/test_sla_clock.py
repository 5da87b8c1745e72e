from datetime import datetime, timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools import sla
from .common_sla import MORNING, SlaCase, at


@tagged("post_install", "-at_install")
class TestSlaBugsOthersHad(SlaCase):
    """Faults of other trackers' clocks, each as a test that names it."""

    def test_pause_is_not_lost_when_the_policy_changes(self):
        """GLPI #6902 and #15605."""
        policy = self._policy({"complete": 600})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 2, 0):
            ticket._pause_clocks("resident")
        with at(3, 10, 5, 0):
            ticket._resume_clocks()
        with at(3, 10, 6, 0):
            policy.target_ids.minutes = 300
            ticket._reapply_policy()
        clock = self._clock(ticket, "complete")
        self.assertEqual(clock.paused_seconds, 3 * 3600)
        self.assertEqual(clock.started_at, MORNING)
        self.assertEqual(clock.deadline, datetime(2026, 3, 10, 8, 0))

    def test_running_pause_is_not_lost_when_the_policy_changes(self):
        policy = self._policy({"complete": 600})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 2, 0):
            ticket._pause_clocks("fund")
        with at(3, 10, 3, 0):
            policy.target_ids.minutes = 300
            ticket._reapply_policy()
        clock = self._clock(ticket, "complete")
        self.assertEqual((clock.state, clock.pause_reason), ("paused", "fund"))
        with at(3, 10, 9, 0):
            ticket._resume_clocks()
        self.assertEqual(clock.deadline, datetime(2026, 3, 10, 12, 0))

    def test_pause_is_counted_anew_when_the_policy_changes_to_working_time(self):
        policy = self._policy({"complete": (480, "calendar")})
        with at(3, 13, 1, 0):  # Friday 09:00
            ticket = self._ticket()
        with at(3, 13, 8, 0):  # one working hour before the weekend
            ticket._pause_clocks("resident")
        with at(3, 16, 1, 0):  # Monday 09:00
            ticket._resume_clocks()
            clock = self._clock(ticket, "complete")
            self.assertEqual(clock.paused_seconds, 65 * 3600)
            policy.target_ids.time_mode = "working"
            ticket._reapply_policy()
        self.assertEqual(clock.paused_seconds, 2 * 3600)
        # 8 hours from Friday 09:00 are Monday 09:00, and two more for the pause.
        self.assertEqual(clock.deadline, datetime(2026, 3, 16, 3, 0))

    def test_escalation_fires_on_the_calendar_and_not_at_midnight(self):
        """GLPI #22678."""
        self._policy({"dispatch": (240, "working")})
        with at(3, 13, 7, 0):  # Friday 15:00, two working hours left
            ticket = self._ticket()
        for moment in ((3, 13, 16, 0), (3, 14, 2, 0), (3, 15, 16, 0), (3, 16, 0, 0)):
            with at(*moment):
                self._sweep()
                self.assertFalse(ticket.breach_ids, moment)
        with at(3, 16, 2, 0):  # Monday 10:00: four working hours
            self._sweep()
        self.assertEqual(
            sorted(ticket.breach_ids.mapped("due_at")),
            [datetime(2026, 3, 16, 1, 12), datetime(2026, 3, 16, 2, 0)],
        )

    def test_pause_over_a_weekend_is_counted_in_working_time(self):
        """GLPI #10594."""
        self._policy({"complete": (480, "working")})
        with at(3, 13, 7, 0):  # Friday 15:00
            ticket = self._ticket()
        with at(3, 13, 8, 0):  # Friday 16:00
            ticket._pause_clocks("owners_consent")
        with at(3, 16, 1, 0):  # Monday 09:00
            ticket._resume_clocks()
        clock = self._clock(ticket, "complete")
        self.assertEqual(clock.paused_seconds, 2 * 3600)
        # One hour was used; seven are left from Monday 09:00: 17:00 with the break.
        self.assertEqual(clock.deadline, datetime(2026, 3, 16, 9, 0))

    def test_pause_over_a_holiday_with_make_up_day_is_counted_right(self):
        """GLPI #10594, with the Spring Festival of 2026 and the Saturday before."""
        self._policy({"complete": (480, "working")})
        with at(2, 13, 7, 0):  # Friday 15:00
            ticket = self._ticket()
        with at(2, 14, 1, 0):  # the Saturday is worked; 09:00
            ticket._pause_clocks("owners_consent")
        with at(2, 24, 1, 0):  # the Tuesday after the festival, 09:00
            ticket._resume_clocks()
        clock = self._clock(ticket, "complete")
        # Saturday 09:00–12:00 and 13:00–17:00, Tuesday 08:00–09:00.
        self.assertEqual(clock.paused_seconds, 8 * 3600)
        self.assertEqual(clock.deadline, datetime(2026, 2, 24, 7, 0))

    def test_time_between_solved_and_reopened_is_not_pending(self):
        """GLPI #23359."""
        self._policy({"complete": 600})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 4, 0):
            ticket.sudo().write({"state": "done", "done_at": datetime(2026, 3, 10, 4)})
            ticket._stop_clocks()
        with at(3, 12, 0, 0):
            ticket.sudo().write({"state": "accepted", "rework_count": 1})
            ticket._restart_clocks()
        first, second = (self._clock(ticket, "complete", n) for n in (0, 1))
        self.assertEqual((first.state, first.used_seconds), ("met", 4 * 3600))
        self.assertEqual(first.paused_seconds, 0)
        self.assertEqual((second.state, second.paused_seconds), ("running", 0))
        self.assertEqual(second.started_at, datetime(2026, 3, 12))
        self.assertEqual(second.deadline, datetime(2026, 3, 12, 10))
        self.assertEqual(ticket.next_deadline, second.deadline)

    def test_hand_set_deadline_is_not_moved_by_a_pause(self):
        """GLPI #17186."""
        self._policy({"complete": 600})
        promised = datetime(2026, 3, 11, 9, 0)
        with at(MORNING):
            ticket = self._ticket()
            ticket._set_deadline("complete", promised, "Agreed on the phone")
        clock = self._clock(ticket, "complete")
        with at(3, 10, 2, 0):
            ticket._pause_clocks("parts")
        self.assertEqual((clock.state, clock.deadline), ("running", promised))
        with at(3, 10, 20, 0):
            ticket._resume_clocks()
        self.assertEqual(clock.deadline, promised)
        with at(3, 10, 21, 0):
            ticket.urgency = "blue"
            self._policy({"complete": 60}, urgency="blue", sequence=1)
            ticket._reapply_policy()
        self.assertEqual(clock.deadline, promised)
        with at(3, 11, 9, 0):
            self._sweep()
        self.assertTrue(ticket.is_late, "and it is still watched")

    def test_deadline_set_by_hand_during_a_pause_runs(self):
        self._policy({"complete": 600})
        with at(MORNING):
            ticket = self._ticket()
            ticket._pause_clocks("resident")
        with at(3, 10, 5, 0):
            ticket._set_deadline("complete", datetime(2026, 3, 12), "Comes on Thursday")
        clock = self._clock(ticket, "complete")
        self.assertEqual(
            (clock.state, clock.deadline), ("running", datetime(2026, 3, 12))
        )

    def test_update_target_does_not_override_the_first_response(self):
        """Zammad #5177: each target has a clock of its own."""
        self._policy({"accept": 30, "call_back": 10, "complete": 600})
        with at(MORNING):
            ticket = self._ticket()
        accept = self._clock(ticket, "accept")
        with at(3, 10, 0, 5):
            ticket._stop_clocks(["call_back"])
            ticket._extend_clock("complete", 600, "Scaffolding is needed")
        self.assertEqual(accept.deadline, MORNING + timedelta(minutes=30))
        self.assertEqual(accept.state, "running")
        self.assertEqual(ticket.next_target, "accept")
        self.assertEqual(ticket.next_deadline, accept.deadline)

    def test_own_reply_of_staff_does_not_escalate(self):
        """Zammad #3140: an answer stops the call back and starts nothing."""
        self._policy({"accept": 60, "call_back": 30})
        with at(MORNING):
            ticket = self._ticket()
        before = len(ticket.clock_ids)
        with at(3, 10, 0, 20):
            ticket._talk(self.resident, "Are you coming?")
            self.assertEqual(self._clock(ticket, "call_back").state, "running")
            ticket._talk(self.dispatcher.partner_id, "Yes, within the hour")
        self.assertEqual(self._clock(ticket, "call_back").state, "met")
        self.assertEqual(
            self._clock(ticket, "accept").deadline, datetime(2026, 3, 10, 1)
        )
        with at(3, 10, 0, 40):
            self._sweep()
            ticket._talk(self.dispatcher.partner_id, "We are at the gate")
        self.assertEqual(len(ticket.clock_ids), before)
        self.assertFalse(ticket.breach_ids)

    def test_figures_are_not_null_at_close(self):
        """Zammad #2579."""
        self._policy({"accept": 30, "dispatch": 60, "on_site": 90, "complete": 120})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 0, 20):
            ticket._stop_clocks(["accept"])
        with at(3, 10, 0, 50):
            ticket._pause_clocks("resident")
        with at(3, 10, 1, 50):
            ticket._resume_clocks()
        with at(3, 10, 4, 0):
            ticket._stop_clocks()
        with at(3, 17, 0, 0):
            ticket.sudo().write({"state": "closed"})
            ticket._void_clocks()
        for clock in ticket.clock_ids:
            self.assertTrue(clock.stopped_at, clock.target)
            self.assertTrue(clock.deadline, clock.target)
            self.assertGreater(clock.used_seconds, 0, clock.target)
            self.assertIn(clock.state, ("met", "late"))
        self.assertEqual(self._clock(ticket, "accept").used_seconds, 20 * 60)
        complete = self._clock(ticket, "complete")
        self.assertEqual(complete.used_seconds, 3 * 3600)
        self.assertEqual(complete.overdue_seconds, 3600)
        self.assertEqual((complete.state, complete.paused_seconds), ("late", 3600))
        self.assertEqual(ticket.missed_clock_count, 3)
        self.assertFalse(ticket.is_late)

    def test_every_deadline_is_shown_and_not_only_the_next(self):
        """Zammad #3928."""
        self._policy({"accept": 30, "dispatch": 60, "on_site": 90, "complete": 4320})
        with at(MORNING):
            ticket = self._ticket()
            shown = {c.target: c.remaining for c in ticket.clock_ids}
        self.assertEqual(
            shown,
            {
                "accept": "30 minutes left",
                "dispatch": "1 hours left",
                "on_site": "90 minutes left",
                "complete": "3 days left",
            },
        )
        resident = self.env["res.users"].create(
            {
                "name": "Wang",
                "login": "clock_wang",
                "partner_id": self.resident.id,
                "group_ids": [
                    (6, 0, self.env.ref("shequ_property.group_resident").ids)
                ],
            }
        )
        own = self.env["shequ.sla.clock"].with_user(resident).search([])
        self.assertEqual(own.ticket_id, ticket)
        self.assertEqual(len(own.mapped("deadline")), 4)


@tagged("post_install", "-at_install")
class TestSlaClock(SlaCase):
    def test_clocks_start_with_the_ticket(self):
        self._policy({"accept": 30, "complete": 4320})
        with at(MORNING):
            ticket = self._ticket()
        self.assertEqual(ticket.next_deadline, MORNING + timedelta(minutes=30))
        self.assertEqual(ticket.next_target, "accept")
        accept = self._clock(ticket, "accept")
        self.assertEqual(accept.next_event_at, MORNING + timedelta(minutes=24))
        self.assertEqual(accept.late_150_at, MORNING + timedelta(minutes=45))
        self.assertEqual(accept.late_200_at, MORNING + timedelta(minutes=60))
        self.assertEqual(
            (accept.company_id, accept.estate_id), (self.company, self.estate)
        )

    def test_clocks_run_from_the_report_and_not_from_its_arrival(self):
        self._policy({"accept": 30})
        with at(MORNING):
            early = self._ticket(reported_at=MORNING - timedelta(minutes=10))
            future = self._ticket(reported_at=MORNING + timedelta(days=10))
        self.assertEqual(early.next_deadline, MORNING + timedelta(minutes=20))
        self.assertEqual(future.next_deadline, MORNING + timedelta(minutes=30))

    def test_batch_of_tickets_asks_nothing_more_than_one_insert(self):
        self._policy({"accept": 30, "dispatch": 60, "complete": (480, "working")})
        reports = [
            {
                "unit_id": self.unit.id,
                "category_id": self.leak.id,
                "reporter_id": self.resident.id,
                "description": f"Leak {n}",
            }
            for n in range(50)
        ]
        Ticket = self.env["shequ.ticket"]
        Ticket._intake([dict(report) for report in reports])
        self.env.flush_all()
        self.env.invalidate_all()
        count = self.cr.sql_log_count
        Ticket._intake([dict(report) for report in reports[:10]])
        self.env.flush_all()
        ten = self.cr.sql_log_count - count
        self.env.invalidate_all()
        count = self.cr.sql_log_count
        tickets = Ticket._intake([dict(report) for report in reports])
        self.env.flush_all()
        self.assertEqual(self.cr.sql_log_count - count, ten)
        self.assertEqual(len(tickets.clock_ids), 150)
        self.assertTrue(all(tickets.mapped("next_deadline")))

    def test_stopping_in_time_and_late(self):
        self._policy({"accept": 30, "dispatch": 60})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 0, 30):
            ticket._stop_clocks(["accept"])
        with at(3, 10, 1, 1):
            ticket._stop_clocks(["dispatch"])
        self.assertEqual(self._clock(ticket, "accept").state, "met")
        late = self._clock(ticket, "dispatch")
        self.assertEqual((late.state, late.overdue_seconds), ("late", 60))
        self.assertFalse(ticket.next_deadline)

    def test_what_was_done_earlier_counts_at_its_own_time(self):
        self._policy({"complete": 60})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 11, 0, 0):
            ticket._stop_clocks(["complete"], datetime(2026, 3, 10, 0, 50))
        self.assertEqual(self._clock(ticket, "complete").state, "met")

    def test_pause_needs_a_reason(self):
        self._policy({"complete": 60})
        ticket = self._ticket()
        with self.assertRaises(UserError):
            ticket._pause_clocks("")

    def test_pause_resumes_exactly(self):
        self._policy({"complete": 600})
        with at(MORNING):
            ticket = self._ticket()
        clock = self._clock(ticket, "complete")
        with at(datetime(2026, 3, 10, 2, 0, 17)):
            left = clock.remaining_seconds
            ticket._pause_clocks("resident")
        self.assertFalse(clock.next_event_at)
        self.assertFalse(ticket.next_deadline)
        with at(3, 14, 2, 0):
            clock.invalidate_recordset()
            self.assertEqual(clock.remaining_seconds, left)
            self._sweep()
            self.assertFalse(ticket.breach_ids, "a paused clock calls nobody")
        with at(datetime(2026, 3, 14, 3, 0, 5)):
            ticket._resume_clocks()
            self.assertEqual(clock.remaining_seconds, left)
        self.assertEqual(clock.state, "running")
        self.assertEqual(ticket.next_deadline, clock.deadline)

    def test_pause_twice_and_resume_twice_is_once(self):
        self._policy({"complete": 600})
        with at(MORNING):
            ticket = self._ticket()
        for moment in ((3, 10, 1, 0), (3, 10, 2, 0)):
            with at(*moment):
                ticket._pause_clocks("resident")
        for moment in ((3, 10, 3, 0), (3, 10, 4, 0)):
            with at(*moment):
                ticket._resume_clocks()
        self.assertEqual(self._clock(ticket, "complete").paused_seconds, 2 * 3600)

    def test_finishing_during_a_pause_counts_the_pause(self):
        self._policy({"complete": 60})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 0, 30):
            ticket._pause_clocks("resident")
        with at(3, 12, 0, 0):
            ticket._stop_clocks()
        clock = self._clock(ticket, "complete")
        self.assertEqual((clock.state, clock.used_seconds), ("met", 1800))

    def test_parts_make_three_days_five_and_the_clock_runs_on(self):
        policy = self._policy({"complete": 4320, "on_site": 30})
        policy.target_ids.filtered(
            lambda t: t.target == "complete"
        ).parts_minutes = 2880
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 5, 0):
            ticket._pause_clocks("parts")
            ticket._resume_clocks()
            ticket._pause_clocks("parts")
        clock = self._clock(ticket, "complete")
        self.assertEqual(clock.deadline, MORNING + timedelta(days=5))
        self.assertEqual((clock.state, clock.extended_minutes), ("running", 2880))
        self.assertEqual(self._clock(ticket, "on_site").state, "paused")
        self.assertIn("extended", ticket.event_ids.mapped("code"))

    def test_extension_needs_a_reason_and_the_resident_is_told(self):
        self._policy({"complete": 4320})
        with at(MORNING):
            ticket = self._ticket()
            with self.assertRaises(UserError):
                ticket._extend_clock("complete", 60, " ")
            with self.assertRaises(UserError):
                ticket._extend_clock("complete", 0, "Parts")
            with self.assertRaises(UserError):
                ticket._extend_clock("call_back", 60, "No such clock")
            messages = ticket.message_ids
            ticket._extend_clock("complete", 2880, "The pump must be ordered")
        clock = self._clock(ticket, "complete")
        self.assertEqual(clock.deadline, MORNING + timedelta(days=5))
        event = ticket.event_ids.filtered(lambda e: e.code == "extended")
        self.assertTrue(event.public)
        self.assertIn("The pump must be ordered", event.note)
        self.assertIn("2026-03-15 08:00", event.note, "in the estate's time")
        new = ticket.message_ids - messages
        self.assertEqual(len(new), 1)
        self.assertFalse(new.is_internal)
        self.assertIn("The pump must be ordered", new.body)

    def test_late_ticket_with_an_extension_is_not_overdue_until_it_is_late_again(self):
        self._policy({"complete": 60})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 1, 10):
            self._sweep()
            self.assertTrue(ticket.is_late)
            ticket._extend_clock("complete", 60, "One more hour")
            self.assertFalse(ticket.is_late)
            self.assertEqual(ticket.missed_clock_count, 0)
        with at(3, 10, 2, 0):
            self._sweep()
        self.assertTrue(ticket.is_late)
        levels = ticket.breach_ids.filtered(lambda b: not b.silent).mapped("level")
        self.assertEqual(sorted(levels), ["2", "2"], "each promise has its own alarm")

    def test_deadline_by_hand_where_no_policy_promises_one(self):
        with at(MORNING):
            ticket = self._ticket()
            self.assertFalse(ticket.clock_ids)
            ticket._set_deadline("complete", datetime(2026, 3, 12), "Agreed")
            with self.assertRaises(UserError):
                ticket._set_deadline("complete", datetime(2026, 3, 9), "In the past")
            with self.assertRaises(UserError):
                ticket._set_deadline("complete", datetime(2026, 3, 12), "")
        self.assertEqual(ticket.next_deadline, datetime(2026, 3, 12))

    def test_change_of_category_follows_another_policy(self):
        self._policy({"complete": 600, "accept": 30})
        self._policy(
            {"complete": 60, "on_site": 20},
            category_ids=[(4, self.lamp.id)],
            sequence=1,
        )
        with at(MORNING):
            ticket = self._ticket()
            ticket._stop_clocks(["accept"])
        with at(3, 10, 0, 10):
            ticket.category_id = self.lamp
        self.assertEqual(
            self._clock(ticket, "complete").deadline, MORNING + timedelta(minutes=60)
        )
        self.assertEqual(
            self._clock(ticket, "on_site").deadline, MORNING + timedelta(minutes=20)
        )
        self.assertEqual(self._clock(ticket, "accept").state, "met")

    def test_target_that_is_promised_no_more_is_void(self):
        policy = self._policy({"complete": 600, "on_site": 30})
        ticket = self._ticket()
        policy.target_ids.filtered(lambda t: t.target == "on_site").unlink()
        policy.action_apply_to_open()
        self.assertEqual(self._clock(ticket, "on_site").state, "void")
        self.assertEqual(self._clock(ticket, "complete").state, "running")

    def test_new_target_of_a_paused_ticket_has_the_same_past(self):
        policy = self._policy({"complete": 600})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 1, 0):
            ticket._pause_clocks("resident")
        with at(3, 10, 2, 0):
            ticket._resume_clocks()
        with at(3, 10, 3, 0):
            ticket._pause_clocks("resident")
            self.env["shequ.sla.target"].create(
                {"policy_id": policy.id, "target": "on_site", "minutes": 240}
            )
            ticket._reapply_policy()
        clock = self._clock(ticket, "on_site")
        self.assertEqual((clock.state, clock.paused_seconds), ("paused", 3600))
        self.assertEqual(clock.deadline, datetime(2026, 3, 10, 5, 0))

    def test_cancelled_ticket_has_no_running_clock(self):
        self._policy({"accept": 30, "complete": 600})
        with at(MORNING):
            ticket = self._ticket()
            ticket._stop_clocks(["accept"])
            ticket._void_clocks()
        self.assertEqual(self._clock(ticket, "complete").state, "void")
        self.assertEqual(self._clock(ticket, "accept").state, "met")
        self.assertFalse(ticket.next_deadline)

    def test_reopened_ticket_is_not_accepted_again(self):
        self._policy({"accept": 30, "dispatch": 60, "complete": 600})
        with at(MORNING):
            ticket = self._ticket()
            ticket.sudo().state = "done"
            ticket._stop_clocks()
            ticket.sudo().state = "accepted"
            ticket._restart_clocks()
            ticket.sudo().state = "done"
            ticket._stop_clocks()
            ticket.sudo().state = "accepted"
            ticket._restart_clocks()
        rounds = {(c.round, c.target) for c in ticket.clock_ids}
        self.assertEqual(
            rounds,
            {(0, "accept")}
            | {(n, t) for n in range(3) for t in ("dispatch", "complete")},
        )

    def test_dispatch_that_was_taken_back_has_not_happened(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 0, 10):
            ticket.with_user(self.dispatcher)._assign(worker=self.worker)
            self.assertEqual(self._clock(ticket, "dispatch").state, "met")
        with at(3, 10, 0, 20):
            ticket.with_user(self.dispatcher)._unassign("He is ill")
        clock = self._clock(ticket, "dispatch")
        self.assertEqual(
            (clock.state, clock.deadline), ("running", datetime(2026, 3, 10, 1))
        )
        with at(3, 10, 1, 0):
            self._sweep()
        self.assertTrue(ticket.is_late)

    def test_fund_starts_the_clock_for_explaining_it(self):
        self._policy({"complete": 600, "fund_contact": 30})
        with at(MORNING):
            ticket = self._ticket()
            self.assertFalse(self._clock(ticket, "fund_contact"))
        with at(3, 10, 1, 0):
            ticket._pause_clocks("fund")
        contact = self._clock(ticket, "fund_contact")
        self.assertEqual(contact.deadline, datetime(2026, 3, 10, 1, 30))
        self.assertEqual(ticket.next_target, "fund_contact")
        with at(3, 10, 1, 10):
            ticket.with_user(self.dispatcher)._call_back("Explained the vote")
        self.assertEqual(contact.state, "met")
        self.assertEqual(self._clock(ticket, "complete").state, "paused")

    def test_road_of_a_ticket_stops_its_clocks(self):
        self._policy(
            {
                "accept": 30,
                "dispatch": 60,
                "on_site": 90,
                "complete": 120,
                "call_back": 30,
            }
        )
        with at(MORNING):
            ticket = self._ticket(kind="help")
        desk = ticket.with_user(self.dispatcher)
        with at(3, 10, 0, 10):
            desk.action_accept()
        self.assertEqual(
            self._clock(ticket, "accept").stopped_at, datetime(2026, 3, 10, 0, 10)
        )
        with at(3, 10, 0, 20):
            desk._assign(worker=self.worker)
        with at(3, 10, 0, 40):
            ticket.with_user(self.worker_user).action_start()
        self.assertEqual(self._clock(ticket, "on_site").state, "met")
        with at(3, 10, 1, 0):
            desk._hold("resident", "Not at home")
        self.assertEqual(self._clock(ticket, "complete").state, "paused")
        with at(3, 10, 5, 0):
            desk._finish("Tightened the joint")
        complete = self._clock(ticket, "complete")
        self.assertEqual((complete.state, complete.used_seconds), ("met", 3600))
        self.assertFalse(ticket.clock_ids.filtered(lambda c: c.state == "running"))

    def test_estate_without_working_hours_falls_back_to_the_wall_clock(self):
        self._policy({"complete": (60, "working")})
        self.calendar.attendance_ids.unlink()
        with self.assertLogs("odoo.addons.shequ_property", "WARNING"), at(MORNING):
            ticket = self._ticket()
        self.assertEqual(ticket.next_deadline, MORNING + timedelta(minutes=60))

    def test_new_holiday_moves_running_deadlines(self):
        self._policy({"complete": (480, "working"), "accept": 600})
        with at(MORNING):
            ticket = self._ticket()
        clock = self._clock(ticket, "complete")
        self.assertEqual(clock.deadline, datetime(2026, 3, 10, 9, 0))
        with at(3, 10, 0, 30):
            self.env["shequ.holiday"].create(
                {
                    "date": "2026-03-10",
                    "name": "Typhoon",
                    "company_id": self.company.id,
                }
            )
            self.Clock._refresh_deadlines()
        self.assertEqual(clock.deadline, datetime(2026, 3, 11, 9, 0))
        self.assertEqual(
            self._clock(ticket, "accept").deadline, datetime(2026, 3, 10, 10)
        )
        self.assertEqual(ticket.next_deadline, datetime(2026, 3, 10, 10))

    def test_clocks_cannot_be_written_from_outside(self):
        self._policy({"accept": 30})
        ticket = self._ticket()
        for user in (self.director, self.dispatcher, self.worker_user):
            with self.assertRaises(AccessError):
                ticket.clock_ids.with_user(user).write({"state": "met"})
            with self.assertRaises(AccessError):
                self.Breach.with_user(user).create({})
        with self.assertRaises(UserError):
            ticket.with_user(self.director).write({"is_late": False})

    def test_wizard_extends_and_promises_dates(self):
        policy = self._policy({"complete": 4320})
        policy.target_ids.parts_minutes = 2880
        with at(MORNING):
            ticket = self._ticket()
            wizard = (
                self.env["shequ.extend.clock"]
                .with_user(self.dispatcher)
                .create({"ticket_id": ticket.id, "reason": "Parts"})
            )
            wizard._onchange_target()
            self.assertEqual((wizard.days, wizard.hours), (2, 0))
            wizard.action_confirm()
            clock = self._clock(ticket, "complete")
            self.assertEqual(clock.deadline, MORNING + timedelta(days=5))
            wizard.write({"mode": "date", "deadline": datetime(2026, 3, 20)})
            wizard.action_confirm()
        self.assertEqual(
            (clock.deadline, clock.manual_deadline), (datetime(2026, 3, 20), True)
        )


@tagged("post_install", "-at_install")
class TestSlaPolicy(SlaCase):
    def _targets(self, **report):
        ticket = self._ticket(**report)
        return {c.target: c.minutes for c in ticket.clock_ids}

    def test_first_policy_decides_for_each_target(self):
        self._policy({"accept": 30, "complete": 600}, sequence=90)
        self._policy({"accept": 5}, urgency="red", sequence=10)
        self.assertEqual(self._targets(urgency="red"), {"accept": 5, "complete": 600})
        self.assertEqual(self._targets(), {"accept": 30, "complete": 600})

    def test_more_conditions_go_first_with_the_same_sequence(self):
        self._policy({"accept": 30})
        self._policy({"accept": 10}, kind="repair", channel="portal")
        self._policy({"accept": 20}, kind="repair")
        self.assertEqual(self._targets(channel="portal"), {"accept": 10})
        self.assertEqual(self._targets(channel="phone"), {"accept": 20})

    def test_each_condition(self):
        home = self.leak.parent_id
        other = self.estate.copy({"code": "CLKH", "name": "Other"})
        for number, condition in enumerate(
            (
                {"estate_ids": [(4, other.id)]},
                {"category_ids": [(4, self.lamp.id)]},
                {"kind": "help"},
                {"urgency": "blue"},
                {"situation": "elder_alone"},
                {"channel": "email"},
                {"company_id": self.env.ref("base.main_company").id},
            ),
            1,
        ):
            self._policy({"accept": number}, **condition)
        self.assertEqual(self._targets(), {})
        self._policy({"accept": 77}, category_ids=[(4, home.id)])
        self.assertEqual(self._targets(), {"accept": 77}, "a parent category fits")
        self.assertEqual(self._targets(kind="help"), {"accept": 3})
        self.assertEqual(self._targets(situation="elder_alone"), {"accept": 5})

    def test_situation_known_to_the_triage_decides(self):
        self._policy({"accept": 30})
        self._policy({"accept": 5}, situation="elder_alone", sequence=1)

        def _triage_context(ticket):
            return {"situation": "elder_alone"}

        self.patch(type(self.env["shequ.ticket"]), "_triage_context", _triage_context)
        with at(MORNING):
            ticket = self._ticket()
        self.assertEqual(ticket.situation, "elder_alone")
        self.assertEqual(ticket.next_deadline, MORNING + timedelta(minutes=5))

    def test_changed_policy_is_used_at_once(self):
        policy = self._policy({"accept": 30})
        self.assertEqual(self._targets(), {"accept": 30})
        policy.target_ids.minutes = 40
        self.assertEqual(self._targets(), {"accept": 40})
        policy.active = False
        self.assertEqual(self._targets(), {})

    def test_deadline_must_lie_ahead(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.cr.savepoint(),
        ):
            self._policy({"accept": 0})

    def test_shipped_promises_are_those_of_the_sources(self):
        self.env["shequ.sla.policy"].search([]).active = False
        shipped = (
            self.env["shequ.sla.policy"]
            .with_context(active_test=False)
            .search([])
            .filtered(lambda p: p.get_external_id()[p.id])
        )
        shipped.active = True
        self.assertTrue(all(shipped.mapped("source")))
        self.assertTrue(all(shipped.target_ids.mapped("source")))
        promised = self._targets()
        self.assertEqual(
            promised,
            {
                "accept": 30,
                "on_site": 30,
                "call_back": 30,
                "dispatch": 24 * 60,
                "complete": 3 * 24 * 60,
            },
        )
        elder = self.env.ref("shequ_property.category_elder_care_emergency")
        self.assertEqual(self._targets(category_id=elder.id)["on_site"], 15)
        trapped = self.env.ref("shequ_property.category_safety_trapped")
        red = self._targets(category_id=trapped.id)
        self.assertEqual((red["on_site"], red["call_back"]), (20, 30))
        ordinary = self._targets(kind="complaint")
        self.assertEqual(ordinary["dispatch"], 24 * 60)


@tagged("post_install", "-at_install")
class TestSlaWorkingTime(SlaCase):
    def _deadline(self, moment, minutes):
        self._policy({"complete": (minutes, "working")}, sequence=1)
        with at(*moment):
            return self._ticket().next_deadline

    def test_holidays_of_2025_and_2026_are_shipped(self):
        Holiday = self.env["shequ.holiday"]
        for year, off, make_up in ((2025, 28, 5), (2026, 33, 6)):
            days = Holiday.search(
                [("date", ">=", f"{year}-01-01"), ("date", "<=", f"{year}-12-31")]
            )
            self.assertEqual(len(days.filtered(lambda d: d.kind == "holiday")), off)
            self.assertEqual(
                len(days.filtered(lambda d: d.kind == "makeup_workday")), make_up
            )
            self.assertTrue(all(days.mapped("source")))
        for day in Holiday.search([("kind", "=", "makeup_workday")]):
            self.assertIn(day.date.weekday(), (5, 6), day.date)

    def test_national_day_and_make_up_saturday(self):
        # Wednesday 30 September 2026, 16:00; the next working hour is 8 October,
        # and Saturday 10 October is worked.
        self.assertEqual(
            self._deadline((9, 30, 8, 0), 60 + 2 * 480 + 60),
            datetime(2026, 10, 10, 1, 0),
        )

    def test_day_off_of_a_company_replaces_the_national_day(self):
        self.env["shequ.holiday"].create(
            {
                "date": "2026-10-01",
                "name": "We work",
                "kind": "makeup_workday",
                "works_like": "3",
                "company_id": self.company.id,
            }
        )
        self.assertEqual(
            self._deadline((9, 30, 8, 0), 120), datetime(2026, 10, 1, 1, 0)
        )

    def test_global_time_off_counts_and_a_persons_does_not(self):
        resource = self.env["resource.resource"].create(
            {"name": "Chen", "calendar_id": self.calendar.id}
        )
        leave = {
            "name": "Off",
            "calendar_id": self.calendar.id,
            "company_id": self.company.id,
            "date_from": datetime(2026, 3, 10, 0, 0),
            "date_to": datetime(2026, 3, 10, 4, 0),
        }
        Leave = self.env["resource.calendar.leaves"]
        Leave.create({**leave, "resource_id": resource.id})
        self.assertEqual(self._deadline((3, 10, 0, 0), 60), datetime(2026, 3, 10, 1, 0))
        Leave.create(leave)
        self.assertEqual(self._deadline((3, 10, 0, 0), 60), datetime(2026, 3, 10, 6, 0))

    def test_make_up_day_needs_a_weekday(self):
        with self.assertRaises(ValidationError):
            self.env["shequ.holiday"].create(
                {
                    "date": "2027-01-01",
                    "name": "?",
                    "kind": "makeup_workday",
                    "works_like": False,
                }
            )

    def test_deadlines_equal_plan_hours(self):
        """The same answers as Odoo's own planner, where it knows no holidays."""
        self.env["shequ.holiday"].search([]).unlink()
        time = self.Clock._working_time(
            self.calendar.id, "Asia/Shanghai", self.company.id
        )
        for n in range(150):
            start = MORNING + timedelta(minutes=977 * n)
            hours = 1 + n % 23
            planned = self.calendar.plan_hours(hours, start)
            ours = sla.to_datetime(time.add(sla.to_seconds(start), hours * 3600))
            self.assertEqual(ours, planned, (start, hours))
