"""Is this the same matter as one that is open already?

A matter is reduced to a signature: hashed topics, words and places, each number with its sort in the top bits. Two matters are the same when
what they speak of agrees and their places do not contradict each other. The index keeps the signatures of a community's open cases and
scores only those that share something rare with the question.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from zlib import crc32

from nlp.understanding import Understanding

_BITS = 28
_TOPIC, _WORD, _PLACE = 1, 2, 3
SAME = 0.5
"""Score from which two matters are taken for the same."""
MOST_ASKED = 500
"""Holders of one part that are looked at."""


@dataclass(frozen=True, slots=True)
class Match:
    case_key: str
    score: float


def number(sort: int, name: str) -> int:
    return sort << _BITS | crc32(name.encode("utf-8", "replace")) >> (32 - _BITS)


def signature(
    text: str, places: Sequence[str], topics: Iterable[str] = (), words: Iterable[str] = ()
) -> tuple[int, ...]:
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
        # arrays and lists, for there may be tens of thousands of cases of some twenty parts each
        self._cases: dict[str, array[int]] = {}
        self._holders: defaultdict[int, list[str]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._cases)

    def add(self, case_key: str, similar_key: Sequence[int]) -> None:
        self.remove(case_key)
        self._cases[case_key] = array("I", similar_key)
        for part in similar_key:
            self._holders[part].append(case_key)

    def remove(self, case_key: str) -> None:
        for part in self._cases.pop(case_key, ()):
            holders = self._holders[part]
            holders.remove(case_key)
            if not holders:
                del self._holders[part]

    def nearest(self, understanding: Understanding, limit: int = 3) -> list[Match]:
        """The likeliest same matters among the open cases, best first.

        Two signatures that agree in half of their parts share one of the rarer half of either: only those are looked
        up, so that the words that every second case has cost nothing. Of a part that very many have (a hundred people
        write the same) the newest are as good as all.
        """
        parts = sorted(understanding.similar_key, key=self._spread)
        shared: dict[str, float] = {}
        for part in parts[: len(parts) // 2 + 1]:
            holders = self._holders.get(part, ())
            rarity = log(1 + len(self._cases) / (len(holders) or 1))
            for case_key in holders[-MOST_ASKED:]:
                shared[case_key] = shared.get(case_key, 0.0) + rarity
        keys = nlargest(limit * 16, shared, key=shared.__getitem__)
        found = [Match(key, score(self._cases[key], understanding.similar_key)) for key in keys]
        return sorted([m for m in found if m.score >= SAME], key=lambda m: -m.score)[:limit]

    def _spread(self, part: int) -> int:
        return len(self._holders.get(part, ()))
