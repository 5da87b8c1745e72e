"""The rows of a file as units with their people, and what contradicts itself."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from .. import address
from .problems import ERROR, problem
from .values import area, clean

UNIT_FIELDS = (
    "suffix",
    "floor",
    "use",
    "state",
    "building_area",
    "exclusive_area",
    "real_estate_number",
    "ref",
    "note",
)
# Where rows of one unit may say different things without being wrong.
_FREE = frozenset(("note", "suffix", "ref"))
PERSON_FIELDS = ("phone", "phone2", "id_type", "id_number", "email")
MEASURES = ("units", "persons", "building_area", "exclusive_area")


class UnitKey(NamedTuple):
    estate: str
    lane: str
    building: str
    entrance: str
    room: str


@dataclass
class PlanPerson:
    """One residency: a person of a unit. `values` as in `rows.ParsedRow`."""

    values: dict
    rows: list = field(default_factory=list)


@dataclass
class PlanUnit:
    """A unit, its `values` without the people, and the rows it comes from.

    rows: list of ``(sheet, number)``
    """

    key: UnitKey
    values: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)
    persons: list = field(default_factory=list)


@dataclass
class Totals:
    """units and persons: numbers; areas: hundredths of a square metre."""

    units: int = 0
    persons: int = 0
    building_area: int = 0
    exclusive_area: int = 0


class Difference(NamedTuple):
    """building: label, ``""`` for the whole file; measure: one of `MEASURES`;
    areas in hundredths; `found` is ``None`` when the file lacks the building."""

    building: str
    measure: str
    expected: int
    found: int | None


@dataclass
class Plan:
    """units: list in the order of the file
    problems: ``{(sheet, row number): [Problem]}``, those of the rows included
    wrong: set of the rows with an error; they are in no unit
    totals: ``{building's label: Totals}``, and the whole under ``""``
    """

    units: list = field(default_factory=list)
    problems: dict = field(default_factory=dict)
    wrong: set = field(default_factory=set)
    totals: dict = field(default_factory=dict)

    def add_problem(self, row, one):
        self.problems.setdefault(row, []).append(one)
        if one.severity == ERROR:
            self.wrong.add(row)


def unit_key(values):
    """The key of the unit that a row's values mean."""
    return UnitKey(*(values.get(part, "") for part in UnitKey._fields))


def group(parsed_rows):
    """Bring the rows of each unit and person together.

    Rows with an error are kept out, those that contradict each other too; the
    other rows of their unit stay in.

    :param parsed_rows: iterable of `rows.ParsedRow`
    :return: `Plan`
    """
    plan = Plan()
    sources = {}
    for row in parsed_rows:
        for one in row.problems:
            plan.add_problem(row.key, one)
        if row.key not in plan.wrong:
            sources.setdefault(unit_key(row.values), []).append(row)
    units = [_build(plan, key, found) for key, found in sources.items()]
    numbers, identities = {}, {}
    for unit in units:
        _check_number(plan, unit, numbers)
        _check_identities(plan, unit, identities)
        _check_representative(plan, unit)
    for unit in units:
        if not plan.wrong.isdisjoint(unit.rows):
            good = [row for row in sources[unit.key] if row.key not in plan.wrong]
            unit = good and _build(Plan(), unit.key, good)
        if unit:
            plan.units.append(unit)
    plan.totals = _totals(plan.units)
    return plan


# ------------------------------------------------------------- one more row


def _build(plan, key, rows):
    unit = PlanUnit(key)
    memory = _Memory()
    for row in rows:
        _add_row(plan, unit, row, memory)
    if len(memory.notes) > 1:
        unit.values["note"] = "\n".join(memory.notes)
    _check_owners(plan, unit)
    return unit


class _Memory:
    """What is known of a unit while its rows are added.

    said: ``{field: row that said it first}``; notes: ordered set;
    people: ``{name: [PlanPerson]}``
    """

    def __init__(self):
        self.said = {}
        self.notes = {}
        self.people = {}


def _add_row(plan, unit, row, memory):
    for name in UNIT_FIELDS:
        value = row.values.get(name)
        if value is None:
            continue
        old = unit.values.setdefault(name, value)
        first = memory.said.setdefault(name, row.key)
        if name == "note":
            memory.notes[value] = True
        elif old != value and name not in _FREE:
            _conflict(plan, row.key, first, name, old, value)
    unit.rows.append(row.key)
    for values in row.values.get("persons", ()):
        _add_person(plan, unit, row, values, memory)


def _conflict(plan, row, first, name, old, value):
    """Two rows say different things about one unit: both are told."""
    old, value = _shown(name, old), _shown(name, value)
    plan.add_problem(row, problem("unit_conflict", name, value, other=old))
    if not any(one.code == "unit_conflict" for one in plan.problems.get(first, ())):
        plan.add_problem(first, problem("unit_conflict", name, old, other=value))


def _shown(name, value):
    if name in ("building_area", "exclusive_area"):
        return f"{value / 100:.2f}"
    return str(value)


def _add_person(plan, unit, row, values, memory):
    known = memory.people.setdefault(values["name"], [])
    for person in known:
        if not _same_person(person.values, values):
            continue
        if not _same_residency(person.values, values):
            continue
        for name, value in values.items():
            old = person.values.setdefault(name, value)
            if old != value and name in ("id_number", "phone", "email", "share"):
                _person_conflict(plan, row, person, name, old, value)
        plan.add_problem(
            row.key,
            problem("person_twice", "person", values["name"], person=values["name"]),
        )
        person.rows.append(row.key)
        return
    person = PlanPerson(dict(values), [row.key])
    unit.persons.append(person)
    known.append(person)


def _person_conflict(plan, row, person, name, old, value):
    who = person.values["name"]
    if name == "phone" and "phone2" not in person.values:
        person.values["phone2"] = value
        return
    if name == "phone" and person.values["phone2"] == value:
        return
    plan.add_problem(
        row.key,
        problem("person_conflict", name, value, other=old, person=who),
    )


def _same_person(one, other):
    """Of two people with one name: no numbers that tell them apart."""
    numbers = {one.get("id_number"), other.get("id_number")} - {None}
    return len(numbers) < 2


def _same_residency(one, other):
    """Equal role in one period; a later lease of the same tenant is another one."""
    return one.get("role") == other.get("role") and _overlap(one, other)


def _overlap(one, other):
    return one.get("date_from", "") < other.get("date_to", "9999") and other.get(
        "date_from", ""
    ) < one.get("date_to", "9999")


# ------------------------------------------------------------ whole units


def _check_number(plan, unit, numbers):
    number = unit.values.get("real_estate_number")
    if not number:
        return
    first = numbers.setdefault(number, unit)
    if first is not unit:
        for here, there in ((unit, first), (first, unit)):
            plan.add_problem(
                here.rows[0],
                problem(
                    "number_twice", "real_estate_number", number, other=label(there.key)
                ),
            )


def _check_identities(plan, unit, identities):
    """One identity number has one name."""
    for person in unit.persons:
        number = person.values.get("id_number")
        if not number:
            continue
        name = person.values["name"]
        first = identities.setdefault(number, (name, person.rows[0]))
        if first[0] != name:
            for row, this, that in (
                (person.rows[0], name, first[0]),
                (first[1], first[0], name),
            ):
                plan.add_problem(
                    row,
                    problem(
                        "id_two_names", "id_number", number, person=this, other=that
                    ),
                )


def _check_owners(plan, unit):
    """Several owners of one time are co-owners; without shares they have equal ones.

    Civil Code, art. 309: shares that nobody agreed on follow the contributions,
    and are equal where those are not known.
    """
    owners = [p for p in unit.persons if p.values.get("role") in ("owner", "co_owner")]
    for together in _periods(owners):
        shares = [person.values.get("share") for person in together]
        if len(together) == 1:
            if shares[0] == "joint":
                together[0].values.pop("share")
            continue
        for person in together:
            person.values["role"] = "co_owner"
        if all(isinstance(share, list) for share in shares):
            _check_sum(plan, together, shares)
            continue
        joint = all(share == "joint" for share in shares)
        code = "share_joint" if joint else "owners_without_share"
        for person in together:
            person.values["share"] = [1, len(together)]
            person.values["share_assumed"] = True
        names = "、".join(person.values["name"] for person in together)
        for row in dict.fromkeys(person.rows[0] for person in together):
            plan.add_problem(row, problem(code, "share", names))


def _periods(owners):
    """Owners in groups that hold the title at one time."""
    groups = []  # [[last beginning, first end, people], …]
    for person in sorted(owners, key=lambda p: p.values.get("date_from", "")):
        start = person.values.get("date_from", "")
        end = person.values.get("date_to", "9999")
        for known in groups:
            if start < known[1] and known[0] < end:
                known[:2] = max(start, known[0]), min(end, known[1])
                known[2].append(person)
                break
        else:
            groups.append([start, end, [person]])
    return [people for _start, _end, people in groups]


def _check_sum(plan, together, shares):
    # Two thirds typed as 66.67 % and 33.34 % are a whole, too.
    total = sum(numerator / denominator for numerator, denominator in shares)
    if total <= 1.0005:
        return
    for row in dict.fromkeys(person.rows[0] for person in together):
        plan.add_problem(row, problem("shares_exceed", "share", f"{total:.4g}"))


def _check_representative(plan, unit):
    chosen = [p for p in unit.persons if p.values.get("representative")]
    for person in chosen[1:]:
        if _overlap(chosen[0].values, person.values):
            plan.add_problem(
                person.rows[0],
                problem(
                    "representative_twice",
                    "representative",
                    person.values["name"],
                    other=chosen[0].values["name"],
                ),
            )


# ----------------------------------------------------------------- totals


def building_label(key, suffix=""):
    """A building as people write it, with its estate in front when it is known."""
    return key.estate + address.format_building(key.lane, key.building, suffix)


def label(key):
    """A unit as people write it."""
    return key.estate + address.format_unit(
        key.lane, key.building, "", key.entrance, key.room
    )


def _totals(units):
    suffixes = {}
    for unit in units:
        suffixes.setdefault(unit.key[:3], unit.values.get("suffix", ""))
        if unit.values.get("suffix"):
            suffixes[unit.key[:3]] = unit.values["suffix"]
    totals = {"": Totals()}
    for unit in units:
        name = building_label(unit.key, suffixes[unit.key[:3]])
        for one in (totals.setdefault(name, Totals()), totals[""]):
            one.units += 1
            one.persons += len({p.values["name"] for p in unit.persons})
            one.building_area += unit.values.get("building_area", 0)
            one.exclusive_area += unit.values.get("exclusive_area", 0)
    return totals


def compare_totals(totals, control):
    """What the file lacks or has too much of against the totals somebody typed.

    :param totals: `Plan.totals`
    :param control: ``{building as typed: {measure: number}}``; ``""`` or 合计 is the
        whole; areas in square metres as number or text (``"1,089.50"``)
    :return: list of `Difference`
    """
    by_name = {}
    for name in totals:
        by_name[_comparable(name)] = name
        by_name.setdefault(_comparable(name).rstrip("号楼栋幢座"), name)
    found = []
    for typed, measures in control.items():
        bare = _comparable(typed)
        name = by_name.get(bare, by_name.get(bare.rstrip("号楼栋幢座")))
        for measure, expected in measures.items():
            if measure not in MEASURES or expected in (None, ""):
                continue
            expected = _number(measure, expected)
            actual = None if name is None else getattr(totals[name], measure)
            if actual != expected:
                found.append(
                    Difference(
                        typed if name is None else name, measure, expected, actual
                    )
                )
    return found


def _comparable(name):
    text = clean(name).upper().replace(" ", "").replace("#", "号楼")
    return "" if text in ("合计", "总计", "全部", "TOTAL") else text


def _number(measure, cell):
    """
    :raises ValueError: for what is no number
    """
    if measure.endswith("area"):
        value, _notice = area(cell)
        if value is None:
            raise ValueError(cell)
        return value
    return int(re.sub(r"\s*[户套人个间]$", "", clean(cell)).replace(",", ""))
