"""Addresses: what sorts, prints and is understood, also under random input."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import address
from ...tools.address import Address

NUMBERS = st.integers(min_value=0, max_value=999_999).map(str)
NAMES = st.text(alphabet="0123456789ABab甲乙丙东西区-", max_size=8)
SUFFIXES = st.sampled_from(address.BUILDING_SUFFIXES)
FEW = settings(max_examples=300, deadline=None)


def tokens(text):
    """An independent reading of a name: a list that Python orders as people do."""
    result, digits = [], ""
    for char in address.clean(text) + "\0":
        if char in "0123456789":
            digits += char
            continue
        if digits:
            result.append((1, int(digits), ""))
            digits = ""
        if char == "\0":
            break
        if char in address.STEMS:
            result.append((3, address.STEMS.index(char), ""))
        elif char.isascii() and char.isalpha():
            result.append((2, 0, char))
        else:
            result.append((4, ord(char), ""))
    return result


@tagged("post_install", "-at_install")
class TestAddress(BaseCase):
    def test_two_comes_before_ten(self):
        names = ["10", "2", "12甲", "1", "12", "12A", "12乙", "12丙", "A", "B"]
        self.assertEqual(
            sorted(names, key=address.natural_key),
            ["1", "2", "10", "12", "12A", "12甲", "12乙", "12丙", "A", "B"],
        )

    @FEW
    @given(st.lists(NAMES, min_size=2, max_size=6))
    @example(["1", "01"])
    @example(["9", "10"])
    def test_natural_order_is_the_order_of_the_tokens(self, names):
        self.assertEqual(
            [tokens(name) for name in sorted(names, key=address.natural_key)],
            sorted(tokens(name) for name in names),
        )

    @FEW
    @given(st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=2, max_size=6))
    @example([("1", "", "2"), ("", "1", "2"), ("1", "2", "")])
    def test_joined_keys_order_like_tuples(self, rows):
        def expected(row):
            return [tokens(part) for part in row]

        self.assertEqual(
            [expected(r) for r in sorted(rows, key=lambda r: address.sort_key(*r))],
            sorted(expected(row) for row in rows),
        )

    @FEW
    @given(NAMES)
    def test_keys_hold_only_what_every_collation_orders_alike(self, name):
        self.assertRegex(address.sort_key(name), r"\A[0-9a-z]+\Z")

    def test_units_of_one_building_sort_by_entrance_floor_room(self):
        building = address.building_key(7, "", "12", "号楼")
        rooms = [("2", 1, "101"), ("1", 10, "1001"), ("1", -1, "B1-2"), ("1", 2, "201")]
        self.assertEqual(
            sorted(rooms, key=lambda row: address.unit_key(building, *row)),
            [("1", -1, "B1-2"), ("1", 2, "201"), ("1", 10, "1001"), ("2", 1, "101")],
        )

    def test_estates_never_mix(self):
        keys = [address.building_key(e, "", n, "栋") for e in (2, 10) for n in "19"]
        self.assertEqual(keys, sorted(keys))

    def test_print_as_people_write(self):
        self.assertEqual(
            address.format_unit("", "12", "号楼", "1", "302"), "12号楼1单元302室"
        )
        self.assertEqual(address.format_unit("3", "5", "号", "", "601"), "3弄5号601室")
        self.assertEqual(
            address.format_unit("", "地下车库", "", "", "B1-023", "parking"),
            "地下车库B1-023车位",
        )

    def test_understood_as_meant(self):
        cases = {
            "12-1-302": Address("", "", "12", "1", "302"),
            "12号楼302": Address("", "", "12", "", "302"),
            "12栋1单元302室": Address("", "", "12", "1", "302"),
            "5号601": Address("", "", "5", "", "601"),
            "3弄5号601室": Address("", "3", "5", "", "601"),
            "3弄5-601": Address("", "3", "5", "", "601"),
            "金昊雅苑十二号楼一单元302室": Address("金昊雅苑", "", "12", "1", "302"),
            "１２＃３０２": Address("", "", "12", "", "302"),
            "12号楼3层302": Address("", "", "12", "", "302"),
            "JHYY 12-302": Address("JHYY", "", "12", "", "302"),
            "12甲栋302": Address("", "", "12甲", "", "302"),
            "a座1201": Address("", "", "A", "", "1201"),
            "302": Address("", "", "", "", "302"),
            "12号楼": Address("", "", "12", "", ""),
            "明强小区": Address("明强小区"),
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(address.parse(text)[0], expected)

    def test_shanghai_reading_of_three_numbers_is_kept_too(self):
        self.assertIn(Address("", "3", "5", "", "601"), address.parse("3-5-601"))

    @FEW
    @given(
        lane=st.one_of(st.just(""), NUMBERS),
        name=NUMBERS,
        suffix=SUFFIXES,
        entrance=st.one_of(st.just(""), NUMBERS),
        room=NUMBERS,
    )
    def test_what_is_printed_is_understood(self, lane, name, suffix, entrance, room):
        printed = address.format_unit(lane, name, suffix, entrance, room)
        self.assertIn(Address("", lane, name, entrance, room), address.parse(printed))
        self.assertIn(
            Address("明强小区", lane, name, entrance, room),
            address.parse("明强小区" + printed),
        )

    @FEW
    @given(st.text(max_size=40))
    @example("十" * 40)
    @example("1-" * 40)
    @example("零零零")
    def test_never_raises_and_stays_small(self, text):
        self.assertLess(len(address.parse(text)), 40)

    def test_what_people_type_around_a_number(self):
        self.assertEqual(address.split_building(" 12号楼 "), ("12", "号楼"))
        self.assertEqual(address.split_building("号"), ("号", ""))
        self.assertEqual(address.clean_room("３０２室"), "302")
        self.assertEqual(address.clean_entrance("2单元"), "2")
        self.assertEqual(address.clean_lane("3弄"), "3")

    def test_floor_of_a_room(self):
        rooms = {"302": 3, "1203": 12, "B1-02": -1, "12": 0, "甲": 0, "": 0}
        for room, floor in rooms.items():
            self.assertEqual(address.floor_of(room), floor, room)

    def test_ranges(self):
        self.assertEqual(
            address.expand_range("1-3，5 12A,2"), ["1", "2", "3", "5", "12A"]
        )
        for wrong in ("9-1", "1-100000"):
            with self.assertRaises(ValueError):
                address.expand_range(wrong)
