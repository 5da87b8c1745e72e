"""Months, quarters and years as spans of days; terms and notice dates of contracts."""

from datetime import date, timedelta

#: Length of a period in months.
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def first(day):
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)


def add_months(day, count):
    """Return the same day ``count`` months on, or the last day of a shorter month."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, last_day(year, month + 1)))


def last_day(year, month):
    """Return how many days the month has."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def span(period, day):
    """Return the calendar period around ``day`` as ``(first day, last day)``."""
    length = MONTHS[period]
    start = date(day.year, (day.month - 1) // length * length + 1, 1)
    return start, add_months(start, length) - timedelta(days=1)


def due_in(period, month):
    """Whether a period ends with this month: what is judged yearly is judged then."""
    return span(period, month)[1] == span("month", month)[1]


def clip(start, end, date_from, date_to):
    """Return the part of a span in which a term runs, or None.

    :param date_to: last day of the term, None for one without end
    """
    start = max(start, date_from)
    if date_to:
        end = min(end, date_to)
    return (start, end) if start <= end else None


def months_between(start, end):
    """Return the first days of the months that a span touches."""
    month, months = first(start), []
    while month <= end:
        months.append(month)
        month = add_months(month, 1)
    return months


def notice_by(last, days):
    """Return the last day on which a notice of ``days`` days is in time.

    The term ends with the end of its last day: a notice of 60 days for a term that
    ends on 31 December is given by 1 November (Civil Code 946–948).

    :param date last: last day of the term
    """
    return last - timedelta(days=days)


def reminders(notice, today, leads):
    """Return which of the reminders is due today: the smallest lead reached.

    :param date notice: last day for the notice
    :param leads: days before it, e.g. ``(30, 7, 0)``
    :return: int, or None before the first and after the day itself
    """
    left = (notice - today).days
    if left < 0:
        return None
    reached = [lead for lead in leads if left <= lead]
    return min(reached) if reached else None


def renewed(date_from, date_to):
    """Return the term that follows one: from the next day, as long in months.

    A term that is not whole months follows with as many days.
    """
    start = date_to + timedelta(days=1)
    months = (start.year - date_from.year) * 12 + start.month - date_from.month
    if months > 0 and add_months(date_from, months) == start:
        return start, add_months(start, months) - timedelta(days=1)
    return start, start + (date_to - date_from)
