from odoo.tests import BaseCase, tagged

from ...tools.privacy import MASK, mask


@tagged("post_install", "-at_install")
class TestPrivacy(BaseCase):
    """Words for neighbours: the matter stays, the person goes."""

    def test_place_and_matter_stay(self):
        text = "12号楼一层电梯厅地砖松动，3栋北门2个灯不亮，已经4天"
        self.assertEqual(mask(text), text)

    def test_numbers_of_people_go(self):
        for number in (
            "13812345678",
            "138 1234 5678",
            "+86 138-1234-5678",
            "021-58881234",
            "310115198001011234",
            "31011519800101123X",
            "6222020200112345678",
            "a.b@example.com",
            "微信：abc_12345",
            "沪A12345",
            "沪AD12345",
        ):
            with self.subTest(number=number):
                masked = mask(f"请打{number}，谢谢")
                self.assertNotIn(number, masked)
                self.assertIn(MASK, masked)
                self.assertIn("谢谢", masked)

    def test_rooms_go(self):
        for room in ("302室", "1单元302室", "三零二室", "12-1-302", "1单元302"):
            with self.subTest(room=room):
                self.assertNotIn(room, mask(f"我住{room}，漏水"))

    def test_names_go(self):
        self.assertNotIn("朱先生", mask("朱先生家楼下"))
        self.assertNotIn("何必居", mask("我是何必居，12号楼", "何必居", None, ""))

    def test_longer_words_go_first(self):
        self.assertEqual(mask("张三丰来了", "张三", "张三丰"), f"{MASK}来了")

    def test_nothing_is_nothing(self):
        self.assertEqual(mask(None), "")
        self.assertEqual(mask(""), "")
