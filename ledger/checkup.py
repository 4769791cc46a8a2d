"""社区体检: what each construction item is held against, and what is lacking.

Plan, 三(三), 附件2. A point is an item of annex 2, one of its sub-items, or a figure of its requirement. Which points
there are, how they are measured and what the standards are is data (`district/checkup.yaml`, `district/items.yaml`).
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
    """By what a point is measured: whether it is there, how many, square metres, per cent, minutes on foot."""

    HAS = "has"
    COUNT = "count"
    AREA = "area"
    RATIO = "ratio"
    WALK = "walk"


class Condition(StrEnum):
    """What state a facility is in; one that is closed is of no use to anybody."""

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
    """How a point stands. `EXEMPT`: it does not apply here; `UNKNOWN`: nobody has filled in enough to say."""

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
    """What is taken in place of the standard: at least so many, with so many square metres in all."""

    count: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Point:
    """Something that is checked. `code` is the item's number, or `3.1` for a part of item 3.

    `standard`: at least so much, for minutes on foot at most; None: it has to be there. `per_mille`: the standard is
    so many thousandths of the property's floor area. `doubtful`: the plan's figure looks wrong; it is shown and not
    judged. `exempt` says when the point does not apply (empty: it always does). `unit` is what is counted.
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
        """Whether it is the item itself."""
        return self.code == str(self.item)


@dataclass(frozen=True, slots=True)
class Kit:
    """标配 and 选配 of a scene, by the codes of points."""

    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a district checks, and how (`district/checkup.yaml`).

    `focus`: items that the plan puts first (一老一幼); `asked_by`: so many people are a common wish; `near_m`: centres
    of communities that lie no further apart are neighbours; `shared`: points that neighbours may build together;
    `goals`: per cent of communities that are to meet all items, by year; `sent_every`: unasked, after so many months.
    The rest are names that people read.
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

    `base_m2` is the property's floor area that a relative standard is taken of. `paid` names services that cost
    something, `income` and `upkeep` are yuan a year (plan, 三(五)). `origin` says where the figure is from.
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
"""The field of `Stock` that a measure is read from."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How a point stands: what there is, what there has to be, and how much is lacking.

    `gap` is standard less stock (for minutes on foot, stock less standard), None where nothing can be subtracted.
    `judged` False: the plan's figure is doubtful, and only whether it is there counts.
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
        """How much of the standard is lacking, from 0 to 1; all of it where nothing is there."""
        if self.state not in LACKING:
            return 0.0
        if self.state is not State.SHORT or not self.gap or not self.standard:
            return 1.0
        return min(1.0, self.gap / self.standard)


def judge_all(points: Mapping[str, Point], stocks: Mapping[str, Stock]) -> dict[str, Finding]:
    """Hold all that a community has against the standards; details of what is not there are not asked for."""
    return {
        code: Finding(point, State.EXEMPT) if falls_away(point, stocks) else judge(point, stocks.get(code))
        for code, point in points.items()
    }


def falls_away(point: Point, stocks: Mapping[str, Stock]) -> bool:
    """Whether the item that a detail is about is not there."""
    return point.detail and stocks.get(str(point.item), Stock()).has is False


def judge(point: Point, stock: Stock | None) -> Finding:
    """Hold what there is against the standard."""
    stock = stock or Stock()
    have, standard = measured(point, stock), standard_of(point, stock)
    worn = stock.condition in (Condition.POOR, Condition.CLOSED)
    state = _state(point, stock, have, standard)
    gap = None
    if standard is not None and not point.doubtful and state in LACKING:
        gap = _gap(point, have or 0.0, standard) if state is State.SHORT else standard
    return Finding(point, state, have, standard, gap, judged=not point.doubtful, worn=worn)


def measured(point: Point, stock: Stock) -> float | None:
    """The figure that a point is measured by; None for what is only there or not, and where nobody filled it in."""
    name = FIGURES.get(point.measure)
    return None if name is None else getattr(stock, name)


def standard_of(point: Point, stock: Stock) -> float | None:
    """What there has to be; a share of the property's floor area is only known with that."""
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
    """What there was at the end of each year up to `until`: what was not looked at again is as it was found last."""
    stood: dict[str, Stock] = {}
    years: dict[int, dict[str, Stock]] = {}
    for year in range(min(found, default=until), max([until, *found]) + 1):
        stood = {**stood, **found.get(year, {})}
        years[year] = stood
    return years


def worst(findings: Iterable[Finding]) -> State:
    """How an item stands: as its worst point does. An item whose points all do not apply does not apply."""
    return min((finding.state for finding in findings), key=WORST_FIRST.index, default=State.UNKNOWN)


def meets(states: Iterable[State]) -> bool:
    """Whether all items are met, so that the community counts as complete (完整社区)."""
    found = list(states)
    return bool(found) and all(state in (State.MET, State.EXEMPT) for state in found)


def goal_for(goals: Mapping[int, float], year: int) -> tuple[int, float] | None:
    """The plan's goal that counts in `year`: that of the year, else of the last one before, else the first."""
    passed = [goal for goal in sorted(goals.items()) if goal[0] <= year]
    return passed[-1] if passed else next(iter(sorted(goals.items())), None)


def share_of(met: int, of: int) -> int:
    """Whole per cent, rounded down: 59.9 % has not reached 60 %."""
    return floor(100 * met / of) if of else 0
