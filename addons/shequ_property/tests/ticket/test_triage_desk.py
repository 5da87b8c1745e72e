from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestTriageDesk(TicketCase):
    """What people do with what triage proposes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.skills = {skill.code: skill for skill in cls.env["shequ.skill"].search([])}
        cls.plumbers = cls._make_team("水工班", "plumbing")
        cls.gardeners = cls._make_team("绿化班", "gardening")
        cls.Correction = cls.env["shequ.triage.correction"]

    @classmethod
    def _make_team(cls, name, *codes):
        return cls.env["shequ.team"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "skill_ids": [Command.set([cls.skills[code].id for code in codes])],
            }
        )

    def say(self, words, **values):
        return self.Ticket._intake(
            {
                "unit_id": self.unit.id,
                "reporter_id": self.wang.id,
                "description": words,
                **values,
            }
        )

    def unsure(self):
        ticket = self.say("厨房里有点问题")
        ticket.write(
            {
                "triage_state": "to_sort",
                "category_id": False,
                "triage_result": {
                    "c": [["home_repair.water_leak", 0.4], ["greening", 0.2]],
                    "u": "yellow",
                },
            }
        )
        return ticket

    def say_calm(self, ticket, **values):
        """As the button does: the desk is asked why, and says so."""
        action = self.as_desk(ticket).action_triage_calm()
        wizard = self.env["shequ.ticket.calm"].with_user(self.desk)
        wizard.with_context(**action["context"]).create(values).action_confirm()

    def as_desk(self, ticket, **context):
        return ticket.with_user(self.desk).with_context(**context)

    def test_the_guesses_are_one_tap_away(self):
        ticket = self.unsure()
        seen = self.as_desk(ticket)
        self.assertIn("40%", seen.triage_guess_1)
        self.assertIn("20%", seen.triage_guess_2)
        self.assertFalse(seen.triage_guess_3)
        self.as_desk(ticket, shequ_guess=1).action_triage_pick()
        self.assertEqual(ticket.category_id.code, "home_repair.water_leak")
        self.assertEqual(ticket.team_id, self.plumbers)
        self.assertEqual(ticket.skill_id, self.skills["plumbing"])
        self.assertEqual((ticket.kind, ticket.urgency), ("repair", "orange"))
        self.assertEqual(ticket.triage_state, "done")
        self.assertIn("sorted", self._codes(ticket))
        self.assertFalse(ticket.event_ids.filtered(lambda e: e.code == "sorted").public)

    def test_duplicates_are_listed_or_said_not_to_be_there(self):
        first = self._report(description="厨房水管漏水，柜子湿了")
        alone = self.as_desk(first).action_find_duplicates()
        self.assertEqual(alone["tag"], "display_notification")
        second = self._report(description="厨房水管漏水，柜子都湿了")
        found = self.as_desk(second).action_find_duplicates()
        self.assertEqual(found["domain"], [("id", "in", first.ids)])

    def test_a_guess_that_is_not_there_is_refused(self):
        ticket = self.unsure()
        for number in (0, 3, None):
            with self.assertRaises(UserError):
                self.as_desk(ticket, shequ_guess=number).action_triage_pick()
        self.assertEqual(ticket.triage_state, "to_sort")

    def test_where_the_words_are_silent_the_frequent_ones_are_offered(self):
        for _time in range(3):
            self._report(category_code="greening")
        self._report(category_code="order.noise")
        ticket = self.say("麻烦看一下")
        seen = self.as_desk(ticket, lang="en_US")
        self.assertEqual(seen.triage_guess_1, "Greening")
        self.assertEqual(seen.triage_guess_2, "Noise")
        self.as_desk(ticket, shequ_guess=2).action_triage_pick()
        self.assertEqual(ticket.category_id.code, "order.noise")
        self.assertFalse(seen.triage_guess_1)

    def test_sorting_an_emergency_does_not_confirm_it(self):
        ticket = self.say("家里一股怪味闻着头晕想吐")
        self.assertEqual(ticket.triage_state, "to_confirm")
        self.as_desk(ticket, shequ_guess=2).action_triage_pick()
        self.assertEqual((ticket.urgency, ticket.triage_state), ("red", "to_confirm"))

    def test_a_person_confirms_the_emergency(self):
        ticket = self.say("家里一股怪味闻着头晕想吐")
        self.as_desk(ticket).action_triage_red()
        self.assertEqual((ticket.urgency, ticket.triage_state), ("red", "done"))
        self.assertIn("confirmed_red", self._codes(ticket))
        self.assertFalse(ticket.correction_ids)

    def test_a_person_says_it_is_no_emergency(self):
        ticket = self._report(
            description="厨房冒烟了", category_code="home_repair.electric"
        )
        self.assertEqual((ticket.urgency, ticket.triage_state), ("red", "to_confirm"))
        self.say_calm(ticket, why="words", note="灶上炖汤的汽")
        self.assertEqual((ticket.urgency, ticket.triage_state), ("yellow", "done"))
        lesson = ticket.correction_ids
        self.assertEqual((lesson.from_urgency, lesson.to_urgency), ("red", "yellow"))
        self.assertEqual((lesson.why, lesson.note), ("words", "灶上炖汤的汽"))
        said = ticket.event_ids.filtered(lambda e: e.code == "confirmed_calm")
        self.assertIn("灶上炖汤的汽", said.note)
        self.assertFalse(said.public)
        # The clocks of an emergency are gone with it.
        running = ticket.clock_ids.filtered(lambda clock: clock.state == "running")
        self.assertNotIn(20, running.mapped("minutes"))

    def test_no_emergency_and_what_it_is_instead(self):
        ticket = self.say("家里一股怪味闻着头晕想吐")
        odour = self.env.ref("shequ_property.category_environment_odour_sewage")
        self.say_calm(ticket, why="minor", category_id=odour.id)
        self.assertEqual((ticket.category_id, ticket.kind), (odour, "complaint"))
        self.assertEqual((ticket.urgency, ticket.triage_state), ("yellow", "done"))
        self.assertEqual(ticket.correction_ids.to_category_id, odour)
        self.assertEqual(ticket.correction_ids.why, "minor")

    def test_who_may_say_that_it_is_no_emergency(self):
        ticket = self.say("家里一股怪味闻着头晕想吐")
        ticket._assign(self.plumbers, self.worker)
        for user in (
            self.second_desk,
            self.wang_user,
            self.grid_user,
            self.worker_user,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                ticket.with_user(user).action_triage_calm()
            with self.assertRaises(AccessError, msg=user.login):
                ticket.with_user(user)._triage_calm("words")
        self.assertEqual(ticket.urgency, "red")

    def test_false_alarms_teach_by_a_persons_hand(self):
        ticket = self.say("三楼的鹦鹉又在学人喊救命，好笑得很，别当真")
        if ticket.urgency == "red":
            self.say_calm(ticket, why="words")
        lesson = self.Correction.create(
            {
                "ticket_id": ticket.id,
                "company_id": ticket.company_id.id,
                "why": "words",
            }
        )
        action = lesson.with_user(self.manager).action_teach()
        self.assertEqual(action["context"]["default_role"], "harmless")
        Word = self.env["shequ.triage.word"].with_context(**action["context"])
        for bare in ("着火了", "救命"):
            with self.assertRaises(ValidationError):
                Word.create({"word": bare})
        Word.create({"word": "鹦鹉又在学人喊救命"})
        again = self.say("三楼的鹦鹉又在学人喊救命，好笑得很，别当真")
        self.assertNotEqual(again.urgency, "red")
        self.assertEqual(self.say("三楼有人喊救命").urgency, "red")

    def test_each_correction_by_a_person_is_a_lesson(self):
        ticket = self._report()
        lessons = self.Correction.search_count([])
        greening = self.env["shequ.ticket.category"].search([("code", "=", "greening")])
        self.as_desk(ticket).write({"category_id": greening.id})
        lesson = ticket.correction_ids
        self.assertEqual(lesson.from_category_id.code, "home_repair.water_leak")
        self.assertEqual(lesson.to_category_id, greening)
        self.assertEqual(lesson.user_id, self.desk)
        self.assertEqual(lesson.description, ticket.description)
        self.assertEqual(ticket.triage_state, "done")
        self.assertEqual(ticket.team_id, self.gardeners)
        self.as_desk(ticket).write({"category_id": greening.id, "urgency": "orange"})
        ticket.sudo().write({"urgency": "yellow"})
        self.assertEqual(self.Correction.search_count([]), lessons + 1)

    def test_the_team_stays_once_somebody_was_sent(self):
        ticket = self._report()
        ticket._assign(self.plumbers, self.worker)
        greening = self.env["shequ.ticket.category"].search([("code", "=", "greening")])
        ticket.with_user(self.dispatcher).write({"category_id": greening.id})
        self.assertEqual(ticket.team_id, self.plumbers)
        self.assertEqual(ticket.skill_id, self.skills["gardening"])

    def test_who_may_not_touch_the_ticket_may_not_sort_it(self):
        ticket = self.unsure()
        for user in (self.second_desk, self.wang_user, self.grid_user):
            for action in ("action_triage_pick", "action_triage_red"):
                with self.assertRaises(AccessError, msg=user.login):
                    bound = ticket.with_user(user).with_context(shequ_guess=1)
                    getattr(bound, action)()

    def test_residents_read_nothing_of_it(self):
        ticket = self.say("厨房灯闪得厉害，晚上做饭怕摔")
        for name in ("triage_result", "triage_why", "visit_hint", "triage_state"):
            with self.assertRaises(AccessError):
                ticket.with_user(self.wang_user).read([name])
        self.env["shequ.triage.correction"].with_user(self.desk).search([])
        with self.assertRaises(AccessError):
            self.env["shequ.triage.correction"].with_user(self.wang_user).search([])

    def test_the_reasons_are_told_in_words(self):
        known = self._report(
            description="厨房灯闪", category_code="home_repair.electric"
        )
        ticket = self.say("我家厨房灯闪得厉害，晚上做饭怕摔")
        why = str(self.as_desk(ticket, lang="en_US").triage_why)
        for part in ("厨房灯", "Electricity and lights", "%", "Falls", known.name):
            self.assertIn(part, why)
        hostile = self.say("<script>alert(1)</script> 水管漏水")
        self.assertNotIn("<script>", str(self.as_desk(hostile).triage_why))

    def test_what_may_be_the_same_matter_is_named_with_the_reasons(self):
        first = self.say("厨房水槽下面的水管一直漏水，拿盆接着")
        again = self.say("水槽下面的水管还在漏水，一直没人来")
        other = self.say("厨房水槽下面的水管一直漏水", unit_id=self.next_unit.id)
        why = str(self.as_desk(again, lang="en_US").triage_why)
        self.assertIn("Perhaps the Same Matter", why)
        for part in (first.name, "same home", "% alike", "水槽下面的水管"):
            self.assertIn(part, why)
        self.assertIn(f"/odoo/demand-pool/{first.id}", why)
        self.assertNotIn(f"/odoo/demand-pool/{other.id}", why)
        self.assertNotIn(f"/odoo/demand-pool/{again.id}", why)
        first.sudo().write({"state": "closed"})
        self.env.invalidate_all()
        gone = str(self.as_desk(again, lang="en_US").triage_why)
        self.assertNotIn("Perhaps the Same Matter", gone)

    def test_unknown_codes_of_newer_rules_are_still_readable(self):
        Reason = self.env["shequ.triage.reason"]
        self.assertEqual(Reason._sentence("new_rule", "category", [], "x"), "")
        told = Reason._sentence("new_rule", "category", ["水"], "x")
        self.assertIn("水", told)
        self.assertEqual(Reason._hint("new_hint"), "")

    def test_every_hint_of_the_rules_has_a_sentence(self):
        import inspect
        import re

        from ...tools.triage.triage import Triage

        source = inspect.getsource(Triage.hints) + inspect.getsource(Triage.work_hints)
        codes = set(re.findall(r'append\("(\w+)"\)', source))
        codes |= {"mobility", "child", "pregnant", "sick"}
        self.assertGreater(len(codes), 10)
        for code in codes:
            self.assertTrue(self.env["shequ.triage.reason"]._hint(code), code)

    # --- handing on ---------------------------------------------------------------

    def test_a_matter_is_handed_on_and_the_resident_knows(self):
        ticket = self.say("我的养老金这个月没发，社保局电话打不通")
        labour = self.env.ref("shequ_property.department_labour")
        wizard = self._wizard(
            "shequ.ticket.forward", ticket, self.desk, department_id=labour.id
        )
        self.assertEqual(wizard.to, labour.with_user(self.desk).name)
        self.assertIn("12333", wizard.advice)
        wizard.action_forward()
        self.assertEqual(ticket.state, "done")
        self.assertEqual(ticket.close_reason, "not_ours")
        self.assertEqual(ticket.forward_department_id, labour)
        self.assertIn("12333", ticket.resolution)
        line = ticket.event_ids.filtered(lambda event: event.code == "forwarded")
        self.assertTrue(line.public)
        with self.assertRaises(UserError):
            ticket.with_user(self.desk)._forward(labour, "x", "y")

    def test_handing_on_may_leave_the_ticket_open(self):
        ticket = self.say("门口大路的路灯不亮")
        self._wizard(
            "shequ.ticket.forward",
            ticket,
            self.desk,
            to="街道办",
            advice="街道会联系您。",
            close=False,
        ).action_forward()
        self.assertTrue(ticket.is_open)
        self.assertEqual(ticket.forwarded_to, "街道办")
        self.assertIn("街道会联系您", str(ticket.message_ids[:1].body))
        with self.assertRaises(UserError):
            ticket.with_user(self.desk)._forward(
                self.env["shequ.department"], " ", "advice"
            )

    # --- whose age ----------------------------------------------------------------

    def test_the_year_of_birth_is_hidden_and_comes_from_the_number(self):
        self.wang.shequ_birth_year = 1950
        with self.assertRaises(AccessError):
            self.wang.with_user(self.desk).read(["shequ_birth_year"])
        ticket = self._report(category_code="home_repair.electric")
        self.assertIn("60", self.as_desk(ticket, lang="en_US").visit_hint)
        with self.assertRaises(UserError):
            self.wang.shequ_birth_year = 1750

    def test_hints_do_not_cost_a_query_for_each_ticket(self):
        tickets = self.Ticket.browse()
        for index in range(6):
            person = self.env["res.partner"].create({"name": f"住户{index}"})
            tickets += self._report(
                description=f"厨房灯闪 {index}", reporter_id=person.id
            )
        tickets.mapped("visit_hint")
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            hints = tickets.mapped("visit_hint")
        self.assertEqual(len(hints), 6)
