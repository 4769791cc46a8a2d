"""From labelled messages to a weights file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

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


def features(rows: Sequence[Row]) -> list[Features]:
    cut, words = cutter(), lexicon()
    return [extract(fold(row.text), cut, words) for row in rows]


def learn(
    own: Sequence[Row], real: Sequence[Row] = (), unread: Sequence[Row] = ()
) -> tuple[Vocabulary, dict[str, Fitted]]:
    """Fits all heads on the corpus, on real messages, and then on those that the first fit is sure of."""
    seen = features(own)
    known = Vocabulary.of(seen)
    rows = [*own, *real]
    texts = [*seen, *features(real)]
    if unread:
        more, found = _sure(known, texts, rows, unread)
        texts, rows = [*texts, *found], [*rows, *more]
    return known, fit_all(known.matrix(texts), rows)


def _sure(
    known: Vocabulary, texts: Sequence[Features], rows: Sequence[Row], unread: Sequence[Row]
) -> tuple[list[Row], list[Features]]:
    """Unread messages with the scene that a first fit is sure of (self-training)."""
    heads = fit_all(known.matrix(texts), rows, ("scene",))
    found = features(unread)
    labels, ahead = answers(heads, known.matrix(found), "scene")
    kept = [index for index, lead in enumerate(ahead) if lead > _SURE]
    return [replace(unread[i], labels={"scene": labels[i]}) for i in kept], [found[i] for i in kept]


def matrix_of(known: Vocabulary, rows: Sequence[Row]) -> Any:
    return known.matrix(features(rows))
