"""Who lives where in the demo community; plain Python, the same every time."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from . import texts

SEED = 20260501
PHONE_PREFIXES = (
    "130 131 133 135 136 137 138 139 150 151 152 155 157 158 159 166 176 177 180 "
    "181 186 187 188 189 191 198 199"
).split()
# Of 100 homes: let, empty, not sold yet.  金昊雅苑 has many tenants.
LET = {"JHYY": 30, "MQXQ": 24, "KLJY": 20}
EMPTY, UNSOLD = 3, 3


@dataclass
class Building:
    """A building as in `buildings.csv`."""

    index: int
    row: dict
    units: list = field(default_factory=list)

    @property
    def estate(self):
        return self.row["estate"]

    @property
    def label(self):
        lane = f"{self.row['lane']}弄" if self.row["lane"] else ""
        return f"{lane}{self.row['name']}{self.row['suffix']}"


@dataclass
class Unit:
    """A unit of a building."""

    index: int
    building: Building
    entrance: str
    floor: int
    room: str
    exclusive_area: float
    building_area: float
    state: str = "delivered"
    use: str = "home"

    @property
    def estate(self):
        return self.building.estate

    @property
    def label(self):
        entrance = f"{self.entrance}单元" if self.entrance else ""
        return f"{self.building.label}{entrance}{self.room}室"


@dataclass
class Person:
    """A resident."""

    index: int
    name: str
    gender: str
    age: int
    phone: str
    key: str = ""
    login: str = ""
    portal: bool = False


@dataclass
class Residency:
    """Person × unit × role × period; `days_*` count back from today."""

    person: Person
    unit: Unit
    role: str
    days_from: int
    days_to: int | None = None
    share: tuple = (1, 1)
    representative: bool = False
    verified: bool = True

    @property
    def current(self):
        return self.days_to is None


class Community:
    """Buildings, units, people and who lives where."""

    def __init__(self, seed=SEED):
        self.rng = random.Random(seed)
        self.buildings, self.units = [], []
        self.people, self.residencies = [], []
        self.by_key = {}
        self._spare_phones = iter(range(1, 10000))
        self._build()
        self._settle()
        self._invite()

    # --- houses ------------------------------------------------------------------

    def _build(self):
        for row in texts.rows("buildings"):
            building = Building(len(self.buildings), row)
            self.buildings.append(building)
            entrances = int(row["entrances"])
            # A building with a single stair has no entrance number in a lane.
            for entrance in range(1, entrances + 1) if entrances else [""]:
                for floor in range(1, int(row["floors"]) + 1):
                    for place in range(1, int(row["rooms"]) + 1):
                        self._add_unit(building, str(entrance), floor, place)

    def _add_unit(self, building, entrance, floor, place):
        exclusive = round(self.rng.choice((48, 56, 63, 72, 78, 86, 94)), 2)
        exclusive = round(exclusive + self.rng.randrange(0, 400) / 100, 2)
        shared = 1.24 if building.row["lift"] == "1" else 1.14
        unit = Unit(
            len(self.units),
            building,
            entrance,
            floor,
            f"{floor}{place:02d}",
            exclusive,
            round(exclusive * shared, 2),
            use=building.row["use"],
        )
        building.units.append(unit)
        self.units.append(unit)

    # --- people ------------------------------------------------------------------

    def _person(self, age, gender=None, surname=None, **more):
        gender = gender or self.rng.choice("mf")
        group = "old" if age >= 58 else "mid" if age >= 33 else "young"
        name = more.pop("name", None)
        if not name:
            surname = surname or self._surname()
            given = [
                row["name"]
                for row in texts.rows("given_names")
                if row["gender"] == gender and row["age"] == group
            ]
            name = surname + self.rng.choice(given)
        number = next(self._spare_phones)
        # Four zeros in the middle: no such block is in use.
        phone = f"{self.rng.choice(PHONE_PREFIXES)}0000{number:04d}"
        person = Person(len(self.people), name, gender, age, phone, **more)
        self.people.append(person)
        return person

    def _surname(self):
        surnames = texts.rows("surnames")
        weights = [int(row["weight"]) for row in surnames]
        return self.rng.choices(surnames, weights)[0]["surname"]

    def _reside(self, person, unit, role, days_from, **more):
        residency = Residency(person, unit, role, days_from, **more)
        self.residencies.append(residency)
        return residency

    def _settle(self):
        story = {(r["estate"], r["unit"]): r for r in texts.rows("story_people")}
        targets = {row["code"]: int(row["people"]) for row in texts.rows("estates")}
        for estate, target in targets.items():
            before = len(self.people)
            for unit in self.units:
                if unit.estate == estate:
                    self._settle_unit(unit, story.pop((estate, unit.label), None))
            self._fill(estate, target - (len(self.people) - before))
        if story:
            raise ValueError(f"no such unit in the demo: {sorted(story)}")

    def _settle_unit(self, unit, story):
        since = self.rng.randrange(400, 6000)
        if story:
            return self._settle_story(unit, story, since)
        roll = self.rng.randrange(100)
        if unit.use == "shop":
            owner = self._person(self.rng.randrange(40, 62))
            self._reside(owner, unit, "owner", since, representative=True)
            return self._let(unit)
        if roll < UNSOLD:
            unit.state = "unsold"
            return None
        if roll < UNSOLD + EMPTY:
            return self._own(unit, since, self.rng.randrange(35, 70))
        if roll < UNSOLD + EMPTY + LET[unit.estate]:
            self._own(unit, since, self.rng.randrange(35, 75))
            return self._let(unit)
        if self.rng.random() < 0.07:
            self._former(unit, since)
        return self._family(unit, since)

    def _settle_story(self, unit, row, since):
        person = self._person(
            int(row["age"]),
            row["gender"],
            name=row["name"],
            key=row["key"],
            login=row["login"],
            portal=bool(row["login"]),
        )
        self.by_key[person.key] = person
        if row["role"] == "tenant":
            self._own(unit, since, self.rng.randrange(40, 65))
            self._reside(person, unit, "tenant", 410)
        else:
            self._reside(person, unit, "owner", since, representative=True)

    def _own(self, unit, since, age):
        owners = [
            r.person
            for r in self.residencies[-400:]
            if r.role == "owner" and r.unit.estate == unit.estate and not r.person.key
        ]
        if owners and self.rng.random() < 0.12:
            owner = self.rng.choice(owners)
        else:
            owner = self._person(age)
        self._reside(owner, unit, "owner", since, representative=True)

    def _let(self, unit):
        since = self.rng.randrange(20, 900)
        if self.rng.random() < 0.2:
            moved_out = self._person(self.rng.randrange(20, 45))
            self._reside(moved_out, unit, "tenant", since + 500, days_to=since + 8)
        for _number in range(self.rng.choice((1, 1, 2, 2, 3))):
            tenant = self._person(self.rng.randrange(19, 50))
            verified = self.rng.random() < 0.8
            self._reside(tenant, unit, "tenant", since, verified=verified)

    def _former(self, unit, sold):
        seller = self._person(self.rng.randrange(40, 80))
        self._reside(seller, unit, "owner", sold + 2500, days_to=sold)

    def _family(self, unit, since):
        age = self.rng.choices((74, 66, 48, 40, 31), (16, 20, 26, 24, 14))[0]
        age += self.rng.randrange(-5, 6)
        owner = self._person(age, gender=self.rng.choice("mmmf"))
        spouse = None
        if self.rng.random() < (0.55 if age >= 58 else 0.72):
            other = "f" if owner.gender == "m" else "m"
            spouse = self._person(age + self.rng.randrange(-4, 3), other)
        shared = spouse and self.rng.random() < 0.45
        if shared:
            share = self.rng.choice(((1, 2), (1, 2), (3, 5)))
            rest = (share[1] - share[0], share[1])
            self._reside(
                owner, unit, "co_owner", since, share=share, representative=True
            )
            self._reside(spouse, unit, "co_owner", since, share=rest)
        else:
            self._reside(owner, unit, "owner", since, representative=True)
            if spouse:
                self._reside(spouse, unit, "family", since)

    def _child(self, unit, owner, since):
        father = owner.name[:2] if owner.name[:2] in ("欧阳", "上官") else owner.name[0]
        child = self._person(max(14, owner.age - 26), surname=father)
        self._reside(child, unit, "family", min(since, 3000))

    def _fill(self, estate, missing):
        """Bring an estate to its number of people with more family members."""
        if missing < 0:
            raise ValueError(f"{estate} has {-missing} people too many")
        owners = [
            r
            for r in self.residencies
            if r.current
            and r.role in ("owner", "co_owner")
            and r.representative
            and r.unit.estate == estate
            and not r.person.key
        ]
        let = {r.unit.index for r in self.residencies if r.role == "tenant"}
        owners = [r for r in owners if r.unit.index not in let and r.unit.use == "home"]
        self.rng.shuffle(owners)
        for number in range(missing):
            owner = owners[number % len(owners)]
            if owner.person.age >= 45:
                self._child(owner.unit, owner.person, owner.days_from)
            else:
                parent = self._person(owner.person.age + 27)
                self._reside(parent, owner.unit, "family", min(owner.days_from, 2000))

    def _invite(self):
        """Choose who uses the portal: the younger ones, some from every estate."""
        candidates = defaultdict(list)
        for residency in self.residencies:
            person = residency.person
            if residency.current and person.age < 58 and not person.portal:
                candidates[residency.unit.estate].append(person)
        for people in candidates.values():
            for person in self.rng.sample(people, 9):
                person.portal = True

    # --- questions ---------------------------------------------------------------

    def living(self, estate):
        """Current residencies of people who live in homes of the estate."""
        let = {
            r.unit.index for r in self.residencies if r.role == "tenant" and r.current
        }
        return [
            r
            for r in self.residencies
            if r.unit.estate == estate
            and r.current
            and (r.role in ("tenant", "family") or r.unit.index not in let)
        ]

    def home_of(self, person):
        """The unit a person lives in."""
        homes = [r for r in self.residencies if r.person is person and r.current]
        homes.sort(key=lambda r: r.role == "owner" and len(homes) > 1)
        return homes[0].unit if homes else None


def day_before(today: date, days):
    """The date so many days before today, or None."""
    return None if days is None else today - timedelta(days=days)
