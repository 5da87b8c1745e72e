"""Deadlines against an oracle that walks the calendar minute by minute."""

import time as stopwatch
from datetime import date, datetime, timedelta, timezone
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import sla

FIRST = date(2026, 2, 2)  # the Monday two weeks before the Spring Festival
DAYS = 84
MINUTES = DAYS * 24 * 60
ORIGIN = sla.to_seconds(datetime(2026, 2, 2))

OFFICE = {day: [(8 * 60, 12 * 60), (13 * 60, 17 * 60)] for day in range(5)}
SHOP = {day: [(9 * 60, 21 * 60 + 30)] for day in range(7)}
GATE = {day: [(0, 24 * 60)] for day in range(7)}
ODD = {0: [(7 * 60, 7 * 60 + 1)], 2: [(22 * 60, 24 * 60)], 3: [(0, 6 * 60)]}
FORTNIGHT = {(0, 0): [(480, 720)], (1, 2): [(480, 1020)], (0, 4): [(540, 600)]}
SPRING = [date(2026, 2, 15) + timedelta(days=n) for n in range(9)]
MAKE_UP = {date(2026, 2, 14): 0, date(2026, 2, 28): 4}


def _leave(first, last):
    return sla.to_seconds(first), sla.to_seconds(last)


CALENDARS = [
    (OFFICE, "Asia/Shanghai", SPRING, MAKE_UP, ()),
    (SHOP, "Asia/Shanghai", (), {}, ()),
    (GATE, "Asia/Shanghai", SPRING, {}, ()),
    (ODD, "Asia/Kolkata", (), {date(2026, 2, 8): 2}, ()),
    (FORTNIGHT, "Asia/Shanghai", (), {}, ()),
    (OFFICE, "Europe/Paris", (), {}, ()),  # the clocks change on 29 March
    (GATE, "America/New_York", (), {}, ()),  # and on 8 March
    (
        OFFICE,
        "Asia/Shanghai",
        SPRING,
        MAKE_UP,
        (
            _leave(datetime(2026, 2, 11, 1, 30), datetime(2026, 2, 12, 3, 17)),
            _leave(datetime(2026, 2, 12, 2, 0), datetime(2026, 2, 12, 4, 0)),
        ),
    ),
]


def _is_working(instant, weekly, tz, days_off, works_like, leaves):
    """Say whether the minute that begins at `instant` is worked: the oracle."""
    if any(start <= instant < end for start, end in leaves):
        return False
    local = datetime.fromtimestamp(instant, timezone.utc).astimezone(ZoneInfo(tz))
    day = local.date()
    if day in works_like:
        weekday = works_like[day]
    elif day in days_off:
        return False
    else:
        weekday = day.weekday()
    parity = ((day - date(1, 1, 1)).days // 7) % 2
    hours = weekly.get((parity, weekday), weekly.get(weekday, []))
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in hours)


@cache
def _minutes(index):
    """Return one flag per minute from `FIRST` on; index -1 is the wall clock."""
    if index < 0:
        return [True] * MINUTES
    calendar = CALENDARS[index]
    return [_is_working(ORIGIN + 60 * n, *calendar) for n in range(MINUTES)]


@cache
def _time(index):
    return sla.ALWAYS if index < 0 else sla.WorkingTime(*CALENDARS[index])


class _Clock:
    """A clock as the models keep it: only sums, no memory of single minutes."""

    def __init__(self, time, started, allowed):
        self.time, self.started, self.allowed = time, started, allowed
        self.paused, self.paused_at, self.fixed = 0, None, None

    def pause(self, at):
        if self.fixed is None and self.paused_at is None:
            self.paused_at = at

    def resume(self, at):
        if self.paused_at is not None:
            self.paused += sla.pause_length(self.time, self.paused_at, at)
            self.paused_at = None

    @property
    def deadline(self):
        if self.fixed is not None:
            return self.fixed
        return sla.deadline(self.time, self.started, self.allowed, self.paused)


def _walk(minutes, started, allowed, events):
    """Return the minute of the deadline, found by looking at every minute.

    :param events: (minute, what, value) in order
    :return: None when the clock still stands still or the window ends
    """
    left, paused, queue = allowed, False, list(events)
    for minute in range(started, MINUTES):
        while queue and queue[0][0] <= minute:
            _at, what, value = queue.pop(0)
            if what == "pause":
                paused = True
            elif what == "resume":
                paused = False
            elif what == "extend":
                left += value
        if left == 0 and not queue:
            return minute
        if minutes[minute] and not paused:
            if left > 0:
                left -= 1
                if left == 0 and not queue:
                    return minute + 1
    return None


def _histories():
    """Clocks started in the first weeks, with gaps between what happens to them."""
    return st.tuples(
        st.integers(-1, len(CALENDARS) - 1),
        st.integers(0, 21 * 24 * 60),  # start
        st.integers(1, 1500),  # promise, minutes
        st.lists(
            st.tuples(
                st.sampled_from(["pause", "resume", "extend"]),
                st.integers(1, 1440 * 2),  # minutes after the event before
                st.integers(1, 600),
            ),
            max_size=5,
        ),
    )


@tagged("post_install", "-at_install")
class TestSlaArithmetic(BaseCase):
    def test_ten_thousand_random_histories_equal_the_minute_walk(self):
        compared = 0

        @settings(
            max_examples=10_000,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(_histories())
        def check(history):
            nonlocal compared
            index, started, allowed, steps = history
            minutes = _minutes(index)
            clock = _Clock(_time(index), ORIGIN + 60 * started, 60 * allowed)
            events, minute = [], started
            for what, gap, value in steps:
                minute += gap
                at = ORIGIN + 60 * minute
                # What happens after the deadline has another test: a clock that
                # is late stays late by as much.
                if clock.paused_at is None and clock.deadline <= at:
                    break
                events.append((minute, what, value))
                if what == "pause":
                    clock.pause(at)
                elif what == "resume":
                    clock.resume(at)
                else:
                    clock.allowed += 60 * value
            if clock.paused_at is not None:
                minute += 1
                events.append((minute, "resume", 0))
                clock.resume(ORIGIN + 60 * minute)
            expected = _walk(minutes, started, allowed, events)
            if expected is not None:
                compared += 1
                self.assertEqual(clock.deadline, ORIGIN + 60 * expected, history)

        check()
        self.assertGreater(compared, 9_000, "most histories must end in the window")

    def test_between_counts_the_worked_minutes(self):
        totals = {
            index: [0, *accumulate(_minutes(index))]
            for index in range(-1, len(CALENDARS))
        }

        @settings(max_examples=2_000, deadline=None, database=None, derandomize=True)
        @given(
            st.integers(-1, len(CALENDARS) - 1),
            st.integers(0, MINUTES - 1),
            st.integers(0, MINUTES - 1),
        )
        def check(index, first, last):
            counted = totals[index][last] - totals[index][first]
            self.assertEqual(
                _time(index).between(ORIGIN + 60 * first, ORIGIN + 60 * last),
                60 * counted,
            )

        check()

    def test_seconds_are_kept(self):
        office = _time(0)
        start = sla.to_seconds(datetime(2026, 2, 6, 8, 59, 30))  # Friday 16:59:30
        self.assertEqual(
            sla.to_datetime(office.add(start, 45)), datetime(2026, 2, 9, 0, 0, 15)
        )
        # Exactly used up at the end of the day: due then, not the next morning.
        self.assertEqual(
            sla.to_datetime(office.add(start, 30)), datetime(2026, 2, 6, 9, 0)
        )

    def test_a_late_clock_stays_late_by_as_much_after_a_pause(self):
        office = _time(0)
        clock = _Clock(office, sla.to_seconds(datetime(2026, 2, 3, 0, 0)), 3600)
        clock.pause(sla.to_seconds(datetime(2026, 2, 3, 3, 0)))  # two hours late
        clock.resume(sla.to_seconds(datetime(2026, 2, 4, 3, 0)))  # one working day
        now = sla.to_seconds(datetime(2026, 2, 4, 3, 0))
        self.assertEqual(office.between(clock.deadline, now), 2 * 3600)

    def test_thresholds_are_in_order_and_in_working_time(self):
        @settings(max_examples=1_000, deadline=None, database=None, derandomize=True)
        @given(
            st.integers(-1, len(CALENDARS) - 1),
            st.integers(0, 20_000),
            st.integers(1, 900),
            st.integers(0, 300),
            st.booleans(),
        )
        def check(index, start, allowed, paused, by_hand):
            time = _time(index)
            start = ORIGIN + 60 * start
            fixed = start + 60 * allowed if by_hand else None
            levels = sla.thresholds(time, start, 60 * allowed, 60 * paused, fixed)
            self.assertEqual(sorted(levels), list(levels))
            if by_hand:
                self.assertEqual(levels[1], fixed, "a hand-set deadline is the 100 %")
                return
            used = [sla.used(time, start, 60 * paused, at) for at in levels]
            shares = [allowed * n * 60 // 100 for n in sla.LEVEL_PERCENT]
            self.assertEqual(used, shares)
            for number, at in enumerate(levels, 1):
                self.assertGreaterEqual(sla.level_at(levels, at), number)
                self.assertLess(sla.level_at(levels, at - 1), number)

        check()

    def test_a_calendar_that_never_works_says_so(self):
        for weekly in ({}, {0: []}, {0: [(600, 600)]}):
            with self.assertRaises(sla.NoWorkingTime):
                sla.WorkingTime(weekly).add(ORIGIN, 60)
            self.assertEqual(sla.WorkingTime(weekly).between(0, ORIGIN), 0)
        closed = sla.WorkingTime(OFFICE, leaves=[(0, ORIGIN * 4)])
        with self.assertRaises(sla.NoWorkingTime):
            closed.add(ORIGIN, 60)

    def test_far_past_and_far_future(self):
        office = sla.WorkingTime(OFFICE, "Asia/Shanghai")
        late = sla.to_seconds(datetime(2030, 1, 1))
        early = sla.to_seconds(datetime(2020, 1, 6))
        week = 5 * 8 * 3600
        self.assertEqual(office.between(late, late + 7 * 86400), week)
        self.assertEqual(office.between(early, early + 7 * 86400), week)
        # 3,000 working days are 600 weeks.
        self.assertEqual(
            office.add(early, 3000 * 8 * 3600) // 86400,
            (early + 600 * 7 * 86400 - 3 * 86400) // 86400,
        )

    def test_merge_and_subtract(self):
        self.assertEqual(sla.merge([(5, 7), (1, 3), (3, 4), (6, 6)]), [(1, 4), (5, 7)])
        self.assertEqual(
            sla.subtract([(1, 4), (5, 9)], [(0, 2), (3, 6), (8, 20)]), [(2, 3), (6, 8)]
        )

    def test_answers_stay_fast_however_far_the_deadline(self):
        """A floor far below what was measured (500,000); day by day would miss it."""
        office = _time(0)
        starts = [ORIGIN + 977 * n for n in range(20_000)]
        office.add(starts[-1], 86400)
        began = stopwatch.perf_counter()
        for start in starts:
            office.add(start, 6 * 3600)
        rate = len(starts) / (stopwatch.perf_counter() - began)
        self.assertGreater(rate, 50_000)
