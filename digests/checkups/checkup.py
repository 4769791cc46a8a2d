"""A community's check-up: what there is held against the standards, put in order by what residents need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.checkup import LACKING, Finding, Kit, Rules, State, Stock, judge_all, meets, worst
from ledger.district import Item
from ledger.needs import Need, Shortfall, Voice, need_of, order
from ledger.periods import Period
from ledger.scenes import EIGHT_SCENES, Scene

NOBODY = Voice()


class Way(StrEnum):
    """What a project does about a point."""

    BUILD = "build"
    EXTEND = "extend"
    REOPEN = "reopen"
    MEND = "mend"


WAYS = {State.MISSING: Way.BUILD, State.SHORT: Way.EXTEND, State.CLOSED: Way.REOPEN}


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """How one of annex 2's items stands, with all its points; `need` None: nothing is to be done about it."""

    no: int
    state: State
    findings: tuple[Finding, ...]
    voice: Voice
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
    voice: Voice


@dataclass(frozen=True, slots=True)
class SceneFinding:
    """场景营造验收: what belongs to a scene. It is accepted if all of `must` is met."""

    scene: Scene
    must: tuple[Finding, ...]
    may: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        return meets(finding.state for finding in self.must)


@dataclass(frozen=True, slots=True)
class Checkup:
    """A check-up as things stood at `made_at`. `items` are in the plan's order, `problems` by need (轻重缓急).

    `asked` is the period that residents' voices are counted in.
    """

    community_id: int
    made_at: datetime
    asked: Period
    items: tuple[ItemFinding, ...]
    problems: tuple[ItemFinding, ...]
    projects: tuple[Project, ...]
    scenes: tuple[SceneFinding, ...]
    stocks: Mapping[str, Stock]

    @property
    def complete(self) -> bool:
        """Whether all items are met (完整社区)."""
        return meets(item.state for item in self.items)

    def count(self, *states: State) -> int:
        return sum(item.state in states for item in self.items)

    def unknown(self) -> list[Finding]:
        """Points that nobody has filled in enough to say."""
        return [finding for item in self.items for finding in item.findings if finding.state is State.UNKNOWN]

    def unjudged(self) -> list[Finding]:
        """Points whose figure looks wrong in the plan."""
        return [finding for item in self.items for finding in item.findings if not finding.judged]


@dataclass(frozen=True, slots=True)
class Asked:
    """What residents asked for in a period, by item."""

    period: Period
    voices: Mapping[int, Voice]


def checkup(  # noqa: PLR0917 - all of them are what a check-up is
    community_id: int, rules: Rules, items: Sequence[Item], stocks: Mapping[str, Stock], asked: Asked, now: datetime
) -> Checkup:
    """Compute a check-up."""
    findings = judge_all(rules.points, stocks)
    found = [_item(rules, item.no, findings, asked.voices.get(item.no, NOBODY)) for item in items]
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
    )


def _item(rules: Rules, no: int, findings: Mapping[str, Finding], voice: Voice) -> ItemFinding:
    own = tuple(findings[point.code] for point in rules.of_item(no))
    return ItemFinding(no, worst(own), own, voice, need_of(_shortfall(rules, no, own, voice), rules.asked_by))


def _shortfall(rules: Rules, no: int, own: Sequence[Finding], voice: Voice) -> Shortfall:
    share = max((finding.share for finding in own), default=0.0)
    return Shortfall(no, share, voice, focus=no in rules.focus, worn=any(finding.worn for finding in own))


def _place(rules: Rules, item: ItemFinding) -> tuple[int, int, int, float, int]:
    return order(_shortfall(rules, item.no, item.findings, item.voice), item.need or Need.LATER)


def _projects(problem: ItemFinding) -> list[Project]:
    """What lacks is built, extended or opened again, what is worn is mended; a wish alone is no project."""
    need = problem.need or Need.LATER
    ways = [(WAYS.get(finding.state, Way.MEND), finding) for finding in problem.findings if _calls_for_work(finding)]
    return [Project(way, finding, need, problem.voice) for way, finding in ways]


def _calls_for_work(finding: Finding) -> bool:
    return finding.state in LACKING or finding.worn


def _scene(scene: Scene, kit: Kit, findings: Mapping[str, Finding]) -> SceneFinding:
    return SceneFinding(scene, *(tuple(findings[code] for code in codes) for codes in (kit.must, kit.may)))
