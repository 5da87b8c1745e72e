"""Whom and what a row of a file means: choosing among records that exist.

The rules a careful clerk would follow, in plain Python, no Odoo. Nothing is
guessed: where two records fit equally well, the answer is :class:`Ambiguous`.
"""

import unicodedata
from typing import NamedTuple


class Ambiguous(Exception):
    """More than one record fits; ``candidates`` are their ids."""

    def __init__(self, candidates):
        super().__init__(candidates)
        self.candidates = candidates


class Person(NamedTuple):
    """Somebody on record, or somebody a row speaks of (then ``id`` is 0)."""

    id: int
    name: str
    phone: str = ""
    id_hash: str = ""
    here: bool = False  # has a residency in the unit in question


class Room(NamedTuple):
    id: int
    entrance: str
    room: str


def same_name(one, other):
    return _plain(one) == _plain(other)


def _plain(name):
    text = unicodedata.normalize("NFKC", name or "")
    return "".join(text.split()).casefold()


def match_people(wanted, candidates):
    """Find the people of one unit among those on record.

    A person is who has the same identity number; else the same name and phone;
    else the same name in this unit. An equal phone alone proves nothing: a
    household shares one. Two people of the file are never the same record,
    unless both name the same number or the same name and phone.

    :param wanted: list of :class:`Person` a file speaks of, with ``id`` 0
    :param candidates: list of :class:`Person` on record
    :return: list in the order of ``wanted``: id, ``0`` for somebody new, or
        an :class:`Ambiguous`
    """
    found = [_by_number(person, candidates) for person in wanted]
    found = [
        _by_phone(person, candidates) if answer == 0 else answer
        for person, answer in zip(wanted, found, strict=True)
    ]
    taken = {answer for answer in found if isinstance(answer, int)}
    for index, person in enumerate(wanted):
        if found[index] == 0:
            free = [other for other in candidates if other.id not in taken]
            found[index] = _by_home(person, free)
            if not isinstance(found[index], Ambiguous):
                taken.add(found[index])
    return found


def _by_number(person, candidates):
    if not person.id_hash:
        return 0
    return _one([other for other in candidates if other.id_hash == person.id_hash])


def _by_phone(person, candidates):
    if not person.phone:
        return 0
    return _one(
        [
            other
            for other in _possible(person, candidates)
            if other.phone == person.phone and same_name(other.name, person.name)
        ]
    )


def _by_home(person, candidates):
    return _one(
        [
            other
            for other in _possible(person, candidates)
            if other.here and same_name(other.name, person.name)
        ]
    )


def _possible(person, candidates):
    """Those whose identity number does not prove them to be somebody else."""
    return [
        other
        for other in candidates
        if not (person.id_hash and other.id_hash and person.id_hash != other.id_hash)
    ]


def _one(matches):
    if len(matches) > 1:
        here = [other for other in matches if other.here]
        if len(here) != 1:
            return Ambiguous([other.id for other in matches])
        matches = here
    return matches[0].id if matches else 0


def match_room(entrance, room, candidates):
    """Find a room of a building among those on record.

    :param candidates: list of :class:`Room` of the building
    :return: id, or 0 for a room that is new
    :raises Ambiguous: when one side names an entrance and the other does not,
        and so the room may be one on record or another
    """
    rooms = [other for other in candidates if other.room == room]
    exact = [other for other in rooms if (other.entrance or "") == (entrance or "")]
    if exact:
        return exact[0].id
    if not entrance:
        if len(rooms) > 1:
            raise Ambiguous([other.id for other in rooms])
        return rooms[0].id if rooms else 0
    unclear = [other for other in rooms if not other.entrance]
    if unclear:
        raise Ambiguous([other.id for other in unclear])
    return 0


def match_building(lane, name, suffix, candidates):
    """Find a building among ``(id, lane, name, suffix)`` of an estate.

    Who writes 12栋 for 12号楼 means the same house, unless the estate has both.

    :return: id, or 0 for a building that is new
    :raises Ambiguous: when no suffix is given and several buildings fit
    """
    same = [one for one in candidates if one[1:3] == (lane or "", name)]
    exact = [one for one in same if one[3] == suffix]
    if exact:
        return exact[0][0]
    if len(same) > 1:
        raise Ambiguous([one[0] for one in same])
    return same[0][0] if same else 0
