from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_ticket import TicketCase


class DispatchCase(TicketCase):
    """The team has the plumbing; ``worker`` and ``mate`` are plumbers on duty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plumbing = cls.env.ref("shequ_property.skill_plumbing")
        cls.category = cls.env.ref("shequ_property.category_home_repair_water_leak")
        cls.team.skill_ids = cls.plumbing
        (cls.worker | cls.mate).write({"skill_ids": [Command.set(cls.plumbing.ids)]})
        cls.estate.duty_manager_id = cls.manager

    @classmethod
    def _rule(cls, mode, **values):
        return cls.env["shequ.dispatch.rule"].create(
            {"company_id": cls.company.id, "mode": mode, **values}
        )

    def _pass(self):
        self.env["shequ.ticket"]._cron_dispatch()

    def _offer(self, ticket):
        return ticket.offer_ids.filtered(lambda offer: offer.state == "open")


@tagged("post_install", "-at_install")
class TestDispatchModes(DispatchCase):
    def test_without_a_rule_the_dispatcher_chooses(self):
        ticket = self._report()
        self._pass()
        self.assertFalse(ticket.worker_id or ticket.dispatch_state)

    def test_the_most_precise_rule_wins(self):
        Rule = self.env["shequ.dispatch.rule"]
        parent = self.category.parent_id
        self._rule("auto")
        self._rule("grab", category_id=parent.id, grab_minutes=7)
        self._rule("assign", team_id=self.team.id)

        def mode(team, category, estate=None):
            estate = estate or self.estate
            return Rule._mode(self.company.id, estate.id, team.id, category.id)

        lift = self.env.ref("shequ_property.category_public_facility_lift")
        self.assertEqual(mode(self.team, self.category), ("grab", 7))
        self.assertEqual(mode(self.team, lift)[0], "assign")
        self.assertEqual(mode(self.other_team, lift)[0], "auto")
        self._rule("assign", category_id=self.category.id)
        self.assertEqual(mode(self.team, self.category)[0], "assign")
        # One of the estate wins, however little else it says; others have their own.
        self._rule("auto", estate_id=self.estate.id)
        self.assertEqual(mode(self.team, self.category)[0], "auto")
        self.assertEqual(
            mode(self.team, self.category, self.second_estate)[0], "assign"
        )
        self._rule("grab", estate_id=self.estate.id, team_id=self.team.id)
        self.assertEqual(mode(self.team, self.category)[0], "grab")
        self.assertEqual(mode(self.other_team, self.category)[0], "auto")

    def test_rules_of_an_estate_are_its_own(self):
        Rule = self.env["shequ.dispatch.rule"]
        self._rule("auto", estate_id=self.estate.id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self._rule("grab", estate_id=self.estate.id)
        with self.assertRaises(ValidationError):
            self._rule("auto", estate_id=self.foreign_estate.id)
        ticket, other = (
            self._report(),
            self._report(estate_id=self.second_estate.id, unit_id=False),
        )
        self.assertEqual(ticket.dispatch_state, "queued")
        self.assertFalse(other.dispatch_state)
        second = self._rule("grab", estate_id=self.second_estate.id)
        seen = Rule.with_user(self.manager).search(
            [("company_id", "=", self.company.id)]
        )
        self.assertNotIn(second, seen)
        self.assertIn(second, Rule.with_user(self.company_manager).search([]))
        with self.assertRaises(AccessError):
            Rule.with_user(self.manager).create(
                {
                    "company_id": self.company.id,
                    "mode": "auto",
                    "estate_id": self.second_estate.id,
                    "category_id": self.category.id,
                }
            )

    def test_rules_are_not_read_again_for_each_ticket(self):
        self._rule("auto", estate_id=self.estate.id)
        Rule = self.env["shequ.dispatch.rule"]
        Rule._mode(self.company.id, self.estate.id, 0, self.category.id)
        with self.assertQueryCount(0):
            for _ticket in range(50):
                Rule._mode(self.company.id, self.estate.id, 0, self.category.id)

    def test_sent_by_itself_to_the_better_one_with_reasons(self):
        self._rule("auto")
        self.mate.building_ids = self.building
        ticket = self._report()
        self.assertEqual(ticket.dispatch_state, "queued")
        self._pass()
        self.assertEqual((ticket.worker_id, ticket.state), (self.mate, "assigned"))
        self.assertFalse(ticket.dispatch_state)
        self.assertIn(["building", 0], ticket.dispatch_reasons)
        self.assertEqual(self._codes(ticket), ["reported", "accepted", "assigned"])
        clocks = ticket.clock_ids.filtered(lambda c: c.target in ("accept", "dispatch"))
        self.assertEqual(set(clocks.mapped("state")), {"met"})
        self.assertIn("on the way", ticket.message_ids[:1].body)

    def test_nobody_gets_more_than_fits_and_the_rest_follows(self):
        self._rule("auto")
        (self.worker | self.mate).capacity = 2
        tickets = self._report()
        for _number in range(5):
            tickets |= self._report()
        self._pass()
        self.assertEqual(self.worker.load, 2)
        self.assertEqual(self.mate.load, 2)
        waiting = tickets.filtered(lambda t: not t.worker_id)
        self.assertEqual(len(waiting), 2)
        self.assertEqual(set(waiting.mapped("dispatch_wait")), {"full"})
        done = tickets.filtered("worker_id")[0]
        done._finish("好了", close_reason="not_solved")
        self._pass()
        self.assertEqual(len(tickets.filtered(lambda t: not t.worker_id)), 1)

    def test_who_is_on_leave_or_off_duty_is_not_sent(self):
        self._rule("auto")
        now = fields.Datetime.now()
        self.env["shequ.worker.duty"].create(
            {
                "worker_id": self.worker.id,
                "kind": "sick",
                "date_from": now - timedelta(hours=1),
                "date_to": now + timedelta(hours=1),
            }
        )
        self.assertEqual(self.worker.duty_state, "away")
        self.mate.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Never", "company_id": self.company.id, "attendance_ids": False}
        )
        self.mate.resource_calendar_id.attendance_ids.unlink()
        self.assertEqual(self.mate.duty_state, "off")
        ticket = self._report()
        self._pass()
        self.assertEqual(ticket.dispatch_wait, "off_duty")
        duty = self.env["shequ.worker.duty"].create(
            {
                "worker_id": self.mate.id,
                "kind": "shift",
                "date_from": now - timedelta(hours=1),
                "date_to": now + timedelta(hours=1),
            }
        )
        self.assertEqual(duty.display_name, "Mate · Extra Shift")
        self._pass()
        self.assertEqual(ticket.worker_id, self.mate)
        found = self.env["shequ.worker"].search([("duty_state", "=", "away")])
        self.assertIn(self.worker, found)
        self.assertNotIn(self.mate, found)

    def test_an_elder_hears_the_own_dialect(self):
        self._rule("auto")
        dialect = self.env.ref("shequ_property.dialect_shanghainese")
        self.wang.shequ_dialect_id = dialect
        self.mate.dialect_ids = dialect
        ticket = self._report()
        self._pass()
        self.assertEqual(ticket.worker_id, self.mate)

    def test_who_gives_it_back_is_not_sent_again(self):
        self._rule("auto")
        ticket = self._report()
        self._pass()
        first = ticket.worker_id
        ticket.with_user(first.user_id).worker_hand_back("没有配件")
        self.assertEqual(ticket.dispatch_state, "queued")
        self._pass()
        self.assertEqual(ticket.worker_id, (self.worker | self.mate) - first)
        second = ticket.worker_id
        ticket.with_user(second.user_id).worker_hand_back("也没有")
        self._pass()
        self.assertEqual(ticket.dispatch_wait, "refused")

    def test_intake_asks_nothing_more_without_a_rule(self):
        self._report()
        reports = [
            {
                "unit_id": self.unit.id,
                "reporter_id": self.wang.id,
                "description": "灯不亮",
                "category_code": "home_repair.electric",
            }
        ]
        self.env.flush_all()
        with (
            patch.object(type(self.env["shequ.ticket"]), "_dispatch_soon") as soon,
            self.assertQueryCount(5),
        ):
            self.Ticket._intake(reports * 20)
        soon.assert_not_called()

    def test_rules_and_figures_that_make_no_sense_are_refused(self):
        with self.assertRaises(ValidationError):
            self._rule(
                "auto", team_id=self.other_team.id, company_id=self.other_company.id
            )
        with self.assertRaises(ValidationError):
            self.worker.capacity = 1000
        now = fields.Datetime.now()
        with self.assertRaisesRegex(ValidationError, "陈师傅"):
            self.env["shequ.worker.duty"].create(
                {
                    "worker_id": self.worker.id,
                    "kind": "leave",
                    "date_from": now,
                    "date_to": now,
                }
            )
        self.env["ir.config_parameter"].set_param("shequ.dispatch.weights", "speed=3")
        with self.assertRaisesRegex(ValidationError, "speed=3"):
            self.Ticket._dispatch_weights()

    def test_tags_and_levels_are_one_list(self):
        electrical = self.env.ref("shequ_property.skill_electrical")
        self.assertEqual(self.worker.skill_line_ids.mapped("level"), ["2"])
        self.worker.skill_line_ids.level = "3"
        self.worker.skill_ids = self.plumbing | electrical
        self.assertEqual(
            {line.skill_id: line.level for line in self.worker.skill_line_ids},
            {self.plumbing: "3", electrical: "2"},
        )
        self.worker.skill_line_ids.filtered(
            lambda line: line.skill_id == electrical
        ).unlink()
        self.assertEqual(self.worker.skill_ids, self.plumbing)


@tagged("post_install", "-at_install")
class TestOffers(DispatchCase):
    def test_offered_to_all_who_could_go_and_the_first_gets_it(self):
        self._rule("grab")
        ticket = self._report()
        self._pass()
        offer = self._offer(ticket)
        self.assertEqual(ticket.dispatch_state, "offered")
        self.assertEqual(offer.line_ids.worker_id, self.worker | self.mate)
        jobs = self.Ticket.with_user(self.mate_user).worker_jobs()
        (card,) = jobs["offers"]
        self.assertEqual(card["id"], ticket.id)
        self.assertNotIn("王小明", str(card))
        self.assertNotIn("13812345678", str(card))
        self.assertNotIn(ticket.id, [job["id"] for job in jobs["team"]])
        offer.with_user(self.mate_user).action_take()
        self.assertEqual(ticket.worker_id, self.mate)
        self.assertEqual((offer.state, offer.taken_by_id), ("taken", self.mate))
        with self.assertRaisesRegex(UserError, "Mate was quicker"):
            offer.with_user(self.worker_user).action_take()
        offer.with_user(self.mate_user).action_take()  # a phone that sends it twice
        self.assertFalse(
            self.Ticket.with_user(self.worker_user).worker_jobs()["offers"]
        )
        with self.assertRaisesRegex(UserError, "not offered to you"):
            offer.with_user(self.other_worker_user).action_take()

    def test_full_hands_cannot_grab(self):
        self._rule("grab")
        ticket = self._report()
        self._pass()
        self.worker.capacity = 0
        with self.assertRaisesRegex(UserError, "0 of 0"):
            self._offer(ticket).with_user(self.worker_user).action_take()
        self.assertFalse(ticket.worker_id)

    def test_no_taker_in_time_and_the_best_is_sent(self):
        self._rule("grab", grab_minutes=3)
        self.mate.building_ids = self.building
        ticket = self._report()
        self._pass()
        offer = self._offer(ticket)
        with freeze_time(datetime.now() + timedelta(minutes=2)):
            self._pass()
        self.assertEqual(offer.state, "open")
        with freeze_time(datetime.now() + timedelta(minutes=4)):
            self._pass()
        self.assertEqual((offer.state, ticket.worker_id), ("expired", self.mate))

    def test_who_refuses_says_why_and_when_all_have_nobody_waits(self):
        self._rule("grab")
        ticket = self._report()
        self._pass()
        offer = self._offer(ticket)
        with self.assertRaisesRegex(UserError, "say why"):
            offer.with_user(self.worker_user).action_refuse(" ")
        offer.with_user(self.worker_user).action_refuse("在抢修另一处")
        self.assertEqual(offer.line_ids[0].refuse_reason, "在抢修另一处")
        self.assertFalse(
            self.Ticket.with_user(self.worker_user).worker_jobs()["offers"]
        )
        offer.with_user(self.mate_user).action_refuse("路上堵车")
        self._pass()
        self.assertEqual(offer.state, "expired")
        self.assertEqual(ticket.dispatch_wait, "refused")

    def test_the_dispatcher_may_step_in(self):
        self._rule("grab")
        ticket = self._report()
        self._pass()
        offer = self._offer(ticket)
        ticket.with_user(self.dispatcher)._assign(self.other_team, self.other_worker)
        self.assertEqual(offer.state, "withdrawn")
        with self.assertRaisesRegex(UserError, "Gardener was quicker"):
            offer.with_user(self.worker_user).action_take()

    def test_a_cancelled_job_is_no_longer_on_offer(self):
        self._rule("grab")
        ticket = self._report()
        self._pass()
        offer = self._offer(ticket)
        ticket._cancel(self.wang)
        self.assertEqual((offer.state, ticket.dispatch_state), ("withdrawn", False))
        with self.assertRaisesRegex(UserError, "no longer on offer"):
            offer.with_user(self.worker_user).action_take()

    def test_a_storm_does_not_bury_anybody_in_offers(self):
        self._rule("grab")
        self.env["ir.config_parameter"].set_param("shequ.dispatch.offers_at_once", 2)
        for _number in range(5):
            self._report()
        self._pass()
        jobs = self.Ticket.with_user(self.worker_user).worker_jobs()
        self.assertEqual(len(jobs["offers"]), 2)


@tagged("post_install", "-at_install")
class TestRinging(DispatchCase):
    def _red(self, **values):
        return self._report(category_code="safety.flood", **values)

    def test_red_rings_at_once_and_again_until_somebody_accepts(self):
        ticket = self._red()
        offer = self._offer(ticket)
        self.assertEqual((offer.kind, offer.ring_count), ("ring", 1))
        self.assertEqual(ticket.dispatch_state, "ringing")
        self.assertEqual(offer.line_ids.worker_id, self.worker | self.mate)
        self.assertEqual(ticket.activity_ids.user_id, self.manager)
        told = (
            self.env["mail.message"]
            .search([("model", "=", "shequ.ticket"), ("res_id", "=", ticket.id)])
            .notified_partner_ids
        )
        self.assertIn(self.manager.partner_id, told)
        self.assertIn(self.worker_user.partner_id, told)
        with freeze_time(datetime.now() + timedelta(minutes=2)):
            self._pass()
        self.assertEqual(offer.ring_count, 2)
        offer.with_user(self.mate_user).action_take()
        self.assertEqual(ticket.worker_id, self.mate)
        self.assertFalse(ticket.activity_ids or ticket.dispatch_state)
        with freeze_time(datetime.now() + timedelta(minutes=9)):
            self._pass()
        self.assertEqual(offer.ring_count, 2)

    def test_text_messages_go_to_workers_and_the_manager(self):
        self.worker.phone = "13900001111"
        self.manager.partner_id.phone = "13900002222"
        ticket = self._red()
        sent = self.env["sms.sms"].search([("body", "ilike", ticket.name)])
        self.assertEqual(
            sorted(number[-4:] for number in sent.mapped("number")), ["1111", "2222"]
        )

    def test_nobody_there_then_the_manager_alone_hears(self):
        (self.worker | self.mate).active = False
        ticket = self._red()
        self.assertFalse(self._offer(ticket).line_ids)
        self.assertEqual(ticket.activity_ids.user_id, self.manager)

    def test_the_desk_stops_a_bell_that_rang_for_nothing(self):
        ticket = self._report(urgency="red")
        offer = self._offer(ticket)
        self.assertEqual(ticket.dispatch_state, "ringing")
        rung = ticket._ring_partners()
        self.assertIn(self.worker_user.partner_id, rung)
        self.assertIn(self.manager.partner_id, rung)
        wizard = (
            self.env["shequ.ticket.calm"]
            .with_user(self.dispatcher)
            .create({"ticket_ids": ticket.ids, "why": "drill", "note": "消防演练"})
        )
        wizard.action_confirm()
        self.assertEqual((offer.state, ticket.dispatch_state), ("withdrawn", False))
        self.assertEqual(ticket.urgency, "orange")
        self.assertFalse(ticket.activity_ids)
        self.assertEqual(ticket.correction_ids.why, "drill")
        told = self.env["mail.message"].search(
            [("model", "=", ticket._name), ("res_id", "=", ticket.id)]
        )
        # Once when it rang, and once when it was called off.
        twice = told.filtered(lambda message: rung <= message.notified_partner_ids)
        self.assertEqual(len(twice), 2)
        running = ticket.clock_ids.filtered(lambda clock: clock.state == "running")
        self.assertNotIn(20, running.mapped("minutes"))
        with freeze_time(fields.Datetime.now() + timedelta(minutes=5)):
            self._pass()
        self.assertEqual(offer.ring_count, 1)

    def test_what_becomes_red_rings_too_and_a_false_alarm_is_quiet(self):
        ticket = self._report()
        ticket.with_user(self.desk).urgency = "red"
        self.assertEqual(ticket.dispatch_state, "ringing")
        ticket.with_user(self.desk).urgency = "yellow"
        self.assertFalse(ticket.dispatch_state or self._offer(ticket))
        self.assertFalse(ticket.activity_ids)

    def test_red_is_taken_with_full_hands(self):
        self.worker.capacity = 0
        ticket = self._red()
        self._offer(ticket).with_user(self.worker_user).action_take()
        self.assertEqual(ticket.worker_id, self.worker)

    def test_it_can_be_switched_off(self):
        self.env["ir.config_parameter"].set_param("shequ.dispatch.ring_red", "0")
        ticket = self._red()
        self.assertFalse(ticket.dispatch_state or ticket.offer_ids)


@tagged("post_install", "-at_install")
class TestDispatchRights(DispatchCase):
    def test_others_neither_read_offers_nor_write_rules(self):
        self._rule("grab")
        ticket = self._report()
        self._pass()
        offer = self._offer(ticket)
        Offer = self.env["shequ.dispatch.offer"]
        for user, seen in (
            (self.dispatcher, True),
            (self.company_manager, True),
            (self.worker_user, True),
            (self.other_worker_user, False),
            (self.second_desk, False),
            (self.foreign_manager, False),
        ):
            found = Offer.with_user(user).search([("id", "=", offer.id)])
            self.assertEqual(bool(found), seen, user.login)
        with self.assertRaises(AccessError):
            Offer.with_user(self.wang_user).search([])
        for user in (self.dispatcher, self.worker_user):
            with self.assertRaises(AccessError):
                self.env["shequ.dispatch.rule"].with_user(user).create(
                    {"company_id": self.company.id, "mode": "auto"}
                )
        with self.assertRaises(AccessError):
            offer.with_user(self.worker_user).write({"state": "taken"})
        with self.assertRaises(UserError):
            ticket.with_user(self.dispatcher).write({"dispatch_state": False})

    def test_sick_notes_are_not_for_everybody(self):
        now = fields.Datetime.now()
        duty = self.env["shequ.worker.duty"].create(
            {
                "worker_id": self.worker.id,
                "kind": "sick",
                "date_from": now,
                "date_to": now + timedelta(days=1),
            }
        )
        Duty = self.env["shequ.worker.duty"]
        self.assertIn(duty, Duty.with_user(self.dispatcher).search([]))
        self.assertIn(duty, Duty.with_user(self.worker_user).search([]))
        self.assertNotIn(duty, Duty.with_user(self.mate_user).search([]))
        self.assertNotIn(duty, Duty.with_user(self.foreign_manager).search([]))
        with self.assertRaises(AccessError):
            Duty.with_user(self.desk).search([])
