"""A classifier that learns from confirmed tickets: n-grams and linear models.

Characters and words in groups of one to three, weighed by TF-IDF; for each class the
features are scaled by how much more often they occur in it (log-count ratio, Wang and
Manning 2012, "Baselines and Bigrams") before a linear SVM learns them, one class
against the rest. A softmax whose heat is fitted on texts the models have not seen turns
distances into confidences.

Learning needs scikit-learn; so does nothing else in here: predicting and loading work
with NumPy alone. Models are kept as npz and JSON, never as pickle.
"""

import io
import json
import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

FORMAT = 1
MAX_CHARACTERS = 2000
SEED = 20240501


class ClassifierError(ValueError):
    """Nothing can be learned from these texts, or a stored model is not one."""


def available():
    """Tell whether scikit-learn is there to learn with."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        return False
    return True


def features(text, segmented=False):
    """Count what a text consists of: dict feature → times.

    :param bool segmented: the text is words with blanks between; pairs of words count
    """
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower()
    words = text.split()
    plain = "".join(words)
    found = Counter(plain)
    found.update(map("".join, zip(plain, plain[1:])))
    found.update(map("".join, zip(plain, plain[1:], plain[2:])))
    if segmented:
        found.update("w " + word for word in words)
        found.update(f"w {a} {b}" for a, b in zip(words, words[1:]))
    return found


@dataclass
class Classifier:
    """A learned model.

    :param list labels: the classes
    :param dict index: feature → column
    :param idf: array (columns,)
    :param weights: array (columns, labels): ratio and coefficient in one
    :param bias: array (labels,)
    :param float heat: of the softmax
    :param dict score: macro_f1, accuracy, examples; of the cross-validation
    """

    labels: list
    index: dict
    idf: object
    weights: object
    bias: object
    heat: float = 1.0
    segmented: bool = False
    score: dict = field(default_factory=dict)

    def decision(self, text):
        """Distances to each class: array (labels,). About half a millisecond."""
        import numpy as np

        found = features(text, self.segmented)
        names = self.index.keys() & found.keys()
        if not names:
            return np.array(self.bias, dtype=float)
        columns = np.fromiter(map(self.index.__getitem__, names), np.intp, len(names))
        times = np.fromiter(map(found.__getitem__, names), np.float64, len(names))
        values = (1 + np.log(times)) * self.idf[columns]
        values /= math.sqrt(float(values @ values)) or 1.0
        return values @ self.weights[columns] + self.bias

    def confidences(self, text):
        """Return dict label → 0..1; they sum up to 1."""
        shares = _softmax(self.decision(text) * self.heat)
        return {label: float(v) for label, v in zip(self.labels, shares)}

    def predict(self, text):
        """Return (label, confidence) of the likeliest class."""
        shares = self.confidences(text)
        best = max(self.labels, key=lambda label: shares[label])
        return best, shares[best]

    def better_than(self, previous, margin=0.01):
        """Tell whether to keep this one: not worse than before by more than a margin.

        Scores come from cross-validation, each on the tickets of its time; a model
        from twice as many tickets is kept at the same score.

        :param previous: a Classifier, a score dict, or None
        """
        if previous is None:
            return True
        old = previous.score if isinstance(previous, Classifier) else previous
        return self.score.get("macro_f1", 0.0) >= old.get("macro_f1", 0.0) - margin

    def dump(self):
        """Return the model as bytes: an npz archive whose `meta` is JSON."""
        import numpy as np

        meta = {
            "format": FORMAT,
            "labels": self.labels,
            "features": list(self.index),
            "heat": self.heat,
            "segmented": self.segmented,
            "score": self.score,
        }
        text = json.dumps(meta, ensure_ascii=False).encode()
        out = io.BytesIO()
        np.savez_compressed(
            out,
            meta=np.frombuffer(text, dtype=np.uint8),
            idf=np.asarray(self.idf, dtype=np.float32),
            weights=np.asarray(self.weights, dtype=np.float16),
            bias=np.asarray(self.bias, dtype=np.float64),
        )
        return out.getvalue()

    @classmethod
    def load(cls, data):
        """Read what `dump` wrote; nothing in it is executed.

        :raise ClassifierError: when it is not a model of this format
        """
        import numpy as np

        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as found:
                meta = json.loads(found["meta"].tobytes().decode())
                arrays = [found[name] for name in ("idf", "weights", "bias")]
        except Exception as error:
            raise ClassifierError(f"this is not a stored model: {error}") from error
        idf, weights, bias = (array.astype(np.float32) for array in arrays)
        names, labels = meta.get("features", []), meta.get("labels", [])
        shapes = (len(names),), (len(names), len(labels)), (len(labels),)
        if (
            meta.get("format") != FORMAT
            or (idf.shape, weights.shape, bias.shape) != shapes
        ):
            raise ClassifierError("this model is of another format, or broken")
        return cls(
            labels,
            {name: column for column, name in enumerate(names)},
            idf,
            weights,
            bias.astype(float),
            float(meta["heat"]),
            bool(meta["segmented"]),
            meta["score"],
        )


def _softmax(values):
    import numpy as np

    raised = np.exp(values - np.max(values))
    return raised / raised.sum()


def _matrix(counted, index, idf=None):
    """TF-IDF rows of unit length, sublinear in how often a feature occurs."""
    import numpy as np
    from scipy.sparse import csr_matrix, diags

    data, columns, ends = [], [], [0]
    for found in counted:
        for name, times in found.items():
            column = index.get(name)
            if column is not None:
                columns.append(column)
                data.append(1 + math.log(times))
        ends.append(len(columns))
    rows = csr_matrix(
        (np.array(data, dtype=np.float32), np.array(columns, dtype=np.int32), ends),
        shape=(len(counted), len(index)),
    )
    if idf is None:
        present = np.bincount(rows.indices, minlength=len(index))
        idf = np.log((1 + len(counted)) / (1 + present)) + 1
    rows = rows @ diags(idf.astype(np.float32))
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    return (diags((1 / norms).astype(np.float32)) @ rows).tocsr(), idf


def _fit(counted, labels, classes, min_texts, segmented, alpha=0.1):
    """Learn one linear SVM a class on features scaled by their log-count ratio."""
    import numpy as np
    from scipy.sparse import diags
    from sklearn.svm import LinearSVC

    spread = Counter()
    for found in counted:
        spread.update(found.keys())
    names = sorted(name for name, texts in spread.items() if texts >= min_texts)
    if not names:
        raise ClassifierError("the texts have nothing in common to learn from")
    index = {name: column for column, name in enumerate(names)}
    rows, idf = _matrix(counted, index)
    labels = np.array(labels)
    weights = np.zeros((len(names), len(classes)), dtype=np.float32)
    bias = np.zeros(len(classes))
    for column, label in enumerate(classes):
        inside = labels == label
        p = np.asarray(rows[inside].sum(axis=0)).ravel() + alpha
        q = np.asarray(rows[~inside].sum(axis=0)).ravel() + alpha
        ratio = np.abs(np.log((p / p.sum()) / (q / q.sum())))
        scale = 3 * (ratio / (ratio.max() or 1) + 0.1)
        svm = LinearSVC(C=1.0, class_weight="balanced", random_state=SEED)
        svm.fit((rows @ diags(scale.astype(np.float32))).tocsr(), inside)
        weights[:, column] = svm.coef_[0] * scale
        bias[column] = svm.intercept_[0]
    return Classifier(list(classes), index, idf, weights, bias, segmented=segmented)


def _decisions(model, counted):
    import numpy as np

    rows, _idf = _matrix(counted, model.index, np.asarray(model.idf))
    return rows @ model.weights + model.bias


def _heat(decisions, truth):
    """The heat at which the unseen texts are likeliest (a search on a grid)."""
    import numpy as np

    best = (math.inf, 1.0)
    for heat in np.geomspace(0.3, 12, 40):
        scaled = decisions * heat
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        best = min(
            best, (-float(logs[np.arange(len(truth)), truth].mean()), float(heat))
        )
    return best[1]


def cross_validate(texts, labels, folds=5, segmented=False, min_texts=2):
    """Predict each text by a model that has not seen it, nor a copy of it.

    Texts that are the same word for word are in the same fold.

    :return: (classes, decisions array (texts, classes), truth array)
    """
    import numpy as np
    from sklearn.model_selection import StratifiedGroupKFold

    classes = sorted(set(labels))
    truth = np.array([classes.index(label) for label in labels])
    group = {}
    groups = [group.setdefault("".join(t.split()), len(group)) for t in texts]
    counted = [features(text, segmented) for text in texts]
    decisions = np.zeros((len(texts), len(classes)))
    splits = StratifiedGroupKFold(folds, shuffle=True, random_state=SEED)
    for train, test in splits.split(texts, truth, groups):
        model = _fit(
            [counted[i] for i in train],
            [labels[i] for i in train],
            classes,
            min_texts,
            segmented,
        )
        decisions[test] = _decisions(model, [counted[i] for i in test])
    return classes, decisions, truth


def train(pairs, folds=5, segmented=False, min_texts=2, min_examples=3):
    """Learn from confirmed tickets.

    :param pairs: list of (text, label)
    :param int min_examples: rarer labels are left out
    :return: Classifier with `score` from cross-validation
    :raise ClassifierError: when fewer than two labels have enough examples
    """
    from sklearn.metrics import accuracy_score, f1_score

    many = Counter(label for _text, label in pairs)
    pairs = [
        pair for pair in pairs if many[pair[1]] >= min_examples and pair[0].strip()
    ]
    texts = [text for text, _label in pairs]
    labels = [label for _text, label in pairs]
    rarest = min(Counter(labels).values(), default=0)
    if len(set(labels)) < 2 or rarest < 2:
        raise ClassifierError("two categories with a few confirmed tickets are needed")
    folds = max(2, min(folds, rarest))
    classes, decisions, truth = cross_validate(
        texts, labels, folds, segmented, min_texts
    )
    counted = [features(text, segmented) for text in texts]
    model = _fit(counted, labels, classes, min_texts, segmented)
    model.heat = _heat(decisions, truth)
    guessed = decisions.argmax(axis=1)
    model.score = {
        "macro_f1": round(float(f1_score(truth, guessed, average="macro")), 4),
        "accuracy": round(float(accuracy_score(truth, guessed)), 4),
        "examples": len(texts),
        "folds": folds,
    }
    return model


def known_pairs(rows):
    """Drop what cannot teach: no text, no label."""
    return [(re.sub(r"\s+", " ", t), label) for t, label in rows if t and label]
