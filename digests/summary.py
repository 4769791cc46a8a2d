"""A month of a community or street, or a quarter of the district: numbers computed from rows, without words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from digests.weekly import Counted, Rates, SceneCount, rates, scene_counts
from ledger.periods import Period
from ledger.scenes import Kind, Scene
from storage.reporting.rows import Judged, Key, Received, SummaryRows, Turnover

RESULTS_NAMED = 8
TREND = 6
"""Number of periods in the trend, including this one."""


class Level(StrEnum):
    """Whose report it is."""

    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Share:
    """The work of one community or unit: cases answered in the period, of those in time, and overdue cases."""

    id: int
    received: int
    answered: int
    in_time: int
    overdue: int
    rates: Rates


@dataclass(frozen=True, slots=True)
class Point:
    """One period of the trend (走势)."""

    start: datetime
    received: int
    answered: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Summary(Counted):
    """A monthly or quarterly report. Unit 0 is the communities' own work.

    `granted`: extensions; `unsolved`: answers that honestly say it was not fixed; `roots`: cases about a root cause;
    `results`: what residents got, solved by their own account.
    """

    level: Level
    id: int
    start: datetime
    end: datetime
    made_at: datetime
    scenes: tuple[SceneCount, ...]
    problems: int
    needs: int
    queries: int
    answered: int
    in_time: int
    overdue: int
    granted: int
    unsolved: int
    rates: Rates
    communities: tuple[Share, ...]
    units: tuple[Share, ...]
    roots: tuple[Key, ...]
    results: tuple[Key, ...]
    trend: tuple[Point, ...] = ()
    """The periods up to this one, oldest first, beginning with the first in which something happened."""

    @property
    def empty(self) -> bool:
        """Whether nothing came in and nothing was answered, as before the first month of use."""
        return not (self.received or self.received_before or self.answered)

    def keys(self) -> tuple[Key, ...]:
        """The cases that the report names."""
        return (*self.roots, *self.results)


def trend(periods: Sequence[Period], counts: Sequence[Turnover]) -> tuple[Point, ...]:
    """Periods with their counts, without those before the first activity."""
    points = [Point(period.start, *count) for period, count in zip(periods, counts, strict=True)]
    first = next((n for n, point in enumerate(points) if point.received or point.answered), len(points))
    return tuple(points[first:])


_SUMMARY = TypeAdapter(Summary)


def from_content(content: Any) -> Summary:
    """Read a report back from a stored run."""
    return _SUMMARY.validate_python(content)


def summary(  # noqa: PLR0917 - all of them are what a report is
    level: Level, place: int, period: Period, now: datetime, rows: SummaryRows, names: Sequence[int]
) -> Summary:
    """Compute a report. `names`: the communities in the order of their names; they are never ranked."""
    scenes, before, kinds = Counter[Scene](), Counter[Scene](), Counter[Kind]()
    for came in rows.came:
        scenes[came.scene] += came.n
        kinds[came.kind] += came.n
    for came in rows.before:
        before[came.scene] += came.n
    return Summary(
        level=level,
        id=place,
        start=period.start,
        end=period.end,
        made_at=now,
        scenes=scene_counts(scenes, [Received(scene, n) for scene, n in before.items()]),
        problems=kinds[Kind.PROBLEM],
        needs=kinds[Kind.NEED],
        queries=kinds[Kind.QUERY],
        answered=sum(done.n for done in rows.done),
        in_time=sum(done.in_time for done in rows.done),
        overdue=sum(late.n for late in rows.late),
        granted=rows.granted,
        unsolved=sum(done.unsolved for done in rows.done),
        rates=_all_rates(rows.judged.values()),
        communities=_communities(rows, names),
        units=_units(rows),
        roots=tuple(rows.roots),
        results=tuple(rows.results),
    )


def _communities(rows: SummaryRows, names: Sequence[int]) -> tuple[Share, ...]:
    came, answered, in_time, late = (Counter[int]() for _ in range(4))
    for row in rows.came:
        came[row.community_id] += row.n
    for done in rows.done:
        answered[done.community_id] += done.n
        in_time[done.community_id] += done.in_time
    for one in rows.late:
        late[one.community_id] += one.n
    return tuple(Share(c, came[c], answered[c], in_time[c], late[c], rates(rows.judged.get(c, ()))) for c in names)


def _units(rows: SummaryRows) -> tuple[Share, ...]:
    """Units with answered or overdue cases, by number; the communities' own work comes last."""
    answered, in_time, overdue = Counter[int](), Counter[int](), Counter[int]()
    for done in rows.done:
        answered[done.unit_id or 0] += done.n
        in_time[done.unit_id or 0] += done.in_time
    for late in rows.late:
        overdue[late.unit_id or 0] += late.n
    ranked = sorted(answered.keys() | overdue.keys(), key=lambda unit: (unit == 0, unit))
    return tuple(Share(unit, 0, answered[unit], in_time[unit], overdue[unit], Rates()) for unit in ranked)


def _all_rates(judged: Iterable[Sequence[Judged]]) -> Rates:
    """Rates summed over communities. Case numbers are unique only in a community, so all rows cannot be mixed."""
    parts = [rates(rows) for rows in judged]
    return Rates(*(sum(getattr(part, name) for part in parts) for name in Rates.__dataclass_fields__))
