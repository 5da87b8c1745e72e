"""The roll of a vote: which units vote, with what area, and which owner is one head.

最高人民法院 建筑物区分所有权解释 8, 9: the area is that of the registry; a unit is one
head, an owner of several units is one, and what the developer has not sold or not
handed over is one head together.  Co-owners of a unit are one head and vote through
one of them.
"""

from typing import NamedTuple

#: Uses of a unit that the rules of the assembly leave out or let count.
OPTIONAL_USES = {"parking": "parking_counts", "storage": "storage_counts"}


class Unit(NamedTuple):
    """A unit as the registry has it.

    :ivar key: its identifier
    :ivar area: exclusive area in 0.01 m²
    :ivar use: ``"home"``, ``"shop"``, ``"parking"``, ``"storage"`` …
    :ivar developer: unsold or not handed over, or held by the developer
    :ivar owners: identifiers of who holds the title
    :ivar representative: who was chosen to vote, ``None`` when nobody was
    """

    key: int
    area: int
    use: str = "home"
    developer: bool = False
    owners: tuple = ()
    representative: int | None = None


class Line(NamedTuple):
    """A line of the roll; ``head`` is the same number for all units of one head."""

    number: int
    key: int
    area: int
    head: int
    voter: int | None
    basis: str


def counts(unit, rules):
    """Whether a unit votes at all under the assembly's rules."""
    option = OPTIONAL_USES.get(unit.use)
    return option is None or bool(rules.get(option))


def head_of(unit, same_co_owners_one_head=False):
    """What the units of one head have in common."""
    if unit.developer:
        return ("developer",)
    owners = tuple(sorted(set(unit.owners)))
    if len(owners) == 1 or (owners and same_co_owners_one_head):
        return ("owners", owners)
    return ("unit", unit.key)


def merge(units, rules=None):
    """Make the roll.

    :param units: iterable of :class:`Unit`, in the order of the roll
    :param dict rules: ``parking_counts``, ``storage_counts``,
        ``same_co_owners_one_head`` (booleans)
    :return: list of :class:`Line`, numbered from 1 in the order given
    """
    rules = rules or {}
    heads, lines = {}, []
    together = bool(rules.get("same_co_owners_one_head"))
    units = [unit for unit in units if counts(unit, rules)]
    developer = _developer(units)
    for unit in units:
        head = heads.setdefault(head_of(unit, together), len(heads) + 1)
        voter, basis = _voter(unit, developer)
        lines.append(Line(len(lines) + 1, unit.key, unit.area, head, voter, basis))
    return lines


def totals(lines):
    """``{"area": 0.01 m², "heads": number}`` of a roll."""
    return {
        "area": sum(line.area for line in lines),
        "heads": len({line.head for line in lines}),
    }


def _developer(units):
    """Who votes for what is not sold: the developer named most often."""
    named = {}
    for unit in units:
        if unit.developer:
            for owner in unit.owners:
                named[owner] = named.get(owner, 0) + 1
    return min(named, key=lambda owner: (-named[owner], owner), default=None)


def _voter(unit, developer):
    if unit.developer:
        return developer, "developer"
    if unit.representative:
        sole = unit.owners == (unit.representative,)
        return unit.representative, "owner" if sole else "representative"
    if len(set(unit.owners)) == 1:
        return unit.owners[0], "owner"
    return None, "unknown"
