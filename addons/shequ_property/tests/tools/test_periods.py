from datetime import date, timedelta
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import periods

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


class TestPeriods(TestCase):
    def test_spans(self):
        day = date(2026, 2, 28)
        self.assertEqual(periods.span("month", day), (date(2026, 2, 1), day))
        self.assertEqual(
            periods.span("quarter", day), (date(2026, 1, 1), date(2026, 3, 31))
        )
        self.assertEqual(
            periods.span("year", day), (date(2026, 1, 1), date(2026, 12, 31))
        )

    def test_a_quarter_is_judged_with_its_last_month(self):
        judged = [
            m for m in range(1, 13) if periods.due_in("quarter", date(2026, m, 1))
        ]
        self.assertEqual(judged, [3, 6, 9, 12])

    def test_notice_of_sixty_days_by_the_first_of_november(self):
        self.assertEqual(periods.notice_by(date(2026, 12, 31), 60), date(2026, 11, 1))
        self.assertEqual(periods.notice_by(date(2026, 12, 31), 90), date(2026, 10, 2))

    def test_reminders(self):
        notice = date(2026, 11, 1)
        leads = (30, 7, 0)
        at = lambda days: periods.reminders(  # noqa: E731
            notice, notice - timedelta(days=days), leads
        )
        self.assertEqual(
            [at(31), at(30), at(8), at(7), at(1), at(0), at(-1)],
            [None, 30, 30, 7, 7, 0, None],
        )

    def test_a_contract_of_three_years_is_renewed_for_three(self):
        self.assertEqual(
            periods.renewed(date(2024, 1, 1), date(2026, 12, 31)),
            (date(2027, 1, 1), date(2029, 12, 31)),
        )
        self.assertEqual(
            periods.renewed(date(2024, 1, 1), date(2024, 1, 10)),
            (date(2024, 1, 11), date(2024, 1, 20)),
        )

    @given(DAYS, st.integers(-600, 600))
    def test_months_go_forth_and_back(self, day, count):
        there = periods.add_months(day, count)
        self.assertLessEqual(there.day, day.day)
        back = periods.add_months(there, -count)
        self.assertEqual((back.year, back.month), (day.year, day.month))

    @given(st.sampled_from(list(periods.MONTHS)), DAYS)
    def test_spans_cover_time_without_gap(self, period, day):
        start, end = periods.span(period, day)
        self.assertTrue(start <= day <= end)
        self.assertEqual(
            periods.span(period, end + timedelta(days=1))[0], end + timedelta(days=1)
        )
        self.assertEqual(periods.span(period, start), periods.span(period, end))

    @given(DAYS, st.integers(0, 3000))
    def test_months_between(self, start, length):
        end = start + timedelta(days=length)
        months = periods.months_between(start, end)
        self.assertEqual(months[0], periods.first(start))
        self.assertEqual(months[-1], periods.first(end))
        self.assertEqual(len(set(months)), len(months))

    @given(DAYS, DAYS, DAYS, st.none() | DAYS)
    def test_clip_stays_inside_both(self, start, end, date_from, date_to):
        found = periods.clip(start, end, date_from, date_to)
        if found:
            self.assertTrue(max(start, date_from) == found[0] <= found[1] <= end)
            self.assertTrue(date_to is None or found[1] <= date_to)
        else:
            last = min(end, date_to) if date_to else end
            self.assertGreater(max(start, date_from), last)
