import json
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools.chain import GENESIS, canonical, digest, link

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=12,
)


class TestChain(TestCase):
    def test_one_text_for_one_value(self):
        self.assertEqual(
            canonical({"乙": [1, None, True], "a": {"c": "元", "b": 2}}),
            '{"a":{"b":2,"c":"元"},"乙":[1,null,true]}'.encode(),
        )

    def test_known_digest(self):
        # printf '{"a":1}' | sha256sum
        self.assertEqual(
            digest({"a": 1}),
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862",
        )

    @given(VALUES)
    def test_reads_back(self, value):
        self.assertEqual(json.loads(canonical(value)), value)

    def test_what_has_no_canonical_form(self):
        for value in (1.0, {1: "a"}, {"a": {2}}, b"a", [float("nan")]):
            with self.subTest(value=value), self.assertRaises(TypeError):
                canonical(value)

    @given(VALUES, VALUES)
    def test_every_link_depends_on_all_before(self, first, second):
        head = link(link(GENESIS, first), second)
        self.assertNotEqual(head, link(GENESIS, second))
        self.assertNotEqual(head, link(link(GENESIS, [first]), second))
