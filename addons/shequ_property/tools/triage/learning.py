"""Learn from a company's confirmed tickets, and tell whether it helps.

The score is that of the whole of triage, lexicon and model together, on reports that
the model has not seen (cross-validation), beside the score of the lexicon alone on
the same reports; macro-F1, so that rare categories count as much as frequent ones.
"""

from collections import Counter
from dataclasses import dataclass

from . import classifier
from .triage import Report, triage


@dataclass
class Learned:
    """:param model: a Classifier of all reports
    :param float score: macro-F1 of lexicon and model, on reports not seen
    :param float alone: macro-F1 of the lexicon alone on the same
    :param int examples: how many reports it learned from
    :param int categories: how many categories it knows
    """

    model: object
    score: float
    alone: float
    examples: int
    categories: int

    def worth_it(self, current=None, margin=0.01):
        """Tell whether to use it: better than the lexicon alone, and not worse than
        the one in use by more than a margin (each scored on the reports of its time).

        :param float current: score of the one in use, or None
        """
        if self.score <= self.alone:
            return False
        return current is None or self.score >= current - margin


class _Unseen:
    """Stands in for a model: what those that have not seen a report said of it."""

    def __init__(self, classes, decisions, heat):
        self.classes, self.decisions, self.heat = classes, decisions, heat
        self.row = 0

    def confidences(self, _text):
        shares = classifier._softmax(self.decisions[self.row] * self.heat)
        return {label: float(v) for label, v in zip(self.classes, shares)}


def _usable(pairs, lexicon, fewest):
    pairs = [(text, label) for text, label in pairs if label in lexicon.categories]
    pairs = classifier.known_pairs(pairs)
    many = Counter(label for _text, label in pairs)
    return [pair for pair in pairs if many[pair[1]] >= fewest]


def learn(pairs, lexicon, folds=5, fewest=3, context=None):
    """Learn a model and score it.

    :param pairs: list of (words, category code)
    :param Lexicon lexicon: the company's
    :param int fewest: categories with fewer reports are left out
    :return: Learned
    :raise ClassifierError: when fewer than two categories have enough reports
    """
    pairs = _usable(pairs, lexicon, max(2, fewest))
    labels = [label for _text, label in pairs]
    texts = [text for text, _label in pairs]
    if len(set(labels)) < 2:
        raise classifier.ClassifierError("two categories with a few reports are needed")
    folds = max(2, min(folds, min(Counter(labels).values())))
    classes, decisions, truth = classifier.cross_validate(texts, labels, folds)
    counted = [classifier.features(text) for text in texts]
    model = classifier._fit(counted, labels, classes, 2, False)
    model.heat = classifier._heat(decisions, truth)
    unseen = _Unseen(classes, decisions, model.heat)
    together, alone = [], []
    for row, text in enumerate(texts):
        unseen.row = row
        together.append(triage(Report(text), lexicon, unseen, context).category)
        alone.append(triage(Report(text), lexicon, None, context).category)
    score = macro_f1(labels, together)
    model.score = {
        "macro_f1": score,
        "alone": macro_f1(labels, alone),
        "examples": len(texts),
        "folds": folds,
    }
    return Learned(model, score, model.score["alone"], len(texts), len(classes))


def macro_f1(truth, guessed):
    """Mean F1 over the labels that occur in the truth: 0..1."""
    total = 0.0
    for label in set(truth):
        hits = sum(t == g == label for t, g in zip(truth, guessed))
        total += 2 * hits / (guessed.count(label) + truth.count(label))
    return round(total / len(set(truth)), 4)
