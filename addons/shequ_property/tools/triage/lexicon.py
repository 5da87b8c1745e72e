"""The lexicon: words looked up in one pass over a text, and extended by a company."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from . import words as shipped
from .text import IDIOMS, clean

# code: (kind, urgency, skill), the standard categories of the addon
STANDARD = {
    row[0]: row[1:]
    for row in (
        line.split()
        for line in """
home_repair repair yellow -
home_repair.water_leak repair orange plumbing
home_repair.drain repair orange plumbing
home_repair.electric repair yellow electrical
home_repair.appliance repair yellow appliance
home_repair.door_lock repair yellow carpentry
home_repair.heating_gas repair orange heating
home_repair.roof_wall_leak repair yellow waterproofing
public_facility repair yellow -
public_facility.lift repair orange lift
public_facility.lighting repair yellow electrical
public_facility.floor_wall repair yellow masonry
public_facility.water_power repair orange plumbing
public_facility.gate repair yellow weak_current
public_facility.fire repair orange fire
environment complaint yellow -
environment.cleaning complaint yellow cleaning
environment.pest complaint yellow cleaning
environment.odour_sewage complaint yellow cleaning
greening complaint yellow gardening
order complaint yellow -
order.noise complaint yellow security
order.neighbour complaint yellow mediation
order.pets complaint yellow security
order.illegal_build complaint yellow security
order.security complaint orange security
parking complaint yellow -
parking.illegal complaint yellow security
parking.space application blue front_desk
parking.charging complaint yellow electrical
safety help orange -
safety.falling help red security
safety.fire help red security
safety.gas_electric help red electrical
safety.trapped help red lift
safety.flood help red plumbing
service complaint yellow -
service.attitude complaint yellow front_desk
service.fee complaint yellow front_desk
service.fund consultation blue front_desk
service.contract complaint yellow front_desk
elder_care help yellow -
elder_care.emergency help red care
elder_care.visit help yellow care
elder_care.meal application blue care
elder_care.assist help yellow care
public_space suggestion blue front_desk
public_space.charity suggestion blue welfare
public_space.parcel suggestion blue front_desk
policy consultation blue -
policy.social_security consultation blue gov_service
policy.household consultation blue gov_service
policy.housing consultation blue gov_service
outside complaint yellow gov
""".split("\n")
        if line.strip()
    )
}
# What an entry of a company may be about.
ROLES = (
    "category",
    "urgency",
    "kind",
    "department",
    "situation",
    "flag",
    "alarm",
    "harmless",
)


class LexiconError(ValueError):
    """An entry that cannot be used; the text names it and says why."""


@dataclass(frozen=True)
class Entry:
    """One word of the lexicon.

    :param str word: as people write it, 1 to 30 characters
    :param str role: one of ROLES; `harmless` are words no danger hides in
    :param str value: code of a category, `red`/`orange` for urgency, a kind, …
    :param float weight: how much the word says, -10 to 10
    """

    word: str
    role: str
    value: str
    weight: float = 1.0


@dataclass(frozen=True)
class Hit:
    entry: Entry
    start: int
    end: int


@dataclass
class Lexicon:
    """All words, by their first two characters.

    :param entries: tuple of Entry
    :param categories: dict code → (kind, urgency, skill or "-")
    """

    entries: tuple
    categories: dict = field(default_factory=lambda: dict(STANDARD))

    def __post_init__(self):
        self._index, self._singles = {}, {}
        harmless = set(IDIOMS)
        # Words of danger that a company added.
        self.own_urgency = any(entry.role == "urgency" for entry in self.entries)
        for entry in self.entries:
            if entry.role == "harmless":
                harmless.add(entry.word)
                continue
            index = self._index if len(entry.word) > 1 else self._singles
            index.setdefault(entry.word[:2], []).append(entry)
        own = harmless - set(IDIOMS)
        self.own_harmless = tuple(sorted(own, key=lambda word: (-len(word), word)))
        # Longest first, so that a word is not found inside a longer one of its role.
        for found in self._index.values():
            found.sort(key=lambda entry: -len(entry.word))
        self.harmless = tuple(sorted(harmless, key=lambda word: (-len(word), word)))

    def find(self, text):
        """List the hits in cleaned text, in order; shorter words inside longer ones
        of the same role and value are left out."""
        hits, reach, index, singles = [], {}, self._index, self._singles
        for start, pair in enumerate(map("".join, zip(text, text[1:] + " "))):
            found = index.get(pair, ())
            if pair[0] in singles:
                found = (*found, *singles[pair[0]])
            for entry in found:
                word = entry.word
                if len(word) > 2 and not text.startswith(word, start):
                    continue
                end = start + len(word)
                covered = (entry.role, entry.value)
                if reach.get(covered, 0) < end:
                    reach[covered] = end
                    hits.append(Hit(entry, start, end))
        return hits

    def extended(self, entries, categories=None):
        """Return a lexicon with a company's own words added; this one stays.

        An own word wins over a shipped one with the same word, role and value.

        :param entries: iterable of Entry or of dicts with its fields
        :param categories: dict of a company's own codes, as in `Lexicon.categories`
        :raise LexiconError: naming the word that cannot be used
        """
        known = {**self.categories, **(categories or {})}
        own = {}
        for raw in entries:
            entry = _checked(raw, known)
            own[entry.word, entry.role, entry.value] = entry
        kept = [e for e in self.entries if (e.word, e.role, e.value) not in own]
        return Lexicon((*kept, *own.values()), known)


def _checked(raw, categories):
    try:
        entry = raw if isinstance(raw, Entry) else Entry(**raw)
        weight = float(entry.weight)
    except (TypeError, ValueError) as error:
        raise LexiconError(f"{raw!r}: {error}") from error
    word = clean(entry.word).strip()
    if not 1 <= len(word) <= 30:
        raise LexiconError(f"{entry.word!r}: a word has 1 to 30 characters")
    if entry.role not in ROLES:
        raise LexiconError(f"{entry.word!r}: no role {entry.role!r}")
    if entry.role == "category" and entry.value not in categories:
        raise LexiconError(f"{entry.word!r}: there is no category {entry.value!r}")
    if entry.role == "urgency" and entry.value not in ("red", "orange"):
        raise LexiconError(f"{entry.word!r}: urgency is red or orange")
    if not -10 <= weight <= 10:
        raise LexiconError(f"{entry.word!r}: the weight is outside -10 to 10")
    return replace(entry, word=word, weight=weight)


def _weighted(text, role, value):
    for item in text.split():
        word, _colon, weight = item.partition(":")
        yield Entry(clean(word), role, value, float(weight or 1))


@lru_cache(maxsize=1)
def standard():
    """Return the lexicon the project ships."""
    entries = []
    for code, text in shipped.CATEGORY_WORDS.items():
        entries += _weighted(text, "category", code)
    for kind, text in shipped.KIND_WORDS.items():
        entries += _weighted(text, "kind", kind)
    for department, names in shipped.DEPARTMENT_WORDS.items():
        entries += [Entry(clean(w), "department", department) for w in names]
    for situation, names in shipped.SITUATION_WORDS.items():
        entries += [Entry(clean(w), "situation", situation) for w in names]
    for flag, names in shipped.MILD_FLAGS.items():
        entries += [Entry(clean(w), "flag", flag) for w in names]
    entries += _weighted(shipped.ALARM_WORDS, "alarm", "alarm")
    return Lexicon(tuple(dict.fromkeys(entries)))
