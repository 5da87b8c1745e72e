import datetime
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from ...tools import idnumber

AREAS = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True)
DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2020, 12, 31))
SERIALS = st.from_regex(r"[0-9]{3}", fullmatch=True)


def resident(area, day, serial):
    digits = f"{area}{day:%Y%m%d}{serial}"
    return digits + ric.calc_check_digit(f"{digits}0")


class TestIdNumber(TestCase):
    @given(AREAS, DAYS, SERIALS)
    def test_right_numbers_are_kept_as_they_are(self, area, day, serial):
        number = resident(area, day, serial)
        self.assertEqual(idnumber.check("resident", number), number)
        self.assertEqual(idnumber.guess_type(number), "resident")
        self.assertEqual(idnumber.birth_date(number), day)
        spaced = f" {number[:6]} {number[6:14]}-{number[14:].lower()} "
        self.assertEqual(idnumber.check("resident", spaced), number)

    @given(AREAS, DAYS, SERIALS, st.integers(0, 16), st.integers(1, 9))
    def test_one_wrong_digit_is_noticed(self, area, day, serial, place, step):
        number = resident(area, day, serial)
        digit = str((int(number[place]) + step) % 10)
        wrong = number[:place] + digit + number[place + 1 :]
        with self.assertRaises(idnumber.IdNumberError):
            idnumber.check("resident", wrong)

    @given(AREAS, DAYS, SERIALS, st.integers(0, 16))
    def test_two_digits_changed_over_are_noticed(self, area, day, serial, place):
        number = resident(area, day, serial)
        left, right = number[place], number[place + 1]
        wrong = number[:place] + right + left + number[place + 2 :]
        if left != right:
            with self.assertRaises(idnumber.IdNumberError):
                idnumber.check("resident", wrong)

    @given(
        AREAS, st.dates(datetime.date(1900, 1, 1), datetime.date(1999, 12, 31)), SERIALS
    )
    def test_old_numbers_of_15_digits(self, area, day, serial):
        old = f"{area}{day:%y%m%d}{serial}"
        self.assertEqual(idnumber.check("resident", old), resident(area, day, serial))

    def test_table(self):
        for id_type, number in (
            ("resident", "11010519491231002X"),
            ("resident", "810000199408230021"),
            ("passport", "E12345678"),
            ("passport", "EA1234567"),
            ("hk_macau", "H12345678"),
            ("hk_macau", "M1234567801"),
            ("taiwan", "12345678"),
            ("uscc", "91110000600037341L"),
        ):
            with self.subTest(number=number):
                self.assertEqual(idnumber.check(id_type, number), number)

    def test_what_is_wrong(self):
        for id_type, number, code in (
            ("resident", "110105194912310021", "check"),
            ("resident", "1101051949123100", "length"),
            ("resident", "11010519491331002X", "check"),
            ("resident", "张三", "characters"),
            ("uscc", "91110000600037341M", "check"),
            ("passport", "ABCDEFGH", "characters"),
            ("hk_macau", "X12345678", "characters"),
            ("library", "1", "type"),
        ):
            with self.subTest(number=number):
                with self.assertRaises(idnumber.IdNumberError) as caught:
                    idnumber.check(id_type, number)
                self.assertEqual(caught.exception.code, code)
                self.assertNotIn(number, str(caught.exception))

    @given(st.text(max_size=30))
    def test_any_text_is_answered(self, text):
        self.assertIn(idnumber.guess_type(text), ("", *idnumber.TYPES))

    def test_age_on_the_birthday(self):
        number = resident("990101", datetime.date(2010, 5, 20), "001")
        self.assertEqual(idnumber.age_on(number, datetime.date(2024, 5, 19)), 13)
        self.assertEqual(idnumber.age_on(number, datetime.date(2024, 5, 20)), 14)
