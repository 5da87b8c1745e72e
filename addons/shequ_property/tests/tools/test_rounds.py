from datetime import date, time, timedelta
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import rounds

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
PLAN = st.tuples(st.integers(1, 40), st.sampled_from(rounds.UNITS))


class TestRounds(TestCase):
    def test_times_as_people_write_them(self):
        self.assertEqual(
            rounds.times("20:00、8:00, 08:00;14:30"), (time(8), time(14, 30), time(20))
        )
        self.assertEqual(rounds.times(""), ())

    def test_no_time_of_the_day_is_named(self):
        for word in ("25:00", "8点", "08:61"):
            with self.assertRaises(rounds.TimesError) as caught:
                rounds.times(f"08:00 {word}")
            self.assertEqual(caught.exception.args[0], word)

    def test_lift_every_fifteen_days(self):
        found = rounds.days(
            15, "day", date(2026, 1, 1), date(2026, 1, 10), date(2026, 2, 15)
        )
        self.assertEqual(
            found, [date(2026, 1, 16), date(2026, 1, 31), date(2026, 2, 15)]
        )

    def test_the_31st_comes_back_after_a_short_month(self):
        found = rounds.days(
            1, "month", date(2026, 1, 31), date(2026, 1, 1), date(2026, 4, 30)
        )
        self.assertEqual(
            found,
            [
                date(2026, 1, 31),
                date(2026, 2, 28),
                date(2026, 3, 31),
                date(2026, 4, 30),
            ],
        )

    def test_checklist(self):
        self.assertEqual(
            rounds.checklist("灭火器压力*\n\n 疏散通道畅通 \n*\n消火栓*"),
            [("灭火器压力", True), ("疏散通道畅通", False), ("消火栓", True)],
        )

    @given(PLAN, DAYS, DAYS, st.integers(0, 500), st.integers(0, 500))
    def test_two_spans_give_what_one_gives(self, plan, anchor, start, first, second):
        """Planned night by night or at once: the same rounds."""
        middle = start + timedelta(days=first)
        end = middle + timedelta(days=second)
        whole = rounds.days(*plan, anchor, start, end)
        parts = rounds.days(*plan, anchor, start, middle) + rounds.days(
            *plan, anchor, middle + timedelta(days=1), end
        )
        self.assertEqual(whole, parts)

    @given(PLAN, DAYS, st.integers(0, 1500))
    def test_days_ascend_and_begin_with_the_anchor(self, plan, anchor, length):
        end = anchor + timedelta(days=length)
        found = rounds.days(*plan, anchor, anchor - timedelta(days=99), end)
        self.assertEqual(found[0], anchor)
        self.assertEqual(found, sorted(set(found)))
        self.assertLessEqual(found[-1], end)

    @given(st.integers(1, 60), DAYS, st.integers(0, 900))
    def test_gap_of_days_is_the_plan(self, every, anchor, length):
        found = rounds.days(every, "day", anchor, anchor, anchor + timedelta(length))
        gaps = {(b - a).days for a, b in zip(found, found[1:], strict=False)}
        self.assertLessEqual(gaps, {every})
        self.assertEqual(len(found), length // every + 1)
