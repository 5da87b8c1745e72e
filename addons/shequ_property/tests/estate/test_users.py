from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RegistryCase


@tagged("post_install", "-at_install")
class TestPortalUsers(RegistryCase):
    def test_login_is_the_phone_and_no_mail_is_sent(self):
        person = self._person("新住户", "+86 195 8765 5678", email="new@example.com")
        before = self.env["mail.mail"].search_count([])
        user = self.env["res.users"]._shequ_grant_portal(person)
        self.assertEqual(user.login, "19587655678")
        self.assertTrue(user.share)
        self.assertTrue(user.has_group("shequ_property.group_resident"))
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(self.env["res.users"]._shequ_grant_portal(person), user)

    def test_login_is_the_address_without_a_phone(self):
        person = self._person("新住户", email="New@Example.com")
        user = self.env["res.users"]._shequ_grant_portal(person)
        self.assertEqual(user.login, "new@example.com")
        with self.assertRaises(UserError):
            self.env["res.users"]._shequ_grant_portal(self._person("无名"))

    def test_a_shared_number_gives_each_a_log_in(self):
        Users = self.env["res.users"]
        logins = [
            Users._shequ_grant_portal(self._person(name, "19287655678")).login
            for name in ("同号", "又同号")
        ]
        self.assertEqual(logins, ["19287655678-2", "19287655678-3"])

    def test_an_address_is_one_log_in(self):
        Users = self.env["res.users"]
        Users._shequ_grant_portal(self._person("先来", email="one@example.com"))
        with self.assertRaises(UserError):
            Users._shequ_grant_portal(self._person("后到", email="one@example.com"))

    def test_an_archived_user_comes_back_and_staff_stay_staff(self):
        self.owner_user.active = False
        self.assertTrue(self.env["res.users"]._shequ_grant_portal(self.owner).active)
        user = self.env["res.users"]._shequ_grant_portal(self.front_desk.partner_id)
        self.assertEqual(user, self.front_desk)
        self.assertFalse(user.share)

    def test_a_person_with_homes_in_two_companies_sees_both(self):
        self._residency(self.owner, self.foreign_unit)
        units = self.env["shequ.unit"].with_user(self.owner_user).search([])
        self.assertEqual(units, self.unit | self.foreign_unit)
        self.assertEqual(
            self.owner_user.shequ_resident_estate_ids,
            self.estate | self.foreign_estate,
        )


@tagged("post_install", "-at_install")
class TestCommittee(RegistryCase):
    def _term(self, **values):
        return self.env["shequ.committee.member"].create(
            {
                "estate_id": self.estate.id,
                "partner_id": self.owner.id,
                "date_from": "2026-01-01",
                "date_to": "2029-01-01",
                **values,
            }
        )

    def _is_member(self):
        return self.owner_user.has_group("shequ_property.group_committee")

    @freeze_time("2026-06-01")
    def test_group_follows_the_term(self):
        self.assertFalse(self._is_member())
        term = self._term()
        self.assertTrue(self._is_member())
        self.assertEqual(self.owner_user.shequ_committee_estate_ids, self.estate)
        term.date_to = "2026-05-01"
        self.assertFalse(self._is_member())
        self.assertTrue(self.owner_user.has_group("shequ_property.group_resident"))

    def test_the_night_takes_and_gives_the_group(self):
        with freeze_time("2025-12-31"):
            self._term()
            self.assertFalse(self._is_member())
        cron = self.env["shequ.committee.member"]
        with freeze_time("2026-01-01 01:00:00"):
            cron._cron_sync_group()
            self.assertTrue(self._is_member())
        with freeze_time("2029-01-01 01:00:00"):
            cron._cron_sync_group()
            self.assertFalse(self._is_member())

    @freeze_time("2026-06-01")
    def test_a_term_in_force_is_not_deleted_nor_doubled(self):
        term = self._term()
        with self.assertRaises(UserError):
            term.unlink()
        with self.assertRaises(UserError):
            self._term(position="chair")

    @freeze_time("2026-06-01")
    def test_staff_in_the_committee_stay_staff(self):
        self._term(partner_id=self.front_desk.partner_id.id)
        self.assertFalse(
            self.front_desk.has_group("shequ_property.group_committee"),
            "portal groups are never given to internal users",
        )


@tagged("post_install", "-at_install")
class TestSetup(RegistryCase):
    def test_an_estate_in_one_go(self):
        wizard = (
            self.env["shequ.estate.wizard"]
            .with_user(self.boss)
            .create(
                {
                    "name": "新家园",
                    "code": "xjy",
                    "company_id": self.company.id,
                    "buildings": "1-3,12甲",
                    "entrance_count": 2,
                    "floor_count": 5,
                    "skip_floors": "4",
                    "rooms_per_floor": 2,
                }
            )
        )
        self.assertFalse(wizard.problem)
        self.assertEqual((wizard.building_total, wizard.unit_total), (4, 64))
        self.assertIn("新家园1号楼1单元101室", wizard.preview)
        self.assertIn("新家园12甲号楼2单元502室", wizard.preview)
        estate = self.env["shequ.estate"].browse(wizard.action_create()["res_id"])
        self.assertEqual((estate.building_count, estate.unit_count), (4, 64))
        self.assertFalse(estate.unit_ids.filtered(lambda unit: unit.floor == 4))

    def test_problems_are_said_in_the_preview(self):
        Wizard = self.env["shequ.estate.wizard"].with_user(self.boss)
        for values in (
            {"buildings": "9-1"},
            {"buildings": ","},
            {"floor_count": 0},
            {"buildings": "1-900", "floor_count": 30},
            {"floor_count": 1, "skip_floors": "1"},
        ):
            wizard = Wizard.new(
                {"name": "新家园", "code": "XJY", "buildings": "1-2", **values}
            )
            with self.subTest(values):
                self.assertTrue(wizard.problem)
                self.assertFalse(wizard.unit_total)

    def test_the_path_marks_what_is_done(self):
        setup = self.env["shequ.setup"].with_user(self.boss).create({})
        self.assertEqual(setup.company_id, self.company)
        self.assertEqual(setup.estate_count, 2)
        self.assertEqual(setup.staff_count, 4)
        self.assertFalse(setup.company_done)

    def test_the_greeting_ends_with_the_first_estate(self):
        action = self.env.ref("shequ_property.action_setup")
        self.boss.action_id = action.id
        self._estate("又一村", "REGD", self.company)
        self.assertFalse(self.boss.action_id)

    def test_the_path_leads_the_menu_only_without_estates(self):
        Menu = self.env["ir.ui.menu"].with_user(self.boss)
        menu = self.env.ref("shequ_property.menu_setup_first")
        self.assertIn(menu.id, Menu._load_menus_blacklist())

    def _invite(self, **values):
        return (
            self.env["shequ.staff.invite"]
            .with_user(self.boss)
            .create({"name": "小陈", "phone": "198 7654 1111", **values})
        )

    def test_a_colleague_is_invited(self):
        invite = self._invite(
            office_role="dispatcher",
            is_grid_worker=True,
            estate_ids=self.estate.ids,
            grid_ids=self.grid.ids,
        )
        result = invite.action_invite()
        user = invite.user_id
        self.assertEqual(user.login, "19876541111")
        self.assertTrue(user.has_group("shequ_property.group_dispatcher"))
        self.assertFalse(user.has_group("shequ_property.group_estate_manager"))
        self.assertFalse(user.has_group("base.group_erp_manager"))
        self.assertEqual(user.shequ_estate_ids, self.estate)
        self.assertEqual(self.grid.user_id, user)
        password = result["context"]["shequ_first_password"]
        self.assertEqual(len(password), 10)
        self.assertFalse(invite.password, "the password is not kept")
        with self.assertRaises(UserError):
            invite.action_invite()

    def test_a_worker_gets_a_record_of_resources(self):
        team = self.env["shequ.team"].create(
            {"name": "水电班", "company_id": self.company.id}
        )
        invite = self._invite(office_role=False, is_worker=True, team_id=team.id)
        invite.action_invite()
        worker = self.env["shequ.worker"].search([("user_id", "=", invite.user_id.id)])
        self.assertEqual(worker.team_ids, team)

    def test_no_invitation_across_companies_or_by_others(self):
        with self.assertRaises(AccessError):
            self._invite(company_id=self.other_company.id).action_invite()
        with self.assertRaises(AccessError):
            self._invite(estate_ids=[(6, 0, self.foreign_estate.ids)]).action_invite()
        invite = self._invite()
        with self.assertRaises(AccessError):
            invite.with_user(self.manager).action_invite()

    def test_a_login_in_use_and_nothing_chosen_are_said(self):
        with self.assertRaises(UserError):
            self._invite(phone="19287655678").action_invite()
        with self.assertRaises(UserError):
            self._invite(office_role=False).action_invite()
        with self.assertRaises(UserError):
            self._invite(phone=False).action_invite()

    def test_code_is_unique_in_the_company(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._estate("又一村", "rega", self.company)
