"""Fits all heads on labelled messages and writes the weights file.

Each head is a multinomial logistic regression on the three groups of features, each scaled to unit length. Its temperature is fitted on
out-of-fold scores, so that a probability of 0.8 is right in 80 of 100 cases.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from nlp.features import Features
from nlp.training.rows import Row
from nlp.weights import GROUPS, pack, quantised

Matrix = sp.csr_matrix
NOTHING = "-"
"""Label of a message that has no second scene."""
QUESTIONS: dict[str, Callable[[Row], str | None]] = {
    "scene": lambda row: row.scene,
    "scene2": lambda row: row.scene2 or NOTHING,
    "kind": lambda row: row.kind,
    "item": lambda row: str(row.item),
    "urgency": lambda row: row.urgency,
    "none_type": lambda row: row.none_type,
}
STRENGTH = {"scene": 8.0, "scene2": 2.0, "kind": 4.0, "item": 8.0, "urgency": 4.0, "none_type": 8.0}
"""Inverse of the penalty on large weights; chosen on held-out folds of the corpus (docs/understanding.md)."""
SEEN = {"words": 2, "chars": 3, "topics": 3}
"""Messages a feature must stand in."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    columns: tuple[dict[str, int], ...]

    def matrix(self, texts: Sequence[Features]) -> Matrix:
        return sp.hstack([_matrix(texts, *both) for both in zip(GROUPS, self.columns, strict=True)]).tocsr()


def vocabulary(texts: Sequence[Features]) -> Vocabulary:
    return Vocabulary(tuple(_columns(texts, group) for group in GROUPS))


def _columns(texts: Sequence[Features], group: str) -> dict[str, int]:
    seen = Counter(name for text in texts for name in getattr(text, group))
    names = sorted(
        name for name, n in seen.items() if n >= SEEN[group] and name.isprintable() and not set(name) & {" ", "\u3000"}
    )
    return {name: column for column, name in enumerate(names)}


def _matrix(texts: Sequence[Features], group: str, columns: dict[str, int]) -> Matrix:
    found = [[columns[name] for name in getattr(text, group) if name in columns] for text in texts]
    lengths = np.array([len(row) for row in found])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    index = np.fromiter((column for row in found for column in row), dtype=np.int32)
    return sp.csr_matrix((values, index, np.concatenate([[0], np.cumsum(lengths)])), shape=(len(texts), len(columns)))


@dataclass(frozen=True, slots=True)
class Fitted:
    labels: list[str]
    coefficients: np.ndarray
    intercepts: np.ndarray
    temperature: float


def fit(matrix: Matrix, labels: Sequence[str | None], weights: np.ndarray, strength: float) -> Fitted:
    known = np.array([label is not None for label in labels])
    y = np.array([label for label in labels if label is not None])
    x, w = matrix[known], weights[known]
    model = _model(strength).fit(x, y, sample_weight=w)
    return Fitted(
        [str(label) for label in model.classes_], model.coef_, model.intercept_, _temperature(x, y, w, strength)
    )


def _model(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=200, tol=1e-3)


def _temperature(x: Matrix, y: np.ndarray, w: np.ndarray, strength: float) -> float:
    """The one that makes the out-of-fold labels likeliest."""
    classes = sorted(set(y))
    scores = np.full((len(y), len(classes)), -20.0)
    for train, test in StratifiedKFold(3, shuffle=True, random_state=0).split(x, y):
        model = _model(strength).fit(x[train], y[train], sample_weight=w[train])
        scores[np.ix_(test, [classes.index(c) for c in model.classes_])] = model.decision_function(x[test])
    truth = np.array([classes.index(label) for label in y])
    return float(min(np.arange(0.4, 3.0, 0.05), key=lambda t: _surprise(scores / t, truth)))


def _surprise(scores: np.ndarray, truth: np.ndarray) -> float:
    top = scores - scores.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(top).sum(axis=1)) - top[np.arange(len(truth)), truth]))


def train(texts: Sequence[Features], rows: Sequence[Row]) -> tuple[Vocabulary, dict[str, Fitted]]:
    known = vocabulary(texts)
    matrix = known.matrix(texts)
    weights = np.array([row.weight for row in rows])
    return known, {
        name: fit(matrix, [ask(row) for row in rows], weights, STRENGTH[name]) for name, ask in QUESTIONS.items()
    }


def write(path: Path, known: Vocabulary, heads: dict[str, Fitted], about: Iterable[str]) -> None:
    """The weights file; see nlp/weights.py for its form."""
    columns = [column for head in heads.values() for column in _lanes(head)]
    bias = [float(b) for head in heads.values() for b in _biases(head)]
    spare = -len(columns) % 3
    table = np.vstack([*columns, *[np.zeros(len(columns[0]))] * spare]).T
    scale = [float(s) for s in np.maximum(np.abs(table).max(axis=0), 1e-6) / 127]
    head = {"heads": _heads(heads), "lanes": len(scale), "scale": scale, "bias": bias + [0.0] * spare}
    head["sizes"] = {group: len(names) for group, names in zip(GROUPS, known.columns, strict=True)}
    lines = [*(f"# {line}" for line in about), json.dumps(head)]
    at = 0
    for names in known.columns:
        lines += [f"{name}\t{pack(quantised(table[at + column], scale))}" for name, column in names.items()]
        at += len(names)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _lanes(head: Fitted) -> list[np.ndarray]:
    if len(head.labels) == 2:  # noqa: PLR2004 - two labels share one row of coefficients
        return [-head.coefficients[0] / 2, head.coefficients[0] / 2]
    return list(head.coefficients)


def _biases(head: Fitted) -> list[float]:
    if len(head.labels) == 2:  # noqa: PLR2004 - as above
        return [-head.intercepts[0] / 2, head.intercepts[0] / 2]
    return list(head.intercepts)


def _heads(heads: dict[str, Fitted]) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    first = 0
    for name, head in heads.items():
        out.append({"name": name, "labels": head.labels, "first": first, "temperature": head.temperature})
        first += len(head.labels)
    return out
