"""The parts of triage that the product asks on their own: alarm, visit, learning."""

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.triage import Entry, Report, dangers, standard, triage
from ...tools.triage.alarm import alarm
from ...tools.triage.classifier import ClassifierError
from ...tools.triage.learning import Learned, learn, macro_f1
from ...tools.triage.text import clean
from ...tools.triage.visit import visit_hints

CHARACTERS = "电梯困人漏水了不没有冒烟煤气味修好谢谢上次又，。！？ 12号楼abc\n"
texts = st.one_of(st.text(max_size=80), st.text(alphabet=CHARACTERS, max_size=40))
CATEGORIES = sorted(standard().categories)
# Words no lexicon knows, so that only what was learned can tell them apart.
STRANGE = {"greening": "绿胡子该剃了", "public_facility.gate": "小蜜蜂又歇菜了"}


@tagged("post_install", "-at_install")
class TestTriageParts(BaseCase):
    def test_a_cry_for_help_tells_less_than_what_it_is_about(self):
        for words, category in (
            ("雨水往地下车库里灌，快来人", "safety.flood"),
            ("厨房着火了快来人啊救命", "safety.fire"),
            ("快来人，救命", "elder_care.emergency"),
        ):
            self.assertEqual(alarm(words).category, category, words)
            self.assertEqual(triage(words).category, category, words)

    def test_a_formal_letter_describes_and_does_not_ring(self):
        letter = (
            "尊敬的领导，我是某某小区的业主，我们小区电梯经常困人，物业公司不作为，"
            "居民多次向街道反映至今无果，存在严重安全隐患，恳请政府有关部门重视，"
            "督促物业尽快整改，还居民一个安全的环境，盼回复，谢谢领导，谢谢政府。"
        )
        self.assertNotEqual(triage(letter).urgency, "red")
        self.assertIsNone(alarm(letter))
        called = letter + "现在里面有人，快来救人！"
        self.assertEqual(triage(called).urgency, "red")
        self.assertTrue(alarm(called))

    def test_a_blank_is_a_pause(self):
        self.assertEqual(clean("停电了 老人在家 3号楼"), "停电了,老人在家 3号楼")
        for words in ("楼道着火了，快来人", "水管爆了，家里全是水"):
            blank = words.replace("，", "  ")
            self.assertEqual(triage(words).urgency, triage(blank).urgency)

    def test_alarm_hears_what_is_red(self):
        for words in (
            "电梯困人了",
            "厨房冒烟了",
            "家里有煤气味",
            "头晕站不稳",
            "有人要跳楼",
            "我儿子被电动车撞了",
            "孩子和我走散了",
            "门口汽油洒了一地",
            "帮我报警，他还在门外",
        ):
            found = alarm(words)
            self.assertTrue(found, words)
            self.assertIn(found.words, words)
            self.assertTrue(0 < found.sure <= 1)
        for words in ("", None, "上次漏水修好了谢谢", "灯泡爆款怎么买", "楼道灯不亮"):
            self.assertIsNone(alarm(words), words)

    @settings(max_examples=200, deadline=None)
    @given(texts)
    def test_alarm_never_raises(self, words):
        found = alarm(words)
        if found:
            self.assertTrue(found.category == "" or found.category in CATEGORIES)
            self.assertTrue(found.words or found.code == "sounds")

    def test_own_words_of_danger_and_own_harmless_ones(self):
        own = standard().extended(
            [
                Entry("老虎窗掉砖", "urgency", "red"),
                Entry("冒烟咖啡馆", "harmless", "harmless"),
            ]
        )
        self.assertEqual(alarm("老虎窗掉砖了", own).code, "own_word")
        self.assertIsNone(alarm("老虎窗没有掉砖", own))
        self.assertIsNone(alarm("冒烟咖啡馆招人", own))
        self.assertTrue(alarm("冒烟咖啡馆招人"))

    @settings(max_examples=150, deadline=None)
    @given(texts, st.sampled_from(CATEGORIES), st.integers(0, 120), st.booleans())
    def test_hints_for_any_decision(self, words, category, age, alone):
        report = Report(words, situation={"age": age, "alone": alone})
        hints, flags = visit_hints(report, category, "repair", "yellow")
        self.assertEqual(len(hints), len(set(hints)))
        self.assertEqual(tuple(sorted(flags)), flags)
        home = category.startswith("home_repair")
        if home and age >= 60:
            self.assertIn("elder_morning", hints)

    def test_hints_follow_the_category_a_person_chose(self):
        report = Report("有个地方起翘", situation={"age": 70})
        self.assertIn(
            "elder_morning",
            visit_hints(report, "home_repair.electric", "repair", "yellow")[0],
        )
        hints = visit_hints(report, "public_facility.floor_wall", "repair", "yellow")[0]
        self.assertIn("warning_sign", hints)
        self.assertNotIn("elder_morning", hints)
        self.assertEqual(visit_hints(Report(""), "", "repair", "yellow")[0], ())

    def test_learning_is_scored_on_what_was_not_seen(self):
        pairs = [
            (f"{words}{place}", label)
            for label, words in STRANGE.items()
            for place in "东西南北中前后左右上下里外"
        ]
        learned = learn(pairs, standard())
        self.assertEqual((learned.examples, learned.categories), (26, 2))
        self.assertGreater(learned.score, learned.alone)
        self.assertTrue(learned.worth_it())
        self.assertTrue(learned.worth_it(learned.score))
        self.assertFalse(learned.worth_it(learned.score + 0.02))

    def test_too_little_or_unknown_teaches_nothing(self):
        for pairs in ([], [("水", "greening")] * 5, [("水", "no.such.thing")] * 9):
            with self.assertRaises(ClassifierError):
                learn(pairs, standard())

    def test_no_better_than_the_lexicon_is_not_worth_it(self):
        self.assertFalse(Learned(None, 0.7, 0.7, 100, 5).worth_it())
        self.assertFalse(Learned(None, 0.7, 0.8, 100, 5).worth_it())

    @given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30), st.randoms())
    def test_macro_f1_is_a_share(self, truth, rng):
        self.assertEqual(macro_f1(truth, list(truth)), 1.0)
        guessed = [rng.choice("abcd") for _one in truth]
        self.assertTrue(0 <= macro_f1(truth, guessed) <= 1)

    @settings(max_examples=300, deadline=None)
    @given(texts)
    def test_no_danger_is_left_out_for_its_needles(self, words):
        likely = dangers.likely(words)
        for danger in dangers.DANGERS:
            # Words as needles may narrow a pattern on purpose; characters may not.
            if danger.signs and danger.pattern.search(words):
                self.assertIn(danger, likely)

    def test_needles_of_what_the_dangers_are_called(self):
        for words in (
            "着火了",
            "冒烟",
            "漏电",
            "电线断了",
            "有人晕倒",
            "老人摔倒了",
            "流血不止",
            "孩子不见了",
            "打起来了",
            "撬门",
            "花盆掉下来",
            "井盖没了",
            "水管爆了",
            "车库进水",
            "一直漏水",
            "马桶堵了",
            "家里没水",
            "暖气不热",
            "钥匙断在门锁里打不开",
        ):
            found = [d for d in dangers.likely(words) if d.pattern.search(words)]
            self.assertTrue(found, words)
