"""Finds open cases about the same matter as a new message.

The index holds the signatures (`nlp.similarity`) of a community's open cases, and compares only cases that share
something rare with the message.
"""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import islice

from nlp.similarity import Matter, at_one_place, looked_up, rarity, score
from nlp.understanding import Understanding

SAME = 0.42
"""From this probability on, two matters count as the same."""
OFFERED = 0.6
"""The same for a case without a place in common: among thousands, a few are similar by chance."""
_WEIGHED = 20
_MOST_ASKED = 200
"""For each part, only this many cases are compared, the newest first: if a hundred people write the same, a few of them
suffice."""
_KEPT_APART = 5000
"""Cases that are kept unpacked, 5 kB each: those that many messages are compared with."""


@dataclass(frozen=True, slots=True)
class Match:
    case_key: str
    score: float


def alike(a: Sequence[int], b: Sequence[int]) -> float:
    """Probability that two signatures are about the same matter."""
    return score(Matter.of(tuple(a)), Matter.of(tuple(b)))


def same(a: Understanding, b: Understanding) -> bool:
    return alike(a.similar_key, b.similar_key) >= SAME


@lru_cache(maxsize=_KEPT_APART)
def _taken_apart(packed: bytes) -> Matter:
    return Matter.of(array("I", packed))


class SimilarIndex:
    """The open cases of one community."""

    def __init__(self) -> None:
        # packed, because there may be tens of thousands of cases with a hundred parts each
        self._cases: dict[str, bytes] = {}
        self._holders: defaultdict[int, dict[str, None]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._cases)

    def __contains__(self, case_key: str) -> bool:
        return case_key in self._cases

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
        """The open cases most likely about the same matter, best first; those at the same place come first."""
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
