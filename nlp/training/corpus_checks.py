"""Checks the corpus: all labels are known, and no two messages are nearly the same."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from ledger.scenes import Kind, Scene, Urgency
from nlp.training.dataset import Row
from nlp.understanding import NoneType

ALIKE = 0.8
"""Above this Dice coefficient of character pairs two messages are near-duplicates."""
_ITEMS = 20
_KNOWN: dict[str, frozenset[str]] = {
    "scene": frozenset(Scene),
    "scene2": frozenset([*Scene, "-"]),
    "kind": frozenset(Kind),
    "item": frozenset(str(item) for item in range(_ITEMS + 1)),
    "urgency": frozenset(Urgency),
    "none_type": frozenset(NoneType),
}
_NEEDED = ("scene", "scene2", "kind")
_TOGETHER = ("item", "urgency")
"""A message has both labels or neither: the letters were not labelled closely enough for these."""


def faults(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        yield from _wrong_labels(row)
    for one, other in near_duplicates([row.text for row in rows]):
        yield f"near-duplicates: {one} | {other}"


def _wrong_labels(row: Row) -> Iterator[str]:
    needed = _NEEDED if row.labels.keys().isdisjoint(_TOGETHER) else _NEEDED + _TOGETHER
    for name in needed:
        if name not in row.labels:
            yield f"no {name}: {row.text}"
    for name, label in row.labels.items():
        if label not in _KNOWN[name]:
            yield f"no such {name} {label}: {row.text}"
    if (row.labels.get("scene") == Scene.NONE) != (row.labels.get("kind") == Kind.NONE):
        yield f"the scene is none where the kind is none, and only there: {row.text}"


def near_duplicates(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of texts that are more alike than `ALIKE`.

    Such texts share a pair of characters among the rarest of each (prefix filter; Chaudhuri, Ganti and Kaushik 2006),
    so that a text is compared only with those that share a rare pair.
    """
    pairs = [_pairs(text) for text in texts]
    often = Counter(pair for own in pairs for pair in own)
    where: dict[str, list[int]] = defaultdict(list)
    for index, own in enumerate(pairs):
        rarest = sorted(own, key=lambda pair: (often[pair], pair))[: _prefix(len(own))]
        for other in sorted({found for pair in rarest for found in where[pair]}):
            if 2 * len(own & pairs[other]) > ALIKE * (len(own) + len(pairs[other])):
                yield texts[other], texts[index]
        for pair in rarest:
            where[pair].append(index)


def _prefix(size: int) -> int:
    """Size of the prefix: near-duplicates share more than `ALIKE` / (2 - `ALIKE`) of their pairs."""
    return size - int(size * ALIKE / (2 - ALIKE)) + 1


def _pairs(text: str) -> frozenset[str]:
    plain = re.sub(r"[\W_]+", "", text) or text
    return frozenset(map(str.__add__, plain, plain[1:])) or frozenset([plain])
