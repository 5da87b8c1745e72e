"""One row of a list as values and problems."""

import re
from typing import NamedTuple

from .. import address, phone
from . import values as parsers
from .problems import ERROR, problem
from .reading import Row
from .values import clean

TITLE_ROLES = ("owner", "co_owner", "developer")


class Options(NamedTuple):
    """What is known about a file beside its cells.

    date1904: as `reading.Workbook.date1904`
    lane_style: the estate writes lane – number – room (3弄5号601室)
    estate: name of the estate for rows that name none; it also replaces what
        stands in front of the building in a one-cell address
    building: for rows that name none
    parking_building: building of parking spaces and storage in no building
    role: of people whose row names none
    country_code: dialling code of phone numbers without one
    today: ISO date; a date later than ten years after it is unusual
    """

    date1904: bool = False
    lane_style: bool = False
    estate: str = ""
    building: str = ""
    parking_building: str = "地下车库"
    role: str = "owner"
    country_code: str = phone.MAINLAND
    today: str = ""


class ParsedRow(NamedTuple):
    """number: as the spreadsheet shows it
    values: JSON-able; a key is there only when the row says something about it:

        estate, lane, building, suffix, entrance, room: text
        floor: int
        use, state: as in `shequ.unit`
        building_area, exclusive_area: int, hundredths of a square metre
        real_estate_number, ref, note: text
        persons: list of dicts with name, phone, phone2, id_type, id_number, email,
            role, share ``[numerator, denominator]`` or ``"joint"``, date_from,
            date_to (ISO text; date_to is the first day that no longer counts),
            representative (bool)

    problems: list of `problems.Problem`; with an error the row cannot be imported
    sheet: name of the sheet
    part: 0, or the count of a parking space that the row names beside its unit
    """

    number: int
    values: dict
    problems: list
    sheet: str = ""
    part: int = 0

    @property
    def key(self):
        key = (self.sheet, self.number)
        return (*key, self.part) if self.part else key

    @property
    def errors(self):
        return [one for one in self.problems if one.severity == ERROR]


def parse_row(cells, mapping, options=None, *, number=0, sheet="", context=None):
    """Parse one row.

    :param cells: a `reading.Row`, or a list of cells with the number, sheet and
        context that the row had when it was read
    :param mapping: ``{column: field}`` (JSON's text keys are fine)
    :param options: `Options`
    :param context: as in `reading.Row.context`
    :return: `ParsedRow`
    """
    if isinstance(cells, Row):
        number, sheet, context = cells.number, cells.sheet, cells.context
        cells = cells.cells
    row = _Row(cells, mapping, options or Options(), context or {})
    return row.parse(number, sheet)


# A number of 1 to 9 tells how many there are rather than which.
_NO_SPACE = re.compile(r"[1-9]个?|有|是|已购|已租|租|购|√|✓|Y|YES|无车位", re.I)
_BETWEEN = re.compile(r"[、，,；;／/\n]+|\s{2,}")
MOST_SPACES = 20  # of one row; a cell with more is something else


def parking_rows(row, cells, mapping, options=None):
    """Parking spaces that a row names beside its unit, as rows of their own.

    They belong to the row's owners, else to its tenants: a space goes with the
    title, and a child of the family has none. A row with an error has no spaces,
    for it is sent again. What names no space becomes a notice of the row.

    :param row: `ParsedRow` of the cells
    :return: list of `ParsedRow` with ``part`` 1, 2, …
    """
    found = {
        field: cells[int(c)] for c, field in mapping.items() if int(c) < len(cells)
    }
    text = clean(found.get("parking"))
    if row.errors or parsers.is_nothing(text) or text in ("否", "0"):
        return []
    names = [
        name for name in re.split(r"[、，,；;／/\n]+|\s{2,}", text) if name.strip()
    ]
    if any(_NO_SPACE.fullmatch(clean(name)) for name in names):
        row.problems.append(problem("parking_unclear", "parking", text))
        return []
    persons = _holders(row.values.get("persons", ()))
    area = found.get("parking_area") if len(names) == 1 else None
    spaces = []
    for part, name in enumerate(names, 1):
        space = parse_row(
            [row.values.get("estate"), name, "车位", area],
            {0: "estate", 1: "room", 2: "use", 3: "building_area"},
            options,
            number=row.number,
            sheet=row.sheet,
        )
        if persons:
            space.values["persons"] = [dict(person) for person in persons]
        spaces.append(space._replace(part=part))
    return spaces


def _holders(persons):
    owners = [p for p in persons if p.get("role", "owner") in TITLE_ROLES]
    return owners or [p for p in persons if p.get("role") == "tenant"]


def parse_sheet(sheet, mapping=None, options=None):
    """Yield ``(reading.Row, ParsedRow)`` of a sheet, ``None`` for rows left out."""
    mapping = mapping or sheet.mapping
    for row in sheet.rows(mapping):
        if row.reason:
            yield row, None
            continue
        yield row, parse_row(row, mapping, options)


class _Row:
    def __init__(self, cells, mapping, options, context):
        self.options = options
        self.context = context
        self.cells = {}
        for column, field in mapping.items():
            column = int(column)
            cell = cells[column] if column < len(cells) else None
            if field and cell is not None and cell != "" and field not in self.cells:
                plain = isinstance(cell, (str, int, float))
                self.cells[field] = cell if plain else str(cell)
        self.values = {}
        self.problems = []

    def parse(self, number, sheet):
        self._place()
        self._unit()
        self._persons()
        if not any(one.severity == ERROR for one in self.problems):
            if not self.values:
                self._wrong("row_empty")
            elif "room" not in self.values:
                self._wrong("room_missing", "room")
        return ParsedRow(number, self.values, self.problems, sheet)

    # ------------------------------------------------------------ helpers

    def _wrong(self, code, field="", text="", **details):
        self.problems.append(problem(code, field, text, **details))

    def _take(self, field, parser, *args):
        """Value of a field's cell; its problem is kept."""
        cell = self.cells.get(field)
        if cell is None:
            return None
        value, wrong = parser(cell, field, *args)
        if wrong:
            self.problems.append(wrong)
        return value

    def _keep(self, field, parser, *args):
        value = self._take(field, parser, *args)
        if value is not None:
            self.values[field] = value
        return value

    # -------------------------------------------------------------- place

    def _place(self):
        place = self._read_place()
        if place is None:
            return
        place = self._complete(place)
        for field in ("lane", "building", "suffix", "entrance", "room", "use"):
            if text := getattr(place, field):
                self.values[field] = text
        if place.floor is not None:
            self.values["floor"] = place.floor
        if carried := self.context.get("carried"):
            names = ("lane", "building", "entrance", "room")
            text = "-".join(getattr(place, n) for n in names if getattr(place, n))
            self._wrong("place_carried", carried[0], text)
        estate = self._take("estate", parsers.plain) or self.options.estate
        if estate or place.estate:
            self.values["estate"] = estate or place.estate

    def _read_place(self):
        """What the cells say of the place as `address.Place`, or ``None``."""
        building = self._read_building()
        whole = self._read_address()
        room = self._read_room(building or whole)
        found = [place for place in (whole, building, room) if place]
        return self._join(found) if found else None

    def _join(self, found):
        """Join what several cells say; they must not contradict each other."""
        result = found[0]
        for place in found[1:]:
            for field, old, value in zip(place._fields, result, place):
                if value in ("", None) or old == value:
                    continue
                if old in ("", None):
                    result = result._replace(**{field: value})
                elif field in ("lane", "building", "entrance", "room"):
                    self._wrong("place_conflict", field, value, other=old)
        return result

    def _text(self, field):
        text = self._take(field, parsers.plain)
        if text is None:
            return ""
        if re.fullmatch(r"\d{4}-\d\d-\d\d(?: .*)?", text):
            self._wrong("address_date", field, text)
            return ""
        return text

    def _read_building(self):
        text = self._text("building") or self.context.get("building", "")
        place = address.Place()
        if text:
            place = address.read_building(text)
        if lane := self._text("lane") or self.context.get("lane", ""):
            place = place._replace(lane=address.clean_lane(lane))
        if entrance := self._text("entrance") or self.context.get("entrance", ""):
            entrance = address.clean_entrance(address.spelt_out(entrance))
            if place.building and entrance.startswith(f"{place.building}-"):
                entrance = entrance[len(place.building) + 1 :]
            place = place._replace(entrance=entrance)
        floor = self._take("floor", parsers.floor)
        if floor is not None:
            place = place._replace(floor=floor)
        return place if any(place[:-1]) or floor is not None else None

    def _read_address(self):
        text = self._text("address")
        if not text:
            return None
        place = address.read_place(text, self.options.lane_style)
        if place is None:
            if not self.cells.get("room"):
                self._wrong("address_unclear", "address", text)
            return None
        if "room" in self.cells:
            return place._replace(room="")
        return place

    def _read_room(self, known):
        text = self._text("room")
        if not text:
            return None
        known = known or address.Place()
        if text.isascii() and text.isalnum() and len(text) <= 6:
            return address.Place(room=text.upper())
        use = self._use_word()
        place = address.read_place(text, self.options.lane_style)
        bare = address.clean_room(text)
        if place is None or use in ("parking", "storage") and not place.use:
            return address.Place(room=bare)
        if not known.building:
            return place
        return self._room_in(known, place, bare)

    def _use_word(self):
        return parsers.use(self.cells.get("use")).value

    def _room_in(self, known, place, bare):
        """A room's cell such as 1-302 or 12-1-302 beside the building's cell."""
        if not place.building:
            return place
        if place.building == known.building:
            if known.lane and not place.lane:
                return place
            return place
        if place.entrance or place.suffix or len(place.building) > 2:
            # 12-1-302 in building 5: either the lane is in front, or it is wrong.
            for one in address.parse(bare):
                if one.building == known.building and one.room:
                    return address.Place(
                        lane=one.lane, entrance=one.entrance, room=one.room
                    )
            return place
        if not place.building.isdigit() or known.entrance not in ("", place.building):
            # A-021, S1-3: all of it is the room's number.
            return address.Place(room=bare, use=place.use)
        return place._replace(building="", entrance=place.building)

    def _complete(self, place):
        """Fill in the building, or say what is missing."""
        wrong = any(one.severity == ERROR for one in self.problems)
        use = place.use or self._use_word()
        if not place.building and self.options.building:
            found = address.read_building(self.options.building)
            place = place._replace(
                lane=place.lane or found.lane,
                building=found.building,
                suffix=found.suffix,
            )
        if not place.building and place.room and use in ("parking", "storage"):
            if name := self.options.parking_building:
                self._wrong("parking_building", "building", name)
                place = place._replace(building=name)
        if not place.building and not wrong:
            self._wrong("building_missing", "building", place.room)
        elif not place.room and not wrong:
            self._wrong("room_missing", "room", place.building + place.suffix)
        return place

    # --------------------------------------------------------------- unit

    def _unit(self):
        use = self._take("use", parsers.use)
        if use:
            self.values["use"] = use
        self._keep("state", parsers.state)
        whole = self._keep("building_area", parsers.area)
        inner = self._keep("exclusive_area", parsers.area)
        if whole and inner and inner > whole:
            self._wrong(
                "area_order", "exclusive_area", _square(inner), other=_square(whole)
            )
        self._keep("real_estate_number", parsers.unit_number)
        self._keep("ref", parsers.plain)
        self._keep("note", parsers.plain)

    # ------------------------------------------------------------- people

    def _persons(self):
        persons = self._main_persons() + self._tenants()
        if persons:
            self.values["persons"] = persons

    def _main_persons(self):
        cell = self.cells.get("person")
        names, wrong = parsers.names(cell) if cell is not None else ([], None)
        if wrong:
            self.problems.append(wrong)
        numbers = self._phones("phone")
        more = self._phones("phone2")
        kind = self._take("id_type", parsers.id_type)
        ids = self._identities(kind)
        role = self._take("role", parsers.role)
        if not names:
            if not wrong:
                self._nobody(numbers or more or ids)
            return []
        persons = [{"name": name} for name in names]
        self._give_phones(persons, numbers, more)
        self._give_ids(persons, ids)
        self._give_roles(persons, role)
        self._give_shares(persons)
        self._give_dates(persons)
        if (mail := self._take("email", parsers.email)) is not None:
            persons[0]["email"] = mail
        chosen = self._take("representative", self._representative, names)
        if chosen is not None:
            for index, person in enumerate(persons):
                person["representative"] = index == chosen
        return persons

    def _nobody(self, known):
        """Tell what stands in the row about a person without a name."""
        if known or "email" in self.cells and self._take("email", parsers.email):
            self._wrong("person_missing", "person")
            return
        for field in ("share", "date_from", "date_to", "representative"):
            text = clean(self.cells.get(field))
            if not parsers.is_nothing(text):
                self._wrong("nobody", field, text)

    def _phones(self, field):
        if field not in self.cells:
            return []
        numbers, problems = parsers.phones(
            self.cells[field], field, self.options.country_code
        )
        self.problems += problems
        return numbers

    def _identities(self, kind):
        if "id_number" not in self.cells:
            return []
        found, problems = parsers.identities(self.cells["id_number"], "id_number", kind)
        self.problems += problems
        return found

    def _give_phones(self, persons, numbers, more):
        if len(persons) == 1:
            kept = list(dict.fromkeys(numbers + more))
            for field, number in zip(("phone", "phone2"), kept):
                persons[0][field] = number
            if kept[2:]:
                self._wrong("phones_too_many", "phone", "、".join(kept[2:]))
            return
        if len(numbers) == 1:
            self._wrong(
                "phone_of_first", "phone", numbers[0], person=persons[0]["name"]
            )
        elif numbers and len(numbers) != len(persons):
            self._wrong(
                "phones_not_matched",
                "phone",
                "、".join(numbers),
                count=len(numbers),
                persons=len(persons),
            )
        for field, given in (("phone", numbers), ("phone2", more)):
            for person, number in zip(persons, given):
                person[field] = number
        if left := numbers[len(persons) :]:
            self._wrong("phones_too_many", "phone", "、".join(left))

    def _give_ids(self, persons, ids):
        if ids and len(ids) != len(persons):
            # One number of several may be wrong, then that is said already.
            if not any(p.field == "id_number" for p in self.problems):
                self._wrong(
                    "ids_not_matched",
                    "id_number",
                    clean(self.cells["id_number"]),
                    count=len(ids),
                    persons=len(persons),
                )
            return
        for person, identity in zip(persons, ids):
            person["id_type"] = identity.type
            person["id_number"] = identity.number

    def _give_roles(self, persons, role):
        role = role or ("role" not in self.cells and self.options.role) or None
        for person in persons:
            if role:
                person["role"] = role

    def _give_shares(self, persons):
        text = self._take("share", parsers.plain)
        if text is None:
            return
        pieces = [p for p in re.split(r"[、,，;；\s]+", text) if p]
        if len(pieces) != len(persons):
            pieces = [text] * len(persons)
        found = []
        for piece in pieces:
            value, wrong = parsers.share(piece)
            if wrong:
                self.problems.append(wrong)
                return
            found.append(value)
        for person, value in zip(persons, found):
            if person.get("role", "owner") not in TITLE_ROLES:
                self._wrong("share_ignored", "share", text)
                return
            if value is not None:
                person["share"] = value

    def _give_dates(self, persons, start="date_from", end="date_to"):
        dates = {}
        for field in (start, end):
            value = self._take(field, parsers.day, self.options.date1904)
            if value:
                dates[field] = value
        if dates.get(start, "") > dates.get(end, "9999"):
            self._wrong("dates_reversed", end, dates[end], other=dates[start])
            return
        for person in persons:
            person.update(dates)

    def _representative(self, cell, field, names):
        """Index of the person who votes: a yes means the first, or a name."""
        text = clean(cell)
        if text in names:
            return names.index(text), None
        value, wrong = parsers.yes_no(cell, field)
        if wrong or value is None:
            return None, wrong
        return (0 if value else -1), None

    def _tenants(self):
        """People of the columns for tenants, beside those for owners."""
        if not self.cells.keys() & {"tenant", "tenant_phone"}:
            return []
        names, wrong = parsers.names(self.cells.get("tenant"), "tenant")
        if wrong:
            self.problems.append(wrong)
        persons = [{"name": name, "role": "tenant"} for name in names]
        numbers = self._phones("tenant_phone")
        if persons:
            self._give_phones(persons, numbers, [])
        elif numbers and not wrong:
            self._wrong("person_missing", "tenant")
        return persons


def _square(hundredths):
    return f"{hundredths / 100:.2f}"
