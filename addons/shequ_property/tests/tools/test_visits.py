from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import visits

HOURS = visits.parse_hours("9-11 14-16 18:30-20")
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1))


@tagged("post_install", "-at_install")
class TestVisits(BaseCase):
    def test_hours_are_read_and_mistakes_are_named(self):
        self.assertEqual(HOURS, [(540, 660), (840, 960), (1110, 1200)])
        self.assertEqual(visits.parse_hours(""), [])
        for wrong in ("9", "11-9", "9-25", "nine-ten", "9:70-10", "-"):
            with self.assertRaisesRegex(ValueError, wrong):
                visits.parse_hours(f"8-9 {wrong}")

    @settings(deadline=None)
    @given(MOMENTS, st.integers(1, 7))
    def test_every_time_lies_ahead_and_is_as_long_as_said(self, now, days):
        found = visits.slots(now, "Asia/Shanghai", HOURS, days)
        self.assertEqual(found, sorted(set(found)))
        self.assertLessEqual(len(found), days * len(HOURS))
        for start, end in found:
            self.assertGreaterEqual(start, now + timedelta(minutes=visits.NOTICE))
            self.assertIn(end - start, (timedelta(hours=2), timedelta(minutes=90)))
            self.assertIn((start + timedelta(hours=8)).hour, (9, 14, 18))

    def test_late_in_the_evening_it_begins_tomorrow(self):
        now = datetime(2026, 5, 1, 13, 0)  # nine in the evening in Shanghai
        self.assertEqual(
            visits.slots(now, "Asia/Shanghai", HOURS)[0],
            (datetime(2026, 5, 2, 1, 0), datetime(2026, 5, 2, 3, 0)),
        )
