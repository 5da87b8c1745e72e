"""When what has to be published is due.

Plain Python without Odoo.  A period is a pair of dates, the first and the last day.
"""

from datetime import timedelta

STANDING, EVENT = "standing", "event"
#: Months of a period by frequency.
MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
FREQUENCIES = (STANDING, *MONTHS, EVENT)

PUBLISHED, PLANNED, SOON, OVERDUE = "published", "planned", "soon", "overdue"


def period(frequency, day):
    """Return the period of ``frequency`` that ``day`` lies in.

    :param str frequency: a key of :data:`MONTHS`
    :param datetime.date day:
    :return: (first day, last day)
    :raises KeyError: for what has no periods
    """
    months = MONTHS[frequency]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return first, _add_months(first, months) - timedelta(days=1)


def last_period(frequency, day):
    """Return the last period that was over on ``day``."""
    first, _last = period(frequency, day)
    return period(frequency, first - timedelta(days=1))


def status(due_on, published, today, soon_days):
    """Return where something to publish stands.

    :param due_on: last day on which it is in time, None when there is no such day
    :param bool published: whether it has been published
    :param int soon_days: how many days before the last day it is “due soon”
    """
    if published:
        return PUBLISHED
    if due_on is None:
        return PLANNED
    if due_on < today:
        return OVERDUE
    return SOON if due_on <= today + timedelta(days=soon_days) else PLANNED


def _add_months(day, months):
    number = day.year * 12 + day.month - 1 + months
    return day.replace(year=number // 12, month=number % 12 + 1)
