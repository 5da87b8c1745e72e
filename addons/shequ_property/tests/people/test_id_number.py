import os
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools import vault
from .common import PeopleCase

NUMBER = "11010519491231002X"


@tagged("post_install", "-at_install")
class TestIdNumber(PeopleCase):
    def test_sealed_and_found(self):
        self.owner.write({"shequ_id_type": "resident", "shequ_id_number": NUMBER})
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT shequ_id_sealed || shequ_id_hash FROM res_partner WHERE id = %s",
            [self.owner.id],
        )
        self.assertNotIn("19491231", self.env.cr.fetchone()[0])
        self.owner.invalidate_recordset()
        self.assertEqual(self.owner.shequ_id_number, NUMBER)
        self.assertEqual(self.owner.shequ_id_masked, "110***********002X")
        Partner = self.env["res.partner"]
        self.assertEqual(Partner._shequ_find_by_id("110105 19491231 002x"), self.owner)
        self.assertEqual(
            Partner.with_user(self.front_desk).search(
                [("shequ_id_number", "=", NUMBER)]
            ),
            self.owner,
        )
        self.assertFalse(Partner._shequ_find_by_id("11010519491231"))

    def test_columns_for_bulk(self):
        values = self.env["res.partner"]._shequ_id_values("", NUMBER)
        self.assertEqual(values["shequ_id_type"], "resident")
        person = self.env["res.partner"].create({"name": "甲", **values})
        self.assertEqual(person.shequ_id_number, NUMBER)

    def test_mistyped(self):
        with self.assertRaisesRegex(UserError, r"110\*+0021 is no"):
            self.owner.shequ_id_number = "110105194912310021"

    def test_without_key(self):
        self.owner.write({"shequ_id_type": "resident", "shequ_id_number": NUMBER})
        self.owner.invalidate_recordset()
        with patch.dict(os.environ, {"SHEQU_DATA_KEY": ""}):
            with self.assertRaisesRegex(UserError, "no key"):
                self.neighbour.shequ_id_number = NUMBER
            self.neighbour.name = "李大师傅"
            self.assertEqual(self.owner.shequ_id_number, "****")

    def test_rotation(self):
        self.owner.write({"shequ_id_type": "resident", "shequ_id_number": NUMBER})
        old = self.owner.shequ_id_sealed
        keys = f"{vault.new_key()},{self.key}"
        Partner = self.env["res.partner"]
        with patch.dict(os.environ, {"SHEQU_DATA_KEY": keys}):
            self.assertEqual(Partner._shequ_find_by_id(NUMBER), self.owner)
            with self.enter_registry_test_mode():
                self.env.ref("shequ_property.ir_cron_reseal").method_direct_trigger()
            self.owner.invalidate_recordset()
            self.assertNotEqual(self.owner.shequ_id_sealed, old)
            self.assertEqual(Partner._shequ_find_by_id(NUMBER), self.owner)
        with patch.dict(os.environ, {"SHEQU_DATA_KEY": keys.split(",")[0]}):
            self.owner.invalidate_recordset()
            self.assertEqual(self.owner.shequ_id_number, NUMBER)


@tagged("post_install", "-at_install")
class TestDataAccess(PeopleCase):
    def test_append_only(self):
        Access = self.env["shequ.data.access"].with_user(self.front_desk)
        row = Access._log(self.owner, "reveal", "回电", ["phone"])
        self.assertEqual((row.count, row.user_id), (1, self.front_desk))
        with self.assertRaises(UserError):
            row.reason = "另一个"
        with self.assertRaises(UserError):
            row.unlink()
        for query in (
            "UPDATE shequ_data_access SET reason = 'x'",
            "DELETE FROM shequ_data_access",
            "SET LOCAL shequ.retention = 'on'; DELETE FROM shequ_data_access",
            "TRUNCATE shequ_data_access CASCADE",
        ):
            with (
                self.assertRaises(psycopg2.errors.RestrictViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query)

    def test_hints(self):
        Access = self.env["shequ.data.access"].with_user(self.front_desk)
        self.assertFalse(Access._log(self.owner, "reveal", "回电", ["phone"]).outside)
        stranger = self._person("外人", "19587655678")
        self._residency(stranger, self.lane_unit)
        self.assertTrue(Access._log(stranger, "reveal", "", ["phone"]).outside)
        self.assertTrue(Access._log(self.owner, "export", "", ["phone"], 500).many)
