"""共建共享: which neighbouring communities could build together what each of them lacks (plan, 三(四))."""

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
    """One facility that several communities, each the neighbour of all the others, lack."""

    point: str
    communities: tuple[int, ...]


def distance_m(one: Position, other: Position) -> float:
    """Metres between two places, as the crow flies."""
    (lat1, lon1), (lat2, lon2) = ([radians(part) for part in place] for place in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


def neighbours(positions: Mapping[int, Position], near_m: float, named: Iterable[Pair] = ()) -> set[Pair]:
    """Communities whose centres lie close, and those that were named as neighbours."""
    close = {
        frozenset(pair)
        for pair in combinations(sorted(positions), 2)
        if distance_m(positions[pair[0]], positions[pair[1]]) <= near_m
    }
    return close | {pair for pair in named if len(pair) == 2}  # noqa: PLR2004 - a pair


def proposals(lacking: Mapping[str, Collection[int]], adjacent: Collection[Pair]) -> list[Shared]:
    """For each point, groups of communities that lack it and all lie beside each other; none is in two of them."""
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
