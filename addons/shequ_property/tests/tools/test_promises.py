from fractions import Fraction
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import promises as p

COUNTS = st.integers(0, 10_000)
CASES = st.tuples(COUNTS, COUNTS).map(lambda pair: (min(pair), max(pair)))
STATES = st.sampled_from([p.KEPT, p.BROKEN, p.NOTHING, "waiting"])


class TestPromises(TestCase):
    def test_small_repairs_of_the_contract(self):
        at_least = (p.PER_MILLE, p.AT_LEAST, 950)
        self.assertEqual(p.verdict(*at_least, 95, 100), p.KEPT)
        self.assertEqual(p.verdict(*at_least, 19, 20), p.KEPT)
        self.assertEqual(p.verdict(*at_least, 18, 19), p.BROKEN)  # 94.7 %
        self.assertEqual(p.verdict(*at_least, 0, 0), p.NOTHING)

    def test_rounding_decides_nothing(self):
        # 949.99 ‰ is shown as 94.9 % and is not 95 %.
        self.assertEqual(
            p.verdict(p.PER_MILLE, p.AT_LEAST, 950, 94_999, 100_000), p.BROKEN
        )
        self.assertEqual(p.value(p.PER_MILLE, 94_999, 100_000), 949)

    def test_counts_without_a_case_are_kept(self):
        self.assertEqual(p.verdict(p.WHOLE, p.AT_MOST, 5, 0, 0), p.KEPT)
        self.assertEqual(p.verdict(p.WHOLE, p.AT_MOST, 5, 6, 6), p.BROKEN)

    def test_stars(self):
        self.assertEqual(p.value(p.MILLI, 14, 3), 4666)
        self.assertEqual(p.verdict(p.MILLI, p.AT_LEAST, 4500, 9, 2), p.KEPT)
        self.assertEqual(p.verdict(p.MILLI, p.AT_LEAST, 4501, 9, 2), p.BROKEN)

    def test_nonsense_is_refused(self):
        for bad in ((-1, 3), (3, -1), (4, 3)):
            with self.assertRaises(ValueError):
                p.value(p.PER_MILLE, *bad)

    @given(CASES, st.integers(0, 1000))
    def test_verdict_is_exact_arithmetic(self, cases, threshold):
        hits, of = cases
        verdict = p.verdict(p.PER_MILLE, p.AT_LEAST, threshold, hits, of)
        if not of:
            self.assertEqual(verdict, p.NOTHING)
        else:
            held = Fraction(hits, of) >= Fraction(threshold, 1000)
            self.assertEqual(verdict, p.KEPT if held else p.BROKEN)

    @given(CASES, st.integers(0, 1000))
    def test_one_more_hit_never_breaks_a_promise(self, cases, threshold):
        hits, of = cases
        more = p.verdict(p.PER_MILLE, p.AT_LEAST, threshold, hits + 1, of + 1)
        if p.verdict(p.PER_MILLE, p.AT_LEAST, threshold, hits, of) == p.KEPT:
            self.assertEqual(more, p.KEPT)

    @given(st.lists(st.tuples(STATES, st.integers(0, 9)), max_size=12))
    def test_score_is_a_share_of_what_was_judged(self, results):
        score = p.score(results)
        judged = [(s, w) for s, w in results if s in (p.KEPT, p.BROKEN) and w]
        if not judged:
            self.assertIsNone(score)
            return
        self.assertTrue(0 <= score <= 1000)
        self.assertEqual(score == 1000, all(s == p.KEPT for s, _w in judged))
        self.assertEqual(score == 0, all(s == p.BROKEN for s, _w in judged))

    @given(st.lists(st.tuples(STATES, st.integers(0, 10**6)), max_size=12))
    def test_deduction_is_of_the_broken_alone(self, results):
        self.assertEqual(
            p.deduction(results), sum(c for s, c in results if s == p.BROKEN)
        )

    @given(st.lists(CASES, max_size=6))
    def test_periods_add_up(self, parts):
        hits, of = p.together(parts)
        self.assertEqual(hits, sum(h for h, _of in parts))
        self.assertLessEqual(hits, of)
