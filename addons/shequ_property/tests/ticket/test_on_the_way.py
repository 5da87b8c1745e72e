from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .test_dispatch import DispatchCase

MORNING = datetime(2030, 5, 6, 1, 0)  # nine o'clock in Shanghai


@tagged("post_install", "-at_install")
class TestOnTheWay(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._report()
        cls.ticket._assign(cls.team, cls.worker)

    def _mine(self):
        return self.ticket.with_user(self.worker_user)

    def _said(self):
        return str(self.ticket.message_ids[:1].body)

    def test_running_late_tells_the_resident_until_when(self):
        with freeze_time(MORNING):
            self._mine().worker_late(30, "上一户还没修完")
        self.assertEqual(self.ticket.expected_at, MORNING + timedelta(minutes=30))
        self.assertIn("09:30", self._said())
        self.assertIn("上一户还没修完", self._said())
        event = self.ticket.event_ids.filtered(lambda e: e.code == "running_late")
        self.assertTrue(event.public)
        for wrong in (0, -5, "soon", 100_000, None):
            with self.assertRaisesRegex(UserError, "how many minutes"):
                self._mine().worker_late(wrong)

    def test_nobody_at_home_stops_the_clock_and_asks_for_a_time(self):
        self._mine().worker_no_one_home()
        self.assertEqual(self.ticket.hold_reason, "resident")
        self.assertEqual(self.ticket.no_home_count, 1)
        self.assertIn("paused", self.ticket.clock_ids.mapped("state"))
        with self.assertRaisesRegex(UserError, "on hold already"):
            self._mine().worker_no_one_home()
        start = self.ticket._visit_slots()[0][0]
        self.ticket._visit_propose([start], "resident", self.wang)
        self.assertFalse(self.ticket.hold_reason)
        card = self._mine().worker_jobs()["mine"][0]
        (wish,) = card["wishes"]
        self._mine().worker_confirm(wish["id"])
        self.assertEqual(self.ticket.visit_start, start)
        self.assertEqual(self._mine().worker_jobs()["mine"][0]["wishes"], [])

    def test_the_resident_takes_one_of_the_proposed_times(self):
        slots = self._mine().worker_slots()
        self._mine().worker_propose([slots[1]["start"], slots[0]["start"]])
        proposed = self.ticket.visit_ids
        self.assertEqual(proposed.mapped("proposed_by"), ["staff", "staff"])
        self.assertIn(slots[0]["label"], self._said())
        self.ticket._visit_confirm(proposed[1].id, "resident", self.wang)
        self.assertEqual(proposed.mapped("state"), ["dropped", "confirmed"])
        self.assertEqual(self.ticket.expected_at, proposed[1].start)
        with self.assertRaisesRegex(UserError, "no longer proposed"):
            self.ticket._visit_confirm(proposed[0].id, "resident", self.wang)

    def test_nobody_agrees_to_the_own_proposal_or_to_made_up_times(self):
        start = self._mine().worker_slots()[0]["start"]
        self._mine().worker_propose([start])
        with self.assertRaisesRegex(UserError, "no longer proposed"):
            self._mine().worker_confirm(self.ticket.visit_ids.id)
        for starts, words in (
            ([], "choose a time"),
            (["2001-01-01 00:00:00"], "has passed"),
            (["whenever"], "has passed"),
            ([s["start"] for s in self._mine().worker_slots()[:4]], "at most 3"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self._mine().worker_propose(starts)

    def test_handing_over_with_a_reason(self):
        (first, *_rest) = self._mine().worker_colleagues()
        self.assertEqual(first["name"], "Mate")
        with self.assertRaisesRegex(UserError, "say why"):
            self._mine().worker_hand_over(self.mate.id, "")
        self._mine().worker_hand_over(self.mate.id, "家里有急事")
        self.assertEqual(self.ticket.worker_id, self.mate)
        event = self.ticket.event_ids.filtered(lambda e: e.code == "handed_over")
        self.assertIn("家里有急事", event.note)
        self.assertFalse(event.public)
        with self.assertRaises(AccessError):
            self._mine().worker_late(10)

    def test_a_second_worker_sees_the_job(self):
        self._mine().worker_helper(self.mate.id)
        card = self.Ticket.with_user(self.mate_user).worker_jobs()["mine"][0]
        self.assertTrue(card["helper"])
        self.assertEqual(card["helpers"], ["Mate"])
        foreign = self.env["shequ.worker"].create(
            {"name": "Foreign", "company_id": self.other_company.id}
        )
        for wrong in (self.worker.id, foreign.id, 0):
            with self.assertRaisesRegex(UserError, "choose a colleague"):
                self._mine().worker_helper(wrong)

    def test_what_others_may_not_do(self):
        for user in (self.mate_user, self.other_worker_user, self.desk):
            ticket = self.ticket.with_user(user)
            for call in (
                lambda t: t.worker_late(10),
                lambda t: t.worker_no_one_home(),
                lambda t: t.worker_colleagues(),
                lambda t: t.worker_slots(),
                lambda t: t.worker_propose(["2030-01-01 00:00:00"]),
                lambda t: t.worker_confirm(1),
                lambda t: t.worker_helper(self.mate.id),
                lambda t: t.worker_hand_over(self.mate.id, "x"),
            ):
                with self.assertRaises(AccessError):
                    call(ticket)

    def test_a_form_that_is_not_saved_ranks_those_of_the_estate(self):
        """A browser asks for the list before anything is saved."""
        (self.worker | self.mate).estate_ids = self.estate
        self.other_worker.estate_ids = self.second_estate
        other = self._report()
        other.sudo().team_id = False
        form = Form(
            self.env["shequ.ticket.assign"]
            .with_user(self.dispatcher)
            .with_context(active_model="shequ.ticket", active_ids=other.ids)
        )
        names = [choice["name"] for choice in form.suggestions]
        self.assertEqual(sorted(names), ["Mate", "陈师傅"])
        form.worker_id = self.mate
        form.save().action_assign()
        self.assertEqual(other.worker_id, self.mate)

    def test_the_dispatcher_sees_everybody_ranked_with_reasons(self):
        self.mate.building_ids = self.building
        self.worker.capacity = 1
        other = self._report()
        wizard = self._wizard("shequ.ticket.assign", other, self.dispatcher)
        by_name = {choice["name"]: choice for choice in wizard.suggestions}
        self.assertEqual(wizard.suggestions[0]["name"], "Mate")
        self.assertIn("Knows the building", by_name["Mate"]["reasons"])
        self.assertEqual(by_name["陈师傅"]["wall"], "full")
        self.assertEqual(by_name["陈师傅"]["load"], [1, 1])


@tagged("post_install", "-at_install")
class TestServicesAndNeeds(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["shequ.service"].create(
            {
                "name": "水管维修",
                "company_id": cls.company.id,
                "category_id": cls.category.id,
                "price_type": "fixed",
                "price": 50,
                "promise_hours": 2,
            }
        )

    def _order(self, **values):
        return self.Ticket._order_service(
            self.service,
            {
                "unit_id": self.unit.id,
                "reporter_id": self.wang.id,
                "channel": "portal",
                **values,
            },
        )

    def test_an_order_is_a_ticket_with_its_price_and_promise(self):
        ticket = self._order(description="厨房")
        self.assertEqual(ticket.category_id, self.category)
        self.assertEqual(ticket.description, "水管维修\n厨房")
        self.assertEqual(ticket.promised_by - ticket.reported_at, timedelta(hours=2))
        clock = ticket.clock_ids.filtered(lambda c: c.target == "complete")
        self.assertEqual(clock.deadline, ticket.promised_by)
        self.assertEqual(ticket.amount_resident, 50)
        self.assertEqual(ticket.quotation_state, "accepted")
        ticket._assign(self.team, self.worker)
        ticket.action_start()  # nothing is left to agree to
        self.assertEqual(self.service.order_count, 1)
        again = self._order(external_ref="same"), self._order(external_ref="same")
        self.assertEqual(again[0], again[1])
        self.assertEqual(len(again[0].cost_line_ids), 1)

    def test_who_can_do_it_and_what_makes_no_sense(self):
        self.assertEqual(self.service.skill_ids, self.plumbing)
        self.assertEqual(self.service.worker_count, 2)
        (self.worker | self.mate).active = False
        self.service.invalidate_recordset(["worker_count"])
        self.assertEqual(self.service.worker_count, 0)
        for wrong in ({"price": 0}, {"promise_hours": 0}):
            with self.assertRaisesRegex(ValidationError, "水管维修"):
                self.service.write(wrong)
        with self.assertRaises(ValidationError):
            self.service.estate_ids = self.foreign_estate

    def test_needs_say_what_is_missing(self):
        self.service.active = False
        lift = self.env.ref("shequ_property.category_public_facility_lift")
        self._report()
        self._report(unit_id=self.next_unit.id)
        self._report(
            unit_id=None, building_id=self.building.id, category_code=lift.code
        )
        late = self._report(reporter_id=self.neighbour.id)
        late._finish("不归我们管", close_reason="not_ours")
        faint = self.env.ref("shequ_property.category_elder_care_emergency")
        self._report(category_code=faint.code)
        self._report(description="麻烦看一下", category_code=None).category_id = False
        self.env.flush_all()
        needs = self.env["shequ.need"].with_user(self.manager).search([])
        leak = needs.filtered(lambda n: n.category_id == self.category)
        self.assertEqual(
            (leak.ticket_count, leak.home_count, leak.open_count, leak.unmet_count),
            (3, 2, 2, 1),
        )
        self.assertEqual((leak.grid_id, leak.gap), (self.grid, "service"))
        self.assertEqual(needs.filtered(lambda n: n.category_id == lift).gap, "worker")
        # Nobody orders an emergency: what is missing is somebody who can help.
        help_wanted = needs.filtered(lambda n: n.category_id == faint)
        self.assertEqual(help_wanted.gap, "worker")
        self.assertFalse(needs.filtered(lambda n: not n.category_id).gap)
        self.worker.skill_ids |= faint.skill_id
        self.env.flush_all()
        help_wanted.invalidate_recordset()
        self.assertFalse(help_wanted.gap)
        # Who says no more than "home repair" can order some all the same.
        vague = self._report(category_code=self.category.parent_id.code).category_id
        self.service.active = True
        self.env.flush_all()
        self.env["shequ.need"].invalidate_model()
        again = self.env["shequ.need"].search([("category_id", "=", vague.id)])
        self.assertFalse(again.gap)
        self.assertFalse(leak.gap)
        found = self.env["shequ.ticket"].search(leak.action_open_tickets()["domain"])
        self.assertEqual(len(found), 3)

    def test_the_three_lists_of_an_estate_for_those_who_work_there(self):
        self._report()
        self.env.flush_all()
        Estate = self.env["shequ.estate"]
        lists = Estate.with_user(self.manager).three_lists()
        self.assertEqual(lists["estate"], self.estate.id)
        self.assertEqual(
            [need["category_id"] for need in lists["needs"]], [self.category.id]
        )
        self.assertIn("陈师傅", [one["name"] for one in lists["resources"]])
        (service,) = lists["services"]
        self.assertEqual((service["workers"], service["name"]), (2, "水管维修"))
        # Somebody else's estate is not shown, whatever is asked for.
        lists = Estate.with_user(self.manager).three_lists(self.foreign_estate.id)
        self.assertEqual(lists["estate"], self.estate.id)
        foreign = Estate.with_user(self.foreign_manager).three_lists()
        self.assertFalse(foreign["needs"] or foreign["resources"])
        with self.assertRaises(AccessError):
            Estate.with_user(self.wang_user).three_lists()

    def test_as_many_queries_for_a_hundred_workers_as_for_two(self):
        Estate = self.env["shequ.estate"].with_user(self.manager)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Estate.three_lists()
            return self.env.cr.sql_log_count - before

        self._report()
        queries()
        few = queries()
        self.env["shequ.worker"].create(
            [
                {
                    "name": f"W{number}",
                    "company_id": self.company.id,
                    "team_ids": self.team.ids,
                    "skill_ids": self.plumbing.ids,
                }
                for number in range(60)
            ]
        )
        for _number in range(10):
            self._report(category_code="home_repair.electric")
        queries()  # new workers let Odoo forget what it keeps in memory
        self.assertLessEqual(queries(), few + 2)

    def test_now_is_what_counts_for_the_duty(self):
        now = fields.Datetime.now()
        self.env["shequ.worker.duty"].create(
            {
                "worker_id": self.mate.id,
                "kind": "leave",
                "date_from": now + timedelta(days=1),
                "date_to": now + timedelta(days=2),
            }
        )
        self.assertEqual(self.mate.duty_state, "on")
        self.assertEqual(
            self.mate._duty_states(now + timedelta(days=1, hours=1))[self.mate.id],
            "away",
        )
