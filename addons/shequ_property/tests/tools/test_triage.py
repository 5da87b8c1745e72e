from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import triage as package
from ...tools.triage import (
    Entry,
    LexiconError,
    Report,
    alarm,
    classifier,
    standard,
    triage,
)
from ...tools.triage.concepts import concepts, misheard
from ...tools.triage.sounds import sounds
from ...tools.triage.text import MISHEARD, Scopes, blank_idioms, clean

CHARACTERS = "电梯困人漏水了不没有冒烟煤气味修好谢谢上次又，。！？ 12号楼abc\n"
texts = st.one_of(st.text(max_size=80), st.text(alphabet=CHARACTERS, max_size=40))
# Said before or after, they change nothing.
HARMLESS = ["你好，", "物业，", "师傅，", "我是3号楼的，", "您好。", "麻烦一下，"]
EMERGENCIES = [
    "电梯困人了",
    "厨房冒烟了",
    "家里有煤气味",
    "头晕站不稳",
    "插座冒火花",
    "水管爆了水喷得到处都是",
    "有人要跳楼",
]
SOUND = ("red", "orange")


@tagged("post_install", "-at_install")
class TestTriage(BaseCase):
    def check(self, words, **expected):
        situation = expected.pop("situation", {})
        result = triage(Report(words, situation=situation))
        for name, value in expected.items():
            self.assertEqual(getattr(result, name), value, f"{words}: {result}")
        return result

    def test_the_lamp_of_an_elder(self):
        result = self.check(
            "我家厨房灯闪得厉害，晚上做饭怕摔",
            category="home_repair.electric",
            kind="repair",
            urgency="yellow",
            skill="electrical",
            situation={"age": 68},
        )
        self.assertIn("fall", result.flags)
        self.assertIn("elder_morning", result.hints)
        young = triage(
            Report("我家厨房灯闪得厉害，晚上做饭怕摔", situation={"age": 30})
        )
        self.assertNotIn("elder_morning", young.hints)

    def test_the_clothes_bin(self):
        result = self.check(
            "想在小区里设个旧衣回收箱",
            category="public_space.charity",
            kind="suggestion",
            urgency="blue",
            skill="welfare",
        )
        self.assertIn("reserve_place", result.hints)

    def test_the_other_stories(self):
        self.check("李爷爷想查养老金发放记录", category="policy.social_security")
        self.check("头晕站不稳", category="elder_care.emergency", urgency="red")
        # What makes them dizzy has to be stopped first.
        for words in (
            "家里一股怪味，闻着头晕想吐。",
            "厨房有煤气味，我头晕站不稳",
            "家里煤气味很大，老人晕倒了",
        ):
            result = self.check(words, category="safety.gas_electric", urgency="red")
            self.assertLessEqual({"gas", "medical"}, {*result.flags})
        self.check("我腿不好，要修轮椅", category="elder_care.assist")
        leak = self.check(
            "家里屋顶漏水，管道还藏在里边，看不出毛病在哪儿",
            category="home_repair.water_leak",
            urgency="orange",
        )
        self.assertIn("hidden_pipe", leak.hints)
        kettles = self.check(
            "家里俩电热水壶突然全歇了", category="home_repair.appliance"
        )
        self.assertIn("check_socket", kettles.hints)
        self.check("想租车位", category="parking.space", kind="application")
        tile = self.check(
            "电梯厅有一块地砖松动起翘", category="public_facility.floor_wall"
        )
        self.assertIn("warning_sign", tile.hints)
        facade = self.check("房屋外墙维修", category="public_facility.floor_wall")
        self.assertIn("owners_consent", facade.hints)

    def test_denied_solved_past_and_asked_for(self):
        for words in (
            "没有漏水",
            "不漏了",
            "上次漏水修好了谢谢",
            "灯泡爆款怎么买",
            "哪里能买到灭火器",
            "消防演练是几点开始",
            "已经没有煤气味了",
        ):
            self.assertNotIn(triage(words).urgency, SOUND, words)

    def test_denial_reaches_no_further_than_its_clause(self):
        for words in (
            "不漏了，但是插座冒烟了",
            "没有着火，是电梯困人了",
            "上次漏水修好了，现在厨房着火了",
            "修好了又漏了",
            "说修好了，一直没修好，还在漏水",
            "不停地漏水",
            "是不是煤气漏了",
        ):
            self.assertIn(triage(words).urgency, SOUND, words)

    def test_red_is_never_lost_for_confidence(self):
        result = triage("家里一股怪味闻着头晕想吐")
        self.assertEqual(result.urgency, "red")
        self.assertTrue(result.confirm)

    def test_danger_alone_is_judged_like_the_whole(self):
        for words in EMERGENCIES:
            self.assertTrue(alarm(words), words)
        for words in ("", "灯泡爆款怎么买", "燃气费怎么交", "上次漏水修好了谢谢"):
            self.assertIsNone(alarm(words), words)
        own = standard().extended([Entry("红色警戒", "urgency", "red")])
        self.assertEqual(alarm("红色警戒", own).code, "own_word")
        self.assertIsNone(alarm("红色警戒"))

    def test_ordinary_reports_with_people_and_hours_in_them(self):
        for words in (
            "孩子把钥匙弄丢了，想换个锁芯",
            "一楼门厅放两把椅子吧，老人等电梯能坐一坐",
            "楼上半夜十二点还在拖桌子",
            "卧室门反锁了打不开，里面没人",
            "单元门口台阶缺了一角，差点绊倒",
            "窗户把手断了关不严",
            "卫生间角阀关不紧，滴滴答答一整夜",
        ):
            self.assertNotEqual(triage(words).urgency, "red", words)
            self.assertIsNone(alarm(words), words)

    def test_a_company_says_what_is_harmless_and_the_ear_believes_it(self):
        own = standard().extended(
            [Entry("着火点烧烤", "harmless", "harmless")], standard().categories
        )
        self.assertEqual(own.own_harmless, ("着火点烧烤",))
        self.assertEqual(standard().own_harmless, ())
        for words in ("着火点烧烤的油烟太大", "着火点烧烤几点开门"):
            self.assertNotEqual(triage(Report(words), own).urgency, "red")
            self.assertIsNone(alarm(words, own))
        self.assertEqual(triage(Report("着火点烧烤着火了快来人"), own).urgency, "red")

    def test_reported_before_is_no_matter_of_both(self):
        for words, before in (
            ("单元门口那堆东西又臭又挡路", False),
            ("水管又漏了", True),
            ("又漏了，又没人来", True),
            ("我又不是第一天住这", False),
            ("反映过好几次了，路灯不亮", True),
        ):
            hints = triage(words).hints
            self.assertEqual("reported_before" in hints, before, words)

    def test_misheard_words_are_looked_up_by_what_is_in_them(self):
        for wrong, right, one_of in MISHEARD:
            self.assertTrue(one_of, right)
            self.assertFalse(wrong.search("的一了是"), right)
        for words, said in (
            ("垫梯", "电梯"),
            ("困主了", "困住了"),
            ("天燃气", "天然气"),
            ("水管暴了", "水管爆了"),
            ("头运了", "头晕了"),
        ):
            self.assertEqual(clean(words), said)

    def test_mistyped_words_are_heard(self):
        for words in ("老人混迷了", "孩子溺谁了", "插座冒咽了"):
            self.assertIn(triage(words).urgency, SOUND, words)
        self.assertEqual(misheard("混迷", sounds("混迷")), ["faint"])
        self.assertEqual(misheard("昏迷", sounds("昏迷")), [])

    @settings(max_examples=150, deadline=None)
    @given(texts)
    def test_concepts_stand_in_the_text(self, text):
        for start, end, _name in concepts(text):
            self.assertTrue(0 <= start < end <= len(text))
        self.assertEqual(len(sounds(text)), len(text))

    @settings(max_examples=200, deadline=None)
    @given(texts)
    def test_never_raises(self, text):
        result = triage(Report(text, at=datetime(2024, 5, 1, 9)))
        self.assertIn(result.urgency, ("red", "orange", "yellow", "blue"))
        self.assertIn(result.category, standard().categories)
        self.assertLessEqual(len(result.guesses), 3)
        for value in result.confidence.values():
            self.assertTrue(0 <= value <= 1, result)
        self.assertEqual(result, triage(Report(text, at=datetime(2024, 5, 1, 9))))

    @settings(max_examples=100, deadline=None)
    @given(st.sampled_from(EMERGENCIES), st.sampled_from(HARMLESS))
    def test_a_harmless_word_hides_nothing(self, emergency, harmless):
        self.assertIn(triage(harmless + emergency).urgency, SOUND)
        self.assertIn(triage(f"{emergency}，{harmless}").urgency, SOUND)

    @settings(max_examples=150, deadline=None)
    @given(texts)
    def test_blanking_keeps_positions(self, text):
        cleaned = clean(text)
        blanked = blank_idioms(cleaned)
        self.assertEqual(len(blanked), len(cleaned))
        for start, end in Scopes(blanked).clauses:
            self.assertTrue(0 <= start <= end <= len(blanked))

    def test_times(self):
        now = datetime(2024, 5, 1, 9)  # a Wednesday
        saturday = triage(Report("周六上午来修水龙头", at=now)).preferred
        self.assertEqual(saturday.start, datetime(2024, 5, 4, 8))
        self.assertEqual(
            triage(Report("下班后来修灯", at=now)).preferred.hours, (18, 21)
        )
        three = triage(Report("灯不亮，明天下午3点来修", at=now)).preferred
        self.assertEqual(three.start, datetime(2024, 5, 2, 15))
        self.assertIsNone(triage(Report("昨天晚上开始漏水", at=now)).preferred)

    def test_outside_names_a_department(self):
        result = self.check("公交车司机乱打表，班车线路乱改", category="outside")
        self.assertEqual(result.department, "交通运输")

    def test_own_words(self):
        own = [
            Entry("欢乐谷漏斗", "category", "public_space", 5),
            Entry("红色警戒", "urgency", "red"),
            {"word": "冒烟咖啡", "role": "harmless", "value": "", "weight": 1},
        ]
        lexicon = standard().extended(own)
        self.assertEqual(triage("欢乐谷漏斗", lexicon).category, "public_space")
        self.assertEqual(triage("红色警戒", lexicon).urgency, "red")
        self.assertNotEqual(triage("没有红色警戒", lexicon).urgency, "red")
        self.assertNotIn(triage("想喝冒烟咖啡", lexicon).urgency, SOUND)
        self.assertNotEqual(triage("红色警戒").urgency, "red")

    def test_a_wrong_entry_is_named(self):
        for wrong in (
            {"word": "", "role": "category", "value": "order"},
            {"word": "漏斗", "role": "category", "value": "nowhere"},
            {"word": "漏斗", "role": "nothing", "value": "order"},
            {"word": "漏斗", "role": "urgency", "value": "pink"},
            {"word": "漏斗", "role": "category", "value": "order", "weight": 99},
            {"term": "漏斗"},
        ):
            with self.assertRaises(LexiconError):
                standard().extended([wrong])

    def test_broken_model_is_refused(self):
        if not classifier.available():
            self.skipTest("scikit-learn is not installed")
        with self.assertRaises(classifier.ClassifierError):
            classifier.Classifier.load(b"no model at all")

    def test_learning(self):
        if not classifier.available():
            self.skipTest("scikit-learn is not installed")
        pairs = [(f"{n}号楼电梯坏了", "public_facility.lift") for n in range(12)]
        pairs += [(f"{n}单元垃圾没人清", "environment.cleaning") for n in range(12)]
        model = classifier.train(pairs)
        again = classifier.Classifier.load(model.dump())
        for text in ("电梯又坏", "垃圾成堆"):
            self.assertEqual(model.predict(text)[0], again.predict(text)[0])
            self.assertAlmostEqual(sum(again.confidences(text).values()), 1)
        self.assertEqual(again.predict("电梯又坏")[0], "public_facility.lift")
        self.assertTrue(model.better_than(None))
        self.assertFalse(model.better_than({"macro_f1": 1.2}))
        self.assertIn("macro_f1", again.score)
        learned = package.triage("电梯又坏", model=again)
        self.assertIn("learned", [reason.code for reason in learned.reasons])
        with self.assertRaises(classifier.ClassifierError):
            classifier.train(pairs[:12])
