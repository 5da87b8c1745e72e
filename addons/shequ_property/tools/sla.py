"""Arithmetic of service deadlines, in plain Python.

Instants are whole seconds since 1970-01-01 00:00 UTC and durations are whole
seconds, so that nothing is ever rounded.  A *time* measures how much of a
promise has been used between two instants:

* `ALWAYS` is the time of the wall clock, day and night;
* a `WorkingTime` passes only while its calendar is at work.

Both know the same two questions, `add` and `between`.  Everything about pauses,
extensions and thresholds is expressed with them, so a pause over a weekend costs
nothing in working time and two days by the wall clock.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta, timezone
from threading import Lock
from zoneinfo import ZoneInfo

#: Share of the promise, in per cent, at which levels 1, 2, 3 and 4 are reached.
LEVEL_PERCENT = (80, 100, 150, 200)
LEVEL_WARN, LEVEL_LATE, LEVEL_LATE_150, LEVEL_LATE_200 = 1, 2, 3, 4

EPOCH = datetime(1970, 1, 1)
_DAY = timedelta(days=1)
_MINUTES_A_DAY = 24 * 60
# Days worked out at once when a question goes beyond what is known already.
_CHUNK = 64
# A calendar without any working time in so many days never has any.
_HORIZON = 3 * 366


class NoWorkingTime(ValueError):
    """The calendar has no working time left to hold the promise."""


def to_seconds(moment):
    """Return a naive UTC `datetime` as whole seconds since 1970."""
    delta = moment - EPOCH
    return delta.days * 86400 + delta.seconds


def to_datetime(seconds):
    """Return the naive UTC `datetime` of `seconds` since 1970."""
    return EPOCH + timedelta(seconds=seconds)


class _Always:
    """Time of the wall clock: every second counts."""

    __slots__ = ()

    def add(self, start, seconds):
        return start + seconds

    def between(self, start, end):
        return end - start


ALWAYS = _Always()


def merge(intervals):
    """Return `intervals` sorted, without overlaps, touching ones joined.

    :param intervals: iterable of (start, end); empty and reversed ones vanish
    """
    merged = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def subtract(intervals, holes):
    """Return merged `intervals` without the merged `holes`."""
    result = []
    holes = list(holes)
    for start, end in intervals:
        for hole_start, hole_end in holes:
            if hole_end <= start:
                continue
            if hole_start >= end:
                break
            if hole_start > start:
                result.append((start, hole_start))
            start = max(start, hole_end)
        if start < end:
            result.append((start, end))
    return result


def week_parity(day):
    """Return 0 or 1, the half of a two-week calendar in which `day` falls.

    Counted like Odoo's `resource.calendar.attendance.get_week_type`.
    """
    return (day.toordinal() - 1) // 7 % 2


class WorkingTime:
    """Time that passes only while people are at work.

    Asking costs two binary searches: the working intervals of each day are
    worked out once and kept with the working seconds that lie before them.
    """

    def __init__(self, weekly, tz="UTC", days_off=(), works_like=None, leaves=()):
        """
        :param weekly: mapping of weekday (0 = Monday) to a list of (from, to) in
            minutes of the local day, or of (parity, weekday) for two-week calendars
        :param str tz: name of the time zone of the local day
        :param days_off: dates without work (public holidays)
        :param works_like: mapping of dates to the weekday whose hours they have;
            make-up working days, which win over `days_off`
        :param leaves: (start, end) instants without work
        """
        self._weekly = {key: merge(hours) for key, hours in weekly.items()}
        self._tz = ZoneInfo(tz)
        self._days_off = frozenset(days_off)
        self._works_like = dict(works_like or {})
        self._leaves = merge(leaves)
        self._lock = Lock()
        self._hopeless = not any(self._weekly.values())
        # (starts, ends, totals, first day, day after the last); replaced as a whole,
        # so that threads always see one that is consistent.
        self._table = None

    # -- questions ---------------------------------------------------------

    def add(self, start, seconds):
        """Return the first instant by which `seconds` of work passed since `start`.

        :raise NoWorkingTime: when the calendar never works that much
        """
        if seconds <= 0:
            return start
        if self._hopeless:
            raise NoWorkingTime
        table = self._covering(start, start + seconds)
        total = self._position(table, start) + seconds
        while not table[2] or table[2][-1] < total:
            table = self._further(table, start, seconds)
            total = self._position(table, start) + seconds
        index = bisect_left(table[2], total)
        return table[1][index] - (table[2][index] - total)

    def between(self, start, end):
        """Return the working seconds from `start` to `end` (negative if reversed)."""
        if self._hopeless:
            return 0
        table = self._covering(min(start, end), max(start, end))
        return self._position(table, end) - self._position(table, start)

    def intervals(self, day):
        """Return the working intervals of one local `day` as a list of instants."""
        weekday = self._works_like.get(day)
        if weekday is None:
            if day in self._days_off:
                return []
            weekday = day.weekday()
        hours = self._weekly.get((week_parity(day), weekday))
        if hours is None:
            hours = self._weekly.get(weekday, ())
        spans = [(self._instant(day, a), self._instant(day, b)) for a, b in hours]
        return subtract(merge(spans), self._leaves_near(spans))

    # -- table -------------------------------------------------------------

    def _instant(self, day, minute):
        extra, minute = divmod(minute, _MINUTES_A_DAY)
        local = datetime(day.year, day.month, day.day, *divmod(minute, 60))
        local = (local + extra * _DAY).replace(tzinfo=self._tz)
        return int(local.timestamp())

    def _leaves_near(self, spans):
        if not self._leaves or not spans:
            return ()
        low, high = min(spans)[0], max(end for _start, end in spans)
        return [leave for leave in self._leaves if leave[1] > low and leave[0] < high]

    def _local_day(self, instant):
        moment = datetime.fromtimestamp(instant, timezone.utc).astimezone(self._tz)
        return moment.date()

    @staticmethod
    def _position(table, instant):
        """Return the working seconds from the table's beginning to `instant`."""
        starts, ends, totals = table[:3]
        index = bisect_right(starts, instant) - 1
        if index < 0:
            return 0
        return totals[index] - max(0, ends[index] - instant)

    def _covering(self, low, high):
        """Return a table that knows every day from `low` to `high`."""
        table = self._table
        if table and table[5] <= low and high < table[6]:
            return table
        first, last = self._local_day(low) - _DAY, self._local_day(high) + _DAY
        if table:
            first, last = min(first, table[3]), max(last, table[4])
        return self._build(first - _CHUNK // 4 * _DAY, last + _CHUNK * _DAY)

    def _further(self, table, start, seconds):
        """Return a table that goes further into the future than `table`."""
        reach = (table[4] - self._local_day(start)).days
        if reach > _HORIZON + 5 * seconds // 3600:
            raise NoWorkingTime
        return self._build(table[3], table[4] + max(_CHUNK, reach) * _DAY)

    def _build(self, first, last):
        with self._lock:
            starts, ends, totals, total = [], [], [], 0
            for ordinal in range(first.toordinal(), last.toordinal()):
                for start, end in self.intervals(date.fromordinal(ordinal)):
                    total += end - start
                    starts.append(start)
                    ends.append(end)
                    totals.append(total)
            low, high = self._instant(first, 0), self._instant(last, 0)
            self._table = (starts, ends, totals, first, last, low, high)
            return self._table


# -- a clock ---------------------------------------------------------------


def deadline(time, started, allowed, paused=0):
    """Return the instant at which a promise is due.

    :param time: what counts, `ALWAYS` or a `WorkingTime`
    :param int started: instant of the start
    :param int allowed: seconds promised, extensions included
    :param int paused: seconds of that time during which the clock stood still
    """
    return time.add(started, allowed + paused)


def pause_length(time, paused_at, resumed_at):
    """Return how much of `time` a pause took; never negative."""
    return max(0, time.between(paused_at, resumed_at))


def used(time, started, paused, until):
    """Return the seconds of the promise used up at the instant `until`."""
    return max(0, time.between(started, until) - paused)


def thresholds(time, started, allowed, paused=0, fixed=None):
    """Return the four instants at which 80, 100, 150 and 200 % are used.

    :param fixed: a deadline set by hand; it is the 100 % itself, whatever the
        calendar says, and the other shares are counted on the way to it
    """
    if fixed is not None:
        allowed, paused = time.between(started, fixed), 0
    instants = []
    for percent in LEVEL_PERCENT:
        if fixed is not None and percent == 100:
            instants.append(fixed)
        else:
            # Rounded up: nobody is called late, or warned, a second too early.
            share = -(-allowed * percent // 100)
            instants.append(time.add(started, share + paused))
    if fixed is not None:
        instants[0] = min(instants[0], fixed)
        instants[2] = max(instants[2], fixed)
        instants[3] = max(instants[3], fixed)
    return tuple(instants)


def level_at(instants, now):
    """Return the level (0–4) reached at `now`, given the four `thresholds`."""
    return bisect_right(instants, now)
