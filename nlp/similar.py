"""Is this the same matter as one that is open already?

The index keeps the signatures (`nlp.likeness`) of a community's open cases and weighs only those that share
something rare with the question.
"""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import islice

from nlp.likeness import Matter, at_one_place, looked_up, rarity, score
from nlp.understanding import Understanding

SAME = 0.42
"""Probability from which two matters are taken for the same."""
OFFERED = 0.6
"""From which one is offered that names no place in common: among thousands of others a few are like it by chance."""
_WEIGHED = 20
_MOST_ASKED = 200
"""Holders of one part that are looked at, the newest first: if a hundred people write the same, some are as good as
all.
"""
_KEPT_APART = 5000
"""Cases that stay taken apart, at 5 kB each: those that are like much of what comes in."""


@dataclass(frozen=True, slots=True)
class Match:
    case_key: str
    score: float


def alike(a: Sequence[int], b: Sequence[int]) -> float:
    """Probability that two signatures tell of the same matter."""
    return score(Matter.of(tuple(a)), Matter.of(tuple(b)))


def same(a: Understanding, b: Understanding) -> bool:
    return alike(a.similar_key, b.similar_key) >= SAME


@lru_cache(maxsize=_KEPT_APART)
def _taken_apart(packed: bytes) -> Matter:
    return Matter.of(array("I", packed))


class SimilarIndex:
    """The open cases of one community."""

    def __init__(self) -> None:
        # packed, for there may be tens of thousands of cases of a hundred parts each
        self._cases: dict[str, bytes] = {}
        self._holders: defaultdict[int, dict[str, None]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._cases)

    def add(self, case_key: str, similar_key: Sequence[int]) -> None:
        self.remove(case_key)
        key = array("I", similar_key)
        self._cases[case_key] = key.tobytes()
        for part in looked_up(key):
            self._holders[part][case_key] = None

    def remove(self, case_key: str) -> None:
        for part in looked_up(array("I", self._cases.pop(case_key, b""))):
            holders = self._holders[part]
            del holders[case_key]
            if not holders:
                del self._holders[part]

    def nearest(self, understanding: Understanding, limit: int = 3) -> list[Match]:
        """The likeliest same matters among the open cases, best first; one at the very place before all others."""
        sought = tuple(understanding.similar_key)
        asked = Matter.of(sought)
        found = []
        for key in self._likely(sought):
            matter = _taken_apart(self._cases[key])
            here, likely = at_one_place(matter, asked), score(matter, asked)
            if likely >= (SAME if here else OFFERED):
                found.append((here, likely, key))
        return [Match(key, likely) for _, likely, key in sorted(found, reverse=True)[:limit]]

    def _likely(self, similar_key: Sequence[int]) -> list[str]:
        shared: dict[str, float] = {}
        for part in looked_up(similar_key):
            rare = rarity(part)
            for case_key in islice(reversed(self._holders.get(part, {})), _MOST_ASKED):
                shared[case_key] = shared.get(case_key, 0.0) + rare
        return nlargest(_WEIGHED, shared, key=shared.__getitem__)
