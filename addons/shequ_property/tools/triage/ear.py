"""A second ear for emergencies that no rule knows.

A small linear model on the characters of a sentence, learned from the sentences kept
with the tests (`bench.triage.learn_ear`) and shipped as JSON: nothing but Python is
needed to ask it. It may raise the urgency of what the rules let pass, and calm what
only sums of words made orange; it never takes a red away.
"""

import json
import math
from functools import lru_cache
from pathlib import Path

from .classifier import features

FILE = Path(__file__).with_name("ear.json")


@lru_cache(maxsize=1)
def _model():
    return json.loads(FILE.read_text(encoding="utf-8"))


def listen(text):
    """Return dict "red", "orange", "harmless" → 0..1; they sum up to 1."""
    model = _model()
    known, labels = model["features"], model["labels"]
    values = []
    for name, times in features(text).items():
        found = known.get(name)
        if found:
            values.append(((1 + math.log(times)) * found[0], found[1:]))
    norm = math.sqrt(sum(value * value for value, _weights in values)) or 1.0
    sums = list(model["bias"])
    for value, weights in values:
        for place, weight in enumerate(weights):
            sums[place] += value / norm * weight
    top = max(sums)
    raised = [math.exp(model["heat"] * (one - top)) for one in sums]
    return {label: one / sum(raised) for label, one in zip(labels, raised)}
