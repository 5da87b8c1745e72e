"""Phone numbers: however they are written, a caller is found."""

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import phone


@tagged("post_install", "-at_install")
class TestPhone(BaseCase):
    def test_written_in_many_ways(self):
        cases = {
            "138 1234 5678": "13812345678",
            "+86 138-1234-5678": "13812345678",
            "0086 13812345678": "13812345678",
            "8613812345678": "13812345678",
            "013812345678": "13812345678",
            "１３８１２３４５６７８": "13812345678",
            "13812345678/13912345678": "13812345678",
            "(021) 5888 1234": "02158881234",
            "+86 21 5888 1234": "02158881234",
            "021-58881234转801": "02158881234",
            "+86 400 123 4567": "4001234567",
            "+852 9123 4567": "+85291234567",
            "": "",
            "none": "",
        }
        for raw, expected in cases.items():
            with self.subTest(raw):
                self.assertEqual(phone.normalise(raw), expected)

    def test_a_foreign_contact_has_a_foreign_number(self):
        self.assertEqual(phone.normalise("020 7946 0018", 44), "+442079460018")
        self.assertEqual(phone.normalise("13812345678", 44), "13812345678")

    @settings(max_examples=300, deadline=None)
    @given(st.text(alphabet="0123456789+-() 转/", max_size=24))
    def test_normal_form_stays_as_it_is(self, raw):
        once = phone.normalise(raw)
        self.assertRegex(once, r"\A\+?\d*\Z")
        if not once.startswith("00"):
            self.assertEqual(phone.normalise(once), once)


@tagged("post_install", "-at_install")
class TestReachable(BaseCase):
    def test_who_can_get_a_message(self):
        for number in ("13812345678", "+6591234567", "+85291234567"):
            with self.subTest(number):
                self.assertTrue(phone.can_receive_sms(number))
        for number in ("02158881234", "4008001234", "", None, "+65912", "1381234567"):
            with self.subTest(number):
                self.assertFalse(phone.can_receive_sms(number))

    def test_countries(self):
        self.assertTrue(phone.in_countries("13812345678", ("86", "65")))
        self.assertFalse(phone.in_countries("13812345678", ("65",)))
        self.assertTrue(phone.in_countries("+6591234567", ("86", "65")))
        self.assertFalse(phone.in_countries("+447911123456", ("86", "65")))
        self.assertTrue(phone.in_countries("+447911123456", ()))
