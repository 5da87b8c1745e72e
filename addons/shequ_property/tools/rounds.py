"""When a round comes (例行巡查): times of the day, days of the plan, the checklist.

Times are local and naive: a patrol at 22:00 is at 22:00 of the estate.
"""

import re
from datetime import datetime, time, timedelta

from .periods import add_months

UNITS = ("day", "week", "month", "year")
CLOCK = re.compile(r"(\d{1,2})[::](\d{2})")
SEPARATORS = re.compile(r"[\s,,、;;]+")


class TimesError(ValueError):
    """What was written is no time of the day; ``args[0]`` is the word."""


def times(text):
    """Return the times of the day that were written, in their order.

    >>> times("20:00、8:00")
    (datetime.time(8, 0), datetime.time(20, 0))

    :raises TimesError: with the word that is none
    """
    found = set()
    for word in SEPARATORS.split((text or "").strip()):
        if not word:
            continue
        match = CLOCK.fullmatch(word)
        if not match or int(match[1]) > 23 or int(match[2]) > 59:
            raise TimesError(word)
        found.add(time(int(match[1]), int(match[2])))
    return tuple(sorted(found))


def days(every, unit, anchor, start, end):
    """Return the days of a plan from ``start`` to ``end``, both included.

    The plan runs from ``anchor`` on, every so many days, weeks, months or years; a
    month without the day takes its last one, and the one after the right one again.

    :param int every: at least 1
    :param str unit: one of :data:`UNITS`
    :param date anchor: the first day of the plan
    """
    if every < 1 or unit not in UNITS:
        raise ValueError(f"every {every} {unit}")
    start = max(start, anchor)
    if start > end:
        return []
    if unit in ("day", "week"):
        step = every * (7 if unit == "week" else 1)
        skip = -(-(start - anchor).days // step)
        first = anchor + timedelta(days=skip * step)
        return [
            first + timedelta(days=n) for n in range(0, (end - first).days + 1, step)
        ]
    months = every * (12 if unit == "year" else 1)
    passed = (start.year - anchor.year) * 12 + start.month - anchor.month
    count, found = max(0, passed // months), []
    while (day := add_months(anchor, count * months)) <= end:
        if day >= start:
            found.append(day)
        count += 1
    return found


def occurrences(every, unit, at, anchor, start, end):
    """Return when the rounds of a plan begin, ascending.

    :param at: times of the day; none: the day begins at 00:00
    :return: list of naive local datetimes
    """
    moments = tuple(at) or (time(),)
    return [
        datetime.combine(day, moment)
        for day in days(every, unit, anchor, start, end)
        for moment in moments
    ]


def checklist(text):
    """Return the points of a checklist: one a line, a line ending in * has a photo.

    :return: list of ``(name, photo)``
    """
    points = []
    for line in (text or "").splitlines():
        name = line.strip()
        photo = name.endswith(("*", "*"))
        name = re.sub(r"[**\s]+$", "", name)
        if name:
            points.append((name, photo))
    return points
