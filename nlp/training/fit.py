"""Fits one linear model for each question and brings its scores to honest probabilities.

One-against-rest with squared hinge loss (LinearSVC) on the three groups of features, each scaled to unit length; of all linear models tried
it loses least on long messages (docs/understanding.md). A head's temperature is fitted on out-of-fold scores, so that of the answers given
with a probability of 0.8 eight in ten are right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from nlp.training.rows import QUESTIONS, Row

STRENGTH = {"scene": 0.25, "scene2": 0.1, "kind": 0.15, "item": 0.3, "urgency": 0.25, "none_type": 0.3}
"""Inverse of the penalty on large weights."""
_FOLDS = 3
_TWO = 2
_TEMPERATURES = np.arange(0.1, 1.5, 0.02)


@dataclass(frozen=True, slots=True)
class Fitted:
    """`coefficients` has a row for each label, a column for each feature."""

    labels: tuple[str, ...]
    coefficients: Any
    intercepts: Any
    temperature: float


def fit_all(matrix: Any, rows: Sequence[Row], questions: Sequence[str] = QUESTIONS) -> dict[str, Fitted]:
    return {question: _fit(matrix, rows, question) for question in questions}


def _fit(matrix: Any, rows: Sequence[Row], question: str) -> Fitted:
    known = [index for index, row in enumerate(rows) if question in row.labels]
    x = matrix[known]
    y = np.array([rows[index].labels[question] for index in known])
    w = np.array([rows[index].weight for index in known])
    coefficients, intercepts, labels = fit_one(x, y, w, STRENGTH[question])
    return Fitted(labels, coefficients, intercepts, _temperature(x, y, w, STRENGTH[question]))


def fit_one(x: Any, y: Any, w: Any, strength: float) -> tuple[Any, Any, tuple[str, ...]]:
    model = LinearSVC(C=strength, max_iter=3000, tol=1e-3, random_state=0).fit(x, y, sample_weight=w)
    labels = tuple(str(label) for label in model.classes_)
    if len(labels) == _TWO:
        return np.vstack([-model.coef_[0], model.coef_[0]]), np.array([-1, 1]) * model.intercept_[0], labels
    return model.coef_, model.intercept_, labels


def _temperature(x: Any, y: Any, w: Any, strength: float) -> float:
    """The one that makes the out-of-fold labels likeliest."""
    classes = {label: column for column, label in enumerate(sorted(set(y)))}
    scores = np.full((len(y), len(classes)), -3.0)
    for train, test in StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(x, y):
        coefficients, intercepts, labels = fit_one(x[train], y[train], w[train], strength)
        scores[np.ix_(test, [classes[label] for label in labels])] = x[test] @ coefficients.T + intercepts
    truth = np.array([classes[label] for label in y])
    return float(min(_TEMPERATURES, key=lambda t: _surprise(scores / t, truth)))


def _surprise(scores: Any, truth: Any) -> float:
    top = scores - scores.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(top).sum(axis=1)) - top[np.arange(len(truth)), truth]))


def answers(heads: Mapping[str, Fitted], matrix: Any, question: str) -> tuple[list[str], list[float]]:
    """The likeliest label of each row, and how far it is ahead of the next."""
    head = heads[question]
    scores = matrix @ head.coefficients.T + head.intercepts
    ranked = np.sort(scores, axis=1)
    return [head.labels[best] for best in scores.argmax(axis=1)], list(ranked[:, -1] - ranked[:, -2])
