"""A quick look for danger where a person has already said what a report is about.

A fraction of what the whole of triage takes: only red dangers are looked for, and
nothing is weighed. What it finds is for a person to confirm.
"""

from collections import defaultdict
from dataclasses import dataclass

from . import dangers as danger_rules
from . import text as scope
from .lexicon import Lexicon, standard
from .triage import LETTER, READ, Triage


@dataclass(frozen=True)
class Alarm:
    """What may be red: the `code` of the rule, its category or "", and the words."""

    code: str
    category: str
    words: str
    sure: float


RED_DANGERS = tuple(d for d in danger_rules.DANGERS if d.level == danger_rules.RED)


def _by_beginning():
    """Which dangers to try, by the first two letters (or the one) of their needles."""
    found = defaultdict(set)
    for number, danger in enumerate(RED_DANGERS):
        for needle in danger.needles:
            found[needle[:2]].add(number)
    return dict(found)


_BY_BEGINNING = _by_beginning()
# Those without a needle are tried on every text.
_ALWAYS = frozenset(_BY_BEGINNING.pop("*", ()))


class _Look(Triage):
    """The part of triage that looks for danger, without anything else of it."""

    def __init__(self, words):
        self.long = len(words) > LETTER
        self.text = scope.clean(words[:READ])
        self.dangers = []

    def look(self, lexicon):
        # Most reports name no danger at all; the finer questions are for the rest.
        found = [danger for danger in self.candidates() if self.may_be(danger)]
        own = _own_words(lexicon).find(self.text)
        if not found and not own:
            return None
        self.blanked = scope.blank_idioms(self.text, lexicon.harmless)
        self.scopes = scope.Scopes(self.blanked)
        return self.surest(found, own)

    def candidates(self):
        text = self.text
        beginnings = {text[i : i + 2] for i in range(len(text))} | set(text)
        numbers = set(_ALWAYS)
        for beginning in beginnings & _BY_BEGINNING.keys():
            numbers |= _BY_BEGINNING[beginning]
        return [RED_DANGERS[number] for number in sorted(numbers)]

    def may_be(self, danger):
        known = "*" in danger.needles or any(n in self.text for n in danger.needles)
        return known and bool(danger.pattern.search(self.text))

    def surest(self, found, own):
        for danger in found:
            for match in danger.pattern.finditer(self.blanked):
                if match[0] and self.status(match) == scope.ACTIVE:
                    self.dangers.append((danger, match.start(), match[0]))
                    break
        for hit in own:
            if hit.entry.value == danger_rules.RED:
                self.own_urgency(hit)
        # Told late in a long letter: described, and rarely one of now.
        heard = [d for d in self.dangers if not (self.long and d[1] > LETTER // 3)]
        if not heard:
            return None
        danger, _start, words = max(heard, key=lambda one: one[0].sure)
        return Alarm(danger.code, danger.category, words, danger.sure)


def _own_words(lexicon):
    """A company's own words of danger; made once for each lexicon."""
    own = lexicon.__dict__.get("_own_dangers")
    if own is None:
        own = Lexicon(tuple(e for e in lexicon.entries if e.role == "urgency"))
        lexicon.__dict__["_own_dangers"] = own
    return own


def alarm(words, lexicon=None):
    """Look for what may be an emergency.

    :param str words: as written or dictated
    :param Lexicon lexicon: the shipped one, or a company's
    :return: Alarm, or None
    """
    lexicon = lexicon or standard()
    return _Look(words or "").look(lexicon)
