"""Who reads and writes what: a table, and the leaks seen elsewhere."""

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import RegistryCase

NOBODY = ""


@tagged("post_install", "-at_install")
class TestRegistryAccess(RegistryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.committee_person = cls._person("主任", "19687655678")
        cls.term = cls.env["shequ.committee.member"].create(
            {
                "estate_id": cls.estate.id,
                "partner_id": cls.committee_person.id,
                "position": "chair",
                "date_from": "2025-01-01",
                "date_to": "2030-01-01",
            }
        )
        cls.committee_user = cls.env["res.users"]._shequ_grant_portal(
            cls.committee_person
        )
        cls.plain_portal = new_test_user(cls.env, "reg_portal", "base.group_portal")
        cls.rival = new_test_user(
            cls.env,
            "reg_rival",
            "shequ_property.group_company_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.users = {
            "desk": cls.front_desk,
            "worker": cls.worker,
            "manager": cls.manager,
            "boss": cls.boss,
            "grid": cls.grid_worker,
            "employee": cls.employee,
            "owner": cls.owner_user,
            "neighbour": cls.neighbour_user,
            "former": cls.former_user,
            "committee": cls.committee_user,
            "portal": cls.plain_portal,
            "rival": cls.rival,
            "public": cls.env.ref("base.public_user"),
        }
        cls.records = {
            "estate": cls.estate,
            "lane_estate": cls.lane_estate,
            "building": cls.building,
            "other_building": cls.other_building,
            "lane_building": cls.lane_building,
            "unit": cls.unit,
            "neighbour_unit": cls.neighbour_unit,
            "other_unit": cls.other_unit,
            "lane_unit": cls.lane_unit,
            "residency": cls.residency,
            "neighbour_residency": cls.neighbour_residency,
            "former_residency": cls.former_residency,
            "lane_residency": cls._residency(cls._person("远"), cls.lane_unit),
            "grid": cls.grid,
            "spot": cls.spot,
            "term": cls.term,
            "foreign_estate": cls.foreign_estate,
            "foreign_unit": cls.foreign_unit,
        }

    def check_table(self, operation, table):
        for name, allowed in table.items():
            record = self.records[name]
            for role, user in self.users.items():
                mine = record.with_user(user)
                with self.subTest(record=name, role=role, operation=operation):
                    may = mine.has_access(operation)
                    self.assertEqual(may, role in allowed.split())
                    if operation == "read" and not may:
                        with mute_logger("odoo.addons.base.models.ir_rule"):
                            with self.assertRaises(AccessError):
                                mine.read(["display_name"])

    def test_read(self):
        staff = "desk worker manager boss"
        inside = f"{staff} grid"
        self.check_table(
            "read",
            {
                "estate": f"{inside} owner neighbour committee",
                "lane_estate": "boss",
                "building": f"{inside} owner neighbour committee",
                "other_building": f"{staff} owner neighbour committee",
                "lane_building": "boss",
                "unit": f"{inside} owner",
                "neighbour_unit": f"{inside} neighbour",
                "other_unit": staff,
                "lane_unit": "boss",
                "residency": "desk manager boss grid owner",
                "neighbour_residency": "desk manager boss grid neighbour",
                "former_residency": "desk manager boss grid",
                "lane_residency": "boss",
                "grid": inside,
                "spot": inside,
                "term": "desk manager boss",
                "foreign_estate": "rival",
                "foreign_unit": "rival",
            },
        )

    def test_write(self):
        self.check_table(
            "write",
            {
                "estate": "manager boss",
                "lane_estate": "boss",
                "building": "manager boss",
                "unit": "manager boss",
                "residency": "desk manager boss",
                "lane_residency": "boss",
                "grid": "manager boss",
                "spot": "manager boss",
                "term": "manager boss",
                "foreign_estate": "rival",
            },
        )

    def test_delete(self):
        self.check_table(
            "unlink",
            {
                "estate": "boss",
                "building": "boss",
                "unit": "boss",
                "residency": "manager boss",
                "grid": "manager boss",
                "spot": "boss",
                "term": "manager boss",
            },
        )

    def test_create(self):
        may_create = {
            "shequ.estate": "boss rival",
            "shequ.unit": "manager boss rival",
            "shequ.residency": "desk manager boss rival",
            "shequ.spot": "manager boss rival",
            "shequ.setup": "boss rival",
            "shequ.staff.invite": "boss rival",
            "shequ.estate.wizard": "boss rival",
            "shequ.residency.transfer": "desk manager boss rival",
        }
        for model, allowed in may_create.items():
            for role, user in self.users.items():
                with self.subTest(model=model, role=role):
                    self.assertEqual(
                        self.env[model].with_user(user).has_access("create"),
                        role in allowed.split(),
                    )

    def test_the_desk_cannot_move_a_resident_to_another_estate(self):
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.addons.base.models.ir_rule"),
        ):
            self.residency.with_user(self.front_desk).unit_id = self.lane_unit
            self.env.flush_all()

    def test_residents_see_nobody_else_in_searches(self):
        env = self.env(user=self.owner_user)
        self.assertEqual(env["shequ.residency"].search([]), self.residency)
        self.assertEqual(env["shequ.unit"].search([]), self.unit)
        self.assertEqual(env["shequ.unit"].name_search("12-1-301"), [])
        self.assertEqual(
            env["shequ.unit"].search_count(
                [("residency_ids.partner_id.name", "=", "李师傅")]
            ),
            0,
        )

    def test_residents_do_not_read_what_is_for_the_staff(self):
        unit = self.unit.with_user(self.owner_user)
        for field in ("resident_ids", "owner_ids", "notes", "representative_id"):
            with self.subTest(field), self.assertRaises(AccessError):
                unit.read([field])
        estate = self.estate.with_user(self.owner_user)
        for field in ("manager_id", "staff_ids", "notes", "resident_count"):
            with self.subTest(field), self.assertRaises(AccessError):
                estate.read([field])
        self.assertEqual(
            estate.read(["name", "phone", "address"])[0]["name"], "金昊雅苑"
        )
        self.assertEqual(
            unit.read(["residency_ids"])[0]["residency_ids"], self.residency.ids
        )
        # Searches on computed fields pass, but see the person's own records only.
        self._residency(self.neighbour, self.unit, role="family")
        self.assertFalse(unit.search([("resident_ids", "in", self.neighbour.ids)]))

    def test_two_tenants_of_one_unit_do_not_read_each_other(self):
        mate = self._person("室友", "19787655678")
        residency = self._residency(mate, self.unit, role="tenant")
        user = self.env["res.users"]._shequ_grant_portal(mate)
        self.assertEqual(
            self.env["shequ.residency"].with_user(user).search([]), residency
        )
        self.assertFalse(residency.with_user(self.owner_user).has_access("read"))

    def test_access_ends_at_midnight_although_rules_are_cached(self):
        self.residency.date_to = "2027-03-02"
        env = self.env(user=self.owner_user)
        with freeze_time("2027-03-01 15:59:00"):
            self.assertEqual(env["shequ.unit"].search([]), self.unit)
            self.assertTrue(self.estate.with_user(self.owner_user).has_access("read"))
        with freeze_time("2027-03-01 16:00:00"):
            self.env.invalidate_all()
            for model in ("unit", "estate", "building", "residency"):
                self.assertFalse(env[f"shequ.{model}"].search([]), model)
            self.assertFalse(self.unit.with_user(self.owner_user).has_access("read"))

    def test_a_committee_term_ends_by_itself(self):
        env = self.env(user=self.committee_user)
        self.assertEqual(env["shequ.estate"].search([]), self.estate)
        with freeze_time("2030-01-02"):
            self.env.invalidate_all()
            self.assertFalse(env["shequ.estate"].search([]))

    def test_staff_rules_follow_the_list_of_estates_at_once(self):
        env = self.env(user=self.front_desk)
        self.assertEqual(env["shequ.estate"].search([]), self.estate)
        self.front_desk.shequ_estate_ids = self.lane_estate
        self.assertEqual(env["shequ.estate"].search([]), self.lane_estate)
        self.estate.staff_ids = [Command.link(self.front_desk.id)]
        self.assertIn(self.estate, env["shequ.estate"].search([]))

    def test_portal_cannot_give_itself_estates_or_groups(self):
        user = self.owner_user.with_user(self.owner_user)
        for values in (
            {"shequ_estate_ids": [Command.link(self.lane_estate.id)]},
            {"group_ids": [Command.link(self.env.ref("base.group_user").id)]},
        ):
            with self.assertRaises(AccessError):
                user.write(values)
        user.write({"shequ_large_type": True})
        self.assertTrue(self.owner_user.shequ_large_type)
        self.assertEqual(
            user.read(["shequ_resident_estate_ids"])[0]["shequ_resident_estate_ids"],
            self.estate.ids,
        )

    def test_private_methods_are_not_called_from_outside(self):
        public = {
            name
            for model in (
                "shequ.estate",
                "shequ.unit",
                "shequ.residency",
                "shequ.spot",
                "shequ.committee.member",
            )
            for name in dir(type(self.env[model]))
            if "shequ" in name and not name.startswith("_")
        }
        self.assertFalse(public)

    def test_public_actions_refuse_residents(self):
        residency = self.residency.with_user(self.owner_user)
        spot = self.spot.with_user(self.owner_user)
        for action in (
            residency.action_end,
            residency.action_verify,
            residency.action_make_representative,
            residency.action_grant_portal,
            self.neighbour_residency.with_user(self.owner_user).action_end,
            spot.action_renew_code,
        ):
            with self.subTest(action.__name__), self.assertRaises(AccessError):
                with mute_logger("odoo.addons.base.models.ir_rule"):
                    action()
                    self.env.flush_all()
