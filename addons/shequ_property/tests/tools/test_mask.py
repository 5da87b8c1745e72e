from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import mask


class TestMask(TestCase):
    def test_table(self):
        for function, value, shown in (
            (mask.mask_phone, "13812345678", "138****5678"),
            (mask.mask_phone, "+86 138-1234 5678", "138****5678"),
            (mask.mask_phone, "021-58881234", "021****1234"),
            (mask.mask_phone, "+6591234567", "+65****4567"),
            (mask.mask_phone, "12345", "****"),
            (mask.mask_phone, "", ""),
            (mask.mask_id, "310101199001011234", "310***********1234"),
            (mask.mask_id, "E12345678", "E******78"),
            (mask.mask_email, "wang@example.cn", "w****@example.cn"),
            (mask.mask_email, "al@example.cn", "****@example.cn"),
            (mask.mask_email, '"王" <wang@example.cn>', '"王" <w****@example.cn>'),
            (mask.mask_login, "13812345678", "138****5678"),
            (mask.mask_login, "wang@example.cn", "w****@example.cn"),
            (mask.mask_text, "电话13812345678，谢谢", "电话138****5678，谢谢"),
        ):
            with self.subTest(value=value):
                self.assertEqual(function(value), shown)

    @given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True))
    def test_phone_never_whole_and_twice_is_the_same(self, number):
        shown = mask.mask_phone(number)
        self.assertNotIn(number, shown)
        self.assertTrue(mask.is_masked(shown))
        self.assertEqual(mask.mask_phone(shown), shown)
        self.assertFalse(mask.is_masked(number))
        self.assertNotIn(number, mask.mask_text(f"电话{number}。"))

    @given(st.text(max_size=40))
    def test_any_text(self, text):
        for function in (
            mask.mask_phone,
            mask.mask_email,
            mask.mask_id,
            mask.mask_text,
        ):
            self.assertIsInstance(function(text), str)

    @given(st.emails())
    def test_email_never_whole(self, address):
        self.assertNotIn(address, mask.mask_email(address))
