from datetime import datetime, timedelta
from threading import Thread

from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo import api
from odoo.exceptions import AccessError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common_sla import MORNING, SlaCase, at

LOGGER = "odoo.addons.shequ_property.models.ticket.sla_automation"


@tagged("post_install", "-at_install")
class TestSlaSweep(SlaCase):
    def _inbox(self, user, ticket=None):
        """Return the subjects in a user's inbox, oldest first."""
        notifications = self.env["mail.notification"].search(
            [
                ("res_partner_id", "=", user.partner_id.id),
                ("notification_type", "=", "inbox"),
            ]
        )
        messages = notifications.mail_message_id.sorted("id")
        if ticket:
            messages = messages.filtered(lambda m: m.res_id == ticket.id)
        return messages.mapped("subject")

    def test_levels_are_raised_in_order_and_each_once(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            ticket = self._ticket()
        clock = self._clock(ticket, "dispatch")
        for minutes, level in ((47, 0), (48, 1), (59, 1), (60, 2), (90, 3), (120, 4)):
            with at(MORNING + timedelta(minutes=minutes)):
                self._sweep()
                self._sweep()
            self.assertEqual(clock.level, level, minutes)
        breaches = ticket.breach_ids.sorted("due_at")
        self.assertEqual(breaches.mapped("level"), ["1", "2", "3", "4"])
        self.assertEqual(
            breaches.mapped("due_at"),
            [MORNING + timedelta(minutes=m) for m in (48, 60, 90, 120)],
        )
        self.assertFalse(any(breaches.mapped("silent")))
        self.assertFalse(clock.next_event_at)
        self.assertTrue(ticket.is_late)
        self.assertEqual(ticket.missed_clock_count, 1)

    def test_nothing_due_changes_nothing(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            self._ticket()
            self.assertEqual(self._sweep(), 0)

    def _late_words(self, lang):
        """Return what the supervisor reads after 24 hours without dispatch."""
        self._policy({"dispatch": 1440})
        self.supervisor.lang = lang
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 11, 0, 0):
            self._sweep()
        (words,) = self._inbox(self.supervisor, ticket)
        activity = ticket.activity_ids
        self.assertEqual(activity.user_id, self.supervisor)
        self.assertEqual(activity.summary, words)
        self.assertFalse(self._inbox(self.manager, ticket))
        return words

    def test_supervisor_is_told_in_so_many_words(self):
        place = self.unit.short_address
        self.assertIn("302", place)
        self.assertEqual(
            self._late_words("en_US"),
            f"{place} Leak Repair: over 24 hours without dispatch",
        )

    def test_supervisor_reads_the_words_of_the_jiao_community(self):
        if not self.env["res.lang"]._get_data(code="zh_CN"):
            self.skipTest("Chinese is not installed")
        self.assertIn("302室漏水报修已超24小时未派单", self._late_words("zh_CN"))

    def test_who_is_told_at_each_level(self):
        self._policy({"complete": 100})
        with at(MORNING):
            ticket = self._ticket()
            ticket.with_user(self.dispatcher)._assign(worker=self.worker)
        told = {}
        for minutes in (80, 100, 150, 200):
            with at(MORNING + timedelta(minutes=minutes)):
                before = self.env["mail.notification"].search(
                    [], limit=1, order="id desc"
                )
                self._sweep()
            told[minutes] = (
                self.env["mail.notification"]
                .search(
                    [("id", ">", before.id), ("mail_message_id.res_id", "=", ticket.id)]
                )
                .res_partner_id
            )
        self.assertEqual(told[80], self.worker_user.partner_id)
        self.assertEqual(told[100], self.supervisor.partner_id)
        self.assertEqual(told[150], self.manager.partner_id)
        self.assertIn(self.director.partner_id, told[200])
        self.assertNotIn(self.manager.partner_id, told[200])

    def test_no_mail_is_sent(self):
        self._policy({"dispatch": 60})
        self.supervisor.notification_type = "email"
        with at(MORNING):
            ticket = self._ticket()
        mails = self.env["mail.mail"].search_count([])
        with at(3, 10, 1, 0):
            self._sweep()
        self.assertEqual(len(self._inbox(self.supervisor, ticket)), 1)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_without_supervisor_the_next_one_up_is_told(self):
        self._policy({"dispatch": 60})
        self.estate.supervisor_id = False
        with at(MORNING):
            first = self._ticket()
        with at(3, 10, 1, 0):
            self._sweep()
        self.assertEqual(len(self._inbox(self.manager, first)), 1)
        self.estate.manager_id = False
        with at(MORNING):
            second = self._ticket()
        with at(3, 10, 1, 0):
            self._sweep()
        self.assertEqual(len(self._inbox(self.director, second)), 1)

    def test_with_nobody_to_tell_the_breach_is_recorded(self):
        self._policy({"dispatch": 60})
        (self.supervisor | self.manager | self.director).active = False
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 1, 0):
            self._sweep()
        self.assertEqual(len(ticket.breach_ids), 2)

    def test_missed_minutes_are_caught_up_in_order_and_only_the_highest_calls(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 12, 0, 0):  # the server was down for two days
            self._sweep()
        breaches = ticket.breach_ids.sorted("id")
        self.assertEqual(breaches.mapped("level"), ["1", "2", "3", "4"])
        self.assertEqual(breaches.mapped("silent"), [True, True, True, False])
        self.assertEqual(breaches.mapped("due_at"), sorted(breaches.mapped("due_at")))
        self.assertEqual(breaches.mapped("raised_at"), [datetime(2026, 3, 12)] * 4)
        self.assertFalse(self._inbox(self.supervisor, ticket))
        self.assertEqual(len(self._inbox(self.director, ticket)), 1)
        points = self.env["shequ.performance.point"].search(
            [("ticket_id", "=", ticket.id)]
        )
        self.assertEqual(sum(points.mapped("points")), 4, "what was late still counts")

    def test_many_at_once_make_one_list_and_no_flood(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            tickets = self.env["shequ.ticket"]
            for n in range(12):
                tickets |= self._ticket(description=f"Leak number {n}")
        with at(3, 10, 1, 0):
            self._sweep()
        subjects = self._inbox(self.supervisor)
        self.assertEqual(len(subjects), 1)
        self.assertIn("12", subjects[0])
        self.assertFalse(tickets.activity_ids)
        self.assertEqual(len(tickets.breach_ids), 24)

    def test_sweep_works_through_more_than_one_batch(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            tickets = self.env["shequ.ticket"]
            for n in range(5):
                tickets |= self._ticket(description=f"Leak {n}")
        with at(3, 10, 0, 50):
            self.assertEqual(self._sweep(batch=2), 5)
        self.assertEqual(tickets.breach_ids.mapped("level"), ["1"] * 5)

    def test_cron_sweeps(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            ticket = self._ticket()
        with self.enter_registry_test_mode():
            self.env.ref("shequ_property.cron_sla_sweep").method_direct_trigger()
        self.assertTrue(ticket.is_late)
        self.assertTrue(ticket.breach_ids)

    def test_what_was_late_between_two_sweeps_is_on_record(self):
        """The server was down; the work was done before it looked again."""
        self._policy({"dispatch": 60})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 1, 45):
            ticket._stop_clocks(["dispatch"])
        breaches = ticket.breach_ids.sorted("due_at")
        self.assertEqual(breaches.mapped("level"), ["1", "2", "3"])
        self.assertTrue(all(breaches.mapped("silent")), "nobody is called for it")
        self.assertFalse(self._inbox(self.manager, ticket))

    def test_a_level_cannot_be_recorded_twice(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            ticket = self._ticket()
        clock = self._clock(ticket, "dispatch")
        (values,) = clock._breach_values(0, 1)
        self.Breach.create(values)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            self.Breach.create(values)

    def test_to_do_goes_away_when_the_work_is_done(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 1, 0):
            self._sweep()
        self.assertTrue(ticket.activity_ids)
        with at(3, 10, 1, 5):
            ticket._stop_clocks(["dispatch"])
        self.assertFalse(ticket.activity_ids)
        self.assertFalse(ticket.is_late)
        self.assertEqual(ticket.missed_clock_count, 1)

    def test_extensions_may_do_more(self):
        self._policy({"dispatch": 60})
        calls = []

        def _escalate(ticket, clock, level):
            calls.append((ticket, clock.target, level))

        self.patch(type(self.env["shequ.ticket"]), "_escalate", _escalate)
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 2, 0):
            self._sweep()
        self.assertEqual(calls, [(ticket, "dispatch", 4)])

    def test_sweep_uses_the_index_of_what_is_due(self):
        self._policy({"dispatch": 60})
        self.env["shequ.ticket"]._intake(
            [{"unit_id": self.unit.id, "description": f"Leak {n}"} for n in range(300)]
        )
        self.env.flush_all()
        self.env.cr.execute("ANALYZE shequ_sla_clock")
        self.env.cr.execute(
            """
            EXPLAIN SELECT c.id FROM shequ_sla_clock c
              JOIN shequ_ticket t ON t.id = c.ticket_id
             WHERE c.state = 'running' AND c.next_event_at <= '2026-01-01'
             ORDER BY c.next_event_at LIMIT 1000
               FOR NO KEY UPDATE OF c, t SKIP LOCKED
            """
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("shequ_sla_clock_due_idx", plan)

    # --- points ------------------------------------------------------------------

    def _points(self, ticket):
        return self.env["shequ.performance.point"].search(
            [("ticket_id", "=", ticket.id)]
        )

    def test_points_against_the_front_desk_when_nobody_was_sent(self):
        self._policy({"complete": 60})
        with at(MORNING):
            ticket = self._ticket()
            ticket.with_user(self.dispatcher).action_accept()
        with at(3, 10, 1, 0):
            self._sweep()
        point = self._points(ticket)
        self.assertEqual((point.party, point.user_id), ("front_desk", self.dispatcher))
        self.assertEqual((point.points, point.target), (1, "complete"))

    def test_points_against_the_team_when_no_worker_was_named(self):
        self._policy({"complete": 60})
        with at(MORNING):
            ticket = self._ticket()
            ticket.with_user(self.dispatcher)._assign(team=self.team)
        with at(3, 10, 1, 0):
            self._sweep()
        point = self._points(ticket)
        self.assertEqual((point.party, point.team_id), ("team", self.team))

    def test_points_against_the_worker_who_was_sent(self):
        self._policy({"complete": 60, "call_back": 50})
        with at(MORNING):
            ticket = self._ticket()
            ticket.with_user(self.dispatcher)._assign(worker=self.worker)
        with at(3, 10, 1, 0):
            self._sweep()
        by_target = {p.target: p for p in self._points(ticket)}
        self.assertEqual(by_target["complete"].worker_id, self.worker)
        self.assertEqual(by_target["complete"].user_id, self.worker_user)
        self.assertEqual(by_target["call_back"].party, "front_desk")

    # --- rules that managers edit ----------------------------------------------------

    def test_manager_switches_a_rule_off(self):
        self._policy({"dispatch": 60})
        rule = self.env.ref("shequ_property.automation_sla_tell_late")
        rule.with_user(self.director).active = False
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 1, 0):
            self._sweep()
        self.assertFalse(self._inbox(self.supervisor, ticket))
        self.assertTrue(self._points(ticket))

    def test_manager_tells_somebody_else_and_counts_more_points(self):
        self._policy({"dispatch": 60})
        rule = self.env.ref("shequ_property.automation_sla_tell_late")
        action = rule.action_server_ids
        rule.with_user(self.director).write(
            {"action_server_ids": [(1, action.id, {"shequ_audience": "manager"})]}
        )
        points = self.env.ref("shequ_property.performance_rule_late_100")
        points.with_user(self.director).score = -7
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 1, 0):
            self._sweep()
        self.assertEqual(len(self._inbox(self.manager, ticket)), 1)
        self.assertFalse(self._inbox(self.supervisor, ticket))
        self.assertEqual(self._points(ticket).points, 7)

    def test_a_rule_that_fails_does_not_silence_the_others(self):
        self._policy({"dispatch": 60})
        broken = self.env["base.automation"].create(
            {
                "name": "Broken",
                "model_id": self.env["ir.model"]._get_id("shequ.sla.breach"),
                "trigger": "on_create",
                "action_server_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Broken",
                            "model_id": self.env["ir.model"]._get_id(
                                "shequ.sla.breach"
                            ),
                            "state": "code",
                            "code": "record.ticket_id.no_such_thing()",
                        },
                    )
                ],
            }
        )
        with at(MORNING):
            tickets = self._ticket() | self._ticket()
        with at(3, 10, 1, 0), self.assertLogs(LOGGER, "ERROR") as logs:
            self._sweep()
        self.assertIn("Broken", logs.output[0])
        self.assertTrue(all(self._inbox(self.supervisor, t) for t in tickets))
        self.assertTrue(all(self._points(t) for t in tickets))
        told = broken.message_ids.filtered(lambda m: "no_such_thing" in m.body)
        self.assertEqual(len(told), 1)
        self.assertIn(self.env.ref("base.user_admin").partner_id, told.partner_ids)

    def test_manager_narrows_a_rule(self):
        self._policy({"dispatch": 60, "accept": 60})
        rule = self.env.ref("shequ_property.automation_sla_tell_late")
        rule.with_user(
            self.director
        ).filter_domain = "[('level', '=', '2'), ('target', '=', 'accept')]"
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 1, 0):
            self._sweep()
        self.assertEqual(len(self._inbox(self.supervisor, ticket)), 1)

    def test_manager_cannot_reach_further_than_these_rules(self):
        rule = self.env.ref("shequ_property.automation_sla_tell_late")
        action = rule.action_server_ids
        partner_model = self.env["ir.model"]._get_id("res.partner")
        foreign = self.env["ir.actions.server"].create(
            {
                "name": "Other",
                "model_id": partner_model,
                "state": "code",
                "code": "pass",
            }
        )
        director = self.director
        attempts = (
            (rule, {"model_id": partner_model}),
            (rule, {"trigger": "on_webhook", "record_getter": "env.user"}),
            (rule, {"action_server_ids": [(0, 0, {"name": "x", "state": "code"})]}),
            (rule, {"action_server_ids": [(6, 0, foreign.ids)]}),
            (rule, {"action_server_ids": [(1, foreign.id, {"name": "x"})]}),
            (action, {"state": "code"}),
            (action, {"state": "object_write", "update_path": "ticket_id"}),
            (action, {"group_ids": [(5, 0, 0)]}),
            (foreign, {"name": "x"}),
        )
        for record, vals in attempts:
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                record.with_user(director).write(vals)
        for model in ("base.automation", "ir.actions.server"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(director).create(
                    {"name": "x", "model_id": action.model_id.id}
                )
        for user in (self.manager, self.dispatcher, self.worker_user):
            with self.assertRaises(AccessError):
                rule.with_user(user).write({"active": False})

    # --- who sees what ---------------------------------------------------------------

    def test_breaches_and_points_stay_in_the_estate(self):
        self._policy({"dispatch": 60})
        with at(MORNING):
            ticket = self._ticket()
        with at(3, 10, 1, 0):
            self._sweep()
        other = self.estate.copy({"code": "CLKX", "name": "Elsewhere"})
        stranger = self._staff("clock_stranger", "group_estate_manager")
        stranger.shequ_estate_ids = other
        for model in ("shequ.sla.clock", "shequ.sla.breach", "shequ.performance.point"):
            seen = self.env[model].with_user(self.manager).search([])
            self.assertEqual(seen.ticket_id, ticket, model)
            self.assertFalse(self.env[model].with_user(stranger).search([]), model)
        self.assertFalse(
            self.env["shequ.performance.point"].with_user(self.worker_user).search([])
        )


@tagged("post_install", "-at_install")
class TestSlaTwoSweeps(BaseCase):
    """Two servers sweep at the same time, with transactions that really commit."""

    TICKETS = 60

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            self.estate_id = (
                env["shequ.estate"]
                .create({"name": "Two Servers", "code": "TWOSERVERS"})
                .id
            )
            tickets = env["shequ.ticket"]._intake(
                [
                    {
                        "estate_id": self.estate_id,
                        "description": f"Leak {n}",
                        "kind": "repair",
                        "reported_at": MORNING,
                    }
                    for n in range(self.TICKETS)
                ]
            )
            self.ticket_ids = tickets.ids
        self.addCleanup(self._clean)

    def _clean(self):
        ids = tuple(self.ticket_ids)
        with self.registry.cursor() as cr:
            for query in (
                "DELETE FROM shequ_performance_point WHERE ticket_id IN %s",
                "DELETE FROM shequ_sla_breach WHERE ticket_id IN %s",
                "DELETE FROM shequ_sla_clock WHERE ticket_id IN %s",
                "DELETE FROM shequ_ticket_event WHERE ticket_id IN %s",
                "DELETE FROM mail_activity WHERE res_model = 'shequ.ticket' "
                "AND res_id IN %s",
                "DELETE FROM mail_message WHERE model = 'shequ.ticket' "
                "AND res_id IN %s",
                "DELETE FROM shequ_ticket WHERE id IN %s",
            ):
                cr.execute(query, [ids])
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            cr.execute(
                "DELETE FROM mail_message WHERE model = 'shequ.estate' AND res_id = %s",
                [self.estate_id],
            )
            env["shequ.estate"].browse(self.estate_id).unlink()

    def test_two_sweeps_at_once_raise_each_level_once(self):
        """Two threads with a connection each sweep until nothing is left."""
        found, errors = [], []
        # Opened here: a new environment waits for the registry, which the test holds.
        cursors = [self.registry.cursor() for _server in range(2)]
        for cr in cursors:
            self.addCleanup(cr.close)
        servers = [api.Environment(cr, api.SUPERUSER_ID, {}) for cr in cursors]

        def sweep(env):
            for _attempt in range(60):
                try:
                    found.append(len(self._batch(env)))
                    env.cr.commit()
                except SerializationFailure:
                    # The other one was faster; a server simply looks again.
                    env.cr.rollback()
                except Exception as error:
                    errors.append(error)
                    env.cr.rollback()
                    return

        threads = [Thread(target=sweep, args=[env], daemon=True) for env in servers]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
        self.assertFalse(errors)
        self.assertGreater(len([count for count in found if count]), 4)
        env = servers[0]
        env.cr.rollback()
        counted = env["shequ.sla.breach"]._read_group(
            [("ticket_id", "in", self.ticket_ids)],
            ["clock_id", "level"],
            ["__count"],
        )
        clocks = env["shequ.sla.clock"].search(
            [("ticket_id", "in", self.ticket_ids), ("state", "=", "running")]
        )
        self.assertGreaterEqual(len(clocks), self.TICKETS * 4)
        self.assertEqual(set(clocks.mapped("level")), {4})
        self.assertEqual({count for _clock, _level, count in counted}, {1})
        self.assertEqual(len(counted), len(clocks) * 4, "none lost, none doubled")

    def _batch(self, env):
        due = env["shequ.sla.clock"]._sweep_due(MORNING + timedelta(days=60), 20)
        # Recording alone: whom it calls is tested elsewhere.
        vals_list = []
        for clock_id, _ticket, old, new in due:
            clock = env["shequ.sla.clock"].browse(clock_id)
            vals_list += clock._breach_values(old, new, silent=True)
        env["shequ.sla.breach"].create(vals_list)
        env.flush_all()
        return due

    def test_row_that_somebody_changes_is_skipped_and_found_later(self):
        now = datetime(2026, 6, 1)
        ticket_id = self.ticket_ids[0]
        with self.registry.cursor() as busy:
            busy.execute(
                "UPDATE shequ_ticket SET me_too_count = 1 WHERE id = %s", [ticket_id]
            )
            with self.registry.cursor() as cr:
                env = api.Environment(cr, api.SUPERUSER_ID, {})
                due = env["shequ.sla.clock"]._sweep_due(now, 100000)
                touched = {row[1] for row in due}
                self.assertNotIn(ticket_id, touched)
                self.assertIn(self.ticket_ids[1], touched)
                cr.rollback()
            busy.rollback()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            due = env["shequ.sla.clock"]._sweep_due(now, 100000)
            self.assertIn(ticket_id, {row[1] for row in due})
            cr.rollback()
