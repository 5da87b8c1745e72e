"""Danger alone, where a person has already said what a report is about.

The same judgement as the whole of triage gives, rules and ear weighed together; but
what cannot be an emergency by its characters alone is not looked at more closely, so
that most reports cost next to nothing. What it finds is for a person to confirm.
"""

from dataclasses import dataclass

from . import ear
from .lexicon import Lexicon, standard
from .text import clean
from .triage import READ, VAGUE, Report, Triage


@dataclass(frozen=True)
class Alarm:
    """What may be an emergency.

    :param str code: of the rule, "sounds" where no rule knows it, or "own_word"
    :param str category: where it belongs, or ""
    :param str words: that spoke
    :param float sure: 0..1
    """

    code: str
    category: str
    words: str
    sure: float


def alarm(words, lexicon=None):
    """Look for what may be an emergency.

    :param str words: as written or dictated
    :param Lexicon lexicon: the shipped one, or a company's
    :return: Alarm, or None
    """
    words = words or ""
    lexicon = lexicon or standard()
    if not ear.gate(words[:READ]) and not _own_danger(words, lexicon):
        return None
    look = Triage(Report(words), lexicon, look_up=False)
    if not look.is_red():
        return None
    return _of_rule(look) or _of_ear(look)


def _own_danger(words, lexicon):
    """Tell whether a word of danger that a company added is in there."""
    if not lexicon.own_urgency:
        return False
    own = lexicon.__dict__.get("_own_dangers")
    if own is None:
        own = Lexicon(tuple(e for e in lexicon.entries if e.role == "urgency"))
        lexicon.__dict__["_own_dangers"] = own
    return bool(own.find(clean(words[:READ])))


def _of_rule(look):
    red = [found for found in look.dangers if look.red(*found[:2])]
    if not red:
        return None
    # A cry for help tells less of what to do than whatever stands beside it.
    danger, _start, words = max(
        red, key=lambda found: (found[0].code not in VAGUE, found[0].sure)
    )
    return Alarm(danger.code, danger.category, words, danger.sure)


def _of_ear(look):
    words = look.hear_what("red")
    return Alarm("sounds", look.heard_of, "".join(words[:1]), 0.7)
