from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_desk import photo
from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestTicketFlow(TicketCase):
    def test_the_whole_road_leaves_a_trace_with_who_and_when(self):
        ticket = self._report().with_user(self.dispatcher)
        ticket.action_accept()
        self.assertEqual(ticket.state, "accepted")
        self.assertEqual(ticket.accepted_by_id, self.dispatcher)
        ticket._assign(self.team, self.worker)
        self.assertEqual((ticket.state, ticket.worker_id), ("assigned", self.worker))
        ticket = ticket.with_user(self.worker_user)
        ticket.action_start(latitude=31.1, longitude=121.3)
        self.assertEqual(ticket.state, "in_progress")
        self.assertAlmostEqual(ticket.arrived_latitude, 31.1)
        ticket._finish("New pipe", photos=[photo()])
        self.assertEqual(ticket.state, "done")
        self.assertFalse(ticket.is_open)
        ticket._rate(self.wang, 5, comment="quick")
        self.assertEqual((ticket.state, ticket.rating_value), ("rated", 5))
        self.assertEqual(
            self._codes(ticket.sudo()),
            ["reported", "accepted", "assigned", "arrived", "finished", "rated"],
        )
        finished = ticket.sudo().event_ids.filtered(lambda e: e.code == "finished")
        self.assertEqual(finished.user_id, self.worker_user)
        self.assertEqual(
            (finished.from_state, finished.to_state), ("in_progress", "done")
        )

    def test_a_step_out_of_order_is_refused_and_changes_nothing(self):
        ticket = self._report()
        for step in (
            lambda: ticket.action_start(),
            lambda: ticket._rate(self.wang, 5),
            lambda: ticket._unassign("why"),
            lambda: ticket._reopen(self.wang, "again"),
            lambda: ticket._resubmit(self.wang, "words"),
        ):
            with self.assertRaises(UserError):
                step()
        self.assertEqual(ticket.state, "new")
        self.assertEqual(self._codes(ticket), ["reported"])

    def test_one_wrong_state_among_several_moves_none(self):
        first, second = self._report(), self._report(description="灯坏了")
        second.action_accept()
        with self.assertRaises(UserError):
            (first | second).action_accept()
        self.assertEqual(first.state, "new")

    # --- finish -----------------------------------------------------------------

    def test_a_repair_needs_words_and_a_photo(self):
        ticket = self._report()
        ticket._assign(self.team, self.worker)
        ticket.action_start()
        with self.assertRaisesRegex(UserError, "what was done"):
            ticket._finish("   ", photos=[photo()])
        with self.assertRaisesRegex(UserError, "photo"):
            ticket._finish("New pipe")
        self.assertEqual(ticket.state, "in_progress")
        ticket._finish("New pipe", photos=[photo()])
        evidence = ticket.media_ids.filtered(lambda m: m.phase == "evidence")
        self.assertEqual(len(evidence), 1)

    def test_evidence_taken_on_the_way_counts(self):
        ticket = self._report()
        ticket._add_media([photo()], phase="evidence")
        ticket._finish("New pipe")
        self.assertEqual(ticket.state, "done")

    def test_a_photo_of_the_report_is_no_evidence(self):
        ticket = self._report(media=[photo()])
        with self.assertRaisesRegex(UserError, "photo"):
            ticket._finish("New pipe")

    def test_a_complaint_needs_the_reply(self):
        ticket = self._report(kind="complaint", description="太吵了")
        with self.assertRaisesRegex(UserError, "reply"):
            ticket._finish("")
        ticket._finish("We spoke with the shop; it closes at ten.")
        self.assertEqual(ticket.state, "done")

    def test_not_solved_needs_no_photo_and_is_counted_as_such(self):
        ticket = self._report()
        ticket._finish("The city's water main; told the water company.", (), "not_ours")
        self.assertEqual((ticket.state, ticket.close_reason), ("done", "not_ours"))

    def test_an_unknown_end_is_refused(self):
        with self.assertRaises(UserError):
            self._report()._finish("words", [photo()], "vanished")

    # --- hold -------------------------------------------------------------------

    def test_hold_needs_a_known_reason_and_tells_the_resident(self):
        ticket = self._report()
        with self.assertRaises(UserError):
            ticket._hold("holidays")
        ticket._hold("parts", "valve on Thursday")
        self.assertEqual(ticket.hold_reason, "parts")
        self.assertIn("valve on Thursday", ticket.message_ids[:1].body)
        ticket.action_resume()
        self.assertFalse(ticket.hold_reason)
        self.assertFalse(ticket.hold_since)

    def test_finishing_a_ticket_on_hold_ends_the_hold(self):
        ticket = self._report()
        ticket._hold("parts")
        ticket._finish("New pipe", photos=[photo()])
        self.assertFalse(ticket.hold_reason)

    # --- returned, cancelled ------------------------------------------------------

    def test_return_and_send_again(self):
        ticket = self._report()
        with self.assertRaises(UserError):
            ticket._return("  ")
        ticket._return("Which tap?")
        self.assertEqual(ticket.state, "returned")
        self.assertFalse(ticket.is_open)
        ticket._resubmit(self.wang, "The one in the kitchen")
        self.assertEqual(ticket.state, "new")
        self.assertEqual(ticket.description, "The one in the kitchen")

    def test_only_the_people_of_the_ticket_cancel_it(self):
        ticket = self._report()
        for stranger in (self.neighbour, self.stranger):
            with self.assertRaises(AccessError):
                ticket._cancel(stranger, "mine now")
        ticket._cancel(self.wang, "It stopped")
        self.assertEqual(ticket.state, "cancelled")

    def test_the_desk_cancels_for_a_caller_without_a_name(self):
        ticket = self._report(reporter_id=False)
        with self.assertRaises(AccessError):
            ticket.with_user(self.second_desk)._cancel(self.env["res.partner"], "x")
        ticket.with_user(self.desk)._cancel(self.env["res.partner"], "It stopped")
        self.assertEqual(ticket.state, "cancelled")

    def test_no_partner_does_not_open_the_door_to_a_portal_user(self):
        ticket = self._report().with_user(self.stranger_user).sudo()
        with self.assertRaises(AccessError):
            ticket._cancel(self.env["res.partner"], "mine now")

    # --- reopen, close, rate --------------------------------------------------------

    def test_reopen_within_seven_days_counts_against_the_team(self):
        ticket = self._finished(self._report())
        with self.assertRaises(UserError):
            ticket._reopen(self.wang, " ")
        with self.assertRaises(AccessError):
            ticket._reopen(self.neighbour, "drips")
        ticket._reopen(self.wang, "It drips again")
        self.assertEqual((ticket.state, ticket.rework_count), ("accepted", 1))
        self.assertTrue(ticket.is_open)
        self.assertFalse(ticket.close_reason)
        self.assertEqual(ticket.worker_id, self.worker)

    def test_the_eighth_day_is_too_late_to_reopen(self):
        ticket = self._finished(self._report())
        with freeze_time(fields.Datetime.now() + timedelta(days=6, hours=23)):
            ticket._reopen(self.wang, "It drips again")
        ticket._finish("Again", photos=[photo()])
        with (
            freeze_time(fields.Datetime.now() + timedelta(days=7, minutes=1)),
            self.assertRaisesRegex(UserError, "passed"),
        ):
            ticket._reopen(self.wang, "It drips again")
        self.assertEqual(ticket.rework_count, 1)

    def test_done_tickets_close_on_their_own_after_seven_days(self):
        ticket = self._finished(self._report())
        with freeze_time(fields.Datetime.now() + timedelta(days=6, hours=23)):
            self._run_close()
            self.assertEqual(ticket.state, "done")
        with freeze_time(fields.Datetime.now() + timedelta(days=7, minutes=1)):
            self._run_close()
        self.assertEqual(ticket.state, "closed")
        self.assertTrue(ticket.closed_at)
        ticket._rate(self.wang, 4)
        self.assertEqual(ticket.state, "rated")

    def test_a_rating_is_asked_for_once_more_and_never_again(self):
        ticket = self._finished(self._report())
        told = len(ticket.message_ids)
        with freeze_time(fields.Datetime.now() + timedelta(days=2, minutes=1)):
            self._run_close()
            self.assertEqual(len(ticket.message_ids), told + 1)
            self._run_close()
            self.assertEqual(len(ticket.message_ids), told + 1)

    def _run_close(self):
        cron = self.env.ref("shequ_property.cron_close_tickets")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_a_ticket_is_rated_once_and_by_its_people_only(self):
        ticket = self._finished(self._report())
        with self.assertRaises(AccessError):
            ticket._rate(self.neighbour, 1)
        for stars in (0, 6, 2.5):
            with self.assertRaises(UserError):
                ticket._rate(self.wang, stars)
        ticket._rate(self.wang, 5, self.env["shequ.rating.tag"].search([], limit=2))
        self.assertEqual(len(ticket.rating_tag_ids), 2)
        with self.assertRaises(UserError):
            ticket._rate(self.wang, 1)
        self.assertEqual(ticket.rating_value, 5)
        self.assertEqual(self.worker.rating_avg, 5)

    # --- neighbours, copies -----------------------------------------------------------

    def test_me_too_follows_a_shared_ticket_once(self):
        ticket = self._report(
            unit_id=False, building_id=self.building.id, visibility="shared"
        )
        ticket._join(self.neighbour)
        ticket._join(self.neighbour)
        self.assertEqual(ticket.me_too_count, 1)
        self.assertIn(self.neighbour, ticket.participant_ids)
        with self.assertRaises(AccessError):
            ticket._cancel(self.neighbour, "not mine")
        ticket._leave(self.neighbour)
        self.assertEqual(ticket.me_too_count, 0)

    def test_a_private_ticket_cannot_be_joined(self):
        with self.assertRaises(UserError):
            self._report()._join(self.neighbour)

    def test_likely_duplicates_are_of_one_place_and_alike(self):
        place = {"unit_id": False, "building_id": self.building.id}
        master = self._report(**place, description="一楼大厅的灯不亮了")
        copy = self._report(**place, description="大厅的灯不亮")
        other = self._report(**place, description="门口的垃圾桶满了")
        elsewhere = self._report(description="一楼大厅的灯不亮了")
        found = copy._likely_duplicates()
        self.assertIn(master, found)
        self.assertNotIn(copy, found)
        self.assertNotIn(other, found)
        self.assertNotIn(elsewhere, found)

    def test_what_was_reported_four_days_ago_is_no_duplicate(self):
        place = {"unit_id": False, "building_id": self.building.id}
        old = self._report(
            **place,
            description="一楼大厅的灯不亮了",
            reported_at=fields.Datetime.now() - timedelta(hours=73),
        )
        copy = self._report(**place, description="一楼大厅的灯不亮了")
        self.assertNotIn(old, copy._likely_duplicates())

    def test_merging_keeps_every_reporter_informed(self):
        master = self._report()
        copy = self._report(reporter_id=self.neighbour.id)
        copy._merge_into(master)
        self.assertEqual((copy.state, copy.close_reason), ("closed", "duplicate"))
        self.assertEqual(copy.duplicate_of_id, master)
        self.assertIn(self.neighbour, master.participant_ids)
        self.assertEqual(master.me_too_count, 1)

    def test_merging_needs_an_open_ticket_of_the_same_estate(self):
        copy = self._report()
        with self.assertRaises(UserError):
            copy._merge_into(self._finished(self._report()))
        with self.assertRaises(UserError):
            copy._merge_into(self._report(unit_id=self.second_unit.id))
        with self.assertRaises(UserError):
            copy._merge_into(copy)
        self.assertEqual(copy.state, "new")

    # --- what stays --------------------------------------------------------------

    def test_nothing_is_deleted_copied_or_rewritten(self):
        ticket = self._finished(self._report())
        with self.assertRaises(UserError):
            ticket.unlink()
        with self.assertRaises(UserError):
            ticket.copy()
        with self.assertRaises(UserError):
            ticket.event_ids[:1].write({"note": "never happened"})
        with self.assertRaises(UserError):
            ticket.event_ids[:1].unlink()
        with self.assertRaises(UserError):
            ticket.media_ids[:1].unlink()
        self.assertTrue(ticket.exists())
