"""How the second ear of triage learns; needs scikit-learn.

The ear hears sentences of the grammar and of the sets but the last. How much the rules
count beside it, and what makes the urgent red, is learned from sentences the ear had
not seen: each set is heard by an ear that learned from the others. Ordinary reports,
which no danger hides in, are one of the sets.
"""

import json
from collections import Counter

from . import _triage_sentences as composed

# A sentence written by hand teaches as much as so many composed ones.
BY_HAND = 6.0
STRENGTH = 8.0
# False alarms allowed when the bell is set, on look-alikes and ordinary reports.
ALLOWED = 0.04
# Red ones that may be shown orange when the level is set.
ORANGE_ALLOWED = 0.02
# Emergencies that may not get past the gate of the quick look, of those in the sets.
GATE_MISSES = 0.01
# The rules were written with these in sight.
SEEN_BY_RULES = ("", "_second", "_third")
# Sets are set aside some at a time.
FOLDS = 5
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
    """

    def __init__(self, triage, folder, sets):
        from importlib import import_module

        self.ear = import_module("triage.ear")
        self.rules = import_module("triage.triage")
        self.rows = []
        words = self.words()
        for label, text in composed.sentences(folder / "grammar.txt", words):
            self.rows.append(("composed", label, text))
        self.unheard = {}
        self.found = self.chances = self.rings = self.kinds = self.bias = None
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
            for _kind, name, value in self.ear.values(self.heard[place]):
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
            spread.update(name for _k, name, _v in self.ear.values(self.heard[place]))
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

    def unseen(self):
        """What an ear hears that did not learn from it: place → (shares, red), the
        shares of the four kinds of features in the log odds, and log odds of red."""
        if self.unheard:
            return self.unheard
        sets = [
            suffix
            for suffix in self.sets
            if suffix not in SEEN_BY_RULES and not suffix.startswith("voices")
        ]
        for fold in range(FOLDS):
            aside = set(sets[fold::FOLDS])
            there = [i for i, row in enumerate(self.rows) if row[0] in aside]
            others = [i for i, row in enumerate(self.rows) if row[0] not in aside]
            index, loud, red = self.fit(others)
            odds = red.decision_function(self.matrix(there, index))
            for place, value in zip(there, odds):
                self.unheard[place] = self.shares(place, index, loud), value
        return self.unheard

    def shares(self, place, index, loud):
        """How much each kind of features adds to the log odds of being urgent."""
        sums = [0.0] * len(self.ear.GROUPS)
        for kind, name, value in self.ear.values(self.heard[place]):
            column = index.get(name)
            if column is not None:
                sums[kind] += value * loud.coef_[0][column]
        return sums

    def evidence(self, text):
        found = self.rules.Triage(self.rules.Report(text), self.rules.standard())
        found.find_dangers()
        found.score_words(found.place())
        guesses = found.guesses()
        return found.evidence(guesses[0].category if guesses else "service")

    def together(self):
        """Learn how the rules and the ear are weighed, and where the bell rings.

        Each kind of features is weighed on its own: what is known by heart
        (characters) says less about new sentences than what is understood.
        """
        import numpy as np
        from sklearn.linear_model import LogisticRegression

        rows, truth = self.heard_and_found()
        urgent = truth != "harmless"
        used = np.delete(rows, 4, axis=1)
        learned = LogisticRegression(C=1.0, class_weight="balanced", max_iter=500)
        learned.fit(used, urgent)
        chances = learned.predict_proba(used)[:, 1]
        calm = np.sort(chances[~urgent])
        rings = float(calm[int(len(calm) * (1 - ALLOWED))])
        self.chances, self.rings = chances, rings
        self.kinds, weights = learned.coef_[0][:4], learned.coef_[0][4:]
        score = {
            "sentences": len(truth),
            "recall": _short((chances[urgent] >= rings).mean()),
            "false alarms": _short((chances[~urgent] >= rings).mean()),
        }
        # The weights of the kinds and the bias go into those of the features.
        self.bias = _short(learned.intercept_[0])
        together = {"bias": 0.0, "ear": 1.0, "letter": 0.0, "rings": _short(rings)}
        return {**together, **dict(zip(EVIDENCE, map(_short, weights)))}, score

    def heard_and_found(self):
        """What the ear heard of each unseen sentence, and what the rules found: rows
        of four shares, red and one column for each kind of evidence."""
        import numpy as np

        if self.found is None:
            rows, truth = [], []
            for place, (shares, red) in self.unseen().items():
                said = set(self.evidence(self.rows[place][2]))
                rows.append([*shares, red] + [float(name in said) for name in EVIDENCE])
                truth.append(self.rows[place][1])
            self.found = np.array(rows), np.array(truth)
        return self.found

    def level(self):
        """Learn what makes the urgent red; orange is what nobody has to run for."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression

        rows, truth = self.heard_and_found()
        # What rings by mistake had better not be red.
        ring = truth != "harmless"
        ring |= self.chances >= self.rings
        loud = rows[:, :4] @ self.kinds + self.bias
        rows = np.column_stack([loud, rows[:, 4:]])[ring]
        red = truth[ring] == "red"
        learned = LogisticRegression(C=1.0, class_weight="balanced", max_iter=500)
        learned.fit(rows, red)
        chances = learned.predict_proba(rows)[:, 1]
        sure = np.sort(chances[red])
        from_here = float(sure[int(len(sure) * ORANGE_ALLOWED)])
        names = ("loud", "heard_red", *EVIDENCE)
        weights = dict(zip(names, map(_short, learned.coef_[0])))
        score = {
            "red shown red": _short((chances[red] >= from_here).mean()),
            "others shown red": _short((chances[~red] >= from_here).mean()),
        }
        bias = _short(learned.intercept_[0])
        return {"bias": bias, "from": _short(from_here), **weights}, score

    def gate(self):
        """Learn which sentences the quick look need not hear at all: one sum over
        characters and pairs of them."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import KFold

        grams = [sorted(self.ear.gate_features(text)) for _s, _l, text in self.rows]
        spread = Counter(name for names in grams for name in names)
        index = {n: i for i, n in enumerate(sorted(n for n in spread if spread[n] > 2))}
        rows = _binary(grams, index)
        red = np.array([label == "red" for _s, label, _t in self.rows])
        weight = np.array(
            [1.0 if s == "composed" else BY_HAND for s, _l, _t in self.rows]
        )

        def fitted(places):
            learned = LogisticRegression(C=1.0, class_weight="balanced", max_iter=300)
            return learned.fit(rows[places], red[places], sample_weight=weight[places])

        unseen = np.zeros(len(red))
        for known, new in KFold(5, shuffle=True, random_state=1).split(rows):
            unseen[new] = fitted(known).decision_function(rows[new])
        by_hand = np.array([s != "composed" for s, _l, _t in self.rows])
        told = np.sort(unseen[by_hand & red])
        opens = float(told[int(len(told) * GATE_MISSES)])
        learned = fitted(np.arange(len(red)))
        names = {
            name: round(float(learned.coef_[0][column]) * SCALE)
            for name, column in index.items()
        }
        calm = by_hand & ~red
        score = {"let in, of what is not red": _short((unseen[calm] >= opens).mean())}
        found = {
            "bias": _short(learned.intercept_[0]),
            "opens": _short(opens),
            "features": {
                name: value for name, value in names.items() if abs(value) > 6
            },
        }
        return found, score

    def learn(self, path, letter):
        """Write the ear; return its score on sentences it had not seen."""
        together, score = self.together()
        together["letter"] = letter
        level, level_score = self.level()
        gate, gate_score = self.gate()
        score = {**score, **level_score, **gate_score}
        index, loud, red = self.fit(range(len(self.rows)))
        columns = {}
        for name, column in index.items():
            weight = loud.coef_[0][column] * self.kinds[self.ear.kind_of(name)[0]]
            pair = [round(float(w) * SCALE) for w in (weight, red.coef_[0][column])]
            # What hardly says anything is left out.
            if abs(pair[0]) >= SCALE * 0.08:
                columns[name] = pair
        found = {
            "score": score,
            "together": together,
            "level": level,
            "gate": gate,
            "bias": [self.bias, _short(red.intercept_[0])],
            "scale": SCALE,
            "features": columns,
        }
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        path.write_text(text + "\n", encoding="utf-8")
        return {**score, "features": len(columns)}


def _binary(grams, index):
    import numpy as np
    from scipy.sparse import csr_matrix

    columns, ends = [], [0]
    for names in grams:
        columns += [index[name] for name in names if name in index]
        ends.append(len(columns))
    ones = np.ones(len(columns))
    return csr_matrix((ones, columns, ends), shape=(len(grams), len(index)))


def _all(part, like):
    import numpy as np

    return np.ones_like(like) if isinstance(part, slice) else part


def _short(value):
    return round(float(value), 4)
