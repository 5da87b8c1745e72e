"""Addresses of Chinese residential estates: sort, print and understand them.

An address inside an estate has up to four parts: lane (弄), building (号楼, 栋,
幢, 座, 号), entrance (单元, may be missing) and room (室). Plain Python, no Odoo.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import combinations, pairwise, product
from typing import NamedTuple

# Characters; no address inside an estate is longer.
LONGEST = 80
# In the order in which buildings of equal number are listed.
BUILDING_SUFFIXES = ("号楼", "栋", "幢", "座", "号", "楼")
ROOM_SUFFIXES = {
    "home": "室",
    "office": "室",
    "shop": "商铺",
    "parking": "车位",
    "storage": "储藏间",
}
STEMS = "甲乙丙丁戊己庚辛壬癸"
NUMERALS = "〇一二三四五六七八九"

_TOKEN = re.compile(r"[0-9]+|.", re.DOTALL)
_NUMBER = re.compile(
    r"[零〇一二两三四五六七八九十百]+(?=弄|号|栋|幢|座|单元|门|层|楼|室)"
)
_PIECE = re.compile(
    rf"(?P<value>[0-9A-Z{STEMS}]+)"
    r"(?P<mark>弄|支弄|号楼|栋|幢|座|号|单元|门|梯|层|楼|室|商铺|铺|车位|储藏间)?"
)
_SEPARATORS = " -_#/\\.,，、。"
_LANE, _BUILDING, _ENTRANCE, _ROOM = range(4)
_FLOOR = 9
_MARKS = {
    "弄": (_LANE,),
    "支弄": (_LANE,),
    "号楼": (_BUILDING,),
    "栋": (_BUILDING,),
    "幢": (_BUILDING,),
    "座": (_BUILDING,),
    "号": (_BUILDING, _ROOM),
    "楼": (_BUILDING, _FLOOR),
    "层": (_FLOOR,),
    "单元": (_ENTRANCE,),
    "门": (_ENTRANCE,),
    "梯": (_ENTRANCE,),
    "室": (_ROOM,),
    "商铺": (_ROOM,),
    "铺": (_ROOM,),
    "车位": (_ROOM,),
    "储藏间": (_ROOM,),
}


class Address(NamedTuple):
    """What a piece of text may mean; missing parts are empty strings."""

    estate: str = ""
    lane: str = ""
    building: str = ""
    entrance: str = ""
    room: str = ""


class Place(NamedTuple):
    """A place as the registry keeps it: an `Address`, and the words of the text that
    tell the building's suffix, the floor (``None``: not said) and the use."""

    estate: str = ""
    lane: str = ""
    building: str = ""
    suffix: str = ""
    entrance: str = ""
    floor: int | None = None
    room: str = ""
    use: str = ""


# ------------------------------------------------------------------ cleaning


def clean(text):
    """Half-width, upper-case, outer spaces removed; ``""`` for nothing."""
    return unicodedata.normalize("NFKC", text or "").strip().upper()


def split_building(text):
    """Split ``"12号楼"`` into ``("12", "号楼")``; the suffix may be ``""``."""
    text = clean(text)
    for suffix in BUILDING_SUFFIXES:
        if text.endswith(suffix) and len(text) > len(suffix):
            return text[: -len(suffix)].strip(), suffix
    return text, ""


def clean_part(text, *suffixes):
    """``clean`` and take one of ``suffixes`` off the end (``"302室"`` → 302)."""
    text = clean(text)
    for suffix in suffixes:
        if text.endswith(suffix) and len(text) > len(suffix):
            return text[: -len(suffix)].strip()
    return text


def clean_lane(text):
    return clean_part(text, "支弄", "弄")


def clean_entrance(text):
    return clean_part(text, "单元", "门", "梯")


def clean_room(text):
    return clean_part(text, *dict.fromkeys(ROOM_SUFFIXES.values()), "铺")


def expand_range(text, limit=1000):
    """Numbers written as people do: ``"1-3,5,12A"`` → ``["1", "2", "3", "5", "12A"]``.

    :raises ValueError: when a range runs backwards or there are over ``limit``
    """
    result = []
    for piece in re.split(r"[,;、\s]+", clean(text)):
        if bounds := re.fullmatch(r"(\d+)[-~—–](\d+)", piece):
            first, last = int(bounds[1]), int(bounds[2])
            if last < first or last - first >= limit:
                raise ValueError(piece)
            result += [str(number) for number in range(first, last + 1)]
        elif piece:
            result.append(piece)
    result = list(dict.fromkeys(result))
    if len(result) > limit:
        raise ValueError(text)
    return result


def floor_number(text):
    """Number of a storey: ``3层`` → 3, ``地下一层``, ``B1`` → -1; else ``None``."""
    text = spelt_out(clean(text))
    if below := re.fullmatch(r"(?:地下|负|B|-)\s*(\d{1,2})\s*(?:层|楼|F)?", text):
        return -int(below[1])
    found = re.fullmatch(r"(?:地上|第)?\s*(\d{1,3})\s*(?:层|楼|F)?", text)
    return int(found[1]) if found else None


def spelt_out(text):
    """Numerals in front of a mark as figures: ``十二号楼`` → ``12号楼``."""
    if text.isascii():
        return text
    return _NUMBER.sub(lambda match: str(_chinese_number(match[0])), text)


# ------------------------------------------------------------------- sorting


def natural_key(text):
    """A string of ``[0-9a-z]`` whose plain order is the order people expect.

    Each digit run becomes its length and its digits (``12`` → ``212``), so 2
    comes before 10; the stems 甲乙丙 count in their order; no code starts with
    ``0``, which is why ``0`` may end a part (see :func:`sort_key`). Only digits
    and lower-case letters are used, which every database collation orders alike.
    """
    return "".join(_token_key(token) for token in _TOKEN.findall(clean(text)))


def _token_key(token):
    if token.isascii() and token.isdigit():
        digits = (token.lstrip("0") or "0")[-9:]
        return f"{len(digits)}{digits}"
    if token in STEMS:
        return f"m{STEMS.index(token)}"
    if token.isascii() and token.isalpha():
        return f"l{token.lower()}"
    return f"x{ord(token):05x}"


def sort_key(*parts):
    """Join natural keys so that the whole orders like the tuple of the parts."""
    return "".join(natural_key(part) + "0" for part in parts)


def building_key(estate_id, lane, name, suffix):
    """Sort key of a building; starts with its estate so that estates group."""
    rank = BUILDING_SUFFIXES.index(suffix) if suffix in BUILDING_SUFFIXES else 8
    return sort_key(str(estate_id), lane, name) + str(rank)


def unit_key(building, entrance, floor, room):
    """Sort key of a unit below the key of its ``building``; floors may be < 0."""
    return f"{building}{sort_key(entrance)}{floor + 100:03d}{sort_key(room)}"


def search_key(building, room):
    """The part of an address people never leave out: ``"12-302"``."""
    return f"{clean(building)}-{clean(room)}"


def floor_of(room):
    """Floor told by a room number (``1203`` → 12, ``302`` → 3, ``B1-02`` → -1)."""
    room = clean(room)
    if basement := re.match(r"(?:B|-)(\d)\D", room):
        return -int(basement[1])
    digits = re.match(r"\d+", room)
    number = digits[0] if digits else ""
    return int(number[:-2]) if 3 <= len(number) <= 4 else 0


# ------------------------------------------------------------------ printing


def format_building(lane, name, suffix):
    """As people write it: ``12号楼``, ``3弄5号``."""
    return f"{lane}弄{name}{suffix}" if lane else f"{name}{suffix}"


def format_unit(lane, name, suffix, entrance, room, use="home"):
    """As people write it: ``12号楼1单元302室``, ``3弄5号601室``."""
    return (
        format_building(lane or "", name or "", suffix or "")
        + (f"{entrance}单元" if entrance else "")
        + f"{room or ''}{ROOM_SUFFIXES.get(use, '室')}"
    )


# ------------------------------------------------------------- understanding


def parse(text):
    """All that a piece of text may mean, likeliest first, as ``Address`` list.

    Understands ``12-1-302``, ``12号楼302``, ``12栋1单元302室``, ``5号601``,
    ``金昊雅苑十二号楼1单元302室`` and beginnings of these. ``12-1-302`` has two
    readings (building–entrance–room and lane–building–room). Never raises.
    """
    text = spelt_out(clean(text))
    estate, pieces = _split(text)
    if not pieces:
        return [Address(estate=estate)] if estate else []
    found = []
    for slots in _readings(pieces):
        values = ["", "", "", ""]
        for (value, _mark), slot in zip(pieces, slots, strict=True):
            if slot != _FLOOR:
                values[slot] = value
        address = Address(estate, *values)
        if address not in found:
            found.append(address)
    return found


# What nearly every list has; the rest goes through `parse`.
_PLAIN = re.compile(
    rf"(?:(?P<lane>\d+)弄)?"
    rf"(?P<building>[0-9]+[A-Z]?|[A-Z]|\d+[{STEMS}])(?P<suffix>号楼|栋|幢|座|号|楼|#)"
    r"(?:楼)?(?:(?P<entrance>\d{1,2}|[A-Z])(?:单元|门|梯))?"
    r"(?:(?P<floor>\d{1,2})(?:层|楼))?"
    r"(?P<room>[A-Z]?\d{1,5}[A-Z]?)室?"
)
_IN_ENTRANCE = re.compile(
    r"(\d{1,2}|[A-Z])(?:单元|门|梯)(?:(\d{1,2})(?:层|楼))?([A-Z]?\d{1,5}[A-Z]?)室?"
)
_DASHED = re.compile(
    r"(\d{1,3}[A-Z]?|[A-Z])[-–—_/](?:(\d{1,2})[-–—_/])?"
    r"(\d{3,4}[A-Z]?|B\d-\d{1,4})室?"
)
# A space for a car or for things, with the floor it is on.
_SPACE = re.compile(
    r"(?P<before>.*?)(?:(?P<floor>(?:地下|负)\s*\d{1,2}\s*[层楼]|B\d(?=[层楼车]))[层楼]?)?"
    r"(?P<garage>地下车库|地面车库|车库|地库|停车场|停车库)?"
    r"(?P<word>产权车位|人防车位|地下车位|地面车位|机动车位|停车位|车位|储藏室|储藏间|储物间|地下室)"
    r"[号:#\s]*(?P<room>[A-Z0-9][A-Z0-9\-]*)号?"
)
_TRAILING = re.compile(
    r"(?P<before>.*?)(?P<garage>地下车库|地面车库|车库|地库|停车场|停车库)?"
    r"(?P<room>[A-Z0-9]*\d[A-Z0-9]*(?:-[A-Z0-9]+)*)号?"
    r"(?P<word>车位|停车位|储藏室|储藏间|储物间|商铺|铺)"
)
_SECTION = re.compile(
    r"(?:[东西南北中]|[0-9A-Z]+|[一二三四五六七八九十]+)(?:区|期|组团|地块)$"
)
_STREET = re.compile(r"[路街道巷]\d*号?$")
_USE_WORDS = (
    ("车位", "parking"),
    ("储", "storage"),
    ("地下室", "storage"),
    ("铺", "shop"),
)


@lru_cache(maxsize=4096)
def read_place(text, lane_style=False):
    """One cell of a list as a `Place`, or ``None`` when no unit is meant.

    ``3弄5号601室``, ``12-1-302``, ``B座1203``, ``地下一层车位A-021``. With
    ``lane_style`` three bare numbers are lane, building and room.
    """
    text = clean(text)
    if len(text) > LONGEST:
        return None
    text = spelt_out(text)
    text = re.sub(r"\s+", "" if not text.isascii() else " ", text)
    place = _read_plain(text, lane_style)
    place = place or _read_space(text, lane_style) or _read_any(text, lane_style)
    return place and _without_section(place)


def _read_plain(text, lane_style):
    if found := _PLAIN.fullmatch(text):
        suffix = found["suffix"].replace("#", "号楼")
        return Place(
            lane=found["lane"] or "",
            building=found["building"],
            suffix=suffix,
            entrance=found["entrance"] or "",
            floor=int(found["floor"]) if found["floor"] else None,
            room=found["room"],
        )
    if found := _IN_ENTRANCE.fullmatch(text):
        entrance, floor, room = found.groups()
        return Place(entrance=entrance, floor=floor and int(floor), room=room)
    if found := _DASHED.fullmatch(text):
        first, second, room = found.groups("")
        if lane_style and second:
            return Place(lane=first, building=second, room=room)
        return Place(building=first, entrance=second, room=room)
    return None


def _without_section(place):
    """Put a part of the estate (``2区``, ``一期``) in front of the building's name.

    A street in front of a lane is no estate and is left out.
    """
    if _STREET.search(place.estate):
        return place._replace(estate="")
    if place.building and (found := _SECTION.search(place.estate)):
        return place._replace(
            estate=place.estate[: found.start()],
            building=found[0] + place.building,
        )
    return place


def _read_space(text, lane_style):
    found = _SPACE.fullmatch(text) or _TRAILING.fullmatch(text)
    if not found:
        return None
    use = next(use for word, use in _USE_WORDS if word in found["word"])
    parts = found.groupdict()
    floor = floor_number(parts.get("floor") or "")
    before, building, room = found["before"], found["garage"] or "", found["room"]
    place = Place(building=building)
    if use == "shop" or (not before and not building and use == "storage"):
        # The room's own number may hold the building: 12-101商铺.
        return _with_use(_read_any(before + room, lane_style), use, floor)
    if before:
        place = _read_building(before)
        if building and not place.building:
            place = place._replace(building=building)
    return _with_use(place._replace(room=room), use, floor)


def _with_use(place, use, floor):
    if place is None:
        return None
    return place._replace(use=use, floor=place.floor if floor is None else floor)


def _read_building(text):
    """Building, and perhaps entrance, at the beginning of an address."""
    best = next(
        (one for one in parse(text) if one.building and not one.room),
        Address(estate=text),
    )
    return Place(
        best.estate, best.lane, best.building, _suffix(text, best), best.entrance
    )


def _read_any(text, lane_style):
    readings = [one for one in parse(text) if one.room]
    if lane_style:
        readings.sort(key=lambda one: not one.lane)
    if not readings:
        return None
    best = readings[0]
    floor = re.search(r"(地下\d+|负\d+|\d+)(?:层|楼(?=\d))", text)
    return Place(
        best.estate,
        best.lane,
        best.building,
        _suffix(text, best),
        best.entrance,
        floor_number(floor[1]) if floor else None,
        best.room,
        "shop" if "铺" in text else "parking" if "车位" in text else "",
    )


def _suffix(text, found):
    if not found.building:
        return ""
    marks = "|".join(BUILDING_SUFFIXES)
    match = re.search(rf"{re.escape(found.building)}(?P<suffix>{marks}|#)", text)
    return match["suffix"].replace("#", "号楼") if match else ""


@lru_cache(maxsize=4096)
def read_building(text):
    """A building's cell or sheet name (``3弄5号``, ``12栋``) as a `Place`.

    A name without a number, such as ``会所``, is the building's name as it stands.
    """
    text = clean(text)
    if len(text) > LONGEST:
        return Place(building=text)
    text = spelt_out(text)
    text = re.sub(r"#楼?$", "号楼", text)
    name, suffix = split_building(text)
    if re.fullmatch(rf"[0-9]+[A-Z{STEMS}]?|[A-Z]", name):
        return Place(building=name, suffix=suffix)
    if re.search(r"弄|单元|门|[0-9A-Z](?:栋|幢|座|号)", text):
        place = _without_section(_read_building(text))
        if place.building:
            return place
    return Place(building=name, suffix=suffix if name else "")


def _split(text):
    """Cut ``text`` into the estate's name and at most six (value, mark) pieces."""
    pieces = []
    end = len(text)
    # From the right: what does not look like a piece any more is the estate.
    matches = list(_PIECE.finditer(text))
    while matches and len(pieces) < 6:
        match = matches[-1]
        if text[match.end() : end].strip(_SEPARATORS):
            break
        pieces.insert(0, (match["value"], match["mark"] or ""))
        end = match.start()
        matches.pop()
    estate = text[:end].strip(_SEPARATORS)
    if not estate and pieces and re.fullmatch(r"[A-Z]{2,}", pieces[0][0]):
        # Two letters and more are an estate's code: "JHYY 12-302".
        value, mark = pieces[0]
        if not mark:
            return value, pieces[1:]
    return estate, pieces


def _readings(pieces):
    """Ways to give each piece a part of the address, in rising order."""
    if len(pieces) == 1 and not pieces[0][1]:
        return [(_ROOM,), (_BUILDING,)]
    readings = []
    for slots in _assignments(pieces):
        real = [slot for slot in slots if slot != _FLOOR]
        if not real or any(a >= b for a, b in pairwise(real)):
            continue
        if len(real) > 1 and _BUILDING not in real:
            continue
        if any(
            slot == _ENTRANCE and not mark and len(value) > 2
            for (value, mark), slot in zip(pieces, slots, strict=True)
        ):
            continue  # nobody has a hundred entrances: 12-302 means a room
        readings.append(slots)
    if len(pieces) > 2 and any(_ROOM in slots for slots in readings):
        readings = [slots for slots in readings if _ROOM in slots]
    # A reading that reaches the room is likelier, then one without a lane.
    return sorted(readings, key=lambda slots: (_ROOM not in slots, _LANE in slots))


def _assignments(pieces):
    free = [index for index, (_value, mark) in enumerate(pieces) if not mark]
    fixed = [_MARKS[mark] if mark else (None,) for _value, mark in pieces]
    for combo in product(*fixed):
        for chosen in combinations(range(4), min(len(free), 4)):
            slots = list(combo)
            for index, slot in zip(free, chosen, strict=False):
                slots[index] = slot
            if None not in slots:
                yield tuple(slots)


def _chinese_number(text):
    """``十二`` → 12, ``一百零三`` → 103, ``一二`` → 12."""
    text = text.replace("零", "〇").replace("两", "二")
    if not any(unit in text for unit in "十百"):
        return int("".join(str(NUMERALS.index(char)) for char in text))
    total, digit = 0, None
    for char in text:
        if char in "十百":
            total += (1 if digit is None else digit) * (10 if char == "十" else 100)
            digit = None
        else:
            digit = NUMERALS.index(char)
    return total + (digit or 0)
