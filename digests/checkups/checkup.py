"""A community's check-up: its stock compared with the standards, in the order of residents' need."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from ledger.checkup import LACKING, Finding, Kit, Rules, State, Stock, judge_all, meets, worst, year_by_year
from ledger.district import Item
from ledger.needs import Demand, Need, Shortfall, need_of, order
from ledger.periods import Period
from ledger.scenes import EIGHT_SCENES, Scene

NOBODY = Demand()
MET = frozenset({State.MET, State.EXEMPT})
MOST_YEARS = 4
BEFORE_AND_NOW = 2


class Way(StrEnum):
    """What a project does about a point."""

    BUILD = "build"
    EXTEND = "extend"
    REOPEN = "reopen"
    MEND = "mend"


WAYS = {State.MISSING: Way.BUILD, State.SHORT: Way.EXTEND, State.CLOSED: Way.REOPEN}


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """The result for an item of annex 2, with all its points. `need` None: nothing has to be done."""

    no: int
    state: State
    findings: tuple[Finding, ...]
    demand: Demand
    need: Need | None

    @property
    def lacking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.state in LACKING)


@dataclass(frozen=True, slots=True)
class Project:
    """A proposed project (拟建项目)."""

    way: Way
    finding: Finding
    need: Need
    demand: Demand


@dataclass(frozen=True, slots=True)
class SceneFinding:
    """场景营造验收: the points of a scene. It is accepted if all of `must` are met."""

    scene: Scene
    must: tuple[Finding, ...]
    may: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        return meets(finding.state for finding in self.must)


@dataclass(frozen=True, slots=True)
class Year:
    """The state of the items at the end of a year, in the plan's order. `stocks`: the figures behind it."""

    year: int
    states: tuple[State, ...]
    stocks: Mapping[str, Stock]

    @property
    def complete(self) -> bool:
        return meets(self.states)

    def count(self, *states: State) -> int:
        return sum(state in states for state in self.states)


@dataclass(frozen=True, slots=True)
class Checkup:
    """A check-up at the time `made_at`. `items`: in the plan's order; `problems`: by need (轻重缓急).

    `asked`: the period in which residents' demand is counted. `years`: the latest ones, the last is this year; each is
    compared with today's standards.
    """

    community_id: int
    made_at: datetime
    asked: Period
    items: tuple[ItemFinding, ...]
    problems: tuple[ItemFinding, ...]
    projects: tuple[Project, ...]
    scenes: tuple[SceneFinding, ...]
    stocks: Mapping[str, Stock]
    years: tuple[Year, ...]

    @property
    def complete(self) -> bool:
        """Whether all items are met (完整社区)."""
        return meets(item.state for item in self.items)

    @property
    def empty(self) -> bool:
        """Whether nothing is filled in and nothing was asked for."""
        return not self.stocks and not self.problems

    def gained(self) -> list[int]:
        """Items that are met now but lacked something at the end of last year."""
        return self._turned(LACKING, MET)

    def lost(self) -> list[int]:
        """Items that lack something now but were met at the end of last year."""
        return self._turned(MET, LACKING)

    def _turned(self, before: Collection[State], now: Collection[State]) -> list[int]:
        if len(self.years) < BEFORE_AND_NOW:
            return []
        turns = zip(self.items, self.years[-2].states, strict=True)
        return [item.no for item, then in turns if then in before and item.state in now]

    def count(self, *states: State) -> int:
        return sum(item.state in states for item in self.items)

    def unknown(self) -> list[Finding]:
        """Points for which too little was filled in."""
        return [finding for item in self.items for finding in item.findings if finding.state is State.UNKNOWN]

    def unjudged(self) -> list[Finding]:
        """Points that are not judged because the plan's figure looks wrong."""
        return [finding for item in self.items for finding in item.findings if not finding.judged]


@dataclass(frozen=True, slots=True)
class Asked:
    """What residents asked for in a period, by item."""

    period: Period
    demand: Mapping[int, Demand]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything from which check-ups of some communities are computed: stocks by year, and what residents asked for.

    It is stored with a check-up that was sent, so that everybody gets the same.
    """

    made_at: datetime
    this_year: int
    start: datetime
    end: datetime
    years: Mapping[int, Mapping[int, Mapping[str, Stock]]]
    demand: Mapping[int, Mapping[int, Demand]]

    @property
    def asked(self) -> Period:
        return Period(self.start, self.end)


_FOUND = TypeAdapter(Found)


def content_of(found: Found) -> Any:
    """`found` in the form stored in a run; JSON allows only strings as keys."""
    return _FOUND.dump_python(found, mode="json")


def from_content(content: Any) -> Found:
    """Read back what `content_of` returned."""
    return _FOUND.validate_python(content)


def checkups(found: Found, rules: Rules, items: Sequence[Item]) -> list[Checkup]:
    """Compute the check-up of each community."""
    return [
        checkup(
            community_id,
            rules,
            items,
            year_by_year(years, found.this_year),
            Asked(found.asked, found.demand.get(community_id, {})),
            found.made_at,
        )
        for community_id, years in found.years.items()
    ]


def checkup(  # noqa: PLR0917 - all of them are what a check-up is
    community_id: int,
    rules: Rules,
    items: Sequence[Item],
    years: Mapping[int, Mapping[str, Stock]],
    asked: Asked,
    now: datetime,
) -> Checkup:
    """Compute a check-up. `years`: the stocks at the end of each year, the last is this year."""
    latest = sorted(years.items())[-MOST_YEARS:]
    stocks = latest[-1][1]
    findings = judge_all(rules.points, stocks)
    found = [_item(rules, item.no, findings, asked.demand.get(item.no, NOBODY)) for item in items]
    problems = sorted((item for item in found if item.need), key=lambda item: _place(rules, item))
    return Checkup(
        community_id,
        now,
        asked.period,
        tuple(found),
        tuple(problems),
        tuple(project for problem in problems for project in _projects(problem)),
        tuple(_scene(scene, rules.scenes.get(scene, Kit()), findings) for scene in EIGHT_SCENES),
        stocks,
        tuple(_year(rules, items, *year) for year in latest),
    )


def _year(rules: Rules, items: Sequence[Item], year: int, stocks: Mapping[str, Stock]) -> Year:
    findings = judge_all(rules.points, stocks)
    return Year(year, tuple(worst(findings[p.code] for p in rules.of_item(item.no)) for item in items), stocks)


def _item(rules: Rules, no: int, findings: Mapping[str, Finding], demand: Demand) -> ItemFinding:
    own = tuple(findings[point.code] for point in rules.of_item(no))
    return ItemFinding(no, worst(own), own, demand, need_of(_shortfall(rules, no, own, demand), rules.asked_by))


def _shortfall(rules: Rules, no: int, own: Sequence[Finding], demand: Demand) -> Shortfall:
    share = max((finding.share for finding in own), default=0.0)
    return Shortfall(no, share, demand, focus=no in rules.focus, worn=any(finding.worn for finding in own))


def _place(rules: Rules, item: ItemFinding) -> tuple[int, int, int, float, int]:
    return order(_shortfall(rules, item.no, item.findings, item.demand), item.need or Need.LATER)


def _projects(problem: ItemFinding) -> list[Project]:
    """The projects for a problem: build, extend, reopen or repair. A wish alone is no project."""
    need = problem.need or Need.LATER
    ways = [(WAYS.get(finding.state, Way.MEND), finding) for finding in problem.findings if _calls_for_work(finding)]
    return [Project(way, finding, need, problem.demand) for way, finding in ways]


def _calls_for_work(finding: Finding) -> bool:
    return finding.state in LACKING or finding.worn


def _scene(scene: Scene, kit: Kit, findings: Mapping[str, Finding]) -> SceneFinding:
    return SceneFinding(scene, *(tuple(findings[code] for code in codes) for codes in (kit.must, kit.may)))
