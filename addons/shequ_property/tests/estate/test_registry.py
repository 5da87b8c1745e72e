from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RegistryCase


@tagged("post_install", "-at_install")
class TestRegistry(RegistryCase):
    def test_addresses_print_as_people_write(self):
        self.assertEqual(self.unit.address, "金昊雅苑12号楼1单元302室")
        self.assertEqual(self.unit.short_address, "12号楼1单元302室")
        self.assertEqual(self.lane_unit.address, "明强小区3弄5号601室")
        self.assertEqual(
            self.unit.with_context(shequ_short_address=True).display_name,
            "12号楼1单元302室",
        )

    def test_buildings_sort_naturally(self):
        self._building(self.estate, "10栋")
        self._building(self.estate, "12甲")
        self.assertEqual(
            self.env["shequ.building"]
            .search([("estate_id", "=", self.estate.id)])
            .mapped("label"),
            ["2号楼", "10栋", "12号楼", "12甲号楼"],
        )

    def test_units_sort_by_building_entrance_floor_and_room(self):
        for entrance, room in (("10", "101"), ("2", "1001"), ("2", "201")):
            self._unit(self.building, room, entrance=entrance)
        units = self.env["shequ.unit"].search([("estate_id", "=", self.estate.id)])
        self.assertEqual(
            units.mapped("short_address"),
            [
                "2号楼101室",
                "12号楼1单元301室",
                "12号楼1单元302室",
                "12号楼2单元201室",
                "12号楼2单元1001室",
                "12号楼10单元101室",
            ],
        )

    def test_sort_key_and_address_follow_every_change(self):
        def order():
            self.env.flush_all()
            units = self.env["shequ.unit"].search([("id", "in", both.ids)])
            return units.ids

        both = self.unit | self.neighbour_unit
        self.assertEqual(order(), [self.neighbour_unit.id, self.unit.id])
        self.unit.room = "300室"
        self.assertEqual(order(), [self.unit.id, self.neighbour_unit.id])
        self.unit.floor = 4
        self.assertEqual(order(), [self.neighbour_unit.id, self.unit.id])
        self.neighbour_unit.entrance = "2单元"
        self.assertEqual(order(), [self.unit.id, self.neighbour_unit.id])
        self.neighbour_unit.building_id = self.other_building
        self.assertEqual(order(), [self.neighbour_unit.id, self.unit.id])
        self.other_building.write({"name": "13", "suffix": "幢"})
        self.assertEqual(order(), [self.unit.id, self.neighbour_unit.id])
        self.other_building.lane = "8"
        self.building.lane = "9"
        self.assertEqual(order(), [self.neighbour_unit.id, self.unit.id])
        self.estate.name = "金昊新苑"
        self.assertEqual(self.unit.address, "金昊新苑9弄12号楼1单元300室")

    def test_what_is_typed_around_numbers_is_taken_off(self):
        building = self._building(self.estate, " １５幢 ")
        self.assertEqual((building.name, building.suffix), ("15", "幢"))
        unit = self._unit(building, "302室", entrance="1单元")
        self.assertEqual((unit.entrance, unit.room, unit.floor), ("1", "302", 3))

    def test_the_same_building_or_room_twice_is_refused(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._building(self.estate, "12号楼")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._unit(self.other_building, "101")

    def test_areas_keep_two_decimals_and_are_not_negative(self):
        self.unit.exclusive_area = 89.126
        self.unit.flush_recordset()
        self.unit.invalidate_recordset()
        self.assertEqual(self.unit.exclusive_area, 89.13)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.unit.building_area = -0.01
            self.unit.flush_recordset()

    def test_a_larger_exclusive_area_warns_and_is_saved(self):
        self.unit.write({"exclusive_area": 100.01, "building_area": 100})
        self.assertTrue(self.unit.area_warning)
        self.unit.exclusive_area = 100
        self.assertFalse(self.unit.area_warning)

    def test_real_estate_number_is_checked_and_unique_in_the_company(self):
        number = "310115003007GB00012F00050302"
        self.unit.real_estate_number = f" {number[:12].lower()} {number[12:].lower()}"
        self.assertEqual(self.unit.real_estate_number, number)
        for wrong in ("310115003007XB00012F00050302", number[:-1]):
            with self.assertRaises(ValidationError):
                self.neighbour_unit.real_estate_number = wrong
        self.foreign_unit.real_estate_number = number
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.neighbour_unit.real_estate_number = number
            self.env.flush_all()

    def test_a_grid_takes_buildings_of_its_own_estate_only(self):
        with self.assertRaises(ValidationError):
            self.lane_building.grid_id = self.grid
        with self.assertRaises(ValidationError):
            self.spot.building_id = self.lane_building

    def test_estate_counts(self):
        self.assertEqual(self.estate.building_count, 2)
        self.assertEqual(self.estate.unit_count, 3)
        self.assertEqual(self.estate.resident_count, 2)
        self.assertEqual(self.estate.vacant_count, 1)

    def test_estate_code_is_plain_and_upper_case(self):
        self.estate.code = " abc1 "
        self.assertEqual(self.estate.code, "ABC1")
        with self.assertRaises(ValidationError):
            self.estate.code = "金昊"
        copy = self.estate.copy()
        self.assertNotEqual(copy.code, self.estate.code)

    def test_an_inhabited_unit_is_archived_not_deleted(self):
        with self.assertRaises(ValidationError):
            self.unit.unlink()
        self.other_unit.unlink()
        self.assertFalse(self.other_unit.exists())

    def test_spot_codes_are_random_and_readable(self):
        spots = self.env["shequ.spot"].create(
            [{"name": f"灯{n}", "estate_id": self.estate.id} for n in range(50)]
        )
        self.assertEqual(len(set(spots.mapped("code"))), 50)
        for code in spots.mapped("code"):
            self.assertRegex(code, r"\A[2-9A-HJKMNP-Z]{10}\Z")
        old = self.spot.code
        self.spot.action_renew_code()
        self.assertNotEqual(self.spot.code, old)

    def test_labels_show_place_and_code_only(self):
        html = self.env["ir.actions.report"]._render_qweb_html(
            "shequ_property.report_spot_label", self.spot.ids
        )[0]
        self.assertIn("东门", html.decode())
        self.assertIn("data:image/png;base64,", html.decode())
        html = self.env["ir.actions.report"]._render_qweb_html(
            "shequ_property.report_unit_label", (self.unit | self.other_unit).ids
        )[0]
        self.assertIn("12号楼1单元302室", html.decode())
        self.assertNotIn("王阿姨", html.decode())
        self.assertIn('class="article"', html.decode(), "printing needs one")


@tagged("post_install", "-at_install")
class TestNameSearch(RegistryCase):
    def found(self, text, user=None):
        Unit = self.env["shequ.unit"].with_user(user or self.front_desk)
        return [unit_id for unit_id, _name in Unit.name_search(text)]

    def test_as_people_speak(self):
        for text in (
            "12-1-302",
            "12号楼302",
            "12栋1单元302室",
            "十二号楼一单元302",
            "金昊雅苑12号楼1单元302室",
            "rega 12-302",
            "1-302",
        ):
            with self.subTest(text):
                expected = [] if text == "1-302" else [self.unit.id]
                self.assertEqual(self.found(text), expected)

    def test_shanghai_addresses(self):
        for text in ("5号601", "3弄5号601室", "3-5-601", "明强小区3弄5号601室"):
            with self.subTest(text):
                self.assertEqual(self.found(text, self.boss), self.lane_unit.ids)
        self.assertEqual(self.found("4弄5号601", self.boss), [])

    def test_while_typing(self):
        self.assertEqual(self.found("12-1-3"), [self.neighbour_unit.id, self.unit.id])
        self.assertEqual(self.found("12号楼"), [self.neighbour_unit.id, self.unit.id])
        self.assertEqual(len(self.found("金昊")), 3)
        self.assertEqual(self.found("没有这个"), [])

    def test_exact_name_finds_one_for_imports(self):
        self._unit(self.building, "3021", entrance="1")
        Unit = self.env["shequ.unit"].with_user(self.boss)
        self.assertEqual(
            [row[0] for row in Unit.name_search(self.unit.address, operator="=")],
            self.unit.ids,
        )

    def test_a_completion_is_one_query_whatever_there_is(self):
        Unit = self.env["shequ.unit"].with_user(self.front_desk)
        texts = ("12-1-302", "金昊雅苑12号楼302", "302", "2号楼", "xyz")
        for text in texts:
            Unit.name_search(text)
        for extra in (0, 60):
            for number in range(extra):
                self._unit(self.other_building, f"{number + 2}01")
            self.env.flush_all()
            for text in texts:
                self.env["shequ.unit"].invalidate_model()
                with self.subTest(text, extra=extra), self.assertQueryCount(1):
                    Unit.name_search(text)

    def test_residents_by_phone_name_or_address_in_two_queries(self):
        Residency = self.env["shequ.residency"].with_user(self.front_desk)
        for text in ("19287655678", "192 8765 5678", "5678", "王阿姨", "12-1-302"):
            Residency.name_search(text)
            self.env["shequ.residency"].invalidate_model()
            # The second one reads the residents' names.
            with self.subTest(text), self.assertQueryCount(2):
                found = [row[0] for row in Residency.name_search(text)]
            self.assertIn(self.residency.id, found)

    def test_last_four_digits_find_a_person(self):
        people = self.env["res.partner"].with_user(self.front_desk)
        found = [row[0] for row in people.name_search("5678")]
        self.assertIn(self.owner.id, found)

    def test_the_index_serves_the_search(self):
        """With the planner kept from scans, a completion uses the search index."""
        self.env.flush_all()
        self.env.cr.execute("ANALYZE shequ_unit")
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.env["shequ.unit"]._search(
            [("search_key", "=like", "12-302%")], order="id"
        )
        self.env.cr.execute(
            "EXPLAIN " + query.select().code, tuple(query.select().params)
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("shequ_unit_search_idx", plan)
