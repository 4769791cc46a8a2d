"""Hot spots: places with clearly more cases of a scene this week than in their own last eight weeks."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ledger.scenes import EIGHT_SCENES, Scene
from nlp.normalise import fold

WEEKS = 8
LEAST = 2
"""Least number of cases of a hot spot."""
TIMES = 2
"""How many times its usual week a place must reach."""
LISTED = 5

Place = tuple[str, int | str]


class Located(Protocol):
    """A row that says where something is."""

    @property
    def scene(self) -> Scene: ...
    @property
    def building_id(self) -> int | None: ...
    @property
    def grid_id(self) -> int | None: ...
    @property
    def place(self) -> str | None: ...


class Earlier(Located, Protocol):
    """The earlier cases of one scene at one place."""

    @property
    def n(self) -> int: ...


class Filed(Located, Protocol):
    """A case of the week itself."""

    @property
    def no(self) -> int: ...
    @property
    def confirmed(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class HotSpot:
    """`no`: the newest case of the place and scene; `now`: cases of the week; `before`: of the eight weeks before.

    `confirmed`: a person confirmed the scene of every case of the week; otherwise it is the machine's guess.
    """

    no: int
    scene: Scene
    now: int
    before: int
    confirmed: bool


def hot_spots(filed: Iterable[Filed], earlier: Iterable[Earlier]) -> tuple[HotSpot, ...]:
    """Hot spots, the largest excess over the usual week first."""
    week: defaultdict[tuple[Scene, Place], list[Filed]] = defaultdict(list)
    for row in filed:
        if (place := place_of(row)) and row.scene in EIGHT_SCENES:
            week[row.scene, place].append(row)
    usual: defaultdict[tuple[Scene, Place], int] = defaultdict(int)
    for past in earlier:
        if place := place_of(past):
            usual[past.scene, place] += past.n
    spots = [
        HotSpot(max(row.no for row in rows), key[0], len(rows), usual[key], all(row.confirmed for row in rows))
        for key, rows in week.items()
        if len(rows) >= LEAST and len(rows) * WEEKS > TIMES * usual[key]
    ]
    return tuple(sorted(spots, key=lambda spot: (spot.before - spot.now * WEEKS, spot.no))[:LISTED])


def place_of(row: Located) -> Place | None:
    """What identifies a place: its building, else its name as written, else its grid."""
    if row.building_id is not None:
        return "building", row.building_id
    name = fold(row.place).replace(" ", "") if row.place else ""
    if name:
        return "name", name
    return ("grid", row.grid_id) if row.grid_id is not None else None
