"""Spikes (集中反映): one matter at one place several times a day, or a place with twice its usual week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digests.hotspots import WEEKS, Place, place_of
from ledger.district import Spike as Rule
from ledger.scenes import EIGHT_SCENES, NO_ITEM, Scene
from nlp.similar_index import SAME, alike
from storage.reporting.spikes import Sighting, Usual

ALIKE = SAME / 2
"""At one place, less similarity is enough for two matters to be the same."""


@dataclass(frozen=True, slots=True)
class Spike:
    """`people`: how many reported it: in the rule's time or, if `usual` (cases in a usual week) is set, in a week.

    `nos`: the cases, newest first. `confirmed`: a person confirmed the scene of each; otherwise the machine guessed it.
    """

    community_id: int
    scene: Scene
    place: Place
    people: int
    nos: tuple[int, ...]
    confirmed: bool
    usual: float | None = None

    @property
    def name(self) -> tuple[int, Scene, Place]:
        """Identifies a spike: community, scene and place."""
        return self.community_id, self.scene, self.place


def of_one_matter(sightings: Iterable[Sighting], rule: Rule) -> list[Spike]:
    """Matters that enough people reported at one place. A case counts once, even if it was found twice."""
    found = []
    left = sorted((s for s in sightings if s.scene in EIGHT_SCENES and place_of(s)), key=lambda s: -s.no)
    while left:
        same = [other for other in left if _same(left[0], other)]
        left = [other for other in left if other not in same]
        if _people(same) >= rule.people:
            found.append(_spike(same))
    return found


def above_usual(week: Iterable[Sighting], usual: Iterable[Usual], rule: Rule, since: datetime) -> list[Spike]:
    """Places with new cases since `since` that have reached `rule.times` their usual week."""
    before: dict[tuple[Scene, Place], int] = {}
    for past in usual:
        if place := place_of(past):
            before[past.scene, place] = before.get((past.scene, place), 0) + past.n
    places: dict[tuple[Scene, Place], list[Sighting]] = {}
    for sighting in sorted(week, key=lambda s: -s.no):
        if (place := place_of(sighting)) and (sighting.scene, place) in before:
            places.setdefault((sighting.scene, place), []).append(sighting)
    return [
        _spike(sightings, before[key] / WEEKS)
        for key, sightings in places.items()
        if len(sightings) >= max(rule.least, rule.times * before[key] / WEEKS)
        and any(sighting.at >= since for sighting in sightings)
    ]


def _same(one: Sighting, other: Sighting) -> bool:
    here = (one.community_id, one.scene, place_of(one)) == (other.community_id, other.scene, place_of(other))
    return here and (one.no == other.no or one.item == other.item != NO_ITEM or alike(one.key, other.key) >= ALIKE)


def _people(same: Iterable[Sighting]) -> int:
    """Number of people who reported it; someone who did so twice, or whose case was merged, counts once."""
    return len(frozenset[object]().union(*(sighting.people for sighting in same)))


def _spike(same: Sequence[Sighting], usual: float | None = None) -> Spike:
    newest, place = same[0], place_of(same[0])
    assert place is not None  # noqa: S101 - what has no place was left out before
    people, nos = _people(same), tuple(s.no for s in same)
    return Spike(newest.community_id, newest.scene, place, people, nos, all(s.confirmed for s in same), usual)
