"""Hours at which somebody may call at a home."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

#: Minutes from now before which no time is offered: somebody has to get there.
NOTICE = 30


def parse_hours(text):
    """Read ``"9-11 14-16 18:30-20"`` as (from, to) in minutes of the day.

    :raises ValueError: naming the span that is wrong
    """
    spans = []
    for word in (text or "").split():
        start, dash, end = word.partition("-")
        try:
            span = _minutes(start), _minutes(end)
        except ValueError as error:
            raise ValueError(word) from error
        if not dash or not 0 <= span[0] < span[1] <= 24 * 60:
            raise ValueError(word)
        spans.append(span)
    return sorted(set(spans))


def _minutes(text):
    hours, _colon, minutes = text.partition(":")
    minutes = int(minutes or 0)
    if not 0 <= minutes < 60:
        raise ValueError(text)
    return int(hours) * 60 + minutes


def slots(now, tz, hours, days=4):
    """Return the spans (naive UTC) of the coming days, the soonest first.

    :param datetime now: naive UTC
    :param str tz: name of the time zone of the place
    :param hours: what `parse_hours` returns
    """
    zone = ZoneInfo(tz)
    today = now.replace(tzinfo=timezone.utc).astimezone(zone).date()
    earliest = now + timedelta(minutes=NOTICE)
    found = []
    for number in range(days):
        midnight = datetime.combine(today + timedelta(days=number), time(), zone)
        for start, end in hours:
            span = tuple(
                _utc(midnight.replace(tzinfo=None) + timedelta(minutes=m), zone)
                for m in (start, end)
            )
            if span[0] >= earliest:
                found.append(span)
    return found


def _utc(local, zone):
    return local.replace(tzinfo=zone).astimezone(timezone.utc).replace(tzinfo=None)
