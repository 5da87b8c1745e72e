"""How the second ear of triage learns; needs scikit-learn.

The ear hears sentences of the grammar and of the sets but the last. How much the rules
count beside it is learned from sentences neither had seen: the rules were frozen before
the sets from the fourth on were written, and each of these is heard by an ear that
learned from the others.
"""

import json
from collections import Counter

from . import _triage_sentences as composed

# A sentence written by hand teaches as much as so many composed ones.
BY_HAND = 6.0
STRENGTH = 20.0
# False alarms allowed when the bell is set, on the sets the rules had not seen.
ALLOWED = 0.045
# The rules were written with these in sight.
SEEN_BY_RULES = ("", "_second", "_third")
SCALE = 200
EVIDENCE = (
    "red",
    "sure",
    "more",
    "orange",
    "rung_red",
    "rung_orange",
    "denied",
    "calm",
    "calm_danger",
    "fault",
)


class Teacher:
    """Learns the ear.

    :param triage: the package, as `bench.triage.tools` gives it
    :param folder: of the sets and the grammar
    :param sets: dict suffix → list of (label, text)
    :param spoken: list of (label, text) for teaching alone
    """

    def __init__(self, triage, folder, sets, spoken):
        from importlib import import_module

        self.ear = import_module("triage.ear")
        self.rules = import_module("triage.triage")
        self.rows = []
        words = self.words()
        for label, text in composed.sentences(folder / "grammar.txt", words):
            self.rows.append(("composed", label, text))
        self.rows += [("spoken", label, text) for label, text in spoken]
        for suffix, found in sets.items():
            self.rows += [(suffix, label, text) for label, text in found]
        self.sets = list(sets)
        self.heard = [
            self.ear.features(self.ear.plain(text)) for _s, _l, text in self.rows
        ]

    def words(self):
        """Parts of the grammar: the words of each concept, and of calm categories."""
        from importlib import import_module

        concepts = import_module("triage.concepts").CONCEPTS
        known = self.rules.standard()
        calm = {
            entry.word
            for entry in known.entries
            if entry.role == "category"
            and known.categories[entry.value][1] in ("yellow", "blue")
            and not entry.value.startswith(("safety", "order.security"))
        }
        parts = {f"c_{name}": text.split() for name, text in concepts.items()}
        return {**parts, "lexicon": sorted(calm)}

    def matrix(self, places, index):
        import numpy as np
        from scipy.sparse import csr_matrix

        data, columns, ends = [], [], [0]
        for place in places:
            for name, value in self.ear.values(self.heard[place]):
                column = index.get(name)
                if column is not None:
                    columns.append(column)
                    data.append(value)
            ends.append(len(columns))
        return csr_matrix(
            (np.array(data), np.array(columns, dtype=np.int32), ends),
            shape=(len(places), len(index)),
        )

    def fit(self, places):
        """Return (index, loud, red): two logistic models on the same features."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression

        spread = Counter()
        for place in places:
            for names in self.heard[place]:
                spread.update(names)
        names = sorted(name for name, times in spread.items() if times >= 2)
        index = {name: column for column, name in enumerate(names)}
        rows = self.matrix(places, index)
        labels = np.array([self.rows[place][1] for place in places])
        weight = np.array(
            [1.0 if self.rows[p][0] == "composed" else BY_HAND for p in places]
        )
        models = []
        for inside, part in (
            (labels != "harmless", slice(None)),
            (labels == "red", labels != "harmless"),
        ):
            share = weight.copy()
            share[inside] *= share[~inside & _all(part, inside)].sum() / max(
                share[inside].sum(), 1
            )
            learned = LogisticRegression(C=STRENGTH, max_iter=300)
            models.append(
                learned.fit(rows[part], inside[part], sample_weight=share[part])
            )
        return index, *models

    def unseen(self, suffix):
        """Log odds for a set by an ear that learned from all others."""
        there = [i for i, row in enumerate(self.rows) if row[0] == suffix]
        others = [i for i, row in enumerate(self.rows) if row[0] != suffix]
        index, loud, _red = self.fit(others)
        return there, loud.decision_function(self.matrix(there, index))

    def evidence(self, text):
        found = self.rules.Triage(self.rules.Report(text), self.rules.standard())
        found.find_dangers()
        found.score_words(found.place())
        guesses = found.guesses()
        return found.evidence(guesses[0].category if guesses else "service")

    def together(self):
        """Learn how the rules and the ear are weighed, and where the bell rings."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression

        rows, truth = [], []
        for suffix in self.sets:
            if suffix in SEEN_BY_RULES:
                continue
            places, odds = self.unseen(suffix)
            for place, value in zip(places, odds):
                said = set(self.evidence(self.rows[place][2]))
                rows.append([value] + [float(name in said) for name in EVIDENCE])
                truth.append(self.rows[place][1] != "harmless")
        rows, truth = np.array(rows), np.array(truth)
        learned = LogisticRegression(C=1.0, class_weight="balanced", max_iter=500)
        learned.fit(rows, truth)
        calm = np.sort(learned.predict_proba(rows[~truth])[:, 1])
        rings = float(calm[int(len(calm) * (1 - ALLOWED))])
        chances = learned.predict_proba(rows)[:, 1]
        weights = dict(zip(("ear", *EVIDENCE), map(_short, learned.coef_[0])))
        score = {
            "sentences": len(truth),
            "recall": _short((chances[truth] >= rings).mean()),
            "false alarms": _short((chances[~truth] >= rings).mean()),
        }
        bias = _short(learned.intercept_[0])
        return {"bias": bias, "letter": 0.0, "rings": _short(rings), **weights}, score

    def learn(self, path, letter):
        """Write the ear; return its score on sentences it had not seen."""
        together, score = self.together()
        together["letter"] = letter
        index, loud, red = self.fit(range(len(self.rows)))
        columns = {}
        for name, column in index.items():
            pair = [round(float(m.coef_[0][column]) * SCALE) for m in (loud, red)]
            # What hardly says anything is left out.
            if abs(pair[0]) >= SCALE * 0.08:
                columns[name] = pair
        found = {
            "score": score,
            "together": together,
            "bias": [_short(m.intercept_[0]) for m in (loud, red)],
            "scale": SCALE,
            "features": columns,
        }
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        path.write_text(text + "\n", encoding="utf-8")
        return {**score, "features": len(columns)}


def _all(part, like):
    import numpy as np

    return np.ones_like(like) if isinstance(part, slice) else part


def _short(value):
    return round(float(value), 4)
