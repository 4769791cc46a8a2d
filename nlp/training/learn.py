"""From labelled messages to weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from nlp.features import Features, extract
from nlp.lexicon import lexicon
from nlp.normalise import fold
from nlp.tokens import cutter
from nlp.training.fit import Fitted, answers, fit_all
from nlp.training.rows import Row
from nlp.training.vectors import Vocabulary

REAL = 2.0
"""What a real message counts, where one of the corpus counts 1."""
_SURE = 0.5
"""How far ahead the best label of an unread message must be for it to be learned from."""


@dataclass(frozen=True, slots=True)
class Read:
    """Messages with what the classifier sees of each."""

    rows: Sequence[Row] = ()
    features: Sequence[Features] = ()

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        cut, words = cutter(), lexicon()
        return cls(rows, [extract(fold(row.text), cut, words) for row in rows])

    def where(self, wanted: Callable[[int], bool]) -> "Read":
        """Those whose place in the list is wanted."""
        kept = [index for index in range(len(self.rows)) if wanted(index)]
        return Read([self.rows[i] for i in kept], [self.features[i] for i in kept])

    def __add__(self, other: "Read") -> "Read":
        return Read([*self.rows, *other.rows], [*self.features, *other.features])


def learn(own: Read, real: Read | None = None, unread: Read | None = None) -> tuple[Vocabulary, dict[str, Fitted]]:
    """Fits all heads on the corpus, on real messages, and then on those that the first fit is sure of."""
    known = Vocabulary.of(own.features, real.features if real else ())
    labelled = own + real if real else own
    if unread:
        labelled += _sure(known, labelled, unread)
    return known, fit_all(known, labelled.features, labelled.rows)


def _sure(known: Vocabulary, labelled: Read, unread: Read) -> Read:
    """Unread messages with the scene that a first fit is sure of (self-training)."""
    heads = fit_all(known, labelled.features, labelled.rows, ("scene",))
    labels, ahead = answers(heads, known.matrix(unread.features), "scene")
    named = [replace(row, labels={"scene": label}) for row, label in zip(unread.rows, labels, strict=True)]
    return Read(named, unread.features).where(lambda index: ahead[index] > _SURE)
