"""共建共享: facilities that neighbouring communities all lack and could build together (plan, 三(四))."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_000
Pair = frozenset[int]
Position = tuple[float, float]
"""Latitude and longitude in degrees."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A facility that several communities lack, each of them a neighbour of all the others."""

    point: str
    communities: tuple[int, ...]


def distance_m(one: Position, other: Position) -> float:
    """Great-circle distance in metres."""
    (lat1, lon1), (lat2, lon2) = ([radians(part) for part in place] for place in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


def neighbours(positions: Mapping[int, Position], near_m: float, named: Iterable[Pair] = ()) -> set[Pair]:
    """Pairs of communities whose centres are at most `near_m` metres apart, and the pairs in `named`."""
    close = {
        frozenset(pair)
        for pair in combinations(sorted(positions), 2)
        if distance_m(positions[pair[0]], positions[pair[1]]) <= near_m
    }
    return close | {pair for pair in named if len(pair) == 2}  # noqa: PLR2004 - a pair


def proposals(lacking: Mapping[str, Collection[int]], adjacent: Collection[Pair]) -> list[Shared]:
    """For each point, disjoint groups of communities that lack it and are all neighbours of each other."""
    return [
        Shared(point, group)
        for point, communities in lacking.items()
        for group in _groups(sorted(communities), adjacent)
        if len(group) > 1
    ]


def _groups(communities: list[int], adjacent: Collection[Pair]) -> Iterable[tuple[int, ...]]:
    left = list(communities)
    while left:
        group = [left.pop(0)]
        for other in list(left):
            if all(frozenset((other, member)) in adjacent for member in group):
                group.append(other)
                left.remove(other)
        yield tuple(group)
