from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RegistryCase


@tagged("post_install", "-at_install")
class TestResidency(RegistryCase):
    def test_current_today_here_and_by_search(self):
        Residency = self.env["shequ.residency"]
        self.assertTrue(self.residency.is_current)
        self.assertFalse(self.former_residency.is_current)
        mine = [("unit_id", "=", self.unit.id)]
        self.assertEqual(
            Residency.search(mine + [("is_current", "=", True)]), self.residency
        )
        self.assertEqual(
            Residency.search(mine + [("is_current", "=", False)]),
            self.former_residency,
        )
        self.assertEqual(self.unit.resident_ids, self.owner)
        self.assertEqual(self.owner.shequ_unit_ids, self.unit)
        self.assertEqual(
            self.env["shequ.unit"].search([("resident_ids", "in", self.owner.ids)]),
            self.unit,
        )

    def test_the_last_day_is_the_day_before(self):
        self.residency.date_to = "2026-03-02"
        # 15:59 UTC is one minute to midnight in China.
        with freeze_time("2026-03-01 15:59:00"):
            self.residency.invalidate_recordset(["is_current"])
            self.assertTrue(self.residency.is_current)
        with freeze_time("2026-03-01 16:00:00"):
            self.residency.invalidate_recordset(["is_current"])
            self.assertFalse(self.residency.is_current)

    def test_a_period_does_not_end_before_it_begins(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.residency.date_to = "2019-12-31"
            self.env.flush_all()

    def test_same_person_unit_and_role_do_not_overlap(self):
        with self.assertRaises(ValidationError):
            self._residency(self.owner, self.unit, date_from="2025-01-01")
        # Another role, another unit and a period before are all fine.
        self._residency(self.owner, self.unit, role="family")
        self._residency(self.owner, self.other_unit)
        self._residency(
            self.owner, self.unit, date_from="2010-01-01", date_to="2020-01-01"
        )
        with self.assertRaises(ValidationError):
            self._residency(
                self.owner, self.unit, date_from="2011-01-01", date_to="2011-02-01"
            )

    def test_shares_of_co_owners_are_at_most_the_whole(self):
        unit = self.other_unit
        first, second, third = (self._person(name) for name in "甲乙丙")
        share = {"role": "co_owner", "share_numerator": 1, "share_denominator": 3}
        for person in (first, second, third):
            self._residency(person, unit, **share)
        with self.assertRaises(ValidationError):
            self._residency(
                self._person("丁"),
                unit,
                role="co_owner",
                share_numerator=1,
                share_denominator=1000,
            )

    def test_shares_count_on_each_day_alone(self):
        unit = self.other_unit
        half = {"role": "co_owner", "share_numerator": 2, "share_denominator": 2}
        self._residency(self.owner, unit, date_to="2023-01-01", **half)
        self._residency(self.neighbour, unit, date_from="2023-01-01", **half)
        with self.assertRaises(ValidationError):
            self._residency(self.former, unit, date_from="2022-12-31", **half)

    def test_one_representative_and_the_office_moves(self):
        spouse = self._residency(self._person("配偶"), self.unit, role="family")
        spouse.action_make_representative()
        self.assertFalse(self.residency.is_representative)
        self.assertEqual(self.unit.representative_id, spouse.partner_id)
        newcomer = self._residency(
            self._person("新人"), self.unit, role="co_owner", is_representative=True
        )
        self.assertFalse(spouse.is_representative)
        self.assertTrue(newcomer.is_representative)

    def test_two_representatives_at_once_are_refused(self):
        spouse = self._residency(self._person("配偶"), self.unit, role="family")
        with self.assertRaises(ValidationError):
            (self.residency | spouse).write({"is_representative": True})

    def test_somebody_who_left_cannot_vote(self):
        with self.assertRaises(UserError):
            self.former_residency.action_make_representative()

    def test_a_sale_keeps_the_history_and_the_tenant(self):
        unit, buyer = self.unit, self._person("买家", "19587655678")
        tenant = self._residency(self._person("租客"), unit, role="tenant")
        child = self._residency(self._person("孩子"), unit, role="family")
        new = self.env["shequ.residency"]._transfer(unit, buyer, "2026-02-01")
        self.assertEqual(self.residency.date_to, date(2026, 2, 1))
        self.assertEqual(child.date_to, date(2026, 2, 1))
        self.assertFalse(tenant.date_to)
        self.assertEqual(new.date_from, date(2026, 2, 1))
        self.assertTrue(new.is_representative)
        self.assertTrue(
            self.residency.is_representative, "who voted before stays on record"
        )
        self.assertEqual(len(unit.residency_ids), 5)

    def test_a_sale_to_the_owner_is_refused(self):
        with self.assertRaises(UserError):
            self.env["shequ.residency"]._transfer(self.unit, self.owner)

    def test_ending_is_dated_and_not_before_the_beginning(self):
        self.residency._end("2026-05-01")
        self.assertEqual(self.residency.date_to, date(2026, 5, 1))
        with self.assertRaises(UserError):
            self.neighbour_residency._end("2019-01-01")

    def test_history_is_not_deleted(self):
        with self.assertRaises(UserError):
            self.residency.unlink()
        typo = self._residency(
            self.neighbour,
            self.other_unit,
            date_from=self.env["shequ.estate"]._today(),
        )
        typo.unlink()
        self.assertFalse(typo.exists())

    def test_the_transfer_wizard(self):
        buyer = self._person("买家")
        wizard = (
            self.env["shequ.residency.transfer"]
            .with_user(self.front_desk)
            .create(
                {
                    "unit_id": self.unit.id,
                    "date": "2026-02-01",
                    "new_owner_id": buyer.id,
                }
            )
        )
        self.assertEqual(wizard.residency_ids, self.residency)
        wizard.action_apply()
        self.assertEqual(self.residency.date_to, date(2026, 2, 1))
        with freeze_time("2026-02-02"):
            self.env.invalidate_all()
            self.assertEqual(self.unit.owner_ids, buyer)


@tagged("post_install", "-at_install")
class TestCaller(RegistryCase):
    def test_a_caller_is_found_however_the_number_is_written(self):
        Partner = self.env["res.partner"]
        for number in ("192 8765 5678", "+8619287655678", "019287655678"):
            self.assertEqual(Partner._shequ_find_by_phone(number), self.owner)
        self.assertFalse(Partner._shequ_find_by_phone("5678"))
        self.assertFalse(Partner._shequ_find_by_phone(""))
        self.owner.phone = "021-5888 1234"
        self.assertEqual(Partner._shequ_find_by_phone("02158881234"), self.owner)

    def test_who_lives_in_the_estate_comes_first(self):
        elsewhere = self._person("同号", "19287655678")
        self._residency(elsewhere, self.lane_unit)
        Partner = self.env["res.partner"]
        found = Partner._shequ_find_by_phone("19287655678", self.lane_estate)
        self.assertEqual(found[0], elsewhere)
        found = Partner._shequ_find_by_phone("19287655678", self.estate)
        self.assertEqual(found[0], self.owner)

    def test_the_desk_sees_units_at_once(self):
        Partner = self.env["res.partner"].with_user(self.front_desk)
        info = Partner._shequ_call_info("19287655678", self.estate)
        self.assertEqual(info[0]["partner"], self.owner)
        self.assertEqual(info[0]["units"], self.unit)
        self.env["shequ.residency"].invalidate_model()
        with self.assertQueryCount(2):
            Partner._shequ_call_info("19287655678", self.estate)
