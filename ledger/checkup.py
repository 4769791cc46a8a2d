"""社区体检: the standard of each construction item, and what a community lacks.

Plan, 三(三), 附件2. A point is an item of annex 2, one of its sub-items, or a figure of its requirement. Which points
there are, how they are measured, and their standards are data (`district/checkup.yaml`, `district/items.yaml`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import floor

from ledger.needs import Need
from ledger.scenes import Scene

PER_MILLE = 1000


class Measure(StrEnum):
    """How a point is measured: whether it exists, how many, square metres, per cent, or minutes on foot."""

    HAS = "has"
    COUNT = "count"
    AREA = "area"
    RATIO = "ratio"
    WALK = "walk"


class Condition(StrEnum):
    """The condition of a facility. A closed one counts as lacking."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    CLOSED = "closed"


class Source(StrEnum):
    """How a figure came in."""

    IMPORT = "import"
    CHAT = "chat"
    SURVEY = "survey"


class State(StrEnum):
    """The result for a point. `EXEMPT`: it does not apply here; `UNKNOWN`: not enough was filled in."""

    MISSING = "missing"
    CLOSED = "closed"
    SHORT = "short"
    UNKNOWN = "unknown"
    MET = "met"
    EXEMPT = "exempt"


WORST_FIRST = tuple(State)
LACKING = frozenset({State.MISSING, State.CLOSED, State.SHORT})


@dataclass(frozen=True, slots=True)
class Instead:
    """An alternative to the standard: at least `count` facilities with `area_m2` square metres in all."""

    count: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Point:
    """Something that is checked. `code` is the item's number, or `3.1` for a part of item 3.

    `standard`: the least that is required, for minutes on foot the most; None: it only has to exist. `per_mille`: the
    standard is this many thousandths of the property's floor area. `doubtful`: the plan's figure looks wrong, so it is
    shown but not judged. `exempt` says when the point does not apply (empty: it always does). `unit`: what is counted.
    """

    code: str
    item: int
    name: str
    measure: Measure
    units: tuple[str, ...] = ()
    standard: float | None = None
    per_mille: float | None = None
    doubtful: bool = False
    unit: str = ""
    exempt: str = ""
    instead: Instead | None = None
    detail: bool = False

    @property
    def whole(self) -> bool:
        """Whether the point is the item itself, not a part of it."""
        return self.code == str(self.item)


@dataclass(frozen=True, slots=True)
class Kit:
    """Codes of the points that a scene requires (标配) and of those that are optional (选配)."""

    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a district checks, and how (`district/checkup.yaml`).

    `focus`: items that the plan puts first (一老一幼); `asked_by`: how many people make a common wish; `near_m`:
    communities whose centres are at most this far apart are neighbours; `shared`: points that neighbours may build
    together; `goals`: per cent of communities that are to meet all items, by year; `sent_every`: months between two
    reports. The rest are names that people read.
    """

    points: Mapping[str, Point] = field(default_factory=dict)
    scenes: Mapping[Scene, Kit] = field(default_factory=dict)
    focus: frozenset[int] = frozenset()
    asked_by: int = 3
    demand_days: int = 365
    near_m: float = 1000
    shared: frozenset[str] = frozenset()
    goals: Mapping[int, float] = field(default_factory=dict)
    sent_every: int = 3
    conditions: Mapping[Condition, str] = field(default_factory=dict)
    states: Mapping[State, str] = field(default_factory=dict)
    needs: Mapping[Need, str] = field(default_factory=dict)
    sources: Mapping[Source, str] = field(default_factory=dict)

    def of_item(self, no: int) -> list[Point]:
        return [point for point in self.points.values() if point.item == no]


@dataclass(frozen=True, slots=True)
class Stock:
    """What a community has of one point. None: not filled in. Areas in square metres, `ratio` in per cent.

    `base_m2` is the property's floor area, which relative standards refer to. `paid` names services that cost money,
    `income` and `upkeep` are yuan a year (plan, 三(五)). `origin` says where the figure comes from.
    """

    has: bool | None = None
    number: int | None = None
    area_m2: float | None = None
    ratio: float | None = None
    walk_minutes: float | None = None
    base_m2: float | None = None
    condition: Condition | None = None
    year: int | None = None
    paid: str | None = None
    income: int | None = None
    upkeep: int | None = None
    note: str | None = None
    source: Source | None = None
    origin: str | None = None
    found_on: date | None = None


FIGURES: Mapping[Measure, str] = {
    Measure.COUNT: "number",
    Measure.AREA: "area_m2",
    Measure.RATIO: "ratio",
    Measure.WALK: "walk_minutes",
}
"""The field of `Stock` that holds the figure of a measure."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result for a point: what there is, what is required, and how much is lacking.

    `gap` is standard minus stock (for minutes on foot, stock minus standard); None: there is nothing to subtract.
    `judged` False: the plan's figure is doubtful, so only existence counts.
    """

    point: Point
    state: State
    have: float | None = None
    standard: float | None = None
    gap: float | None = None
    judged: bool = True
    worn: bool = False

    @property
    def share(self) -> float:
        """The part of the standard that is lacking, from 0 to 1; 1 if there is nothing."""
        if self.state not in LACKING:
            return 0.0
        if self.state is not State.SHORT or not self.gap or not self.standard:
            return 1.0
        return min(1.0, self.gap / self.standard)


def judge_all(points: Mapping[str, Point], stocks: Mapping[str, Stock]) -> dict[str, Finding]:
    """Compare everything a community has with the standards. Details of an item that does not exist are exempt."""
    return {
        code: Finding(point, State.EXEMPT) if falls_away(point, stocks) else judge(point, stocks.get(code))
        for code, point in points.items()
    }


def falls_away(point: Point, stocks: Mapping[str, Stock]) -> bool:
    """Whether the point is a detail of an item that does not exist."""
    return point.detail and stocks.get(str(point.item), Stock()).has is False


def judge(point: Point, stock: Stock | None) -> Finding:
    """Compare what there is with the standard."""
    stock = stock or Stock()
    have, standard = measured(point, stock), standard_of(point, stock)
    worn = stock.condition in (Condition.POOR, Condition.CLOSED)
    state = _state(point, stock, have, standard)
    gap = None
    if standard is not None and not point.doubtful and state in LACKING:
        gap = _gap(point, have or 0.0, standard) if state is State.SHORT else standard
    return Finding(point, state, have, standard, gap, judged=not point.doubtful, worn=worn)


def measured(point: Point, stock: Stock) -> float | None:
    """The figure of a point; None if it only exists or not, or if nothing was filled in."""
    name = FIGURES.get(point.measure)
    return None if name is None else getattr(stock, name)


def standard_of(point: Point, stock: Stock) -> float | None:
    """What is required; None if unknown: a relative standard needs the property's floor area."""
    if point.per_mille is None:
        return point.standard
    return None if stock.base_m2 is None else point.per_mille * stock.base_m2 / PER_MILLE


def _state(point: Point, stock: Stock, have: float | None, standard: float | None) -> State:
    if stock.has is False:
        return State.EXEMPT if point.exempt else State.MISSING
    if stock.condition is Condition.CLOSED:
        return State.CLOSED
    if have == 0 and point.measure in (Measure.COUNT, Measure.AREA):
        return State.MISSING
    if point.doubtful or not (point.standard or point.per_mille):
        return State.MET if stock.has or have else State.UNKNOWN
    if have is None or standard is None:
        return State.UNKNOWN
    return State.MET if _gap(point, have, standard) <= 0 or _instead(point, stock) else State.SHORT


def _gap(point: Point, have: float, standard: float) -> float:
    return have - standard if point.measure is Measure.WALK else standard - have


def _instead(point: Point, stock: Stock) -> bool:
    other = point.instead
    return other is not None and (stock.number or 0) >= other.count and (stock.area_m2 or 0) >= other.area_m2


def year_by_year(found: Mapping[int, Mapping[str, Stock]], until: int) -> dict[int, dict[str, Stock]]:
    """What there was at the end of each year up to `until`. Points not checked in a year keep their last figures."""
    stood: dict[str, Stock] = {}
    years: dict[int, dict[str, Stock]] = {}
    for year in range(min(found, default=until), max([until, *found]) + 1):
        stood = {**stood, **found.get(year, {})}
        years[year] = stood
    return years


def worst(findings: Iterable[Finding]) -> State:
    """The result for an item: that of its worst point. It is exempt if all its points are."""
    return min((finding.state for finding in findings), key=WORST_FIRST.index, default=State.UNKNOWN)


def meets(states: Iterable[State]) -> bool:
    """Whether all items are met or exempt, so that the community counts as complete (完整社区)."""
    found = list(states)
    return bool(found) and all(state in (State.MET, State.EXEMPT) for state in found)


def goal_for(goals: Mapping[int, float], year: int) -> tuple[int, float] | None:
    """The goal that applies in `year`: the latest up to that year, else the first one."""
    passed = [goal for goal in sorted(goals.items()) if goal[0] <= year]
    return passed[-1] if passed else next(iter(sorted(goals.items())), None)


def share_of(met: int, of: int) -> int:
    """Whole per cent, rounded down: 59.9 % has not reached 60 %."""
    return floor(100 * met / of) if of else 0
