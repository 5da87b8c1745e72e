import unittest

from hypothesis import given
from hypothesis import strategies as st

from ...tools import ballot_number

SECRET = b"of the server"
NUMBERS = st.integers(1, 999_999_999)


class TestBallotNumber(unittest.TestCase):
    @given(NUMBERS, NUMBERS)
    def test_what_is_written_is_read(self, vote, elector):
        number = ballot_number.number(SECRET, vote, elector)
        self.assertEqual(ballot_number.read(SECRET, number), (vote, elector))
        loose = f" https://example.com/vote/b/{number.lower()} "
        self.assertEqual(ballot_number.read(SECRET, loose), (vote, elector))

    @given(NUMBERS, NUMBERS, NUMBERS)
    def test_the_letters_belong_to_one_ballot(self, vote, elector, other):
        if other != elector:
            number = ballot_number.number(SECRET, vote, elector)
            forged = f"{vote}-{other}-{number[-4:]}"
            known = ballot_number.number(SECRET, vote, other)
            self.assertEqual(
                ballot_number.read(SECRET, forged) is not None, forged == known
            )

    @given(st.text(max_size=30))
    def test_anything_else_is_refused(self, text):
        self.assertIsNone(ballot_number.read(SECRET, text + "!"))

    def test_another_server_reads_nothing(self):
        number = ballot_number.number(SECRET, 12, 3456)
        self.assertIsNone(ballot_number.read(b"another", number))
        self.assertIsNone(ballot_number.read(SECRET, None))
