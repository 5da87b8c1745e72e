from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common_desk import photo


class TourCase(HttpCase):
    """An estate with one team; staff log in with names the tours know."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, no_reset_password=True))
        # The tours look for English words; a new database speaks Chinese alone.
        cls.env["res.lang"]._activate_lang("en_US")
        cls.company = cls.env["res.company"].create({"name": "Tour Property"})
        cls.estate = cls.env["shequ.estate"].create(
            {"name": "Tour Garden", "code": "TOUR", "company_id": cls.company.id}
        )
        cls.unit = cls.env["shequ.unit"].create(
            {
                "building_id": cls.env["shequ.building"]
                .create({"estate_id": cls.estate.id, "name": "12"})
                .id,
                "entrance": "1",
                "room": "302",
            }
        )
        cls.resident = cls.env["res.partner"].create(
            {"name": "Wang", "phone": "13812345678"}
        )
        cls.worker_user = cls._staff("tour_worker", "group_worker")
        cls.dispatcher = cls._staff("tour_dispatcher", "group_dispatcher")
        cls.team = cls.env["shequ.team"].create(
            {"name": "Tour Team", "company_id": cls.company.id}
        )
        cls.worker = cls.env["shequ.worker"].create(
            {
                "name": "Tour Worker",
                "company_id": cls.company.id,
                "user_id": cls.worker_user.id,
                "team_ids": [Command.link(cls.team.id)],
            }
        )

    @classmethod
    def _staff(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,shequ_property.{group}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            shequ_estate_ids=[Command.set(cls.estate.ids)],
            lang="en_US",
            tz="Asia/Shanghai",
        )

    def _report(self, description, **values):
        return self.env["shequ.ticket"]._intake(
            {
                "unit_id": self.unit.id,
                "reporter_id": self.resident.id,
                "description": description,
                "channel": "portal",
                "team_id": self.team.id,
                **values,
            }
        )


@tagged("post_install", "-at_install", "shequ_tour")
class TestDemandPoolTour(TourCase):
    browser_size = "1280x900"

    def test_the_dispatcher_works_from_the_board(self):
        ticket = self._report(
            "Gas smell in the kitchen", urgency="red", media=[photo()]
        )
        self.start_tour(
            "/odoo/demand-pool", "shequ_demand_pool", login="tour_dispatcher"
        )
        self.assertEqual((ticket.state, ticket.worker_id), ("assigned", self.worker))
        self.assertEqual(ticket.accepted_by_id, self.dispatcher)


@tagged("post_install", "-at_install", "shequ_tour")
class TestMyJobsTour(TourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_worker_does_a_job_on_the_phone(self):
        ticket = self._report("Kitchen tap drips")
        ticket._assign(self.team)
        self.start_tour("/odoo", "shequ_my_jobs", login="tour_worker")
        self.assertEqual(ticket.state, "done")
        self.assertEqual(ticket.resolution, "New cartridge, no drop any more")
        evidence = ticket.media_ids.filtered(lambda m: m.phase == "evidence")
        self.assertEqual(len(evidence), 1)
        codes = ticket.event_ids.sorted("id").mapped("code")
        # Waiting for parts may also move the deadline, as the policy promises.
        steps = [code for code in codes if code != "extended"]
        self.assertEqual(
            steps,
            [
                "reported",
                "accepted",
                "assigned",
                "assigned",
                "arrived",
                "held",
                "resumed",
                "finished",
            ],
        )


class ToSortCase(TourCase):
    """Three reports whose words were not clear enough."""

    def to_sort(self, words, *guesses, **values):
        ticket = self._report(words)
        ticket.write(
            {
                "category_id": False,
                "team_id": False,
                "triage_state": "to_sort",
                "triage_result": {
                    "c": [[code, share] for code, share in guesses],
                    "u": "yellow",
                    "r": [["words", "category", ["kitchen"], guesses[0][0]]],
                },
                **values,
            }
        )
        return ticket

    def unclear(self):
        return self.to_sort(
            "Something with the kitchen",
            ("home_repair.water_leak", 0.4),
            ("home_repair.drain", 0.3),
        )

    def check_sorted(self, ticket, code):
        self.assertEqual(ticket.category_id.code, code)
        self.assertEqual(ticket.triage_state, "done")


@tagged("post_install", "-at_install", "shequ_tour")
class TestToSortTour(ToSortCase):
    browser_size = "1280x900"

    def test_the_desk_sorts_what_the_words_do_not_tell(self):
        town = self.env["shequ.department"].search([], limit=1)
        unclear = self.unclear()
        wrong = self.to_sort(
            "The green thing by the gate", ("home_repair.water_leak", 0.4)
        )
        outside = self.to_sort(
            "The bus stops in the bicycle lane",
            ("outside", 0.4),
            forward_department_id=town.id,
        )
        self.start_tour("/odoo/to-sort", "shequ_to_sort", login="tour_dispatcher")
        self.check_sorted(unclear, "home_repair.water_leak")
        self.assertIn("sorted", unclear.event_ids.mapped("code"))
        self.check_sorted(wrong, "greening")
        lesson = wrong.correction_ids
        self.assertEqual(lesson.user_id, self.dispatcher)
        self.assertEqual(lesson.to_category_id, wrong.category_id)
        self.assertTrue(outside.forwarded_at)
        self.assertEqual(outside.forwarded_to, town.name)
        self.assertFalse(outside.is_open)


@tagged("post_install", "-at_install", "shequ_tour")
class TestToSortTourOnThePhone(ToSortCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_the_best_guess_is_one_tap_away(self):
        ticket = self.unclear()
        self.start_tour("/odoo/to-sort", "shequ_to_sort_phone", login="tour_dispatcher")
        self.check_sorted(ticket, "home_repair.water_leak")
