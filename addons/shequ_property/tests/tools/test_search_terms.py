import unittest

from hypothesis import given
from hypothesis import strategies as st

from ...tools.search_terms import index_terms, query_terms

HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1)


def _matches(query, terms):
    """What PostgreSQL's `@@` does with our two shapes of terms."""
    words = terms.split()
    for part in filter(None, query.split(" & ")):
        if part.endswith(":*"):
            if not any(word.startswith(part[1:-3]) for word in words):
                return False
        elif part.strip("'") not in words:
            return False
    return True


class TestSearchTerms(unittest.TestCase):
    def test_pairs_and_words(self):
        self.assertEqual(index_terms("水管漏水 B2"), "水管 管漏 漏水 水 b2")
        self.assertEqual(query_terms("漏水 0007"), "'漏水' & '0007':*")

    def test_pairs_of_a_query_do_not_overlap(self):
        self.assertEqual(query_terms("水管漏水"), "'水管' & '漏水'")
        self.assertEqual(query_terms("单元门坏了"), "'单元' & '门坏' & '坏了'")

    def test_full_width_is_the_same_as_half_width(self):
        self.assertEqual(query_terms("ＡＢ１２"), query_terms("ab12"))

    def test_nothing_to_search_for(self):
        self.assertEqual(query_terms("。,!'\\"), "")

    @given(HANZI, HANZI, HANZI)
    def test_every_part_of_a_text_finds_it(self, before, part, after):
        self.assertTrue(_matches(query_terms(part), index_terms(before + part + after)))

    @given(st.text())
    def test_a_query_never_carries_quotes_or_operators_of_the_user(self, text):
        for part in filter(None, query_terms(text).split(" & ")):
            self.assertRegex(part, r"^'[^'\\&|!:*()<> ]+'(:\*)?$")
