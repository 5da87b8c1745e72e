"""What the rows of a batch of units mean for the records there are.

A dry run and its application work out the same plan, each when it happens: what
was changed in between is seen. Records are read for the whole batch at once.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction

from odoo.fields import Date, Domain

from ...tools import import_match, phone
from ...tools.import_match import Ambiguous, Person, Room
from .residency import TITLE_ROLES

UNIT_FIELDS = (
    "floor",
    "exclusive_area",
    "building_area",
    "use",
    "state",
    "real_estate_number",
    "ref",
    "notes",
)
PARTNER_FIELDS = ("name", "phone", "shequ_phone2", "email")
ID_FIELDS = ("shequ_id_type", "shequ_id_sealed", "shequ_id_hash")
RESIDENCY_FIELDS = (
    "date_from",
    "date_to",
    "share_numerator",
    "share_denominator",
    "is_representative",
    "notes",
)


OWNERS = ("owner", "co_owner")


class RowError(Exception):
    """A row that cannot be applied; the text says why in words for a clerk."""


@dataclass
class Change:
    """``new`` of a field of a record where ``old`` stands."""

    record: object
    name: str
    old: object
    new: object


@dataclass
class PersonPlan:
    row: dict
    content: dict
    partner: object = None  # an empty record is somebody new
    residency: object = None  # an empty record is a new one
    key: str = ""
    residency_vals: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)
    error: str = ""


@dataclass
class UnitPlan:
    """What to do for one unit.

    ``rows`` are without those that are wrong, which ``errors`` explains by their
    id; of records that are still to be created there is an empty one.
    """

    number: int
    rows: list
    place: dict = field(default_factory=dict)
    estate: object = None
    estate_name: str = ""
    building: object = None
    building_key: tuple = ()
    unit: object = None
    unit_vals: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)
    people: list = field(default_factory=list)
    ending: list = field(default_factory=list)
    errors: dict = field(default_factory=dict)
    incomplete: bool = False  # a row of the unit is wrong


class Batch:
    """Some units of an import with all their rows.

    :param job: the import, as what does its work
    :param rows: list of dicts with ``id``, ``number``, ``unit_no``, ``status`` and
        ``content``
    """

    def __init__(self, job, rows):
        self.job = job
        self.env = job.env
        self.estates = job._estates()
        self.plans = {}
        for row in rows:
            plan = self.plans.setdefault(row["unit_no"], UnitPlan(row["unit_no"], []))
            if row["status"] == "error":
                plan.incomplete = True
            else:
                plan.rows.append(row)
        none = {
            "estate": self.env["shequ.estate"],
            "building": self.env["shequ.building"],
            "unit": self.env["shequ.unit"],
        }
        for plan in self.plans.values():
            vars(plan).update(none)

    def resolve(self):
        """Work out the plans of all units; nothing is written."""
        for plan in self.good():
            plan.place = plan.rows[0]["content"]
        self._each(self._find_estate)
        self._read_buildings()
        self._each(self._find_building)
        self._read_units()
        self._each(self._find_unit)
        self._read_numbers()
        self._each(self._check_number)
        self._read_residencies()
        self._read_people()
        self._each(self._find_people)
        self._refuse_contradictions()
        return list(self.plans.values())

    def _each(self, method):
        """A unit that cannot be understood fails with all of its rows."""
        for plan in self.good():
            try:
                method(plan)
            except RowError as error:
                plan.errors.update({row["id"]: str(error) for row in plan.rows})
                plan.rows = []

    def good(self):
        return [plan for plan in self.plans.values() if plan.rows]

    # -------------------------------------------------------------- places

    def _find_estate(self, plan):
        name = plan.place.get("estate") or ""
        if self.job.estate_id:
            plan.estate = self.job.estate_id
            if name and not self._is_estate(plan.estate, name):
                raise RowError(
                    self.env._(
                        "The row names the estate “%(name)s”, but the file is being "
                        "imported into “%(estate)s”. Take the row out, or leave the "
                        "estate of the import empty.",
                        name=name,
                        estate=plan.estate.name,
                    )
                )
            return
        if known := self.estates.get(estate_key(name)):
            plan.estate = known
            return
        if not name:
            raise RowError(
                self.env._(
                    "The row does not tell its estate. Fill in the estate, or choose "
                    "one for the whole file."
                )
            )
        if not self.job.create_estates:
            raise RowError(
                self.env._(
                    "There is no estate “%(name)s” among yours. Correct its name, or "
                    "tick “Add Missing Estates”.",
                    name=name,
                )
            )
        plan.estate_name = name

    @staticmethod
    def _is_estate(estate, name):
        return estate_key(name) in (estate_key(estate.name), estate_key(estate.code))

    def _read_buildings(self):
        names = {plan.place.get("building") or "" for plan in self.good()}
        estates = {plan.estate.id for plan in self.good() if plan.estate}
        buildings = self.env["shequ.building"].with_context(active_test=False)
        found = buildings.search_fetch(
            Domain("estate_id", "in", list(estates))
            & Domain("name", "in", list(names)),
            ["estate_id", "lane", "name", "suffix", "label"],
        )
        self.buildings = {}
        for building in found:
            self.buildings.setdefault(building.estate_id.id, []).append(building)

    def _find_building(self, plan):
        place = plan.place
        lane, name = place.get("lane") or "", place.get("building") or ""
        suffix = place.get("suffix") or ""
        known = self.buildings.get(plan.estate.id, []) if plan.estate else []
        try:
            found = import_match.match_building(
                lane,
                name,
                suffix,
                [(b.id, b.lane or "", b.name, b.suffix or "") for b in known],
            )
        except Ambiguous as error:
            labels = [b.label for b in known if b.id in error.candidates]
            raise RowError(
                self.env._(
                    "“%(name)s” may be %(candidates)s. Write the building in full.",
                    name=name,
                    candidates=self._listed(labels),
                )
            ) from None
        if found:
            plan.building = next(b for b in known if b.id == found)
            return
        if not self.job.create_buildings:
            raise RowError(
                self.env._(
                    "%(estate)s has no building “%(name)s”. Correct the number, or "
                    "tick “Add Missing Buildings”.",
                    estate=plan.estate.name or plan.estate_name,
                    name=f"{lane}弄{name}" if lane else f"{name}{suffix}",
                )
            )
        # One key for 12 and 12号楼 of the same file; the first one names it.
        estate = plan.estate.id or plan.estate_name
        plan.building_key = (estate, lane, name)

    def _read_units(self):
        pairs = [(p.building.id, p.place["room"]) for p in self.good() if p.building]
        found = (
            self.env["shequ.unit"]
            .with_context(active_test=False)
            .search_fetch(
                Domain("building_id", "in", list({pair[0] for pair in pairs}))
                & Domain("room", "in", list({pair[1] for pair in pairs})),
                ["building_id", "entrance", "room", "short_address", *UNIT_FIELDS],
            )
        )
        self.units = found.grouped(lambda unit: (unit.building_id.id, unit.room))

    def _find_unit(self, plan):
        place = plan.place
        known = self.env["shequ.unit"]
        if plan.building:
            known = self.units.get((plan.building.id, place["room"]), known)
        try:
            found = import_match.match_room(
                place.get("entrance") or "",
                place["room"],
                [Room(unit.id, unit.entrance or "", unit.room) for unit in known],
            )
        except Ambiguous as error:
            raise RowError(
                self.env._(
                    "It is not clear which unit is meant: %(candidates)s. Write the "
                    "entrance as it is recorded.",
                    candidates=self._listed(
                        known.browse(error.candidates).mapped("short_address")
                    ),
                )
            ) from None
        values = {}
        for row in plan.rows:
            values.update(row["content"].get("unit") or {})
        if not found:
            plan.unit_vals = values
            return
        plan.unit = known.browse(found)
        for name, new in values.items():
            old = plan.unit[name]
            if different(old, new):
                plan.changes.append(Change(plan.unit, name, plain(old), new))

    def _read_numbers(self):
        """Units of the company that have a number the file gives to a unit."""
        numbers = [n for plan in self.good() if (n := self._number(plan))]
        self.numbers = {}
        if numbers:
            found = (
                self.env["shequ.unit"]
                .with_context(active_test=False)
                .search(
                    Domain("real_estate_number", "in", numbers)
                    & Domain("company_id", "=", self.job.company_id.id)
                )
            )
            self.numbers = {unit.real_estate_number: unit for unit in found}

    @staticmethod
    def _number(plan):
        changed = [c.new for c in plan.changes if c.name == "real_estate_number"]
        return (changed or [plan.unit_vals.get("real_estate_number")])[0]

    def _check_number(self, plan):
        number = self._number(plan)
        other = self.numbers.get(number)
        if other and other != plan.unit:
            raise RowError(
                self.env._(
                    "The real-estate unit number %(number)s belongs to %(unit)s "
                    "already.",
                    number=number,
                    unit=other.address,
                )
            )

    # -------------------------------------------------------------- people

    def _read_residencies(self):
        units = [plan.unit.id for plan in self.good() if plan.unit]
        found = self.env["shequ.residency"].search_fetch(
            Domain("unit_id", "in", units),
            ["unit_id", "partner_id", "role", *RESIDENCY_FIELDS],
        )
        self.residencies = found.grouped("unit_id")
        self.here = found.partner_id

    def _read_people(self):
        phones, hashes = set(), set()
        for _row, person in self._people():
            if digits := phone.normalise(person.get("phone")):
                phones.add(digits)
            if person.get("id"):
                hashes.add(person["id"]["shequ_id_hash"])
        found = self.here | self._own_people("shequ_phone", phones)
        found |= self._own_people("shequ_id_hash", hashes)
        found.fetch(["shequ_phone", "shequ_id_hash", *PARTNER_FIELDS])
        self.by_phone = found.grouped("shequ_phone")
        self.by_hash = found.grouped("shequ_id_hash")

    def _people(self):
        for plan in self.good():
            for row in plan.rows:
                for person in row["content"].get("people") or []:
                    yield row, person

    def _own_people(self, name, values):
        """People by a field; those of other companies alone are none of ours."""
        Partner = self.env["res.partner"]
        if not values:
            return Partner
        company = self.job.company_id
        with self._by_plain_index():
            found = Partner.search(
                Domain(name, "in", list(values))
                & Domain("company_id", "in", (False, company.id))
            )
        groups = (
            self.env["shequ.residency"]
            .with_context(active_test=False)
            ._read_group(
                [("partner_id", "in", found.ids)], ["partner_id", "company_id"]
            )
        )
        companies = {}
        for partner, of in groups:
            companies.setdefault(partner.id, set()).add(of.id)
        return found.filtered(lambda p: company.id in companies.get(p.id, {company.id}))

    @contextmanager
    def _by_plain_index(self):
        """Look up whole numbers by the index of whole numbers.

        Parts of phone numbers are searched by an index of trigrams, which PostgreSQL
        also takes for a list of whole ones until a table that grows quickly was
        analysed: seconds instead of milliseconds. Such indexes need bitmap scans.
        """
        cr = self.env.cr
        self.env.flush_all()
        cr.execute("SET LOCAL enable_bitmapscan TO off")
        yield
        cr.execute("SET LOCAL enable_bitmapscan TO DEFAULT")

    def _find_people(self, plan):
        none = self.env["res.partner"]
        residencies = self.env["shequ.residency"]
        if plan.unit:
            residencies = self.residencies.get(plan.unit, residencies)
        today = self.env["shequ.estate"]._today()
        here = residencies.partner_id
        for row in plan.rows:
            for content in row["content"].get("people") or []:
                plan.people.append(PersonPlan(row, content))
        candidates = here
        for person in plan.people:
            digits = phone.normalise(person.content.get("phone"))
            candidates |= self.by_phone.get(digits or None, none)
            if identity := person.content.get("id"):
                candidates |= self.by_hash.get(identity["shequ_id_hash"], none)
        answers = import_match.match_people(
            [self._wanted(person.content) for person in plan.people],
            [
                Person(
                    partner.id,
                    partner.name or "",
                    partner.shequ_phone or "",
                    self._hash(partner),
                    partner in here,
                )
                for partner in candidates
            ],
        )
        for person, answer in zip(plan.people, answers, strict=True):
            if isinstance(answer, Ambiguous):
                person.error = self._which(answer.candidates)
                plan.incomplete = True
                continue
            person.partner = none.browse(answer or [])
            person.key = self._key(plan, person)
            if person.partner:
                self._compare_partner(person)
            self._find_residency(plan, person, residencies, today)
        if not plan.unit or not residencies.filtered("is_representative"):
            self._choose_representative(plan, residencies, today)
        self._find_ending(plan, residencies, today)
        self._find_stepping_down(plan, residencies)
        self._join_owners(plan, residencies, today)

    def _wanted(self, content):
        return Person(
            0,
            content["name"],
            phone.normalise(content.get("phone")),
            (content.get("id") or {}).get("shequ_id_hash") or "",
        )

    def _hash(self, partner):
        return (
            partner.shequ_id_hash if "shequ_id_hash" in partner._fields else ""
        ) or ""

    def _which(self, ids):
        people = self.env["res.partner"].browse(ids)
        return self.env._(
            "“%(name)s” is on record %(count)s times with the same telephone: merge "
            "the records %(candidates)s first, or add the identity number.",
            name=people[0].name,
            count=len(people),
            candidates=self._listed([f"#{partner.id}" for partner in people]),
        )

    @staticmethod
    def _key(plan, person):
        """What makes somebody new one person in several rows."""
        content = person.content
        if content.get("id"):
            return f"id:{content['id']['shequ_id_hash']}"
        name = "".join(content["name"].split())
        if digits := phone.normalise(content.get("phone")):
            return f"phone:{digits}:{name}"
        return f"unit:{plan.number}:{name}"

    def _compare_partner(self, person):
        partner, content = person.partner, person.content
        for name in PARTNER_FIELDS:
            new = content.get(name)
            if not new:
                continue
            old = partner[name]
            if name == "phone" and phone.normalise(old) == phone.normalise(new):
                continue
            if name == "name" and import_match.same_name(old, new):
                continue
            if different(old, new):
                person.changes.append(Change(partner, name, plain(old), new))
        identity = content.get("id")
        if identity and self._hash(partner) != identity["shequ_id_hash"]:
            for name in ID_FIELDS:
                person.changes.append(
                    Change(partner, name, plain(partner[name]), identity[name])
                )

    def _find_residency(self, plan, person, residencies, today):
        content = person.content
        role = content.get("role")
        values = {
            name: content[name]
            for name in RESIDENCY_FIELDS
            if content.get(name) not in (None, "")
        }
        person.residency = residencies.browse()
        known = person.residency
        if person.partner:
            known = residencies.filtered(lambda r: r.partner_id == person.partner)
        if content.get("role_told"):
            known = known.filtered(lambda r: same_role(r.role, role))
        known = known.filtered(lambda r: self._overlaps(r, values))
        if known:
            current = known.filtered(lambda r: r._covers(today))
            person.residency = (current or known)[0]
            if content.get("role_told") and role == "co_owner":
                values["role"] = role  # “owner” may be one of several
            for name, new in values.items():
                old = plain(person.residency[name])
                if different(old, new):
                    person.changes.append(Change(person.residency, name, old, new))
            return
        person.residency_vals = {
            "role": role or self.job.default_role,
            **values,
        }
        if "date_from" not in values:
            since = self.job.default_date_from
            if until := values.get("date_to"):
                since = min(since, Date.to_date(until))
            person.residency_vals["date_from"] = Date.to_string(since)

    @staticmethod
    def _overlaps(residency, values):
        """Whether the period in the file is the one on record, or meets it."""
        if "date_from" not in values:
            until = values.get("date_to")
            return not residency.date_to or bool(
                until and residency.date_to == Date.to_date(until)
            )
        start = Date.to_date(values["date_from"])
        end = Date.to_date(values.get("date_to"))
        if residency.date_from == start:
            return True
        return (not residency.date_to or start < residency.date_to) and (
            not end or residency.date_from < end
        )

    def _choose_representative(self, plan, residencies, today):
        """The only owner of a unit votes for it, unless the file says otherwise."""
        if plan.incomplete or any(
            "is_representative" in p.content for p in plan.people
        ):
            return
        owners = [
            p
            for p in plan.people
            if p.residency_vals.get("role") in TITLE_ROLES
            and not p.residency_vals.get("date_to")
        ]
        if residencies.filtered(lambda r: r.is_title and r._covers(today)):
            return
        if len(owners) == 1:
            owners[0].residency_vals["is_representative"] = True

    def _join_owners(self, plan, residencies, today):
        """Who comes to own a unit beside others owns it together with them.

        Shares that nobody tells are equal (Civil Code, art. 309).
        """
        ended = {change.record for change in plan.ending if change.name == "date_to"}
        old = [
            r
            for r in residencies - residencies.browse([r.id for r in ended])
            if r.role in OWNERS and r._covers(today) and not r.date_to
        ]
        new = [
            p
            for p in plan.people
            if not p.residency
            and p.residency_vals.get("role") in OWNERS
            and not p.residency_vals.get("date_to")
        ]
        count = len(old) + len(new)
        if not new or count < 2:
            return
        told = all(p.residency_vals.get("share_numerator") for p in new)
        equal = not told or sum(map(_share, [*map(_as_vals, old), *_vals(new)])) > 1
        for person in new:
            person.residency_vals["role"] = "co_owner"
            if equal and not person.content.get("share_numerator"):
                person.residency_vals.update(share_numerator=1, share_denominator=count)
        said = {p.residency: p for p in plan.people if p.residency}
        for residency in old:
            self._share_title(plan, said.get(residency), residency, equal and count)

    @staticmethod
    def _share_title(plan, person, residency, count):
        """Make an owner on record a co-owner, of an equal share of ``count``."""
        changes = person.changes if person else plan.ending
        named = {c.name for c in changes if c.record == residency}
        wanted = {"role": "co_owner"}
        if count and not (person and person.content.get("share_numerator")):
            wanted.update(share_numerator=1, share_denominator=count)
        for name, new in wanted.items():
            if name not in named and residency[name] != new:
                changes.append(Change(residency, name, residency[name], new))

    @staticmethod
    def _find_stepping_down(plan, residencies):
        """Whoever voted for the unit does so no more when the file names another."""
        chosen = [
            p
            for p in plan.people
            if p.residency_vals.get("is_representative")
            or any(c.name == "is_representative" and c.new for c in p.changes)
        ]
        ended = {change.record for change in plan.ending}
        for residency in residencies.filtered("is_representative"):
            if residency in ended or any(p.residency == residency for p in plan.people):
                continue
            if chosen:
                plan.ending.append(Change(residency, "is_representative", True, False))

    def _find_ending(self, plan, residencies, today):
        if not self.job.end_missing or plan.incomplete or not plan.people:
            return
        day = self.job.end_date or today
        named = {person.partner for person in plan.people}
        for residency in residencies:
            if residency.partner_id in named or residency.date_from > day:
                continue
            if not residency.date_to or residency.date_to > day:
                old = plain(residency.date_to)
                new = Date.to_string(day)
                plan.ending.append(Change(residency, "date_to", old, new))

    def _refuse_contradictions(self):
        """Two rows that want different things of one person contradict."""
        said = {}
        for plan in self.good():
            for person in plan.people:
                for change in person.changes:
                    key = (change.record, change.name)
                    if change.name in ID_FIELDS[1:2]:
                        continue
                    row, new = said.setdefault(key, (person.row, change.new))
                    if new != change.new and not person.error:
                        person.error = self.env._(
                            "Row %(number)s gives another value for %(person)s in the "
                            "same field. Make both rows say the same.",
                            number=row["number"],
                            person=person.content["name"],
                        )
            self._settle_people(plan)

    def _settle_people(self, plan):
        """A row with somebody who is not clear is wrong; the others go on."""
        wrong = {p.row["id"]: p.error for p in plan.people if p.error}
        if not wrong:
            return
        plan.people = [p for p in plan.people if p.row["id"] not in wrong]
        plan.rows = [row for row in plan.rows if row["id"] not in wrong]
        plan.errors.update(wrong)

    def _listed(self, texts):
        return "、".join(texts) if self.job._speaks_chinese() else ", ".join(texts)


def estate_key(name):
    return import_match._plain(name)


def same_role(one, other):
    """Owner and co-owner are the same: who is alone today shares tomorrow."""
    return one == other or (one in OWNERS and other in OWNERS)


def _vals(people):
    return [person.residency_vals for person in people]


def _as_vals(residency):
    return {
        name: residency[name]
        for name in ("role", "share_numerator", "share_denominator")
    }


def _share(values):
    if values["role"] == "owner" and not values.get("share_denominator", 0) > 1:
        return Fraction(1)
    return Fraction(values["share_numerator"], values["share_denominator"])


def plain(value):
    """A field's value as JSON keeps it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if value not in (False, None, "") or value is False else False


def different(old, new):
    old = plain(old)
    if isinstance(new, (int, float)) and not isinstance(new, bool):
        return abs((old or 0) - new) >= 0.005
    if isinstance(new, str):
        return (old or "").strip() != new.strip()
    return old != new
