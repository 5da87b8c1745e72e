"""Which records of people are probably one person. Plain Python, no Odoo.

Candidates are pairs with a reason; pairs become groups, and two people of whom
somebody has said “not the same” never stand in one group.
"""

import re
import unicodedata
from datetime import date
from itertools import combinations
from typing import NamedTuple

# From certain to a hint; a group is named after its strongest pair.
REASONS = ("id", "phone_name", "name_unit", "phone")

_TITLES = re.compile(
    r"(?:先生|女士|小姐|太太|阿姨|叔叔|大爷|大妈|大姐|大哥|师傅|老师|奶奶|爷爷)$"
)
_NOISE = re.compile(r"[\s·•.。,，()（）\-_]+")
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "司徒", "夏侯", "东方", "皇甫", "尉迟")


class Person(NamedTuple):
    """What is compared; ``units`` are identifiers of the homes, past and present."""

    id: int
    name: str = ""
    phone: str = ""
    id_hash: str = ""
    units: frozenset = frozenset()


class Pair(NamedTuple):
    a: int
    b: int
    reason: str


class Group(NamedTuple):
    people: tuple
    reason: str


def clean_name(name):
    """``" 王 建国（业主）"`` and ``"王建国"`` compare as what stays.

    Width, spaces, points and brackets are taken off, words in brackets too.
    """
    text = unicodedata.normalize("NFKC", name or "")
    text = re.sub(r"\([^)]*\)", "", text)
    return _NOISE.sub("", text).casefold()


def surname(name):
    """First character of a cleaned name, two of a compound surname."""
    return name[:2] if name[:2] in _COMPOUND else name[:1]


def alike(first, second):
    """Whether two names may be written for one person.

    Equal, or one of them a form of address (王阿姨) with the other's surname.
    """
    first, second = clean_name(first), clean_name(second)
    if not first or not second:
        return False
    if first == second:
        return True
    polite = bool(_TITLES.search(first)) != bool(_TITLES.search(second))
    return polite and surname(first) == surname(second)


def reason_of(a, b):
    """Why two :class:`Person` may be one, or ``""``.

    A shared telephone alone is no reason within one home: couples and parents
    share theirs. Two different ID numbers are two people, whatever else agrees.
    """
    if a.id_hash and b.id_hash:
        return "id" if a.id_hash == b.id_hash else ""
    shared = bool(a.phone) and a.phone == b.phone
    neighbours = bool(a.units & b.units)
    if shared and alike(a.name, b.name):
        return "phone_name"
    name = clean_name(a.name)
    if neighbours and name and name == clean_name(b.name):
        return "name_unit"
    return "phone" if shared and not neighbours else ""


def pairs(people):
    """All candidate pairs among ``people``, each once, the lower id first.

    Only people who share a phone, an ID or a home are compared, so that the work
    grows with the number of people and not with its square.
    """
    buckets = {}
    for person in people:
        for key in (
            ("id", person.id_hash),
            ("phone", person.phone),
            *(("unit", unit, clean_name(person.name)) for unit in person.units),
        ):
            if key[-1]:
                buckets.setdefault(key, {})[person.id] = person
    found = {}
    for bucket in buckets.values():
        ordered = [bucket[key] for key in sorted(bucket)]
        for a, b in combinations(ordered, 2):
            if (a.id, b.id) not in found and (reason := reason_of(a, b)):
                found[a.id, b.id] = Pair(a.id, b.id, reason)
    return sorted(found.values(), key=lambda pair: (REASONS.index(pair.reason), pair))


def groups(found, different=()):
    """Join pairs into groups, strongest first, keeping apart who is different.

    :param found: iterable of :class:`Pair`
    :param different: pairs of ids of whom it was said that they are two people
    :return: list of :class:`Group`, ids ascending, by reason and first id
    """
    apart = {frozenset(pair) for pair in different}
    parent, members, best = {}, {}, {}

    def root(person):
        while parent.setdefault(person, person) != person:
            parent[person] = parent[parent[person]]
            person = parent[person]
        members.setdefault(person, {person})
        return person

    for pair in sorted(found, key=lambda p: (REASONS.index(p.reason), p)):
        a, b = root(pair.a), root(pair.b)
        if a == b or any(
            frozenset((x, y)) in apart for x in members[a] for y in members[b]
        ):
            continue
        low, high = sorted((a, b))
        parent[high] = low
        members[low] |= members.pop(high)
        best[low] = min(
            (best.pop(low, pair.reason), best.pop(high, pair.reason), pair.reason),
            key=REASONS.index,
        )
    result = [
        Group(tuple(sorted(people)), best[key])
        for key, people in members.items()
        if len(people) > 1
    ]
    return sorted(result, key=lambda g: (REASONS.index(g.reason), g.people))


def join_periods(periods):
    """Join overlapping half-open periods; those that merely touch stay two.

    :param periods: list of ``(key, date_from, date_to or None)``
    :return: list of ``(keys, date_from, date_to or None)`` in order of time; empty
        periods (``date_from == date_to``) are left out
    """
    result = []
    real = [p for p in periods if p[2] is None or p[2] > p[1]]
    for key, start, end in sorted(real, key=lambda p: (p[1], p[0])):
        if result and start < (result[-1][2] or date.max):
            keys, first, last = result[-1]
            last = None if last is None or end is None else max(last, end)
            result[-1] = ([*keys, key], first, last)
        else:
            result.append(([key], start, end))
    return result
