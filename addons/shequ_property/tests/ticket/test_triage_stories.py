from odoo.fields import Command
from odoo.tests import tagged

from .common_ticket import TicketCase

# team → skills; one team for each desk the stories name
TEAMS = {
    "水电班": ["plumbing", "electrical"],
    "维修班组": ["carpentry", "masonry", "waterproofing", "appliance", "heating"],
    "社区公益岗": ["welfare"],
    "客服前台": ["front_desk"],
    "政务帮办": ["gov_service", "gov"],
    "银龄关爱": ["care"],
    "秩序班": ["security"],
    "电梯班": ["lift"],
}


# Minutes of every clock of a report, as the shipped promises say.
REPAIR = {
    "accept": 30,
    "on_site": 30,
    "call_back": 30,
    "dispatch": 1440,
    "complete": 4320,
}
WISH = {"accept": 480, "dispatch": 1440, "call_back": 1440, "complete": 21600}
CARE = {"accept": 480, "dispatch": 1440, "call_back": 1440, "complete": 10080}
EMERGENCY = {
    "accept": 5,
    "dispatch": 10,
    "on_site": 15,
    "call_back": 30,
    "complete": 120,
}


@tagged("post_install", "-at_install")
class TestTriageStories(TicketCase):
    """The sentences the product was asked for: words in, the right job out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        skills = {skill.code: skill for skill in cls.env["shequ.skill"].search([])}
        cls.env["shequ.team"].create(
            [
                {
                    "name": name,
                    "company_id": cls.company.id,
                    "skill_ids": [Command.set([skills[code].id for code in codes])],
                }
                for name, codes in TEAMS.items()
            ]
        )
        # The electricians of this estate go before those of the whole company.
        cls.own_electricians = cls.env["shequ.team"].create(
            {
                "name": "雅苑水电",
                "company_id": cls.company.id,
                "sequence": 99,
                "skill_ids": [Command.set(skills["electrical"].ids)],
                "estate_ids": [Command.set(cls.estate.ids)],
            }
        )

    def say(self, words, **values):
        report = {
            "unit_id": self.unit.id,
            "reporter_id": self.wang.id,
            "channel": "portal",
            "description": words,
            **values,
        }
        return self.Ticket._intake(report)

    def check(self, ticket, category, urgency, team, kind, clocks=REPAIR, state="sure"):
        self.assertEqual(ticket.category_id.code, category)
        self.assertEqual(ticket.urgency, urgency)
        self.assertEqual(ticket.team_id.name, team)
        self.assertEqual(ticket.triage_state, state)
        self.assertEqual(ticket.skill_id, ticket.category_id.skill_id)
        self.assertEqual(ticket.kind, kind)
        self.assertTrue(ticket.triage_result["r"])
        self.assertEqual(self.minutes(ticket), clocks)
        self.assertEqual(set(ticket.clock_ids.mapped("state")), {"running"})
        return ticket

    def hints(self, ticket):
        return ticket.with_context(lang="en_US").visit_hint or ""

    def minutes(self, ticket):
        return {clock.target: clock.minutes for clock in ticket.clock_ids}

    def test_the_lamp_of_an_elder(self):
        self.wang.shequ_birth_year = 1950
        ticket = self.say("我家厨房灯闪得厉害，晚上做饭怕摔")
        self.check(ticket, "home_repair.electric", "yellow", "雅苑水电", "repair")
        self.assertIn("fall", ticket.triage_result["f"])
        self.assertIn("60 or older: come in the morning", self.hints(ticket))
        self.assertIn("Danger of falling", self.hints(ticket))

    def test_the_lamp_of_somebody_young(self):
        self.wang.shequ_birth_year = 1999
        self.assertNotIn(
            "60 or older", self.hints(self.say("我家厨房灯闪得厉害，晚上做饭怕摔"))
        )

    def test_the_lamp_on_a_tile_has_the_same_hint(self):
        self.wang.shequ_birth_year = 1950
        ticket = self._report(
            description="厨房灯闪得厉害", category_code="home_repair.electric"
        )
        self.assertIn("60 or older", self.hints(ticket))
        self.assertFalse(ticket.triage_result)

    def test_the_clothes_bin(self):
        ticket = self.say(
            "想在小区里设个旧衣回收箱", unit_id=None, estate_id=self.estate.id
        )
        self.check(
            ticket, "public_space.charity", "blue", "社区公益岗", "suggestion", WISH
        )
        self.assertIn("keep a place free", self.hints(ticket))

    def test_the_pension(self):
        ticket = self.say("李爷爷想查养老金发放记录")
        self.check(
            ticket, "policy.social_security", "blue", "政务帮办", "consultation", WISH
        )
        self.assertIn("may need help with the phone", self.hints(ticket))

    def test_the_dizzy_elder_who_is_alone(self):
        ticket = self.say("我是独居老人，头晕站不稳")
        self.check(
            ticket,
            "elder_care.emergency",
            "red",
            "银龄关爱",
            "help",
            EMERGENCY,
            "to_confirm",
        )
        self.assertIn("An elder alone at home", self.hints(ticket))
        self.assertEqual(ticket.situation, "elder_alone")
        self.assertEqual(ticket.urgency_rank, 1)

    def test_the_wheelchair(self):
        ticket = self.say("我腿不好，想修轮椅")
        self.check(ticket, "elder_care.assist", "yellow", "银龄关爱", "help", CARE)
        self.assertIn("Walks badly", self.hints(ticket))

    def test_the_ceiling_with_the_hidden_pipe(self):
        ticket = self.say("家里屋顶漏水，管道还藏在里边，看不出毛病在哪儿")
        self.check(ticket, "home_repair.water_leak", "orange", "水电班", "repair")
        self.assertIn("The pipe is hidden", self.hints(ticket))

    def test_the_two_kettles(self):
        ticket = self.say("家里俩电热水壶突然全歇了")
        self.check(ticket, "home_repair.appliance", "yellow", "维修班组", "repair")
        self.assertIn("check socket and circuit", self.hints(ticket))

    def test_the_parking_space(self):
        ticket = self.say("想租车位填个表")
        self.check(ticket, "parking.space", "blue", "客服前台", "application", WISH)
        # Nobody goes there: there is nothing to mind.
        self.assertEqual(self.hints(ticket), "")

    def test_the_floor_tile(self):
        ticket = self.say(
            "电梯厅有一块地砖松动起翘", unit_id=None, building_id=self.building.id
        )
        self.check(ticket, "public_facility.floor_wall", "yellow", "维修班组", "repair")
        self.assertIn("warning sign", self.hints(ticket))

    def test_the_facade_that_needs_consent(self):
        ticket = self.say("房屋外墙维修", unit_id=None, building_id=self.building.id)
        self.check(ticket, "public_facility.floor_wall", "yellow", "维修班组", "repair")
        self.assertIn("the owners may have to agree", self.hints(ticket))

    def test_what_is_outside_is_offered_to_a_department(self):
        ticket = self.say("小区外面的大路坑坑洼洼，公交车乱停，希望交通部门管管")
        self.assertEqual(ticket.category_id.code, "outside")
        self.assertTrue(ticket.forward_department_id)

    # --- the door -----------------------------------------------------------------

    def test_a_tile_keeps_its_category_and_danger_is_raised(self):
        ticket = self._report(
            description="厨房冒烟了，快来人", category_code="home_repair.water_leak"
        )
        self.assertEqual(ticket.category_id.code, "home_repair.water_leak")
        self.assertEqual((ticket.urgency, ticket.triage_state), ("red", "to_confirm"))
        self.assertEqual(self.minutes(ticket)["on_site"], 20)
        calm = self._report(description="上次冒烟的插座修好了，谢谢，水管漏水")
        self.assertEqual(calm.urgency, "orange")
        self.assertEqual(calm.triage_state, "sure")

    def test_what_a_person_said_is_never_made_less_urgent(self):
        self.assertEqual(self.say("灯泡坏了", urgency="red").urgency, "red")
        self.assertEqual(self.say("电梯困人了", urgency="blue").urgency, "red")

    def test_too_few_words_go_to_a_person(self):
        ticket = self.say("麻烦看一下")
        self.assertEqual(ticket.triage_state, "to_sort")
        self.assertFalse(ticket.category_id)
        self.assertFalse(ticket.team_id)
        photo_only = self.Ticket._intake(
            {"unit_id": self.unit.id, "media": [self._photo()]}
        )
        self.assertEqual(photo_only.triage_state, "to_sort")

    def _photo(self):
        from .common_desk import photo

        return photo()

    def test_an_unsure_emergency_has_a_desk_at_once(self):
        ticket = self.say("家里一股怪味闻着头晕想吐")
        self.assertEqual((ticket.urgency, ticket.triage_state), ("red", "to_confirm"))
        self.assertTrue(ticket.category_id)

    def test_the_wished_time_is_heard(self):
        ticket = self.say("厨房水龙头滴水，周六上午来修")
        self.assertIn("周六", ticket.preferred_time)
        asked = self.say("厨房水龙头滴水，周六上午来修", preferred_time="周日")
        self.assertEqual(asked.preferred_time, "周日")

    def test_a_failure_of_triage_loses_nothing(self):
        def broken(*_args, **_kwargs):
            raise ValueError("broken lexicon")

        self.patch(type(self.Ticket), "_triage_words", broken)
        with self.assertLogs("odoo.addons.shequ_property", level="ERROR"):
            ticket = self.say("电梯坏了")
        self.assertEqual(ticket.triage_state, "to_sort")
        self.assertEqual(ticket.description, "电梯坏了")

    # --- cost ---------------------------------------------------------------------

    def _storm(self, size, **values):
        return [
            {
                "unit_id": self.unit.id,
                "reporter_id": (self.wang | self.neighbour)[index % 2].id,
                "description": f"水管漏水 {index}",
                **values,
            }
            for index in range(size)
        ]

    def test_triage_asks_the_database_next_to_nothing(self):
        chosen = {"category_code": "home_repair.water_leak"}
        self.Ticket._intake(self._storm(2, **chosen) + self._storm(2))
        for size in (1, 100):
            self.env.flush_all()
            self.env.invalidate_all()
            # As without triage: see the test of the intake.
            with self.assertQueryCount(3):
                self.Ticket._intake(self._storm(size, **chosen))
            self.env.flush_all()
            self.env.invalidate_all()
            # And the birth years of all the people in one query.
            with self.assertQueryCount(4):
                self.Ticket._intake(self._storm(size))
