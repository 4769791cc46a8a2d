"""A question answered from a community's own list, or not at all: an answer is never invented.

How near a question of the list is, is the mean of three views: whether both tell of the same matter, how near they
stand in meaning, and how much of what is asked the list's question says too. The last keeps 养鸡要办证吗 from the
answer about dogs.
"""

from collections.abc import Iterable
from typing import TypeVar

from nlp import meaning
from nlp.likeness import Matter, contradicts, score, weight

ENOUGH = 0.75
"""Below this the question goes to the grid worker; in tests/nlp 1 in 20 that the list cannot answer gets so far."""
T = TypeVar("T")


def best(asked: Matter, entries: Iterable[tuple[Matter, T]], enough: float = ENOUGH) -> T | None:
    """What belongs to the nearest question of the list, if it is near enough."""
    near, found = max(((nearness(asked, known), entry) for known, entry in entries), key=_first, default=(0.0, None))
    return found if near >= enough else None


def _first(pair: tuple[float, object]) -> float:
    return pair[0]


def nearness(asked: Matter, known: Matter) -> float:
    """0 to 1."""
    if contradicts(asked, known):
        return 0.0
    return (score(asked, known) + meaning.nearness(asked.point, known.point) + _covered(asked, known)) / 3


def _covered(asked: Matter, known: Matter) -> float:
    """The share of what is asked that the known question says too."""
    said = asked.things | asked.aspects | asked.bare
    shared = (asked.things & known.things) | (asked.aspects & known.aspects) | (asked.bare & known.words)
    return weight(shared) / (weight(said) or 1.0)
