"""Answers a question from a community's own list, or not at all: an answer is never invented.

The nearness of a question on the list is the mean of three figures: the probability that both are about the same
matter, the nearness of their meanings, and the share of the resident's question that the list's question covers. The
last one prevents 养鸡要办证吗 from getting the answer about dogs.
"""

from collections.abc import Iterable
from typing import TypeVar

from nlp import embedding
from nlp.similarity import Matter, contradicts, score, weight

ENOUGH = 0.75
"""Below this the question goes to the grid worker. In tests/nlp, 1 in 20 that the list cannot answer reaches it."""
T = TypeVar("T")


def best(asked: Matter, entries: Iterable[tuple[Matter, T]], enough: float = ENOUGH) -> T | None:
    """The answer to the nearest question of the list, or None if it is not near enough."""
    near, found = max(((nearness(asked, known), entry) for known, entry in entries), key=_first, default=(0.0, None))
    return found if near >= enough else None


def _first(pair: tuple[float, object]) -> float:
    return pair[0]


def nearness(asked: Matter, known: Matter) -> float:
    """How near a known question is to the one asked, from 0 to 1."""
    if contradicts(asked, known):
        return 0.0
    return (score(asked, known) + embedding.nearness(asked.point, known.point) + _covered(asked, known)) / 3


def _covered(asked: Matter, known: Matter) -> float:
    """The share of the asked question, by weight, that the known one covers."""
    said = asked.things | asked.aspects | asked.bare
    shared = (asked.things & known.things) | (asked.aspects & known.aspects) | (asked.bare & known.words)
    return weight(shared) / (weight(said) or 1.0)
