"""Fits one linear model for each question and calibrates its probabilities.

One against the rest with squared hinge loss (LinearSVC) on the groups of features, each scaled to unit length; of the
linear models tried it is best on long messages (docs/understanding.md). For scene and kind, each feature is first
scaled for each label by how much more often it occurs with that label (Wang and Manning 2012, NB-SVM). A head's
temperature is fitted on rows left out of the fit, so that eight in ten answers with a probability of 0.8 are right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from nlp.features import Features
from nlp.training.dataset import QUESTIONS, Row
from nlp.training.vectors import Vocabulary

STRENGTH = {"scene": 0.15, "scene2": 0.1, "kind": 0.15, "item": 0.3, "urgency": 0.2, "none_type": 0.3}
"""Inverse of the penalty on large weights."""
HANDICAP = {"item": ("0", 1.3)}
"""How much a label's score is lowered. A superfluous item costs the grid worker a tap, a missing one the responsible
unit, so "no item" must be well ahead to win."""
UNSEEN = {"urgency": "turns", "kind": "turns", "none_type": "turns"}
"""A group that a question ignores: the order of topics says much about the scene, but blurs urgency."""
TELLING = frozenset({"scene", "kind"})
"""Questions whose features are scaled for each label (see `telling`)."""
_ALWAYS = 0.99
"""A column that more than this share of rows has, such as the scores of other weights, is not scaled."""
_PART = 5
"""One in this many rows is left out of the fit, to find the temperature."""
_TWO = 2
_TEMPERATURES = np.arange(0.1, 1.5, 0.02)


@dataclass(frozen=True, slots=True)
class Fitted:
    """`coefficients` has a row for each label and a column for each feature."""

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
    """Fit one model for each label, on features scaled for that label."""
    labels = np.unique(y)
    fitted = [_against_rest(x, y == label, w, strength) for label in labels]
    coefficients, intercepts = zip(*fitted, strict=True)
    return np.vstack(coefficients), np.array(intercepts), tuple(map(str, labels))


def _against_rest(x: Any, own: Any, w: Any, strength: float) -> tuple[Any, float]:
    loud = telling(x != 0, own, w)
    coefficients, intercepts, _ = fit_one(x @ sp.diags(loud), own, w, strength)
    return coefficients[1] * loud, float(intercepts[1])


def telling(seen: Any, own: Any, w: Any) -> Any:
    """For each column a factor for how much it distinguishes `own` rows from others; 1 on average.

    It is the root of the absolute logarithm of the ratio between its frequencies in `own` rows and in others.
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
    """The temperature that makes the labels of the left-out rows most likely."""
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
