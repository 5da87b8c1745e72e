"""A second ear for emergencies: what no rule knows, and what only looks like one.

A linear model on what a sentence consists of: its characters, its sounds (for hasty
typing and dictation), the concepts its words belong to, and pairs of concepts. It is
learned from sentences composed of a grammar and from the sentences kept with the tests
(`bench/triage.py --learn`) and shipped as JSON: nothing but Python is needed to ask it.

What the rules found is weighed together with it (`weigh`), so that either may ring
alone and neither rings against all evidence of the other.
"""

import json
import math
import re
from functools import lru_cache
from pathlib import Path

from .concepts import concepts, misheard
from .sounds import sounds
from .text import clean

FILE = Path(__file__).with_name("ear.json")
# How much the four kinds of features weigh: characters, sounds, concepts, pairs.
GROUPS = (1.0, 1.0, 0.3, 0.15)
# Sentences were learned from; longer texts are heard in parts of about so many.
PART = 48
# Concepts up to so many later make a pair, nearby within so many characters.
REACH, NEAR = 8, 6
_PUNCTUATION = re.compile("[，。！？,.!?;；、…~～:：]+")
_ENDS = re.compile("(?<=[。！？!?;；\n…])")


def plain(text):
    """What the ear hears of a text: one spelling, no blanks."""
    return "".join(clean(text).split())


def features(text):
    """What a plain text consists of: four sets, see GROUPS and `name_of`."""
    framed = f"^{text}$"
    grams = set(framed)
    grams.update(map("".join, zip(framed, framed[1:])))
    grams.update(map("".join, zip(framed, framed[1:], framed[2:])))
    bare = _PUNCTUATION.sub("", text)
    heard = sounds(bare)
    sounding = set(map("".join, zip(heard, heard[1:])))
    sounding.update(map("".join, zip(heard, heard[1:], heard[2:])))
    found = concepts(text)
    about = {"c " + name for _start, _end, name in found}
    about.add(f"n {min(len(text) // 6, 8)}")
    about.update("s " + name for name in misheard(bare, heard))
    pairs = set()
    for place, (start, _end, first) in enumerate(found):
        for later, _end, second in found[place + 1 : place + 1 + REACH]:
            if first != second:
                pairs.add((later - start <= NEAR, first, second))
    return grams, sounding, about, pairs


def name_of(kind, feature):
    """The name of a feature in the file: its kind can be told from it (`kind_of`)."""
    if kind == 1:
        return f"~{feature}"
    if kind == 3:
        near, first, second = feature
        return f"{'p' if near else 'q'} {first} {second}"
    return feature


def kind_of(name):
    """Return (kind, feature) of a name in the file."""
    head, _blank, rest = name.partition(" ")
    if head in ("p", "q") and rest:
        return 3, (head == "p", *rest.split())
    if head in ("c", "n", "s") and rest:
        return 2, name
    if name[0] == "~" and len(name) > 2:
        return 1, name[1:]
    return 0, name


def values(groups):
    """Triples (kind, name, value) of the features: the first two kinds, characters
    and sounds, share one unit."""
    for kind, (found, weight) in enumerate(zip(groups, GROUPS)):
        value = weight / math.sqrt(len(found) or 1) if kind < 2 else weight
        for feature in found:
            yield kind, name_of(kind, feature), value


@lru_cache(maxsize=1)
def model():
    """What was learned; `kinds` are the weights by kind of feature."""
    learned = json.loads(FILE.read_text(encoding="utf-8"))
    learned["kinds"] = kinds = tuple({} for _kind in GROUPS)
    for name, weights in learned.pop("features").items():
        kind, feature = kind_of(name)
        kinds[kind][feature] = weights
    return learned


def _sums(text):
    """How loud a plain text of one part is, and how red: two log odds."""
    learned = model()
    loud, red = learned["bias"]
    scale = learned["scale"]
    for kind, (found, known) in enumerate(zip(features(text), learned["kinds"])):
        value = GROUPS[kind] / scale
        if kind < 2:
            value /= math.sqrt(len(found) or 1)
        first = second = 0
        for feature in known.keys() & found:
            weights = known[feature]
            first += weights[0]
            second += weights[1]
        loud += value * first
        red += value * second
    return loud, red


def parts(text):
    """A plain text in parts of whole sentences, each about PART characters."""
    if len(text) <= PART * 1.5:
        return [text]
    out = [""]
    for sentence in _ENDS.split(text):
        if out[-1] and len(out[-1]) + len(sentence) > PART:
            out.append("")
        out[-1] += sentence
    return [one[i : i + 2 * PART] for one in out for i in range(0, len(one), 2 * PART)]


def odds(text):
    """Log odds of a plain text: (that it is urgent, that it is red if urgent).

    Of a longer text the loudest part speaks.
    """
    return max(map(_sums, parts(text))) if text else (-9.0, 0.0)


def chance(value):
    """What log odds mean as 0..1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def listen(text):
    """Return dict "red", "orange", "harmless" → 0..1; they sum up to 1."""
    loud, red = map(chance, odds(plain(text)))
    return {"red": loud * red, "orange": loud * (1 - red), "harmless": 1 - loud}


def gate_features(text):
    """One to three characters in a row: what the quick look sums up."""
    later = text[1:]
    pairs = map("".join, zip(text, later))
    return {*text, *pairs, *map("".join, zip(text, later, text[2:]))}


def gate(text):
    """Tell whether a text may be an emergency at all; a few microseconds."""
    learned = model()["gate"]
    known = learned["features"]
    least = (learned["opens"] - learned["bias"]) * model()["scale"]
    return any(
        sum(map(known.__getitem__, known.keys() & gate_features(part))) >= least
        for part in parts(text)
    )


def is_red(loud, red, evidence):
    """Tell whether what is urgent is red, from both log odds and the evidence."""
    level = model()["level"]
    total = level["bias"] + level["loud"] * loud + level["heard_red"] * red
    total += sum(level.get(name, 0.0) for name in evidence)
    return chance(total) >= level["from"]


def weigh(loud, evidence, length=0.0):
    """Weigh the ear and the rules together: 0..1 that it is urgent.

    :param float loud: log odds of the ear
    :param evidence: names of what the rules found, see `triage.evidence`
    :param float length: how often twice as long as a report it is
    """
    together = model()["together"]
    total = together["bias"] + together["ear"] * loud - together["letter"] * length
    return chance(total + sum(together.get(name, 0.0) for name in evidence))


def rings():
    """The chance from which it rings."""
    return model()["together"]["rings"]
