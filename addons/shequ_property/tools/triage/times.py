# ruff: noqa: E501  patterns and lists of words read better unbroken
"""When somebody would like the visit: 周六上午, 下班后, 明天下午3点."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

NUMBERS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
PARTS = {
    "凌晨": (0, 6), "清早": (6, 9), "一早": (6, 9), "早上": (7, 10), "早晨": (7, 10), "上午": (8, 12),
    "中午": (11, 14), "午饭后": (12, 14), "下午": (13, 18), "傍晚": (17, 19), "晚饭后": (18, 21), "下班后": (18, 21),
    "下班以后": (18, 21), "下了班": (18, 21), "放学后": (16, 19), "晚上": (18, 21), "今晚": (18, 21), "明晚": (18, 21),
    "夜里": (20, 23), "全天": (8, 20), "白天": (8, 18), "上班前": (7, 9), "午休": (12, 14),
}  # fmt: skip
DAYS = {
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "今早": 0,
    "明天": 1,
    "明日": 1,
    "明晚": 1,
    "明早": 1,
    "后天": 2,
    "大后天": 3,
}
WEEKDAY = re.compile("(下下?个?|这个?|本)?(?:周|星期|礼拜)([一二三四五六日天末1-7])")
CLOCK = re.compile(
    "(\\d{1,2}|[一二两三四五六七八九十]{1,3})(?:点钟?|时|:)(半|\\d{1,2}分?|[一二三]刻)?"
)
DATE = re.compile(
    "(?:(\\d{1,2})月)?(\\d{1,2})[日号](?!楼|栋|院|门|线|梯|井|房|库|车|桌|店|单)"
)
WISH = re.compile(
    "来|上门|有空|在家|方便|修|约|可以|行|有人|最好|希望|优先|安排|过来|休息|才能|再|处理|弄|看看|取|送|去"
)
# These tell when something happened, and not when a visit suits.
TOLD = re.compile(
    "漏|坏|堵|停|吵|响|闪|灭|掉|起|着|开始|发现|发生|突然|就|刚|昨|以来|一直|闹|没|困|晕|摔|臭|打"
)


@dataclass(frozen=True)
class Preferred:
    """A wished time.

    :param str words: as written
    :param start, end: local datetimes without zone, or None where no day is told
    :param hours: (from, to) of the day, or None
    :param weekdays: tuple of 0 (Monday) … 6, where several days suit
    """

    words: str
    start: datetime | None = None
    end: datetime | None = None
    hours: tuple | None = None
    weekdays: tuple = ()


def number(text):
    """Read 3, 三, 十, 十二, 二十 as a number."""
    if text.isdigit():
        return int(text)
    tens, found, ones = text.partition("十")
    if not found:
        return NUMBERS.get(text, 0)
    return NUMBERS.get(tens, 1) * 10 + NUMBERS.get(ones, 0)


def preferred(scopes, now=None):
    """Return the wished time told in the text, or None.

    :param Scopes scopes: of the cleaned text
    :param datetime now: local time of the report; without it only hours are told
    """
    for start, end in scopes.clauses:
        clause = scopes.text[start:end]
        if not WISH.search(clause) and not _only_time(clause):
            continue
        found = _read(clause, now)
        if found and not (
            TOLD.search(clause)
            and not re.search("上门|有空|在家|方便|来修|再来|约|过来|优先|最好", clause)
        ):
            return found
    return None


def _only_time(clause):
    return len(clause) <= 10 and bool(
        WEEKDAY.search(clause) or any(p in clause for p in PARTS)
    )


def _read(clause, now):
    words, day, weekdays, hours = [], None, (), None
    today = now.date() if now else None
    for word in sorted(DAYS, key=len, reverse=True):
        if word in clause:
            words.append(word)
            day = today + timedelta(days=DAYS[word]) if today else None
            break
    match = WEEKDAY.search(clause)
    if match:
        words.append(match[0])
        weekdays, day = _weekdays(match, today, day)
    elif "工作日" in clause:
        words.append("工作日")
        weekdays = (0, 1, 2, 3, 4)
    elif "周末" in clause or "双休" in clause:
        words.append("周末")
        weekdays = (5, 6)
    match = DATE.search(clause)
    if match and today and day is None:
        day = _date(match, today)
        words += [match[0]] * bool(day)
    for part in sorted(PARTS, key=len, reverse=True):
        if part in clause:
            words += [part] * (part not in words)
            hours = PARTS[part]
            break
    match = CLOCK.search(clause)
    if match:
        hours = _clock(match, hours) or hours
        words.append(match[0])
    if not hours and not day and not weekdays:
        return None
    begin = end = None
    if day:
        first, last = hours or (8, 20)
        begin = datetime.combine(day, time()) + timedelta(hours=first)
        end = datetime.combine(day, time()) + timedelta(hours=last)
    return Preferred("".join(dict.fromkeys(words)), begin, end, hours, weekdays)


def _weekdays(match, today, day):
    which = match[2]
    if which == "末":
        days = (5, 6)
    else:
        index = "一二三四五六日".find(which.replace("天", "日"))
        days = (index if index >= 0 else int(which) - 1,)
    if today and day is None:
        monday = today - timedelta(days=today.weekday())
        ahead = match[1].count("下") if match[1] else 0
        day = monday + timedelta(days=days[0] + 7 * ahead)
        if day < today and not ahead:
            day += timedelta(days=7)
    return days, day


def _date(match, today):
    month = int(match[1]) if match[1] else today.month
    try:
        day = date(today.year, month, int(match[2]))
        return (
            day
            if day >= today
            else date(today.year + 1, month, day.day)
            if match[1]
            else None
        )
    except ValueError:
        return None


def _clock(match, part):
    hour = number(match[1])
    if not 0 <= hour <= 24:
        return None
    if part and hour < 12 and part[0] >= 12:
        hour += 12
    minute = 0.5 if match[2] == "半" else 0
    start = min(hour + minute, 23.5)
    return (start, min(start + 2, 24))
