import base64
import json
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import AccessError, LockError, UserError
from odoo.tests import Form, tagged

from ...tools.mask import mask_phone
from .common_desk import photo, photo_bytes
from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestTicketWizards(TicketCase):
    def _upload(self, user):
        return (
            self.env["ir.attachment"]
            .with_user(user)
            .create({"name": "after.jpg", "raw": photo_bytes()})
        )

    def test_the_dispatcher_sends_a_worker_to_several_tickets(self):
        tickets = self._report() | self._report(description="灯不亮")
        wizard = self._wizard(
            "shequ.ticket.assign",
            tickets,
            self.dispatcher,
            team_id=self.team.id,
            worker_id=self.worker.id,
        )
        self.assertEqual(wizard.ticket_count, 2)
        wizard.action_assign()
        self.assertEqual(tickets.mapped("state"), ["assigned", "assigned"])
        self.assertEqual(tickets.worker_id, self.worker)

    def test_candidates_are_of_the_team_and_may_go_there(self):
        ticket = self._report()
        elsewhere = self._make_worker(
            "Elsewhere", self._make_staff("t_else", "group_worker"), self.team
        )
        elsewhere.estate_ids = self.second_estate
        wizard = self._wizard(
            "shequ.ticket.assign", ticket, self.dispatcher, team_id=self.team.id
        )
        self.assertIn(self.worker, wizard.candidate_ids)
        self.assertNotIn(self.other_worker, wizard.candidate_ids)
        self.assertNotIn(elsewhere, wizard.candidate_ids)

    def test_load_and_rating_are_shown_with_the_name(self):
        self._report()._assign(self.team, self.worker)
        self._finished(self._report(description="x y z"))._rate(self.wang, 4)
        name = self.worker.with_context(shequ_worker_load=True).display_name
        self.assertEqual(name, "陈师傅 · 1 open · 4.0★")
        self.assertEqual(self.worker.display_name, "陈师傅")

    def test_the_assign_form_opens_in_the_web_client(self):
        ticket = self._report()
        ticket.action_accept()
        with Form(
            self.env["shequ.ticket.assign"]
            .with_user(self.dispatcher)
            .with_context(active_model="shequ.ticket", active_ids=ticket.ids)
        ) as form:
            form.team_id = self.team
            form.worker_id = self.worker
        form.record.action_assign()
        self.assertEqual(ticket.worker_id, self.worker)

    def test_front_desk_and_workers_do_not_send_others(self):
        ticket = self._report()
        for user in (self.desk, self.worker_user, self.grid_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._wizard("shequ.ticket.assign", ticket, user)

    def test_a_wizard_gives_no_way_into_another_estate(self):
        ticket = self._report(unit_id=self.second_unit.id)
        for model, values, action in (
            ("shequ.ticket.assign", {"team_id": self.team.id}, "action_assign"),
            ("shequ.ticket.hold", {"reason": "parts"}, "action_hold"),
            (
                "shequ.ticket.reason",
                {"step": "return", "reason": "no"},
                "action_confirm",
            ),
            (
                "shequ.ticket.reason",
                {"step": "talk", "reason": "hello"},
                "action_confirm",
            ),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                wizard = self._wizard(model, ticket, self.dispatcher, **values)
                getattr(wizard, action)()
        self.assertEqual(ticket.state, "new")

    def test_hold_with_reason_and_note(self):
        ticket = self._report()
        self._wizard(
            "shequ.ticket.hold", ticket, self.desk, reason="fund", note="vote on Sunday"
        ).action_hold()
        self.assertEqual(
            (ticket.hold_reason, ticket.hold_note), ("fund", "vote on Sunday")
        )

    def test_finish_with_words_and_photo(self):
        ticket = self._report()
        ticket._assign(self.team, self.worker)
        upload = self._upload(self.worker_user)
        wizard = self._wizard(
            "shequ.ticket.finish",
            ticket,
            self.worker_user,
            resolution="New pipe",
            photo_ids=[(6, 0, upload.ids)],
        )
        wizard.action_finish()
        self.assertEqual((ticket.state, ticket.resolution), ("done", "New pipe"))
        evidence = ticket.media_ids.filtered(lambda m: m.phase == "evidence")
        self.assertEqual(len(evidence), 1)
        self.assertFalse(upload.exists())

    def test_finish_without_photo_is_refused_in_words(self):
        ticket = self._report()
        wizard = self._wizard(
            "shequ.ticket.finish", ticket, self.desk, resolution="New pipe"
        )
        with self.assertRaisesRegex(UserError, "photo"):
            wizard.action_finish()

    def test_a_foreign_file_is_not_taken_as_evidence(self):
        """Nobody reads a file of somebody else by naming its id."""
        foreign = self._upload(self.second_desk)
        ticket = self._report()
        with self.assertRaises(UserError):
            self._wizard(
                "shequ.ticket.finish",
                ticket,
                self.worker_user,
                resolution="New pipe",
                photo_ids=[(6, 0, foreign.ids)],
            ).action_finish()
        self.assertTrue(foreign.exists())
        self.assertFalse(ticket.media_ids)

    def test_merge_proposes_the_likely_master(self):
        master = self._report(description="厨房水管漏水了")
        copy = self._report(description="厨房的水管漏水", reporter_id=self.neighbour.id)
        wizard = self._wizard("shequ.ticket.merge", copy, self.desk)
        self.assertIn(master, wizard.suggested_ids)
        self.assertEqual(wizard.master_id, master)
        wizard.action_merge()
        self.assertEqual(copy.duplicate_of_id, master)
        self.assertEqual(master.state, "new")

    def test_merging_a_selection_keeps_the_oldest(self):
        first, second = self._report(), self._report()
        first.reported_at = "2024-01-01"
        wizard = self._wizard("shequ.ticket.merge", second | first, self.desk)
        wizard.action_merge()
        self.assertEqual((first.state, second.state), ("new", "closed"))

    def test_steps_with_a_sentence(self):
        ticket = self._report()
        self._reason(ticket, self.desk, "call_back", "comes at nine")
        self.assertIn("called", self._codes(ticket))
        ticket._assign(self.team, self.worker)
        self._reason(ticket, self.worker_user, "unassign", "wrong tools")
        self.assertEqual((ticket.state, ticket.worker_id.id), ("accepted", False))
        self._reason(ticket, self.desk, "talk", "We come tomorrow")
        self.assertIn("We come tomorrow", ticket.message_ids[:1].body)
        self._reason(ticket, self.desk, "return", "Which room?")
        self.assertEqual(ticket.state, "returned")
        self._reason(ticket, self.desk, "cancel", "called, not needed")
        self.assertEqual(ticket.state, "cancelled")

    def test_the_desk_reopens_for_a_resident_on_the_phone(self):
        ticket = self._finished(self._report())
        self._reason(ticket, self.desk, "reopen", "drips again")
        self.assertEqual((ticket.state, ticket.rework_count), ("accepted", 1))
        event = ticket.event_ids.filtered(lambda e: e.code == "reopened")
        self.assertEqual(event.user_id, self.desk)
        self.assertEqual(event.partner_id, self.wang)

    def test_a_worker_does_not_cancel_return_or_reopen(self):
        ticket = self._report()
        ticket._assign(self.team, self.worker)
        for step in ("cancel", "return", "reopen"):
            with self.subTest(step=step), self.assertRaises(AccessError):
                self._reason(ticket, self.worker_user, step, "no")
        self.assertEqual(ticket.state, "assigned")

    def _reason(self, ticket, user, step, words):
        self._wizard(
            "shequ.ticket.reason", ticket, user, step=step, reason=words
        ).action_confirm()


@tagged("post_install", "-at_install")
class TestWorkerJobs(TicketCase):
    def _free_job(self):
        ticket = self._report()
        ticket._assign(self.team)
        return ticket

    def test_a_worker_takes_a_job_of_the_team_and_a_second_comes_too_late(self):
        ticket = self._free_job()
        ticket.with_user(self.mate_user).action_take()
        self.assertEqual(ticket.worker_id, self.mate)
        with self.assertRaisesRegex(UserError, "Mate"):
            ticket.with_user(self.worker_user).action_take()
        self.assertEqual(ticket.worker_id, self.mate)

    def test_while_somebody_takes_a_job_another_is_told(self):
        ticket = self._free_job().with_user(self.mate_user)
        with (
            patch.object(
                type(ticket), "lock_for_update", side_effect=LockError("busy")
            ),
            self.assertRaisesRegex(UserError, "right now"),
        ):
            ticket.action_take()
        self.assertFalse(ticket.worker_id)

    def test_taking_twice_is_no_error(self):
        ticket = self._free_job()
        ticket.with_user(self.mate_user).action_take()
        self.assertTrue(ticket.with_user(self.mate_user).action_take())
        self.assertEqual(self._codes(ticket).count("assigned"), 2)

    def test_only_workers_take_jobs(self):
        with self.assertRaises(UserError):
            self._free_job().with_user(self.desk).action_take()
        with self.assertRaises(AccessError):
            self._free_job().with_user(self.other_worker_user).action_take()

    def test_the_phone_shows_own_and_free_jobs_the_urgent_first(self):
        calm = self._report(urgency="blue")
        urgent = self._report(urgency="red", preferred_time="tonight")
        (calm | urgent)._assign(self.team, self.worker)
        free = self._free_job()
        elsewhere = self._report()
        elsewhere._assign(self.other_team)
        jobs = self.Ticket.with_user(self.worker_user).worker_jobs()
        self.assertEqual([job["id"] for job in jobs["mine"]], [urgent.id, calm.id])
        self.assertEqual([job["id"] for job in jobs["team"]], [free.id])
        card = jobs["mine"][0]
        self.assertEqual(card["phone"], mask_phone(self.wang.phone))
        self.assertEqual(card["preferred_time"], "tonight")
        self.assertIn("12号楼", card["address"])
        json.dumps(jobs)

    def test_finish_from_the_phone_and_again_after_a_lost_answer(self):
        ticket = self._report()
        ticket._assign(self.team, self.worker)
        mine = ticket.with_user(self.worker_user)
        mine.action_start()
        photos = [{"name": "a.jpg", "data": base64.b64encode(photo_bytes()).decode()}]
        mine.worker_finish("New pipe", photos)
        self.assertEqual(ticket.state, "done")
        # The network broke after the server had saved: the phone sends it again.
        self.assertTrue(mine.worker_finish("New pipe", photos))
        self.assertEqual(self._codes(ticket).count("finished"), 1)
        self.assertEqual(ticket.photo_count, 1)
        with self.assertRaises(UserError):
            mine.worker_finish("Something else", photos)
        jobs = self.Ticket.with_user(self.worker_user).worker_jobs()
        self.assertEqual((jobs["mine"], jobs["done_today"]), ([], 1))

    def test_photo_hold_and_hand_back_from_the_phone(self):
        ticket = self._report()
        ticket._assign(self.team, self.worker)
        mine = ticket.with_user(self.worker_user)
        with self.assertRaises(UserError):
            mine.worker_photo([])
        mine.worker_photo(
            [{"name": "a.jpg", "data": base64.b64encode(photo_bytes()).decode()}]
        )
        self.assertEqual(ticket.media_ids.phase, "evidence")
        mine.worker_hold("parts", "valve")
        self.assertEqual(ticket.hold_note, "valve")
        mine.action_resume()
        with self.assertRaises(UserError):
            mine.worker_hand_back("  ")
        mine.worker_hand_back("wrong tools")
        self.assertEqual((ticket.state, ticket.worker_id.id), ("accepted", False))

    def test_a_user_without_a_worker_gets_an_empty_phone(self):
        jobs = self.Ticket.with_user(self.desk).worker_jobs()
        self.assertFalse(jobs["worker"])
        self.assertEqual(jobs["mine"], [])


@tagged("post_install", "-at_install")
class TestPoolIsLive(TicketCase):
    def _channels(self, user, wanted=()):
        """Pools a user is subscribed to whose browser asks for ``wanted``."""
        request = SimpleNamespace(session=SimpleNamespace(uid=user.id))
        websocket = self.env["ir.websocket"].with_user(user)
        with (
            patch("odoo.addons.bus.models.ir_websocket.wsrequest", request),
            patch("odoo.addons.bus.models.ir_websocket.request", request),
        ):
            channels = websocket._build_bus_channel_list(list(wanted))
        return [
            channel
            for channel in channels
            if (isinstance(channel, tuple) and channel[1] == "shequ.pool")
            or (isinstance(channel, str) and "shequ" in channel)
        ]

    def test_each_role_hears_of_the_own_estates_only(self):
        table = [
            (self.desk, self.estate),
            (self.dispatcher, self.estate),
            (self.worker_user, self.estate),
            (self.grid_user, self.estate),
            (self.second_desk, self.second_estate),
            (self.company_manager, self.company),
            (self.foreign_manager, self.other_company),
        ]
        for user, place in table:
            with self.subTest(user=user.login):
                self.assertEqual(
                    self._channels(user), [(place, "shequ.pool")], user.login
                )

    def test_a_browser_cannot_ask_for_a_pool(self):
        names = ["shequ.pool", f"shequ.estate_{self.estate.id}", "shequ.pool_1"]
        self.assertEqual(self._channels(self.stranger_user, names), [])
        self.assertEqual(
            self._channels(self.second_desk, names),
            [(self.second_estate, "shequ.pool")],
        )

    def test_residents_hear_nothing(self):
        for user in (
            self.wang_user,
            self.stranger_user,
            self.env.ref("base.public_user"),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._channels(user), [])

    def test_staff_start_at_their_work(self):
        pool = self.env.ref("shequ_property.action_ticket_pool")
        jobs = self.env.ref("shequ_property.action_worker_jobs")
        self.assertEqual(self.desk.action_id.id, pool.id)
        self.assertEqual(self.worker_user.action_id.id, jobs.id)
        self.assertFalse(self.wang_user.action_id)
        promoted = self.worker_user
        promoted.group_ids += self.env.ref("shequ_property.group_dispatcher")
        self.assertEqual(promoted.action_id.id, pool.id)
        own = self.env.ref("base.action_partner_form")
        self.desk.action_id = own.id
        self.desk.group_ids += self.env.ref("shequ_property.group_worker")
        self.assertEqual(self.desk.action_id.id, own.id)

    def test_news_carry_ids_and_nothing_said_by_the_resident(self):
        self.env["bus.bus"].search([]).unlink()
        ticket = self._report(description="canary", urgency="red")
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search([("channel", "like", "shequ.pool")])
        self.assertEqual(len(rows), 2)
        for row in rows:
            payload = json.loads(row.message)["payload"]
            self.assertEqual(payload, {"ticket_ids": ticket.ids, "new": True, "red": 1})

    def test_photos_come_to_the_board_through_their_ticket(self):
        ticket = self._report(media=[photo()])
        media = ticket.media_ids
        self.assertTrue(media.with_user(self.desk).image)
        with self.assertRaises(AccessError):
            media.with_user(self.second_desk).read(["image"])


@tagged("post_install", "-at_install")
class TestTicketReport(TicketCase):
    def test_counts_times_and_stars(self):
        ticket = self._report(reported_at="2024-03-01 08:00:00")
        ticket.accepted_at = "2024-03-01 08:10:00"
        ticket = self._finished(ticket)
        ticket.write(
            {"accepted_at": "2024-03-01 08:10:00", "done_at": "2024-03-01 11:00:00"}
        )
        ticket._rate(self.wang, 4)
        self._report()
        self.env.flush_all()
        report = self.env["shequ.ticket.report"].with_user(self.manager)
        [(count, minutes, hours, stars)] = report._read_group(
            [("estate_id", "=", self.estate.id)],
            [],
            ["__count", "accept_minutes:avg", "complete_hours:avg", "stars:avg"],
        )
        self.assertEqual(count, 2)
        self.assertAlmostEqual(minutes, 10)
        self.assertAlmostEqual(hours, 3)
        self.assertAlmostEqual(stars, 4)

    def test_the_analysis_stays_in_the_own_estates(self):
        self._report()
        self._report(unit_id=self.second_unit.id)
        self.env.flush_all()
        report = self.env["shequ.ticket.report"]
        self.assertEqual(
            report.with_user(self.manager).search([]).estate_id, self.estate
        )
        self.assertEqual(
            report.with_user(self.company_manager).search([]).estate_id,
            self.estate | self.second_estate,
        )
        self.assertFalse(report.with_user(self.foreign_manager).search([]))
        with self.assertRaises(AccessError):
            report.with_user(self.worker_user).search([])
