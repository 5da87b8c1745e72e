"""Rows as values, units with their people, and lists written out."""

import datetime
import json
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import address
from ...tools.address import Place
from ...tools.importing import (
    grouping,
    headers,
    problems,
    reading,
    rows,
    templates,
    values,
)

FEW = settings(max_examples=150, deadline=None)
CELL = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.sampled_from(
        ["12-1-302", "张三、李四", "13812345678/1", "各半", "租客", "是", "2021-3"]
    ),
)


def parse(options=None, context=None, number=1, **cells):
    """Parse a row given as fields."""
    mapping = dict(enumerate(cells))
    return rows.parse_row(
        list(cells.values()), mapping, options, number=number, context=context
    )


def codes(row):
    return {one.code for one in row.problems}


@tagged("post_install", "-at_install")
class TestPlaces(BaseCase):
    def test_one_cell(self):
        cases = {
            "12号楼1单元302": Place("", "", "12", "号楼", "1", None, "302"),
            "3弄5号601室": Place("", "3", "5", "号", "", None, "601"),
            "12-1-302": Place("", "", "12", "", "1", None, "302"),
            "2-1-B1-01": Place("", "", "2", "", "1", None, "B1-01"),
            "12-302": Place("", "", "12", "", "", None, "302"),
            "12幢302": Place("", "", "12", "幢", "", None, "302"),
            "B座1203": Place("", "", "B", "座", "", None, "1203"),
            "12#302": Place("", "", "12", "号楼", "", None, "302"),
            "１２＃３０２": Place("", "", "12", "号楼", "", None, "302"),
            "12 号楼 1 单元 302 室": Place("", "", "12", "号楼", "1", None, "302"),
            "12号楼3层302": Place("", "", "12", "号楼", "", 3, "302"),
            "12甲栋302": Place("", "", "12甲", "栋", "", None, "302"),
            "S2-1201": Place("", "", "S2", "", "", None, "1201"),
            "金昊雅苑十二号楼一单元302室": Place(
                "金昊雅苑", "", "12", "号楼", "1", None, "302"
            ),
            "龙柏路88弄3号402室": Place("", "88", "3", "号", "", None, "402"),
            "2区12号楼302": Place("", "", "2区12", "号楼", "", None, "302"),
            "明强小区一期12栋302": Place(
                "明强小区", "", "一期12", "栋", "", None, "302"
            ),
            "地下一层车位A-021": Place("", "", "", "", "", -1, "A-021", "parking"),
            "地下车库B1-023车位": Place(
                "", "", "地下车库", "", "", None, "B1-023", "parking"
            ),
            "5号楼储藏室3": Place("", "", "5", "号楼", "", None, "3", "storage"),
            "12-101商铺": Place("", "", "12", "", "", None, "101", "shop"),
            "302": Place(room="302"),
            "12号楼": None,
            "明强小区": None,
            "": None,
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(address.read_place(text), expected)
        self.assertEqual(
            address.read_place("3-5-601", True),
            Place(lane="3", building="5", room="601"),
        )

    def test_buildings(self):
        cases = {
            "12": Place(building="12"),
            "12号楼": Place(building="12", suffix="号楼"),
            "十二号楼": Place(building="12", suffix="号楼"),
            "5#": Place(building="5", suffix="号楼"),
            "5#楼": Place(building="5", suffix="号楼"),
            "3弄5号": Place(lane="3", building="5", suffix="号"),
            "12栋1单元": Place(building="12", suffix="栋", entrance="1"),
            "2区12号楼": Place(building="2区12", suffix="号楼"),
            "会所": Place(building="会所"),
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(address.read_building(text), expected)

    @FEW
    @given(
        lane=st.one_of(st.just(""), st.integers(1, 999).map(str)),
        name=st.integers(1, 999).map(str),
        suffix=st.sampled_from(("号楼", "栋", "幢", "座", "号")),
        entrance=st.one_of(st.just(""), st.integers(1, 30).map(str)),
        room=st.integers(101, 3999).map(str),
    )
    def test_what_is_printed_is_read(self, lane, name, suffix, entrance, room):
        printed = address.format_unit(lane, name, suffix, entrance, room)
        self.assertEqual(
            address.read_place(printed),
            Place("", lane, name, suffix, entrance, None, room),
        )

    @FEW
    @given(
        st.one_of(
            st.text(max_size=30),
            st.text(
                alphabet="0123456789AB弄号楼栋单元室车位商铺地下层-# 一二", max_size=25
            ),
        ),
        st.booleans(),
    )
    def test_never_raises(self, text, lane_style):
        place = address.read_place(text, lane_style)
        if place is not None:
            self.assertTrue(place.room)
        address.read_building(text)
        address.floor_number(text)

    def test_several_cells(self):
        cases = [
            (dict(building="12号楼", entrance="1单元", room="302室"), "12", "1", "302"),
            (dict(building=12, entrance=1, room=302), "12", "1", "302"),
            (dict(building="12栋", room="1-302"), "12", "1", "302"),
            (dict(building="12", room="12-302"), "12", "", "302"),
            (dict(building="12", room="12-1-302"), "12", "1", "302"),
            (dict(building="12", entrance="1", room="1-302"), "12", "1", "302"),
            (dict(building="12", room="1单元302室"), "12", "1", "302"),
            (dict(building="12号楼1单元", room="302"), "12", "1", "302"),
            (dict(room="12-1-302"), "12", "1", "302"),
            (dict(address="12-1-302", room="302"), "12", "1", "302"),
            (
                dict(building="十二号楼", entrance="一单元", room="302"),
                "12",
                "1",
                "302",
            ),
            (dict(building="12", use="车位", room="A-021"), "12", "", "A-021"),
            (dict(building="12", room="A-021"), "12", "", "A-021"),
        ]
        for cells, building, entrance, room in cases:
            with self.subTest(cells):
                row = parse(**cells)
                found = [
                    row.values.get(f, "") for f in ("building", "entrance", "room")
                ]
                self.assertEqual(found, [building, entrance, room])
                self.assertFalse(row.errors)

    def test_lane_in_its_own_cell(self):
        row = parse(lane="3弄", building="5号", room="601室")
        self.assertEqual(
            row.values, {"lane": "3", "building": "5", "suffix": "号", "room": "601"}
        )

    def test_what_is_missing_or_contradicts_itself(self):
        cases = [
            (dict(room="302", person="张三"), {"building_missing"}),
            (dict(building="12号楼", person="张三"), {"room_missing"}),
            (dict(person="张三"), {"room_missing"}),
            (dict(address="金昊雅苑", person="张三"), {"address_unclear"}),
            (dict(building="12", room="2021-12-01"), {"address_date"}),
            (dict(address="12-1-302", room="303"), set()),
            (dict(address="12-1-302", building="13", room="302"), {"place_conflict"}),
            (dict(building="12", room="#REF!"), {"cell_error"}),
            (dict(), {"row_empty"}),
        ]
        for cells, expected in cases:
            with self.subTest(cells):
                self.assertEqual({one.code for one in parse(**cells).errors}, expected)

    def test_what_is_known_beside_the_row(self):
        options = rows.Options(estate="明强小区", building="7号楼")
        found = parse(options, room="302").values
        self.assertEqual(
            found,
            {"estate": "明强小区", "building": "7", "suffix": "号楼", "room": "302"},
        )
        found = parse(None, {"building": "8号楼", "entrance": "2"}, room="302").values
        self.assertEqual((found["building"], found["entrance"]), ("8", "2"))
        # An address of the company's own wording does not rename the estate.
        found = parse(options, address="上海市明强路12号楼302").values
        self.assertEqual(found["estate"], "明强小区")
        self.assertEqual(
            parse(options, estate="别苑", room="1").values["estate"], "别苑"
        )

    def test_parking_in_no_building(self):
        row = parse(room="A-021", use="车位")
        self.assertEqual(row.values["building"], "地下车库")
        self.assertEqual(codes(row), {"parking_building"})
        row = parse(address="地下一层车位A-021")
        self.assertEqual(row.values["floor"], -1)
        self.assertEqual(row.values["use"], "parking")


@tagged("post_install", "-at_install")
class TestPeople(BaseCase):
    HOME = {"building": "12", "room": "302"}

    def persons(self, **cells):
        row = parse(**self.HOME, **cells)
        return row.values.get("persons", []), codes(row)

    def test_one_person_with_everything(self):
        persons, found = self.persons(
            person="张三",
            phone="13812345678；02158881234",
            role="业主",
            id_type="护照",
            id_number="E12345678",
            email="a@example.com",
            share="1/2",
            date_from="2021年3月5日",
            date_to="2022-03-05",
            representative="是",
        )
        self.assertEqual(
            persons,
            [
                {
                    "name": "张三",
                    "phone": "13812345678",
                    "phone2": "02158881234",
                    "role": "owner",
                    "id_type": "passport",
                    "id_number": "E12345678",
                    "email": "a@example.com",
                    "share": [1, 2],
                    "date_from": "2021-03-05",
                    "date_to": "2022-03-05",
                    "representative": True,
                }
            ],
        )
        self.assertEqual(found, set())

    def test_several_people_in_a_cell(self):
        persons, found = self.persons(
            person="张三、李四", phone="13812345678/13912345678", share="30%、70%"
        )
        self.assertEqual([p["phone"] for p in persons], ["13812345678", "13912345678"])
        self.assertEqual([p["share"] for p in persons], [[3, 10], [7, 10]])
        self.assertEqual(found, {"people_split"})
        persons, found = self.persons(person="张三 李四", phone="13812345678")
        self.assertEqual([p.get("phone") for p in persons], ["13812345678", None])
        self.assertEqual(found, {"people_split", "phone_of_first"})
        persons, found = self.persons(
            person="张三,李四,王五", phone="13812345678/13912345678", share="各1/3"
        )
        self.assertEqual([p["share"] for p in persons], [[1, 3]] * 3)
        self.assertIn("phones_not_matched", found)
        persons, _found = self.persons(person="张三/李四", representative="李四")
        self.assertEqual([p["representative"] for p in persons], [False, True])

    def test_numbers_that_cannot_be_matched(self):
        _persons, found = self.persons(person="张三、李四", id_number="E12345678")
        self.assertIn("ids_not_matched", found)
        persons, found = self.persons(
            person="张三、李四", id_number="E12345678、G12345678"
        )
        self.assertEqual([p["id_number"] for p in persons], ["E12345678", "G12345678"])

    def test_more_phones_than_can_be_kept_are_told(self):
        persons, found = self.persons(
            person="张三", phone="13812345678/13912345678", phone2="13712345678"
        )
        self.assertEqual(persons[0]["phone2"], "13912345678")
        self.assertEqual(found, {"phones_too_many"})

    def test_nobody(self):
        self.assertEqual(self.persons(person="无"), ([], set()))
        self.assertEqual(self.persons(role="业主"), ([], set()))
        missing = ([], {"person_missing"})
        self.assertEqual(self.persons(phone="13812345678"), missing)
        self.assertEqual(self.persons(email="a@example.com", person="-"), missing)
        self.assertEqual(self.persons(tenant_phone="13812345678"), missing)
        self.assertEqual(self.persons(date_from="2021-03-05"), ([], {"nobody"}))

    def test_other_columns_for_tenants(self):
        persons, found = self.persons(
            person="张三", tenant="李四、王五", tenant_phone="13812345678/13912345678"
        )
        self.assertEqual(
            [(p["name"], p["role"], p.get("phone")) for p in persons],
            [
                ("张三", "owner", None),
                ("李四", "tenant", "13812345678"),
                ("王五", "tenant", "13912345678"),
            ],
        )
        self.assertEqual(found, {"people_split"})

    def test_what_cannot_be(self):
        _persons, found = self.persons(
            person="张三", date_from="2022-01-01", date_to="2021-01-01"
        )
        self.assertEqual(found, {"dates_reversed"})
        _persons, found = self.persons(person="张三", role="租客", share="1/2")
        self.assertEqual(found, {"share_ignored"})
        row = parse(**self.HOME, building_area=80, exclusive_area=90)
        self.assertEqual(codes(row), {"area_order"})
        self.assertFalse(row.errors)

    def test_cells_of_any_length_take_no_time(self):
        """The longest cell that a spreadsheet holds does not stop the server."""
        for part in ("1", "A1", "1-", "车位", "1号", "张", "张 ", "一", "(", "0."):
            cell = part * (32_000 // len(part))
            for field in headers.FIELDS:
                start = time.process_time()
                row = parse(**{**self.HOME, "person": "张三", field: cell})
                self.assertLess(time.process_time() - start, 0.5, (part, field))
                if field not in ("note", "parking", "parking_area"):
                    self.assertTrue(row.errors, (part, field))
            start = time.process_time()
            headers.guess([cell], [[cell]])
            self.assertLess(time.process_time() - start, 0.5, part)

    @settings(max_examples=300, deadline=None)
    @given(st.dictionaries(st.sampled_from(headers.FIELDS), CELL, max_size=10))
    def test_any_row(self, cells):
        row = parse(**cells)
        json.dumps(row.values)
        self.assertTrue(row.values or row.errors)
        if not row.errors:
            self.assertTrue(row.values["building"] and row.values["room"])
        for one in row.problems:
            self.assertTrue(one.sentence())
            self.assertEqual(problems.problem(one.code).severity, one.severity)
        plan = grouping.group([row])
        self.assertEqual(len(plan.units), 0 if plan.wrong else 1)


@tagged("post_install", "-at_install")
class TestGroups(BaseCase):
    def group(self, *lines):
        parsed = [
            parse(number=number, building="12号楼", room="302", **cells)
            for number, cells in enumerate(lines, 1)
        ]
        plan = grouping.group(parsed)
        told = {
            key[1]: {one.code for one in found} for key, found in plan.problems.items()
        }
        return plan, told

    def test_rows_of_a_unit_come_together(self):
        plan, told = self.group(
            {"person": "张三", "building_area": 80, "note": "a"},
            {"person": "李四", "role": "家属", "use": "住宅", "note": "b"},
            {"person": "王五", "role": "租客", "note": "a"},
        )
        (unit,) = plan.units
        self.assertEqual(unit.rows, [("", 1), ("", 2), ("", 3)])
        self.assertEqual(
            unit.values,
            {"suffix": "号楼", "building_area": 8000, "use": "home", "note": "a\nb"},
        )
        self.assertEqual(
            [p.values["name"] for p in unit.persons], ["张三", "李四", "王五"]
        )
        self.assertEqual(told, {})

    def test_contradictions_cost_their_rows_alone(self):
        plan, told = self.group(
            {"building_area": 80}, {"person": "张三"}, {"building_area": 81}
        )
        self.assertEqual(told, {1: {"unit_conflict"}, 3: {"unit_conflict"}})
        (unit,) = plan.units
        self.assertEqual(unit.rows, [("", 2)])
        self.assertEqual(unit.values, {"suffix": "号楼"})

    def test_owners_of_one_time(self):
        plan, told = self.group({"person": "张三"}, {"person": "李四"})
        found = [p.values for p in plan.units[0].persons]
        self.assertEqual([p["role"] for p in found], ["co_owner"] * 2)
        self.assertEqual([p["share"] for p in found], [[1, 2]] * 2)
        self.assertEqual(told[1], {"owners_without_share"})
        plan, told = self.group(
            {"person": "张三", "share": "共同共有"},
            {"person": "李四", "share": "共同共有"},
        )
        self.assertEqual(told[2], {"share_joint"})
        self.assertEqual(plan.units[0].persons[0].values["share"], [1, 2])

    def test_owners_one_after_the_other_stay_owners(self):
        plan, told = self.group(
            {"person": "张三", "date_from": "2010-01-01", "date_to": "2020-01-01"},
            {"person": "李四", "date_from": "2020-01-01"},
        )
        self.assertEqual(told, {})
        self.assertEqual(
            [p.values["role"] for p in plan.units[0].persons], ["owner", "owner"]
        )

    def test_shares(self):
        _plan, told = self.group(
            {"person": "张三", "share": "2/3"}, {"person": "李四", "share": "1/2"}
        )
        self.assertEqual(told, {1: {"shares_exceed"}, 2: {"shares_exceed"}})
        plan, told = self.group(
            {"person": "张三", "share": "66.67%"}, {"person": "李四", "share": "33.34%"}
        )
        self.assertEqual(told, {})

    def test_the_same_person_twice(self):
        plan, told = self.group(
            {"person": "张三", "phone": "13812345678"},
            {"person": "张三", "phone": "13912345678", "email": "a@example.com"},
        )
        (person,) = plan.units[0].persons
        self.assertEqual(told, {2: {"person_twice"}})
        self.assertEqual(person.values["phone2"], "13912345678")
        self.assertEqual(person.values["email"], "a@example.com")
        self.assertEqual(person.rows, [("", 1), ("", 2)])
        # Two people of one name have two numbers.
        plan, told = self.group(
            {"person": "张伟", "id_number": "E12345678", "share": "1/2"},
            {"person": "张伟", "id_number": "E87654321", "share": "1/2"},
        )
        self.assertEqual(len(plan.units[0].persons), 2)

    def test_representatives_and_numbers(self):
        _plan, told = self.group(
            {"person": "张三", "share": "1/2", "representative": "是"},
            {"person": "李四", "share": "1/2", "representative": "是"},
        )
        self.assertEqual(told, {2: {"representative_twice"}})
        _plan, told = self.group(
            {"person": "张三", "id_number": "E12345678", "role": "家属"},
            {"person": "李四", "id_number": "E12345678", "role": "租客"},
        )
        self.assertEqual(told, {1: {"id_two_names"}, 2: {"id_two_names"}})
        plan, told = self.group(
            {"person": "张三", "id_number": "E12345678"},
            {"person": "李四", "id_number": "E12345678"},
        )
        self.assertEqual(plan.wrong, {("", 1), ("", 2)})
        number = "310115003007GB00012F00050302"
        parsed = [
            parse(number=n, building="1", room=str(n), real_estate_number=number)
            for n in (1, 2)
        ]
        plan = grouping.group(parsed)
        self.assertEqual(plan.wrong, {("", 1), ("", 2)})

    def test_sheets_do_not_mix(self):
        parsed = [parse(number=2, building="1", room=str(n)) for n in (1, 2)]
        parsed[1] = parsed[1]._replace(sheet="B")
        plan = grouping.group(parsed)
        self.assertEqual([u.rows for u in plan.units], [[("", 2)], [("B", 2)]])

    def test_totals_and_control(self):
        parsed = [
            parse(number=n, building=b, room=str(n), building_area=area, person=who)
            for n, (b, area, who) in enumerate(
                [
                    ("1号楼", 80.5, "张三"),
                    ("1号楼", 19.5, "李四"),
                    ("2号楼", 50, "张三"),
                ]
            )
        ]
        totals = grouping.group(parsed).totals
        self.assertEqual(totals["1号楼"], grouping.Totals(2, 2, 10000, 0))
        self.assertEqual(totals[""], grouping.Totals(3, 3, 15000, 0))

        def compare(control):
            return grouping.compare_totals(totals, control)

        self.assertEqual(
            compare({"1": {"units": "2", "building_area": "100.00㎡"}}), []
        )
        self.assertEqual(compare({"合计": {"units": 3}, "2栋": {"units": None}}), [])
        self.assertEqual(
            compare(
                {"1号楼": {"units": 3, "building_area": "1,100"}, "9": {"units": 1}}
            ),
            [
                ("1号楼", "units", 3, 2),
                ("1号楼", "building_area", 110000, 10000),
                ("9", "units", 1, None),
            ],
        )
        with self.assertRaises(ValueError):
            compare({"1号楼": {"units": "viele"}})

    ROW = st.fixed_dictionaries(
        {"room": st.sampled_from("12"), "person": st.sampled_from("张李王")},
        optional={
            "building_area": st.sampled_from([80, 81]),
            "share": st.sampled_from(["1/2", "2/3", "共同共有"]),
            "role": st.sampled_from(["业主", "租客"]),
            "representative": st.sampled_from(["是", "否"]),
            "phone": st.sampled_from(["13812345678", "13912345678", "1"]),
            "date_from": st.sampled_from(["2020-01-01", "2021-01-01"]),
            "date_to": st.sampled_from(["2020-06-01", "2022-01-01"]),
        },
    )

    @FEW
    @given(st.lists(ROW, max_size=8))
    def test_no_row_is_lost(self, lines):
        """Each row is in exactly one unit, or it is wrong and told why."""
        parsed = [
            parse(
                number=number, building="1", **{**cells, "person": cells["person"] * 2}
            )
            for number, cells in enumerate(lines)
        ]
        plan = grouping.group(parsed)
        used = [row for unit in plan.units for row in unit.rows]
        self.assertEqual(len(used), len(set(used)))
        self.assertEqual(set(used) | plan.wrong, {row.key for row in parsed})
        self.assertFalse(set(used) & plan.wrong)
        for row in plan.wrong:
            self.assertTrue(any(p.severity == "error" for p in plan.problems[row]))
        for unit in plan.units:
            for person in unit.persons:
                self.assertNotEqual(person.values.get("share"), "joint")
                self.assertLessEqual(set(person.rows), set(unit.rows))


CHINESE = {
    "estate": "小区名称",
    "lane": "弄",
    "building": "楼号",
    "entrance": "单元",
    "room": "房号",
    "floor": "楼层",
    "use": "用途",
    "state": "状态",
    "building_area": "建筑面积(㎡)",
    "exclusive_area": "专有面积(㎡)",
    "real_estate_number": "不动产单元号",
    "ref": "户号",
    "person": "姓名",
    "phone": "手机号",
    "phone2": "备用电话",
    "role": "身份",
    "share": "产权份额",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "email": "邮箱",
    "date_from": "起始日期",
    "date_to": "截止日期",
    "representative": "投票代表",
    "note": "备注",
}
ENGLISH = {
    "estate": "Estate",
    "lane": "Lane",
    "building": "Building",
    "entrance": "Entrance",
    "room": "Room",
    "floor": "Floor",
    "use": "Use",
    "state": "State",
    "building_area": "Building area",
    "exclusive_area": "Exclusive area",
    "real_estate_number": "Real-estate unit number",
    "ref": "Customer no.",
    "person": "Name",
    "phone": "Phone",
    "phone2": "Phone 2",
    "role": "Role",
    "share": "Share",
    "id_type": "ID type",
    "id_number": "ID number",
    "email": "Email",
    "date_from": "Start date",
    "date_to": "End date",
    "representative": "Voting representative",
    "note": "Note",
}
ROW = {
    "estate": "金昊雅苑",
    "lane": "3",
    "building": "12号楼",
    "entrance": "1",
    "room": "0302",
    "floor": 3,
    "use": "住宅",
    "state": "已交付",
    "building_area": 89.5,
    "exclusive_area": 72.36,
    "real_estate_number": "310115003007GB00012F00050302",
    "ref": "0010001",
    "person": "张三",
    "phone": "13800000001",
    "phone2": "+6591234567",
    "role": "共有人",
    "share": "1/2",
    "id_type": "居民身份证",
    "id_number": "310115198001020126",
    "email": "a@example.com",
    "date_from": "2021-03-05",
    "date_to": datetime.date(2022, 3, 5),
    "representative": "是",
    "note": "=1+1",
}


@tagged("post_install", "-at_install")
class TestTemplates(BaseCase):
    def opened(self, data):
        with reading.read(data, "template.xlsx") as book:
            (sheet,) = book.sheets
            return sheet, list(sheet.rows())

    def test_every_column_is_recognised(self):
        example = {**ROW, "note": "示例：请删除这一行"}
        for labels in (CHINESE, ENGLISH):
            for kind in templates.COLUMNS:
                for lane_style in (True, False, None):
                    with self.subTest((kind, lane_style, labels["note"])):
                        data = templates.make(
                            kind, labels, rows=[example], lane_style=lane_style
                        )
                        sheet, found = self.opened(data)
                        fields = templates.columns(kind, labels, lane_style)
                        self.assertEqual(list(sheet.mapping.values()), fields)
                        sure = {
                            guess.confidence >= 0.5 for guess in sheet.guesses.values()
                        }
                        self.assertEqual(sure, {True})
                        self.assertEqual(
                            [r.reason for r in found], ["header", "example"]
                        )

    def test_what_is_written_is_read(self):
        for labels in (CHINESE, ENGLISH):
            data = templates.make("both", labels, rows=[ROW], lane_style=None)
            sheet, found = self.opened(data)
            row = rows.parse_row(found[1], sheet.mapping)
            self.assertFalse(row.problems)
            self.assertEqual(
                row.values,
                {
                    "estate": "金昊雅苑",
                    "lane": "3",
                    "building": "12",
                    "suffix": "号楼",
                    "entrance": "1",
                    "room": "0302",
                    "floor": 3,
                    "use": "home",
                    "state": "delivered",
                    "building_area": 8950,
                    "exclusive_area": 7236,
                    "real_estate_number": "310115003007GB00012F00050302",
                    "ref": "0010001",
                    "note": "=1+1",
                    "persons": [
                        {
                            "name": "张三",
                            "phone": "13800000001",
                            "phone2": "+6591234567",
                            "role": "co_owner",
                            "share": [1, 2],
                            "id_type": "resident",
                            "id_number": "310115198001020126",
                            "email": "a@example.com",
                            "date_from": "2021-03-05",
                            "date_to": "2022-03-05",
                            "representative": True,
                        }
                    ],
                },
            )

    def test_lists_notes_and_text_formats(self):
        import io

        import openpyxl

        data = templates.make(
            "both",
            CHINESE,
            notes={"phone": "11 位手机号"},
            choices={"role": ["业主", "租户"], "use": ["住宅"] * 100},
            rows=[ROW],
            sheet="房屋/人员",
        )
        page = openpyxl.load_workbook(io.BytesIO(data)).active
        fields = templates.columns("both", CHINESE)
        self.assertEqual(page.title, "房屋人员")
        self.assertEqual(page.freeze_panes, "A2")
        self.assertEqual(len(page.data_validations.dataValidation), 1)
        (choice,) = page.data_validations.dataValidation
        self.assertEqual(choice.formula1, '"业主,租户"')
        phone = page.cell(1, fields.index("phone") + 1)
        self.assertEqual(phone.comment.text, "11 位手机号")
        for field in ("phone", "id_number", "room", "share"):
            column = fields.index(field) + 1
            self.assertEqual(page.cell(2, column).number_format, "@")
            self.assertEqual(page.cell(2, column).value, ROW[field])
            letter = page.cell(1, column).column_letter
            # Typed below the last row it is text, too.
            self.assertTrue(page.column_dimensions[letter].width)
        self.assertEqual(page.cell(2, fields.index("note") + 1).value, "=1+1")

    def test_an_empty_template(self):
        sheet, found = self.opened(templates.make("units", CHINESE))
        self.assertEqual(
            list(sheet.mapping.values()), templates.columns("units", CHINESE)
        )
        self.assertEqual([row.reason for row in found], ["header"])

    def test_words_of_the_registry_are_read(self):
        """What an export writes in English is known by the tables of words."""
        kinds = (
            "Resident Identity Card",
            "Passport",
            "Permit of Hong Kong and Macau Residents",
            "Permit of Taiwan Residents",
            "Unified Social Credit Code",
        )
        found = [values.id_type(kind).value for kind in kinds]
        self.assertEqual(found, ["resident", "passport", "hk_macau", "taiwan", "uscc"])
        self.assertEqual(values.use("Parking Space").value, "parking")
        self.assertEqual(values.role("建设单位").value, "developer")


@tagged("post_install", "-at_install")
class TestParkingSpaces(BaseCase):
    def _spaces(self, **cells):
        mapping = dict(enumerate(cells))
        values = list(cells.values())
        row = rows.parse_row(values, mapping, None, number=7)
        return row, rows.parking_rows(row, values, mapping, None)

    def test_a_space_goes_with_the_owners(self):
        row, (space,) = self._spaces(
            building="12号楼", room="302", person="张三", role="业主", parking="A-021"
        )
        self.assertFalse(row.problems)
        self.assertEqual(space.values["room"], "A-021")
        self.assertEqual(space.values["use"], "parking")
        self.assertEqual(space.values["building"], "地下车库")
        self.assertEqual(space.values["persons"], row.values["persons"])
        self.assertNotEqual(space.key, row.key)
        self.assertEqual(space.number, 7)

    def test_several_spaces_and_their_area(self):
        _row, spaces = self._spaces(
            building="1号楼", room="101", parking="A-1、B2-17", parking_area="13.2"
        )
        self.assertEqual([s.values["room"] for s in spaces], ["A-1", "B2-17"])
        self.assertNotIn("building_area", spaces[0].values)
        _row, (space,) = self._spaces(
            building="1号楼", room="101", parking="A-1", parking_area="13.2"
        )
        self.assertEqual(space.values["building_area"], 1320)

    def test_family_has_none_but_a_tenant_does(self):
        for role, count in (("家属", 0), ("租户", 1), ("业主", 1)):
            _row, (space,) = self._spaces(
                building="1号楼", room="101", person="张三", role=role, parking="A-21"
            )
            self.assertEqual(len(space.values.get("persons", ())), count, role)

    def test_nothing_and_what_is_no_number(self):
        for cell in (None, "", "无", "/", "0"):
            row, spaces = self._spaces(building="1号楼", room="101", parking=cell)
            self.assertEqual((spaces, row.problems), ([], []), cell)
        for cell in ("有", "1", "2个", 2, "已购"):
            row, spaces = self._spaces(building="1号楼", room="101", parking=cell)
            self.assertFalse(spaces)
            self.assertEqual(codes(row), {"parking_unclear"}, cell)
            self.assertFalse(row.errors)

    def test_a_wrong_row_has_no_spaces(self):
        _row, spaces = self._spaces(room="101", parking="A-21")
        self.assertFalse(spaces)

    @given(CELL)
    def test_any_cell(self, cell):
        _row, spaces = self._spaces(building="1号楼", room="101", parking=cell)
        self.assertLessEqual(len(spaces), rows.MOST_SPACES)
        self.assertEqual(len({space.key for space in spaces}), len(spaces))
