"""What reports are made of, the runs that fix them once, and who asked for one.

A period is half open. Every question about a week is one statement over an index; the rest is computing (digests/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy import text as sql

from ledger.lifecycle import OPEN, Action, Role, State
from ledger.scenes import Kind, Scene, Urgency
from storage.cases import BY_URGENCY
from storage.ids import new_id
from storage.inbox import upsert
from storage.report_rows import Answered, Judged, LedgerRow, OpenCounts, Received, Request, Run, WeekRows
from storage.tables import Case, CaseEvent, ReportRequest, ReportRun

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ledger.periods import Period
    from storage.unit_of_work import UnitOfWork

WEEKLY = "weekly"
RESOLVED = (State.ANSWERED, State.FOLLOW_UP, State.CLOSED, State.CLOSED_UNCONFIRMED)
PRESSING = (Urgency.EMERGENCY, Urgency.URGENT)
# written out: a database uses a partial index only where it sees the index's own condition
JUDGED = sql(f"case_events.action IN ('{Action.CONFIRM}', '{Action.REOPEN}')")


class Where(Protocol):
    """A chat (handlers.event.Address)."""

    @property
    def bot(self) -> str: ...
    @property
    def chat(self) -> int: ...
    @property
    def topic(self) -> int: ...


_ROW = tuple(getattr(Case, name) for name in LedgerRow._fields)


def _row(row: Any) -> LedgerRow:
    """Rows come with plain strings for codes; the sheet and the page want the enums."""
    found = LedgerRow._make(row)
    return found._replace(
        state=State(found.state),
        scene=Scene(found.scene),
        scene2=Scene(found.scene2) if found.scene2 else None,
        kind=Kind(found.kind),
        urgency=Urgency(found.urgency),
    )


class Reports:
    """Questions that reports ask, and their rows."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    # a week of a community -------------------------------------------------------------------------------------------

    def week(self, community_id: int, period: Period, *, since: datetime, soon: datetime, limit: int) -> WeekRows:
        """Everything about a week and, from `since` on, the one before it.

        `soon` ends what counts as nearly due; `limit` is how many pressing cases are listed at most.
        """
        return WeekRows(
            self.received(community_id, period, since),
            self.open_counts(community_id, soon),
            self.pressing(community_id, soon, limit),
            self.most_supported(community_id),
            self.repeats(community_id, period),
            self.judged(community_id, period),
            self.answered(community_id, period),
            self.done(community_id, period),
            self.filed(community_id, period),
        )

    def received(self, community_id: int, period: Period, since: datetime) -> list[Received]:
        """What came in from `since` to the end of the period, split at its start."""
        recent = (Case.created_at >= period.start).label("recent")
        statement = (
            select(recent, Case.scene, Case.kind, Case.item, func.count().label("n"))
            .where(Case.community_id == community_id, Case.created_at >= since, Case.created_at < period.end)
            .group_by("recent", Case.scene, Case.kind, Case.item)
        )
        rows = self._uow.read(statement, Case)
        return [Received(bool(r.recent), Scene(r.scene), Kind(r.kind), r.item, r.n) for r in rows]

    def open_counts(self, community_id: int, soon: datetime) -> OpenCounts:
        urgent, late, near = Case.urgency.in_(PRESSING), Case.due_at < self._uow.now, Case.due_at < soon
        counts = [func.count().filter(which) for which in (urgent, late, and_(near, ~late), or_(urgent, near))]
        statement = select(func.count(), *counts).where(_open(community_id))
        return OpenCounts._make(self._uow.read(statement, Case).one())

    def pressing(self, community_id: int, soon: datetime, limit: int) -> list[LedgerRow]:
        """Open cases that are urgent, overdue or due before `soon`, most urgent first."""
        statement = (
            select(*_ROW)
            .where(_open(community_id), or_(Case.urgency.in_(PRESSING), Case.due_at < soon))
            .order_by(BY_URGENCY, Case.due_at, Case.supporters.desc(), Case.no)
            .limit(limit)
        )
        return self._rows(statement)

    def most_supported(self, community_id: int, limit: int = 3) -> list[LedgerRow]:
        """Open cases that more than one household asked for."""
        statement = (
            select(*_ROW)
            .where(_open(community_id), Case.supporters > 1)
            .order_by(Case.supporters.desc(), Case.due_at, Case.no)
            .limit(limit)
        )
        return self._rows(statement)

    def repeats(self, community_id: int, period: Period) -> list[tuple[int, int]]:
        """(case, how many of the period's cases were the same matter again), most repeated first."""
        times = func.count().label("times")
        statement = (
            select(Case.merged_into, times)
            .where(_within(community_id, Case.created_at, period), Case.state == State.MERGED)
            .where(Case.merged_into.is_not(None))
            .group_by(Case.merged_into)
            .order_by(times.desc(), Case.merged_into)
        )
        return [(row.merged_into, row.times) for row in self._uow.read(statement, Case)]

    def judged(self, community_id: int, period: Period) -> list[Judged]:
        """What was said of answers in the period, in order."""
        in_time = and_(Case.signed_at.is_not(None), Case.signed_at <= Case.sign_due_at)
        statement = (
            select(CaseEvent.case_no, CaseEvent.action, CaseEvent.role, in_time.label("in_time"), Case.satisfied)
            .join(Case, and_(Case.community_id == CaseEvent.community_id, Case.no == CaseEvent.case_no))
            .where(
                CaseEvent.community_id == community_id, JUDGED, CaseEvent.at >= period.start, CaseEvent.at < period.end
            )
            .order_by(CaseEvent.at, CaseEvent.id)
        )
        rows = self._uow.read(statement, Case, CaseEvent)
        return [Judged(r.case_no, Action(r.action), Role(r.role), bool(r.in_time), r.satisfied) for r in rows]

    def answered(self, community_id: int, period: Period) -> list[Answered]:
        in_time = func.count().filter(Case.answered_at <= Case.due_at)
        statement = (
            select(Case.scene, func.count().label("n"), in_time.label("in_time"))
            .where(_within(community_id, Case.answered_at, period), Case.state.in_(RESOLVED))
            .group_by(Case.scene)
        )
        return [Answered(Scene(r.scene), r.n, r.in_time) for r in self._uow.read(statement, Case)]

    def done(self, community_id: int, period: Period, limit: int = 3) -> list[LedgerRow]:
        """What was answered in the period and still is, what most people asked for first."""
        statement = (
            select(*_ROW)
            .where(_within(community_id, Case.answered_at, period), Case.state.in_(RESOLVED))
            .order_by(Case.supporters.desc(), Case.answered_at.desc(), Case.no)
            .limit(limit)
        )
        return self._rows(statement)

    def filed(self, community_id: int, period: Period) -> list[LedgerRow]:
        """The period's ledger, in the order of its numbers."""
        statement = (
            select(*_ROW).where(_within(community_id, Case.created_at, period)).order_by(Case.created_at, Case.no)
        )
        return self._rows(statement)

    def words(self, community_id: int, nos: Iterable[int]) -> dict[int, str]:
        """What was said in cases, as it stands now: erased words are not in here any more."""
        statement = select(Case.no, Case.text).where(Case.community_id == community_id, Case.no.in_(sorted(nos)))
        return {row.no: row.text for row in self._uow.read(statement, Case)}

    def _rows(self, statement: Any) -> list[LedgerRow]:
        return [_row(row) for row in self._uow.read(statement, Case)]

    # runs ------------------------------------------------------------------------------------------------------------

    def done_until(self, report: str = WEEKLY) -> dict[int, datetime]:
        """End of the newest period that each community has a report of."""
        statement = (
            select(ReportRun.community_id, func.max(ReportRun.period_end).label("until"))
            .where(ReportRun.report == report)
            .group_by(ReportRun.community_id)
        )
        return {row.community_id: row.until for row in self._uow.read(statement, ReportRun)}

    def run(self, community_id: int, period_start: datetime, report: str = WEEKLY) -> Run | None:
        statement = select(*(getattr(ReportRun, name) for name in Run._fields)).where(
            ReportRun.community_id == community_id, ReportRun.report == report, ReportRun.period_start == period_start
        )
        row = self._uow.read(statement, ReportRun).one_or_none()
        return Run._make(row) if row else None

    def keep(self, run: Run, report: str = WEEKLY) -> bool:
        """Fix a report's content; False if another run of the period was there first."""
        statement = upsert(self._uow.connection)(ReportRun).on_conflict_do_nothing()
        return self._uow.execute(statement.values(report=report, **run._asdict())).rowcount == 1

    def forget_books(self, community_id: int, since: datetime) -> list[str]:
        """Take workbooks that may hold words of a case filed at `since` out of their runs; returns their digests.

        The numbers stay as they are; a workbook that is asked for again is written from the rows of then.
        """
        gone: list[str] = []
        same = (ReportRun.community_id == community_id, ReportRun.report == WEEKLY)
        runs = select(ReportRun.period_start, ReportRun.content).where(*same, ReportRun.made_at >= since)
        for run in self._uow.read(runs, ReportRun).all():
            books = [file for file in run.content["files"] if file["kind"] == "document"]
            left = [file for file in run.content["files"] if file not in books]
            gone += [file["digest"] for file in books]
            this = update(ReportRun).where(*same, ReportRun.period_start == run.period_start)
            self._uow.execute(this.values(content=run.content | {"files": left}))
        return gone

    # requests --------------------------------------------------------------------------------------------------------

    def ask(self, community_id: int, to: Where, report: str = WEEKLY) -> None:
        """Somebody wants a report in a chat."""
        row = {"community_id": community_id, "id": new_id(), "report": report, "bot": to.bot, "chat": to.chat}
        row |= {"topic": to.topic, "asked_at": self._uow.now, "done_at": None}
        self._uow.insert(ReportRequest, row)

    def requests(self, report: str = WEEKLY, limit: int = 50) -> list[Request]:
        """Requests that wait, oldest first."""
        statement = (
            select(*(getattr(ReportRequest, name) for name in Request._fields))
            .where(ReportRequest.report == report, ReportRequest.done_at.is_(None))
            .order_by(ReportRequest.asked_at, ReportRequest.id)
            .limit(limit)
        )
        return [Request._make(row) for row in self._uow.read(statement, ReportRequest)]

    def finish(self, request: Request) -> bool:
        """Mark a request as answered; False if somebody else was faster."""
        same = and_(ReportRequest.community_id == request.community_id, ReportRequest.id == request.id)
        statement = update(ReportRequest).where(same, ReportRequest.done_at.is_(None)).values(done_at=self._uow.now)
        return self._uow.execute(statement).rowcount == 1

    def forget_asked_before(self, moment: datetime) -> None:
        """Delete requests answered before `moment`."""
        self._uow.execute(delete(ReportRequest).where(ReportRequest.done_at < moment))


def _within(community_id: int, column: Any, period: Period) -> ColumnElement[bool]:
    return and_(Case.community_id == community_id, column >= period.start, column < period.end)


def _open(community_id: int) -> ColumnElement[bool]:
    return and_(Case.community_id == community_id, Case.state.in_(OPEN))
