"""What monthly and quarterly reports are computed from: counts over several communities, never rows of people.

Values: `communities`; the period `start` to `end`, half open; `now`; `most`, how many cases are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, select

from ledger.lifecycle import OPEN, Action, Outcome, Role
from ledger.scenes import Kind, Scene
from storage.cases import ROOT_CAUSE
from storage.reporting.queries import JUDGED, RESOLVED
from storage.reporting.rows import Came, Done, Judged, Key, Late, Said, SummaryRows, Turnover
from storage.tables import Case, CaseEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.periods import Period
    from storage.unit_of_work import UnitOfWork

_COMMUNITIES: Any = bindparam("communities", expanding=True)
_START: Any = bindparam("start")
_END: Any = bindparam("end")
_NOW: Any = bindparam("now")
_MOST: Any = bindparam("most")
_OURS = Case.community_id.in_(_COMMUNITIES)
_CREATED = and_(_OURS, Case.created_at >= _START, Case.created_at < _END)
_ANSWERED = and_(_OURS, Case.answered_at >= _START, Case.answered_at < _END, Case.state.in_(RESOLVED))
_EVENT = and_(CaseEvent.community_id.in_(_COMMUNITIES), CaseEvent.at >= _START, CaseEvent.at < _END)

_CAME = (
    select(Case.community_id, Case.scene, Case.kind, func.count().label("n"))
    .where(_CREATED, Case.source != ROOT_CAUSE)
    .group_by(Case.community_id, Case.scene, Case.kind)
)
_DONE = (
    select(
        Case.community_id,
        Case.unit_id,
        func.count().label("n"),
        func.count().filter(Case.answered_at <= Case.due_at).label("in_time"),
        func.count().filter(Case.outcome == Outcome.UNSOLVED).label("unsolved"),
    )
    .where(_ANSWERED)
    .group_by(Case.community_id, Case.unit_id)
)
_LATE = (
    select(Case.community_id, Case.unit_id, func.count().label("n"))
    .where(_OURS, Case.state.in_(sorted(OPEN)), Case.due_at < _NOW)
    .group_by(Case.community_id, Case.unit_id)
)
_JUDGED = (
    select(
        CaseEvent.community_id,
        CaseEvent.case_no,
        CaseEvent.action,
        CaseEvent.role,
        and_(Case.signed_at.is_not(None), Case.signed_at <= Case.sign_due_at).label("in_time"),
        Case.satisfied,
        Case.outcome,
    )
    .join(Case, and_(Case.community_id == CaseEvent.community_id, Case.no == CaseEvent.case_no))
    .where(_EVENT, JUDGED)
    .order_by(CaseEvent.at, CaseEvent.id)
)
_GRANTED = select(func.count()).where(_EVENT, CaseEvent.action == Action.GRANT)
_ROOTS = select(Case.community_id, Case.no).where(_CREATED, Case.source == ROOT_CAUSE).order_by(Case.created_at)
_RESULTS = (
    select(Case.community_id, Case.no)
    .where(_ANSWERED, Case.solved.is_(True))
    .order_by(Case.supporters.desc(), Case.answered_at.desc(), Case.community_id, Case.no)
    .limit(_MOST)
)


class Summaries:
    """Questions that monthly and quarterly reports ask."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def rows(self, communities: Sequence[int], period: Period, before: Period, most: int) -> SummaryRows:
        """Everything about a period of these communities and the one before it."""
        of: dict[str, Any] = {"communities": list(communities)}
        within = of | {"start": period.start, "end": period.end}
        judged: dict[int, list[Judged]] = {community: [] for community in communities}
        for row in self._fetch(_JUDGED, within):
            found = Judged(
                row.case_no, Action(row.action), Role(row.role), bool(row.in_time), row.satisfied, row.outcome
            )
            judged[row.community_id].append(found)
        return SummaryRows(
            came=self._came(within),
            before=self._came(of | {"start": before.start, "end": before.end}),
            done=[Done._make(row) for row in self._fetch(_DONE, within)],
            late=[Late._make(row) for row in self._fetch(_LATE, of | {"now": self._uow.now})],
            judged=judged,
            granted=self._fetch(_GRANTED, within)[0][0],
            roots=[(row.community_id, row.no) for row in self._fetch(_ROOTS, within)],
            results=[(row.community_id, row.no) for row in self._fetch(_RESULTS, within | {"most": most})],
        )

    def turnover(self, communities: Sequence[int], periods: Iterable[Period]) -> list[Turnover]:
        """The same few counts of several periods, in their order."""
        found = []
        for period in periods:
            within = {"communities": list(communities), "start": period.start, "end": period.end}
            done = self._fetch(_DONE, within)
            came = sum(row.n for row in self._fetch(_CAME, within))
            found.append(Turnover(came, sum(row.n for row in done), sum(row.in_time for row in done)))
        return found

    def words(self, keys: Iterable[Key]) -> dict[Key, Said]:
        """What was said in cases, as it stands now: erased words are not in here any more."""
        wanted: dict[int, list[int]] = {}
        for community, no in keys:
            wanted.setdefault(community, []).append(no)
        return {
            (community, no): said
            for community, nos in wanted.items()
            for no, said in self._uow.reports.words(community, nos).items()
        }

    def _came(self, values: dict[str, Any]) -> list[Came]:
        return [Came(r.community_id, Scene(r.scene), Kind(r.kind), r.n) for r in self._fetch(_CAME, values)]

    def _fetch(self, statement: Any, values: dict[str, Any]) -> list[Any]:
        return list(self._uow.read(statement, Case, CaseEvent, given=values))
