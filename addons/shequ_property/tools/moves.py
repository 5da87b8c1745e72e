"""What a move does to the residencies of a unit. Plain Python, no Odoo.

A period is half open: a residency that ends on a day does not count on that day. So a
sale ends one residency and begins the next on the same date.
"""

from datetime import date
from fractions import Fraction
from typing import NamedTuple

SALE = "sale"
HANDOVER = "handover"
LEASE_START = "lease_start"
LEASE_END = "lease_end"
DEATH = "death"
INHERITANCE = "inheritance"
MOVE_OUT = "move"
KINDS = (SALE, HANDOVER, LEASE_START, LEASE_END, DEATH, INHERITANCE, MOVE_OUT)
# Kinds after which the title is what the wizard lists, and nothing else.
TITLE_KINDS = (SALE, HANDOVER, INHERITANCE)
TITLE_ROLES = ("owner", "co_owner", "developer")


class Stay(NamedTuple):
    """A residency; ``end`` is None for one without an end."""

    id: int
    person: int
    role: str
    start: date
    end: date | None = None
    share: Fraction = Fraction(1)
    votes: bool = False

    def covers(self, day):
        return self.start <= day and (self.end is None or day < self.end)


class Newcomer(NamedTuple):
    """Somebody with a role after the move; ``share`` counts for the title."""

    person: int
    role: str
    share: Fraction = Fraction(1)


class Plan(NamedTuple):
    """What is to be done; ``problems`` are codes, and then nothing is."""

    ending: tuple = ()
    starting: tuple = ()
    problems: tuple = ()


def leaves_by_default(kind, stay, person=None):
    """Whether a residency in force ends with a move unless the user says otherwise.

    A sale does not break a lease (Civil Code, art. 725); the seller's family goes
    with the seller. Tenants alone end with a lease, the deceased alone with a death.
    """
    if kind == SALE:
        return stay.role in (*TITLE_ROLES, "family")
    if kind == HANDOVER:
        return stay.role == "developer"
    if kind in (LEASE_END, MOVE_OUT):
        return stay.role == "tenant"
    return kind == DEATH and person is not None and stay.person == person


def may_leave(kind, stay):
    """Whether the user may choose the residency to end with such a move."""
    if kind in TITLE_KINDS:
        return True
    if kind == DEATH:
        return True
    return stay.role not in TITLE_ROLES


def plan(kind, day, stays, leaving, newcomers, today):
    """Work a move out.

    :param str kind: one of `KINDS`
    :param date day: first day of the new state
    :param stays: every :class:`Stay` of the unit, also past and future ones
    :param leaving: ids of the stays that the user lets end
    :param newcomers: :class:`Newcomer` rows. For `TITLE_KINDS` they are the whole
        title afterwards: who holds the same share already simply stays.
    :return: :class:`Plan`
    """
    problems = tuple(_problems(kind, day, stays, leaving, newcomers, today))
    if problems:
        return Plan(problems=problems)
    now = [stay for stay in stays if stay.covers(day)]
    ending = {stay.id for stay in now if stay.id in leaving}
    starting = list(newcomers)
    if kind in TITLE_KINDS and newcomers:
        holders = {stay.person: stay for stay in now if stay.role in TITLE_ROLES}
        people = {new.person for new in newcomers}
        for new in newcomers:
            held = holders.get(new.person)
            if held and held.role == new.role and _same_share(held, new):
                starting.remove(new)
                ending.discard(held.id)
            elif held:
                ending.add(held.id)
        ending |= {s.id for s in holders.values() if s.person not in people}
        # Who holds the title is no longer the family or the tenant of somebody.
        ending |= {
            stay.id
            for stay in now
            if stay.person in people and stay.role not in TITLE_ROLES
        }
    return Plan(ending=tuple(sorted(ending)), starting=tuple(starting))


def _same_share(stay, new):
    return new.role != "co_owner" or stay.share == new.share


def _problems(kind, day, stays, leaving, newcomers, today):
    chosen = [stay for stay in stays if stay.id in leaving]
    title = [stay for stay in stays if stay.role in TITLE_ROLES]
    if kind == DEATH and day > today:
        yield "future_death"
    if any(day < stay.start for stay in chosen):
        yield "before_start"
    if kind in TITLE_KINDS:
        if any(stay.start > day for stay in title):
            yield "later_title"
        yield from _title_problems(kind, day, title, newcomers)
    elif kind == LEASE_START:
        if not newcomers:
            yield "no_tenant"
        for new in newcomers:
            if any(
                s.person == new.person
                and s.role == new.role
                and s.id not in leaving
                and (s.end is None or s.end > day)
                for s in stays
            ):
                yield "there_already"
    elif not chosen:
        yield "nobody"
    people = [new.person for new in newcomers]
    if len(people) != len(set(people)):
        yield "twice"


def _title_problems(kind, day, title, newcomers):
    now = [stay for stay in title if stay.covers(day)]
    if not newcomers:
        # Handed over to who bought it earlier: nobody is new.
        if kind != HANDOVER or not any(s.role != "developer" for s in now):
            yield "no_owner"
        return
    if sum((new.share for new in newcomers), Fraction(0)) != 1:
        yield "shares"
    if any(new.share <= 0 for new in newcomers):
        yield "no_share"
    before = {(s.person, s.share if s.role == "co_owner" else 1) for s in now}
    after = {(n.person, n.share if n.role == "co_owner" else 1) for n in newcomers}
    if before == after and kind != HANDOVER:
        yield "same_owner"


def after(stays, made, day):
    """Residencies in force on ``day`` when ``made`` (a `Plan`) is done on ``day``."""
    left = [s for s in stays if s.covers(day) and s.id not in made.ending]
    return left, list(made.starting)
