"""Learns weights from labelled messages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from nlp.features import Features, extract
from nlp.lexicon import lexicon
from nlp.normalise import fold
from nlp.tokens import cutter
from nlp.training.dataset import Row
from nlp.training.fit import Fitted, fit_all
from nlp.training.vectors import Vocabulary

REAL = 1.1
"""The weight of a real message, where one of the corpus has 1. More makes chats worse."""


@dataclass(frozen=True, slots=True)
class Read:
    """Messages with their features."""

    rows: Sequence[Row] = ()
    features: Sequence[Features] = ()

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        cut, words = cutter(), lexicon()
        return cls(rows, [extract(fold(row.text), cut, words) for row in rows])

    def where(self, wanted: Callable[[int], bool]) -> "Read":
        """The messages whose index is wanted."""
        kept = [index for index in range(len(self.rows)) if wanted(index)]
        return Read([self.rows[i] for i in kept], [self.features[i] for i in kept])

    def __add__(self, other: "Read") -> "Read":
        return Read([*self.rows, *other.rows], [*self.features, *other.features])


def learn(own: Read, real: Read | None = None) -> tuple[Vocabulary, dict[str, Fitted]]:
    """Fit all heads on the corpus and on real messages."""
    known = Vocabulary.of(own.features, real.features if real else ())
    labelled = own + real if real else own
    return known, fit_all(known, labelled.features, labelled.rows)
