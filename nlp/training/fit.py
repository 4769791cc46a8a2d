"""Fits one linear model for each question and brings its scores to honest probabilities.

One-against-rest with squared hinge loss (LinearSVC) on the groups of features, each scaled to unit length; of all
linear models tried it loses least on long messages (docs/understanding.md). Where a label is told from the others by
words that only it has, those are made louder for it first, by how much oftener they stand there (Wang and Manning 2012,
NB-SVM). A head's temperature is found on rows left out of the fit, so that of the answers given with a probability of
0.8 eight in ten are right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from nlp.features import Features
from nlp.training.rows import QUESTIONS, Row
from nlp.training.vectors import Vocabulary

STRENGTH = {"scene": 0.15, "scene2": 0.1, "kind": 0.15, "item": 0.3, "urgency": 0.2, "none_type": 0.3}
"""Inverse of the penalty on large weights."""
HANDICAP = {"item": ("0", 1.3)}
"""What a label's score is lowered by. An item too many costs the grid worker a tap, a missing one the responsible unit:
so "no item" must be well ahead to be believed."""
UNSEEN = {"urgency": "turns", "kind": "turns", "none_type": "turns"}
"""A group that a question is not to look at: what follows what says much of the scene, and blurs what is urgent."""
TELLING = frozenset({"scene", "kind"})
"""Questions for whose labels features are made louder by how much they tell of a label."""
_ALWAYS = 0.99
"""Where so many rows have a column, as they have the scores of other weights, being there tells nothing."""
_PART = 5
"""One in so many rows is left out of the fit that the temperature is found on."""
_TWO = 2
_TEMPERATURES = np.arange(0.1, 1.5, 0.02)


@dataclass(frozen=True, slots=True)
class Fitted:
    """`coefficients` has a row for each label, a column for each feature."""

    labels: tuple[str, ...]
    coefficients: Any
    intercepts: Any
    temperature: float


def fit_all(
    known: Vocabulary, texts: Sequence[Features], rows: Sequence[Row], questions: Sequence[str] = QUESTIONS
) -> dict[str, Fitted]:
    loudness = known.loudness
    matrix = known.matrix(texts) @ sp.diags(loudness)
    found = {q: fit_question(known.seen(matrix, UNSEEN.get(q)), rows, q) for q in questions}
    return {q: replace(fitted, coefficients=fitted.coefficients * loudness) for q, fitted in found.items()}


def fit_question(matrix: Any, rows: Sequence[Row], question: str) -> Fitted:
    known = [index for index, row in enumerate(rows) if question in row.labels]
    x = matrix[known]
    y = np.array([rows[index].labels[question] for index in known])
    w = np.array([rows[index].weight for index in known])
    coefficients, intercepts, labels = _fit_one(x, y, w, question)
    return Fitted(labels, coefficients, intercepts, _temperature(x, y, w, question))


def _fit_one(x: Any, y: Any, w: Any, question: str) -> tuple[Any, Any, tuple[str, ...]]:
    fit = fit_telling if question in TELLING else fit_one
    coefficients, intercepts, labels = fit(x, y, w, STRENGTH[question])
    label, less = HANDICAP.get(question, ("", 0.0))
    return coefficients, intercepts - less * (np.array(labels) == label), labels


def fit_telling(x: Any, y: Any, w: Any, strength: float) -> tuple[Any, Any, tuple[str, ...]]:
    """One model a label, each on features as loud as they tell of it."""
    labels = np.unique(y)
    fitted = [_against_rest(x, y == label, w, strength) for label in labels]
    coefficients, intercepts = zip(*fitted, strict=True)
    return np.vstack(coefficients), np.array(intercepts), tuple(map(str, labels))


def _against_rest(x: Any, own: Any, w: Any, strength: float) -> tuple[Any, float]:
    loud = telling(x != 0, own, w)
    coefficients, intercepts, _ = fit_one(x @ sp.diags(loud), own, w, strength)
    return coefficients[1] * loud, float(intercepts[1])


def telling(seen: Any, own: Any, w: Any) -> Any:
    """For each column how much it tells of rows being `own`, 1 in the mean of all that is seen.

    It is the root of the logarithm of how much oftener, or how much more seldom, it stands there than elsewhere.
    """
    here, there = (seen.T @ (w * rows) + 1 for rows in (own, ~own))
    odds = np.log(here / (w @ own)) - np.log(there / (w @ ~own))
    loud = np.sqrt(np.abs(odds))
    mean = np.sqrt(np.average(loud**2, weights=here + there))
    return np.where(here + there > _ALWAYS * w.sum(), 1.0, loud / (mean or 1.0))


def fit_one(x: Any, y: Any, w: Any, strength: float) -> tuple[Any, Any, tuple[str, ...]]:
    model = LinearSVC(C=strength, max_iter=3000, tol=1e-3, random_state=0).fit(x, y, sample_weight=w)
    labels = tuple(str(label) for label in model.classes_)
    if len(labels) == _TWO:
        return np.vstack([-model.coef_[0], model.coef_[0]]), np.array([-1, 1]) * model.intercept_[0], labels
    return model.coef_, model.intercept_, labels


def _temperature(x: Any, y: Any, w: Any, question: str) -> float:
    """The one that makes the labels of rows that were left out likeliest."""
    out = np.random.default_rng(0).integers(_PART, size=len(y)) == 0
    coefficients, intercepts, labels = _fit_one(x[~out], y[~out], w[~out], question)
    columns = {label: column for column, label in enumerate(labels)}
    known = np.array([label in columns for label in y[out]])
    scores = (x[out] @ coefficients.T + intercepts)[known]
    truth = np.array([columns[label] for label in y[out][known]])
    return float(min(_TEMPERATURES, key=lambda t: _surprise(scores / t, truth)))


def _surprise(scores: Any, truth: Any) -> float:
    top = scores - scores.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(top).sum(axis=1)) - top[np.arange(len(truth)), truth]))
