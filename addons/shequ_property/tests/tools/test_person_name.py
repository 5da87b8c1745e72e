from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import person_name


@tagged("post_install", "-at_install")
class TestPersonName(BaseCase):
    def test_same(self):
        self.assertTrue(person_name.same("王小明", " 王 小明"))
        self.assertTrue(person_name.same("阿依古丽·买买提", "阿依古丽买买提"))
        self.assertTrue(person_name.same("John Smith", "JOHN  SMITH"))
        self.assertFalse(person_name.same("王小明", "王小红"))
        self.assertFalse(person_name.same("王", "王"))
        self.assertFalse(person_name.same("", ""))

    def test_a_surname_with_a_title_proves_nothing(self):
        self.assertFalse(person_name.is_whole("王先生"))
        self.assertFalse(person_name.is_whole("王"))
        self.assertTrue(person_name.is_whole("王明"))
        self.assertTrue(person_name.is_whole("欧阳女士"))

    def test_mask(self):
        self.assertEqual(person_name.mask("王小明"), "王*明")
        self.assertEqual(person_name.mask("王明"), "王*")
        self.assertEqual(person_name.mask("欧阳小明"), "欧**明")
        self.assertEqual(person_name.mask("John Smith"), "J*** S***")
        self.assertEqual(person_name.mask(""), "")

    @given(st.text("王小明李四欧阳", min_size=2, max_size=6))
    def test_a_masked_name_does_not_tell(self, name):
        masked = person_name.mask(name)
        self.assertEqual(len(masked), len(name))
        self.assertIn("*", masked)
