from hypothesis import assume, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.anonymise import anonymise

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@tagged("post_install", "-at_install")
class TestAnonymise(BaseCase):
    def assertGone(self, text, *secrets, **options):
        result = anonymise(text, **options)
        for secret in secrets:
            self.assertNotIn(secret, result, text)
        return result

    def test_numbers_that_lead_to_a_person(self):
        for secret in (
            "13812345678",
            "138 1234 5678",
            "138-1234-5678",
            "+86 13812345678",
            "021-57431234",
            "0315-2345678",
            "400-820-8820",
            "310226196503071234",
            "31022619650307123X",
            "6222021001122334455",
            "１３８１２３４５６７８",
            "幺三八零零一三八零零零",
            "沪A12345",
            "沪A·12345",
            "沪AD12345",
            "wang.li@example.com",
            "https://example.com/u/77",
            "JHYY-20261121-0007",
        ):
            with self.subTest(secret=secret):
                result = self.assertGone(f"请联系{secret}，谢谢", secret)
                self.assertEqual(result, "请联系某，谢谢")

    def test_messengers(self):
        self.assertGone("加我微信wxid_abc123", "wxid_abc123")
        self.assertGone("QQ号：12345", "12345")

    def test_places(self):
        for secret in (
            "12号楼1单元302室",
            "十二号楼一单元三零二室",
            "3弄5号601室",
            "12栋302",
            "12-1-302",
            "12#302",
            "302室",
            "5号601室",
            "三〇二室",
        ):
            with self.subTest(secret=secret):
                self.assertEqual(anonymise(f"{secret}漏水了"), "某室漏水了")

    def test_people_by_title(self):
        self.assertEqual(anonymise("王阿姨说灯不亮"), "某阿姨说灯不亮")
        self.assertEqual(anonymise("感谢李建国先生"), "感谢某先生")
        self.assertEqual(anonymise("欧阳女士来电"), "某女士来电")
        self.assertEqual(anonymise("老张说小王来过"), "某说某来过")

    def test_given_names_and_places(self):
        text = "诸葛小明住302，电话没说。王磊到场。"
        result = anonymise(text, names=["诸葛小明"], places=["302"])
        self.assertEqual(result, "某住某，电话没说。王磊到场。")

    def test_what_happened_is_left(self):
        for text in (
            "走廊的灯坏了3天，换了2个灯泡，花费15.50元",
            "14:29报修，次日中午修好，业主给了五星",
            "小区的高层水压不足，师傅更换了DN25阀门",
            "2026年11月21日下午完成",
            "",
        ):
            with self.subTest(text=text):
                self.assertEqual(anonymise(text), text)

    def test_a_room_is_not_taken_out_of_a_larger_number(self):
        self.assertEqual(anonymise("共1302元", places=["302"]), "共1302元")

    def test_empty_words_do_no_harm(self):
        self.assertEqual(anonymise("灯亮了", names=["", False, "灯"]), "灯亮了")
        self.assertEqual(anonymise(None), "")

    @settings(max_examples=300, deadline=None)
    @given(
        st.text(alphabet=HAN, min_size=2, max_size=4),
        st.text(max_size=20),
        st.text(max_size=20),
    )
    def test_a_given_name_never_stays(self, name, before, after):
        assume("某" not in name)
        self.assertNotIn(name, anonymise(before + name + after, names=[name]))

    @settings(max_examples=300, deadline=None)
    @given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"), st.text(alphabet=HAN, max_size=9))
    def test_a_telephone_never_stays(self, phone, words):
        self.assertNotIn(phone, anonymise(words + phone + words))
