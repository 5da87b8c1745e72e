from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import throttle

LIMITS = ((1, 60), (5, 3600), (10, 86400))
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TIMES = st.lists(st.integers(0, 200_000), max_size=30)


@tagged("post_install", "-at_install")
class TestThrottle(BaseCase):
    def test_one_a_minute_five_an_hour_ten_a_day(self):
        hits, now, sent = [], 0, []
        for _minute in range(24 * 60):
            hits, wait = throttle.decide(hits, LIMITS, now)
            if not wait:
                sent.append(now)
            now += 60
        self.assertEqual(len(sent), 10)
        self.assertEqual(sum(at < 3600 for at in sent), 5)

    def test_the_wait_is_as_long_as_said(self):
        hits, _wait = throttle.decide([], LIMITS, 1000)
        _hits, wait = throttle.decide(hits, LIMITS, 1010)
        self.assertEqual(wait, 51)
        self.assertTrue(throttle.decide(hits, LIMITS, 1059)[1])
        self.assertFalse(throttle.decide(hits, LIMITS, 1061)[1])

    def test_a_limit_of_nothing_stops_all(self):
        self.assertTrue(throttle.decide([], ((0, 60),), 5)[1])

    @PATIENT
    @given(TIMES)
    def test_never_more_than_the_limit_in_any_window(self, times):
        hits, allowed = [], []
        for now in sorted(times):
            hits, wait = throttle.decide(hits, LIMITS, now)
            if not wait:
                allowed.append(now)
        for count, seconds in LIMITS:
            for start in allowed:
                inside = [at for at in allowed if start <= at < start + seconds]
                self.assertLessEqual(len(inside), count)

    @PATIENT
    @given(TIMES, st.integers(0, 200_000))
    def test_after_the_wait_it_may_happen(self, times, now):
        hits = [at for at in times if at <= now]
        kept, wait = throttle.decide(hits, LIMITS, now)
        if wait:
            self.assertFalse(throttle.decide(kept, LIMITS, now + wait)[1])
        self.assertLessEqual(len(kept), len(hits) + 1)

    def test_settings(self):
        self.assertEqual(throttle.parse("1/60, 5/3600", ""), ((1, 60), (5, 3600)))
        self.assertEqual(throttle.parse("nonsense", "2/10"), ((2, 10),))
        self.assertEqual(throttle.parse("", "2/10"), ((2, 10),))
        self.assertEqual(throttle.parse("3/0 x/y 1/5", ""), ((1, 5),))
