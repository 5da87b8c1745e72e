"""Points for work: which rule counts, in which month, and the sheet as XLSX.

Plain rules: no database, no Odoo.
"""

import io
from collections import namedtuple
from datetime import date

import xlsxwriter

#: `score` is added: below zero takes away.  `team` None: every team.  `stars`: up to
#: (bad) or from (good) so many.
Rule = namedtuple("Rule", "id event score team date_from date_to stars")
BAD, GOOD = "bad_rating", "good_rating"


def choose(rules, event, day, team=None, stars=0):
    """Return the rule that counts for an event, or None.

    A rule for the team goes before one for all; of equals the first in the list.

    :param rules: list of `Rule`, in the manager's order
    :param str event: key of the event
    :param date day: day of the event, where the estate is
    :param team: id of the team, or None
    :param int stars: of a rating
    """
    fitting = [
        rule
        for rule in rules
        if rule.event == event
        and (not rule.date_from or rule.date_from <= day)
        and (not rule.date_to or day <= rule.date_to)
        and rule.team in (None, team)
        and _stars_fit(rule, stars)
    ]
    return min(fitting, key=lambda rule: rule.team is None, default=None)


def _stars_fit(rule, stars):
    if rule.event == BAD:
        return 1 <= stars <= rule.stars
    if rule.event == GOOD:
        return stars >= rule.stars > 0
    return True


def month_of(day):
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(month):
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def workbook(labels, summary, points):
    """Return an XLSX file: one sheet with totals, one with every point.

    Everything is written as text or number, never as a formula: names and words come
    from people.

    :param dict labels: ``summary`` and ``points`` (names of the sheets),
        ``summary_head`` and ``points_head`` (lists of column titles)
    :param summary: rows of values
    :param points: rows of values
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1})
    for name, titles, rows in (
        (labels["summary"], labels["summary_head"], summary),
        (labels["points"], labels["points_head"], points),
    ):
        page = book.add_worksheet(name[:31])
        page.freeze_panes(1, 0)
        for column, title in enumerate(titles):
            page.write_string(0, column, title, head)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    page.write_number(line, column, value)
                else:
                    page.write_string(line, column, str(value or ""))
        page.set_column(0, max(len(titles) - 1, 0), 18)
        page.autofilter(0, 0, max(len(rows), 1), max(len(titles) - 1, 0))
    book.close()
    return stream.getvalue()
