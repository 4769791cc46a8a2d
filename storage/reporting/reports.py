"""What reports are computed from, the runs that fix them once, and who requested one.

A period is half open. Every question about a week is one statement over an index; the rest is computing (digests/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import and_, delete, func, or_, select, update

from ledger.lifecycle import Action, Role, State
from ledger.scenes import Kind, Scene, Urgency
from ledger.topics import TopicState
from storage.cases import ROOT_CAUSE
from storage.ids import new_id
from storage.reference import DISTRICT
from storage.reporting import queries
from storage.reporting.rows import (
    Answered,
    CaseLine,
    Judged,
    LedgerRow,
    Located,
    OpenCounts,
    Received,
    Request,
    Run,
    Said,
    Titled,
    WeekRows,
)
from storage.sql.bulk import upsert
from storage.tables import Case, CaseEvent, ReportRequest, ReportRun, Topic, TopicCase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ledger.periods import Period
    from storage.sql.compiled import CompiledQuery
    from storage.unit_of_work import UnitOfWork

WEEKLY = "weekly"
_RUN: tuple[Any, ...] = (ReportRun.community_id, ReportRun.report, ReportRun.period_start)
FEW = 3
"""Most supported and newly done cases that a page names."""


def cause_of(community_id: int, report: str = WEEKLY) -> str:
    """The cause of a report's messages."""
    return f"{report}:{community_id}"


def made_for(report: str, request_id: int) -> str:
    """The code of a run that was made for one request only. It is deleted with the request."""
    return f"{report.partition(':')[0]}:{request_id}"


class Where(Protocol):
    """A chat (handlers.event.Address)."""

    @property
    def bot(self) -> str: ...
    @property
    def chat(self) -> int: ...
    @property
    def topic(self) -> int: ...


_CODES: list[tuple[int, dict[Any, Any]]] = [
    (LedgerRow._fields.index(name), {None: None} | {str(member): member for member in enum})
    for name, enum in (("state", State), ("scene", Scene), ("scene2", Scene), ("kind", Kind), ("urgency", Urgency))
]


def _row(row: Any) -> LedgerRow:
    """Rows come with plain strings for codes; the sheet and the page want the enums."""
    values = list(row)
    for place, enum in _CODES:
        values[place] = enum[values[place]]
    return LedgerRow._make(values)


def _line(row: Any) -> CaseLine:
    return CaseLine(
        row.no, Scene(row.scene), Urgency(row.urgency), State(row.state), row.due_at, row.supporters, row.solved
    )


def _answered(rows: Sequence[Any]) -> Answered:
    return Answered(rows[0].n, rows[0].in_time, [_line(row) for row in rows]) if rows else Answered(0, 0, [])


class Reports:
    """Questions that reports ask, and their rows."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    # a week of a community -------------------------------------------------------------------------------------------

    def week(
        self, community_id: int, week: Period, before: Period, *, since: datetime, soon: datetime, limit: int
    ) -> WeekRows:
        """Everything about a week and the one before it.

        `since` begins the weeks that hot spots are measured by; `soon` ends what counts as nearly due; `limit` is how
        many pressing cases are listed at most.
        """
        of = {"community": community_id}
        within = of | {"start": week.start, "end": week.end}
        earlier = of | {"start": before.start, "end": before.end}
        now = of | {"now": self._uow.now, "soon": soon}
        filed = self._cases(queries.FILED, within)
        return WeekRows(
            before=[Received(Scene(row.scene), row.n) for row in self._fetch(queries.RECEIVED, earlier)],
            earlier=[
                Located._make(row)._replace(scene=Scene(row.scene))
                for row in self._fetch(queries.PLACES, of | {"start": since, "end": week.start})
            ],
            filed=filed,
            told=[row for row in filed if row.source != ROOT_CAUSE],
            open=OpenCounts._make(self._fetch(queries.OPEN_COUNTS, now)[0]),
            pressing=self._cases(queries.MOST_PRESSING, now | {"most": limit}),
            supported=[_line(row) for row in self._fetch(queries.MOST_SUPPORTED, of | {"most": FEW})],
            topics=[line for line in self._uow.topics.undecided(community_id, FEW) if line.people],
            judged=[
                Judged(row.case_no, Action(row.action), Role(row.role), bool(row.in_time), row.satisfied, row.outcome)
                for row in self._fetch(queries.JUDGEMENTS, within)
            ],
            answered=_answered(self._fetch(queries.DONE, within | {"most": FEW})),
        )

    def words(self, community_id: int, nos: Iterable[int]) -> dict[int, Said]:
        """What was said in cases, as it stands now: erased words are not in here any more."""
        values = {"community": community_id, "nos": sorted(nos)}
        rows = self._uow.read(queries.WORDS, Case, given=values)
        return {row.no: Said(row.text, row.place, row.reply) for row in rows}

    def titles(self, community_id: int, nos: Iterable[int]) -> dict[int, Titled]:
        """What topics are called, without those whose words were taken down."""
        there = (Topic.community_id == community_id, Topic.no.in_(sorted(nos)), Topic.hidden.is_(None))
        rows = self._uow.read(select(Topic.no, Topic.title, Topic.state).where(*there), Topic)
        return {row.no: Titled(row.title, TopicState(row.state)) for row in rows}

    def _cases(self, query: CompiledQuery, values: dict[str, Any]) -> list[LedgerRow]:
        return [_row(row) for row in self._fetch(query, values)]

    def _fetch(self, query: CompiledQuery, values: dict[str, Any]) -> Sequence[Any]:
        return self._uow.fetch(query, Case, CaseEvent, TopicCase, given=values)

    # runs ------------------------------------------------------------------------------------------------------------

    def done_until(self, report: str = WEEKLY) -> dict[int, datetime]:
        """End of the newest period that each community has a report of."""
        statement = (
            select(ReportRun.community_id, func.max(ReportRun.period_end).label("until"))
            .where(ReportRun.report == report)
            .group_by(ReportRun.community_id)
        )
        return {row.community_id: row.until for row in self._uow.read(statement, ReportRun)}

    def newest(self) -> dict[tuple[int, str], datetime]:
        """Start of the newest period of each report that was made, by community and report."""
        statement = select(
            ReportRun.community_id, ReportRun.report, func.max(ReportRun.period_start).label("start")
        ).group_by(ReportRun.community_id, ReportRun.report)
        return {(row.community_id, row.report): row.start for row in self._uow.read(statement, ReportRun)}

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

    def renew_files(self, run: Run, files: Sequence[Any], report: str = WEEKLY) -> None:
        """A run's files were drawn anew."""
        same = (ReportRun.community_id == run.community_id, ReportRun.report == report)
        this = update(ReportRun).where(*same, ReportRun.period_start == run.period_start)
        self._uow.execute(this.values(content=run.content | {"files": files}))

    def forget_books(self, community_id: int, since: datetime) -> list[str]:
        """Take pages and workbooks that may hold words of a case filed at `since` out of their runs; gives digests.

        The numbers stay as they are; a workbook that is asked for again is written from the rows of then, and so is a
        digest that has not arrived yet.
        """
        for waiting in self._uow.outbox.take_back(cause_of(community_id)):
            self.ask(community_id, waiting)
        gone: list[str] = []
        of = ReportRun.community_id.in_((community_id, DISTRICT))  # streets and the district name cases too
        runs = select(*_RUN, ReportRun.content).where(of, ReportRun.made_at >= since)
        for run in self._uow.read(runs, ReportRun).all():
            books = [file for file in run.content["files"] if file["kind"] == "document"]
            left = [file for file in run.content["files"] if file not in books]
            gone += [file["digest"] for file in books]
            this = [column == getattr(run, column.key) for column in _RUN]
            self._uow.execute(update(ReportRun).where(*this).values(content=run.content | {"files": left}))
        return gone

    # requests --------------------------------------------------------------------------------------------------------

    def ask(
        self,
        community_id: int,
        to: Where,
        report: str = WEEKLY,
        *,
        due_at: datetime | None = None,
        period_start: datetime | None = None,
    ) -> None:
        """Somebody wants a report in a chat; with a period, the one that was fixed of it, at their own hour."""
        row = {"community_id": community_id, "id": new_id(), "report": report, "bot": to.bot, "chat": to.chat}
        row |= {"topic": to.topic, "asked_at": self._uow.now, "done_at": None}
        row |= {"due_at": due_at, "period_start": period_start}
        self._uow.insert(ReportRequest, row)

    def requests(self, *families: str, limit: int = 50) -> list[Request]:
        """Requests for reports of these families (a name up to its first colon), whose time has come; oldest first."""
        due = or_(ReportRequest.due_at.is_(None), ReportRequest.due_at <= self._uow.now)
        wanted = [
            or_(ReportRequest.report == family, ReportRequest.report.startswith(f"{family}:")) for family in families
        ]
        statement = (
            select(*(getattr(ReportRequest, name) for name in Request._fields))
            .where(or_(*wanted), ReportRequest.done_at.is_(None), due)
            .order_by(ReportRequest.asked_at, ReportRequest.id)
            .limit(limit)
        )
        return [Request._make(row) for row in self._uow.read(statement, ReportRequest)]

    def finish(self, request: Request) -> bool:
        """Mark a request as answered; False if somebody else was faster."""
        same = and_(ReportRequest.community_id == request.community_id, ReportRequest.id == request.id)
        statement = update(ReportRequest).where(same, ReportRequest.done_at.is_(None)).values(done_at=self._uow.now)
        return self._uow.execute(statement).rowcount == 1

    def waiting_for(self, community_id: int, report: str, to: Where) -> list[Any]:
        """(id, period_start) of what is to reach a chat at its own hour."""
        statement = select(ReportRequest.id, ReportRequest.period_start).where(
            *_still_to_come(community_id, report, to)
        )
        return list(self._uow.read(statement, ReportRequest))

    def put_off(self, community_id: int, request_id: int, due_at: datetime) -> None:
        """It is to reach them at another hour."""
        this = (ReportRequest.community_id == community_id, ReportRequest.id == request_id)
        self._uow.execute(update(ReportRequest).where(*this).values(due_at=due_at))

    def take_back(self, community_id: int, report: str, to: Where) -> None:
        """What was still to come is not wanted any more."""
        self._uow.execute(delete(ReportRequest).where(*_still_to_come(community_id, report, to)))

    def move_chat(self, bot: str, old: int, new: int) -> None:
        """A group became a supergroup: what was still to reach it reaches it there."""
        waiting = (ReportRequest.done_at.is_(None), ReportRequest.bot == bot, ReportRequest.chat == old)
        self._uow.execute(update(ReportRequest).where(*waiting).values(chat=new))

    def forget_asked_before(self, moment: datetime) -> None:
        """Delete requests answered before `moment`, and the runs that were made for them."""
        old = delete(ReportRequest).where(ReportRequest.done_at < moment)
        gone = old.returning(ReportRequest.community_id, ReportRequest.id, ReportRequest.report)
        for row in self._uow.execute(gone).all():
            code = made_for(row.report, row.id)
            run = (ReportRun.community_id == row.community_id, ReportRun.report == code)
            self._uow.execute(delete(ReportRun).where(*run))


def _still_to_come(community_id: int, report: str, to: Where) -> tuple[Any, ...]:
    return (
        ReportRequest.community_id == community_id,
        ReportRequest.report == report,
        ReportRequest.bot == to.bot,
        ReportRequest.chat == to.chat,
        ReportRequest.topic == to.topic,
        ReportRequest.period_start.is_not(None),
        ReportRequest.done_at.is_(None),
    )
