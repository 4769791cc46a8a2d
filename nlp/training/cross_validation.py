"""Answers out of fold, because a model cannot be measured on messages that it has learned from.

The messages are divided into five parts. Each part is answered by a model that was trained without it, including its
vocabulary.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nlp.lexicon import lexicon
from nlp.pipeline import Understander
from nlp.tokens import cutter
from nlp.training.dataset import Row, corpus, labelled_by_us
from nlp.training.export import text_of
from nlp.training.learn import REAL, Read, learn
from nlp.understanding import Understanding
from nlp.weights import Weights

FOLDS = 5


def out_of_fold(rows: Sequence[Row], folder: Path) -> list[Understanding]:
    """Answers for `rows`. `folder` may hold messages labelled by us, which are not part of the project."""
    wanted = {row.mark for row in rows}
    own = Read.of([row for row in corpus() if not row.held])
    read = Read.of([row for row in labelled_by_us(folder, REAL) if row.mark not in wanted])
    tested = Read.of([replace(row, weight=REAL) for row in rows])
    dealt = _deal(rows)
    answers: dict[int, Understanding] = {}
    for part in range(FOLDS):
        understander = _trained(own, read + _without(tested, dealt, part))
        answers |= {i: understander.whole(row.text) for i, row in enumerate(rows) if dealt[i] == part}
    return [answers[index] for index in range(len(rows))]


def _without(rows: Read, dealt: Sequence[int], part: int) -> Read:
    return rows.where(lambda index: dealt[index] != part)


def beside(rows: Sequence[Row], folder: Path) -> int:
    """How many other labelled messages the models learn from."""
    wanted = {row.mark for row in rows}
    return sum(row.mark not in wanted for row in labelled_by_us(folder, REAL))


def _trained(own: Read, real: Read) -> Understander:
    weights = Weights.parse(text_of(*learn(own, real)))
    return Understander(cutter(), lexicon(), weights)


def _deal(rows: Sequence[Row]) -> list[int]:
    """The part of each row; equal texts always get the same part."""
    order = list(dict.fromkeys(row.mark for row in rows))
    random.Random(0).shuffle(order)
    place = {mark: index % FOLDS for index, mark in enumerate(order)}
    return [place[row.mark] for row in rows]
