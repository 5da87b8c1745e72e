from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools.terms import rows_changed

ROWS = st.dictionaries(st.text(max_size=3), st.integers(0, 3), max_size=6).map(
    lambda rows: {"prices": [{"key": k, "cents": v} for k, v in rows.items()]}
)


class TestTerms(TestCase):
    def test_a_dearer_price_is_changed_and_not_new(self):
        before = {"prices": [{"key": "1", "cents": 245}, {"key": "2", "cents": 9}]}
        after = {"prices": [{"key": "3", "cents": 1}, {"key": "1", "cents": 260}]}
        came, went, changed = rows_changed(before, after, "prices")
        self.assertEqual([row["key"] for row in came], ["3"])
        self.assertEqual([row["key"] for row in went], ["2"])
        self.assertEqual([(o["cents"], n["cents"]) for o, n in changed], [(245, 260)])

    @given(ROWS, ROWS)
    def test_forth_and_back(self, one, other):
        came, went, changed = rows_changed(one, other, "prices")
        back = rows_changed(other, one, "prices")
        key = lambda row: row["key"]  # noqa: E731
        self.assertEqual(sorted(came, key=key), sorted(back[1], key=key))
        self.assertEqual(sorted(went, key=key), sorted(back[0], key=key))
        self.assertEqual(len(changed), len(back[2]))

    @given(ROWS)
    def test_nothing_changed(self, terms):
        self.assertEqual(rows_changed(terms, terms, "prices"), ([], [], []))
