"""A community's week, computed from rows: what to do today, what came in, what was done. It contains no texts.

Only figures and case numbers are fixed when a digest is made. What residents wrote is looked up when it is shown, so
that erased words do not reappear in an old report.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from pydantic import TypeAdapter

from digests import hotspots
from digests.hotspots import HotSpot, hot_spots
from ledger import clocks
from ledger.district import Duration
from ledger.lifecycle import Action, Outcome, Role, State
from ledger.periods import WEEK, Period, midnight
from ledger.scenes import EIGHT_SCENES, NO_ITEM, Kind, Scene, Urgency
from storage.reporting.rows import CaseLine, Judged, LedgerRow, Received, TopicLine, WeekRows

NEARLY_DUE = Duration(working_days=1)
"""Nearly due: by the close of work of the next working day, so that a manager can still act on Monday."""
LISTED = 8
SATISFIED, FAIRLY = 2, 1
"""Answers to 满意吗. 0: not satisfied; None: no answer."""


@dataclass(frozen=True, slots=True)
class SceneCount:
    scene: Scene
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Matter:
    """One case in the digest."""

    no: int
    scene: Scene
    urgency: Urgency
    state: State
    due_at: datetime
    supporters: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A case that was reported again `times` times in the week."""

    no: int
    times: int


@dataclass(frozen=True, slots=True)
class NeedCount:
    """New needs for one construction item."""

    item: int
    n: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open cases when the digest is made. `pressing`: all urgent, overdue and nearly due ones, each once."""

    total: int
    urgent: int
    overdue: int
    soon: int
    pressing: int


@dataclass(frozen=True, slots=True)
class Rates:
    """The three rates as counts of `n` valid call-backs (有效回访): responded to in time, solved, satisfied."""

    n: int = 0
    responded: int = 0
    solved: int = 0
    satisfied: int = 0
    fairly: int = 0


class Counted:
    """Figures common to all reports, derived from their counts."""

    __slots__ = ()
    start: datetime
    end: datetime
    scenes: tuple[SceneCount, ...]

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    @property
    def received(self) -> int:
        return sum(count.now for count in self.scenes)

    @property
    def received_before(self) -> int:
        return sum(count.before for count in self.scenes)


@dataclass(frozen=True, slots=True)
class Weekly(Counted):
    """A weekly digest. `over`: the week had ended when it was made. `done`: cases that residents call solved, to show.

    `topics`: undecided ones; `supported`: cases that many joined and that belong to no topic.
    """

    community_id: int
    start: datetime
    end: datetime
    made_at: datetime
    over: bool
    scenes: tuple[SceneCount, ...]
    problems: int
    needs: int
    queries: int
    waiting: Waiting
    act: tuple[Matter, ...]
    supported: tuple[Matter, ...]
    repeats: tuple[Repeat, ...]
    reopened: tuple[int, ...]
    hot: tuple[HotSpot, ...]
    items: tuple[NeedCount, ...]
    resolved: int
    resolved_in_time: int
    done: tuple[Matter, ...]
    rates: Rates
    topics: tuple[TopicLine, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing came in, nothing is open and nothing was done."""
        return not (self.received or self.received_before or self.waiting.total or self.resolved or self.reopened)

    def numbers(self) -> tuple[int, ...]:
        """Numbers of all cases in the digest, each once, in its order."""
        parts = (self.act, self.hot, self.repeats, self.reopened, self.supported, self.done)
        return tuple(dict.fromkeys(line if isinstance(line, int) else line.no for part in parts for line in part))


_WEEKLY = TypeAdapter(Weekly)


def from_content(content: Any) -> Weekly:
    """Read a digest back from a stored run."""
    return _WEEKLY.validate_python(content)


def soon(now: datetime, zone: tzinfo) -> datetime:
    """Cases due before this moment are nearly due."""
    return clocks.due(now, NEARLY_DUE, zone)


def measured_since(period: Period, zone: tzinfo) -> datetime:
    """The start of the weeks that hot spots are compared with."""
    first, _ = period.days(zone)
    return midnight(first - hotspots.WEEKS * WEEK, zone)


def weekly(community_id: int, period: Period, now: datetime, rows: WeekRows) -> Weekly:
    """Compute a digest."""
    kinds = Counter(row.kind for row in rows.told)
    return Weekly(
        community_id=community_id,
        start=period.start,
        end=period.end,
        made_at=now,
        over=now >= period.end,
        scenes=scene_counts(Counter(row.scene for row in rows.told), rows.before),
        problems=kinds[Kind.PROBLEM],
        needs=kinds[Kind.NEED],
        queries=kinds[Kind.QUERY],
        waiting=Waiting(*rows.open),
        act=_matters(rows.pressing[:LISTED]),
        supported=_matters(rows.supported),
        repeats=_repeats(rows.told),
        reopened=_reopened(rows.judged),
        hot=hot_spots(rows.told, rows.earlier),
        items=_items(rows.told),
        resolved=rows.answered.n,
        resolved_in_time=rows.answered.in_time,
        done=_matters(line for line in rows.answered.lines if line.solved),
        rates=rates(rows.judged),
        topics=tuple(rows.topics),
    )


def scene_counts(now: Counter[Scene], before: Iterable[Received]) -> tuple[SceneCount, ...]:
    """All eight scenes in the plan's order; other labels only if something came in."""
    earlier = {row.scene: row.n for row in before}
    shown = [scene for scene in Scene if scene in EIGHT_SCENES or scene in now or scene in earlier]
    return tuple(SceneCount(scene, now[scene], earlier.get(scene, 0)) for scene in shown)


def _repeats(filed: Iterable[LedgerRow]) -> tuple[Repeat, ...]:
    """Cases that others of the week were merged into, most repeated first."""
    times = Counter(row.merged_into for row in filed if row.merged_into and row.state is State.MERGED)
    return tuple(Repeat(no, n) for no, n in sorted(times.items(), key=lambda pair: (-pair[1], pair[0])))


def _items(filed: Iterable[LedgerRow]) -> tuple[NeedCount, ...]:
    """New needs by construction item, the most frequent first; needs without an item come last."""
    counts = Counter(row.item for row in filed if row.kind is Kind.NEED)
    ranked = sorted(counts.items(), key=lambda pair: (pair[0] == NO_ITEM, -pair[1], pair[0]))
    return tuple(NeedCount(item, n) for item, n in ranked)


def _matters(rows: Iterable[LedgerRow | CaseLine]) -> tuple[Matter, ...]:
    return tuple(Matter(r.no, r.scene, r.urgency, r.state, r.due_at, r.supporters) for r in rows)


def _reopened(judged: Iterable[Judged]) -> tuple[int, ...]:
    """Cases that were reopened in the week, each once, in order."""
    return tuple(dict.fromkeys(row.no for row in judged if row.action is Action.REOPEN))


def rates(judged: Iterable[Judged]) -> Rates:
    """The three rates. Only residents' answers count; of a case judged twice in the period, the later answer.

    A resident who accepts an honest "could not be solved" counts as asked, but not as saying that it was solved.
    """
    last = {row.no: row for row in judged if row.role is Role.RESIDENT}
    solved = [row for row in last.values() if row.action is Action.CONFIRM and row.outcome != Outcome.UNSOLVED]
    return Rates(
        n=len(last),
        responded=sum(row.signed_in_time for row in last.values()),
        solved=len(solved),
        satisfied=sum(row.satisfied == SATISFIED for row in solved),
        fairly=sum(row.satisfied == FAIRLY for row in solved),
    )
