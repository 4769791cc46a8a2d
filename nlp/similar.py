"""Is this the same matter as one that is open already?

A matter is reduced to a signature: hashed topics, words and places, each number with its sort in the top bits. Two matters are the same when
what they speak of agrees and their places do not contradict each other. The index keeps the signatures of a community's open cases and
scores only those that share something rare with the question.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from zlib import crc32

from nlp.understanding import Understanding

_BITS = 28
_TOPIC, _WORD, _PLACE = 1, 2, 3
SAME = 0.5
"""Score from which two matters are taken for the same."""


@dataclass(frozen=True, slots=True)
class Match:
    case_key: str
    score: float


def number(sort: int, name: str) -> int:
    return sort << _BITS | crc32(name.encode("utf-8", "replace")) >> (32 - _BITS)


def signature(text: str, places: Sequence[str], topics: Iterable[str] = (), words: Iterable[str] = ()) -> tuple[int, ...]:
    """What is compared, and all that needs to be kept of a text for it."""
    said = {number(_WORD, word) for word in words} or {number(_WORD, two) for two in map(str.__add__, text, text[1:])}
    return tuple(sorted({*said, *(number(_TOPIC, t) for t in topics), *(number(_PLACE, p) for p in places)}))


def score(a: Iterable[int], b: Iterable[int]) -> float:
    one, other = set(a), set(b)
    return len(one & other) / (len(one | other) or 1)


def same(a: Understanding, b: Understanding) -> bool:
    return score(a.similar_key, b.similar_key) >= SAME


class SimilarIndex:
    """The open cases of one community."""

    def __init__(self) -> None:
        self._cases: dict[str, tuple[int, ...]] = {}
        self._holders: defaultdict[int, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._cases)

    def add(self, case_key: str, similar_key: Sequence[int]) -> None:
        self.remove(case_key)
        self._cases[case_key] = tuple(similar_key)
        for part in similar_key:
            self._holders[part].add(case_key)

    def remove(self, case_key: str) -> None:
        for part in self._cases.pop(case_key, ()):
            self._holders[part].discard(case_key)

    def nearest(self, understanding: Understanding, limit: int = 3) -> list[Match]:
        shared: Counter[str] = Counter()
        for part in understanding.similar_key:
            holders = self._holders.get(part, ())
            rarity = log(1 + len(self._cases) / (len(holders) or 1))
            for case_key in holders:
                shared[case_key] += rarity  # type: ignore[assignment]
        keys = [key for key, _ in shared.most_common(limit * 4)]
        found = [Match(key, score(self._cases[key], understanding.similar_key)) for key in keys]
        return sorted([m for m in found if m.score >= SAME], key=lambda m: -m.score)[:limit]
