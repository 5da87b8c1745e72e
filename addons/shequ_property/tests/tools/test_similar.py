import time

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import similar
from ...tools.similar import normalise, rank, similarity

CHARACTERS = "电梯灯坏了漏水三楼十二号12３，。 abc！"
texts = st.one_of(st.text(max_size=60), st.text(alphabet=CHARACTERS, max_size=30))


@tagged("post_install", "-at_install")
class TestSimilar(BaseCase):
    @settings(max_examples=300, deadline=None)
    @given(texts, texts)
    def test_symmetric_and_bounded(self, a, b):
        score = similarity(a, b)
        self.assertEqual(score, similarity(b, a))
        self.assertTrue(0 <= score <= 1)

    @settings(max_examples=200, deadline=None)
    @given(texts)
    def test_a_text_is_itself(self, text):
        self.assertEqual(similarity(text, text), 1)

    @settings(max_examples=200, deadline=None)
    @given(texts)
    def test_spelling_settles_after_one_round(self, text):
        # Removing characters can bring a number together: 三十，二 → 302 → 302.
        once = normalise(normalise(text))
        self.assertEqual(normalise(once), once)

    def test_nothing_in_common(self):
        self.assertEqual(similarity("电梯困人", "水管漏"), 0)
        self.assertEqual(similarity("", "水管漏"), 0)
        self.assertEqual(similarity("！！", "？"), 1)

    def test_width_figures_case_and_punctuation_do_not_matter(self):
        for a, b in (
            ("１２号楼电梯坏了", "12号楼，电梯坏了！"),
            ("十二号楼电梯坏", "12号楼电梯坏了"),
            ("二十三楼灯不亮", "23楼 灯不亮"),
            ("两部电梯都停了", "2部电梯停了"),
            ("WiFi断了", "ｗｉｆｉ断"),
            ("302漏水了吗？", "三〇二漏水"),
        ):
            with self.subTest(a=a):
                self.assertEqual(similarity(a, b), 1)

    def test_the_same_trouble_in_other_words_is_nearer_than_another(self):
        said = "12号楼1单元电梯坏了，已经两天没人修"
        same = ["1单元电梯坏了", "12栋电梯又坏了没人修", "电梯两天了还没修"]
        other = ["12号楼下水道堵了", "楼道灯不亮", "地下车库漏水", "物业费怎么交"]
        worst = min(similarity(said, text) for text in same)
        best = max(similarity(said, text) for text in other)
        self.assertGreater(worst, best)
        self.assertGreater(worst, 0.3)

    def test_a_short_text_inside_a_long_one_counts(self):
        long = "您好，我家门口走廊的灯坏了好几天，晚上老人下楼看不清，麻烦尽快来修"
        self.assertGreater(similarity("走廊灯坏了", long), 0.3)

    def test_rank_sorts_cuts_and_keeps_ties_in_order(self):
        candidates = [
            (1, "楼道灯不亮"),
            (2, "电梯坏了"),
            (3, "电梯坏了。"),
            (4, "电梯有异响"),
            (5, ""),
            (6, "水管漏"),
        ]
        found = rank("电梯坏了", candidates)
        self.assertEqual([key for score, key in found], [2, 3, 4])
        self.assertEqual(len(rank("电梯坏了", candidates, limit=1)), 1)
        scores = [score for score, key in rank("电梯坏了", candidates, threshold=0.9)]
        self.assertEqual(scores, [1, 1])

    def test_without_words_nothing_is_like_it(self):
        self.assertEqual(rank("", [(1, ""), (2, "电梯")]), [])
        self.assertEqual(rank(None, [(1, None)]), [])

    def test_fast_enough_to_ask_while_typing(self):
        """A second's work is some 100,000 comparisons; a fifth must do here."""
        words = ["电梯坏了", "楼道灯不亮", "三楼水管漏水", "门禁刷不开", "垃圾没清"]
        candidates = [
            (number, f"{number}号楼{words[number % 5]}，已经{number % 9}天没人来修")
            for number in range(10_000)
        ]
        similar._grams.cache_clear()
        start = time.process_time()
        rank("12号楼电梯坏了没人修", candidates)
        self.assertLess(time.process_time() - start, 1)
