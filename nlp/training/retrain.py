"""Learns from corrections: new weights build on those in use, and are kept only if they are not worse on a held part.

The messages that the shipped weights learned from are not available where the bot runs. To forget nothing, each
question is fitted on corpus and corrections with the scores of the weights in use as additional features. All of this
is linear, so that the sum is again one weight for each feature and label.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from nlp.features import Features
from nlp.lexicon import lexicon
from nlp.personal import find, mask
from nlp.pipeline import Understander
from nlp.tokens import cutter
from nlp.training.dataset import NOTHING, Row
from nlp.training.export import text_of
from nlp.training.fit import UNSEEN, Fitted, fit_question
from nlp.training.learn import Read
from nlp.training.vectors import Vocabulary
from nlp.understanding import Understanding
from nlp.weights import GROUPS, Weights

CORRECTED = 4.0
"""The weight of a correction, where a message of the corpus has 1."""
_HELD = 5
"""One in this many corrections is held back for comparing."""
_OFTEN = 5
"""The number of corrections that must contain a new feature, so that no name gets into the weights."""
_QUESTIONS = ("scene", "kind", "item", "urgency")


@dataclass(frozen=True, slots=True)
class Trained:
    """`before`, `after`: the shares of right answers on the held part."""

    text: str
    learned: int
    held: int
    before: float
    after: float

    @property
    def good(self) -> bool:
        return self.after >= self.before


def correction(text: str, labels: Mapping[str, str]) -> Row:
    """A corrected message with its personal data masked."""
    return Row(mask(text, find(text)), {k: v or NOTHING for k, v in labels.items()}, CORRECTED)


def retrain(corrections: Iterable[Row], corpus: Sequence[Row], in_use: Weights) -> Trained:
    """Learn new weights from corrections, and compare them with those in use."""
    given = list(corrections)
    held = [row for row in corpus if row.held] + [row for row in given if row.mark % _HELD == 0]
    learned = [row for row in given if row.mark % _HELD]
    text = _fitted(Read.of([row for row in corpus if not row.held]), Read.of(learned), in_use)
    before, after = (_right(weights, held) for weights in (in_use, Weights.parse(text)))
    return Trained(text, len(learned), len(held), before, after)


def _right(weights: Weights, rows: Sequence[Row]) -> float:
    """The share of known labels that the weights predict."""
    understander = Understander(cutter(), lexicon(), weights)
    found = [(row, understander.whole(row.text)) for row in rows]
    right = [
        _said(answer, name) == label
        for row, answer in found
        for name, label in row.labels.items()
        if name in _QUESTIONS
    ]
    return sum(right) / (len(right) or 1)


def _said(answer: Understanding, question: str) -> str:
    return str(getattr(answer, question))


def _fitted(own: Read, corrections: Read, in_use: Weights) -> str:
    known = _vocabulary(in_use, corrections.features)
    both = own + corrections
    matrix = known.matrix(both.features)
    old, bias = _old(in_use, known)
    heads = {}
    for name, head in in_use.heads.items():
        lanes = slice(head.first, head.first + len(head.labels))
        before = Fitted(head.labels, old[:, lanes].T, bias[lanes], head.temperature)
        heads[name] = _grown(known.seen(matrix, UNSEEN.get(name)), both.rows, name, before)
    marks = [*in_use.about.get("learned", ()), *(row.mark for row in corrections.rows)]
    return text_of(known, heads, ("Word weights of chulin, trained again with corrections.",), marks)


def _grown(matrix: Any, rows: Sequence[Row], question: str, before: Fitted) -> Fitted:
    """Fit features and the scores of the weights in use together, and combine both into one model."""
    known = [i for i, row in enumerate(rows) if row.labels.get(question) in before.labels]
    if len({rows[i].labels[question] for i in known}) <= 1:
        return before
    scores = sp.csr_matrix(matrix[known] @ before.coefficients.T + before.intercepts)
    found = fit_question(sp.hstack([matrix[known], scores], format="csr"), [rows[i] for i in known], question)
    width = matrix.shape[1]
    coefficients, intercepts = np.zeros_like(before.coefficients), np.full(len(before.labels), -9.0)
    for label, row, intercept in zip(found.labels, found.coefficients, found.intercepts, strict=True):
        lane = before.labels.index(label)
        coefficients[lane] = row[:width] + row[width:] @ before.coefficients
        intercepts[lane] = intercept + row[width:] @ before.intercepts
    return replace(before, coefficients=coefficients, intercepts=intercepts)


def _vocabulary(in_use: Weights, corrections: Sequence[Features]) -> Vocabulary:
    columns = []
    for group, known in zip(GROUPS, in_use.features, strict=True):
        seen = Counter(name for text in corrections for name in getattr(text, group))
        new = sorted(name for name, n in seen.items() if n >= _OFTEN and name.isprintable() and " " not in name)
        columns.append({name: column for column, name in enumerate(dict.fromkeys([*known, *new]))})
    return Vocabulary(tuple(columns))


def _old(in_use: Weights, known: Vocabulary) -> tuple[Any, Any]:
    """The weights in use as a matrix over the columns of the vocabulary, and their intercepts."""
    parts = []
    for group, columns in enumerate(known.columns):
        part = np.zeros((len(columns), in_use.lanes.count))
        for name, column in columns.items():
            part[column] = in_use.row(group, name)
        parts.append(part)
    return np.vstack(parts), np.array(in_use.bias)
