"""The ledger's cases: filed under their running number, read, changed from the version that was read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, bindparam, func, or_, select, union, update

from ledger.lifecycle import OPEN, State
from storage.cases.alarms import AlarmsOfCases
from storage.cases.by_case import parameters
from storage.cases.history import HistoryOfCases
from storage.cases.messages import SaidInCases
from storage.cases.moving import MovingOfCases
from storage.cases.people import PeopleOfCases
from storage.cases.rows import BY_URGENCY, COLUMNS, ROOT_CAUSE, CaseRow, case_row
from storage.errors import LostRace, NotFound
from storage.sql.bulk import Batch, Change, Rows, insert_rows
from storage.sql.compiled import CompiledQuery, QueryCall, fetch_together
from storage.sql.keys import given, select_by_keys
from storage.tables import Case, CaseEvent, CaseMessage, CasePerson, CaseUnit, Counter, table_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

_COUNTERS = table_of(Counter)
_LOCK_COUNTERS = CompiledQuery(
    select_by_keys([_COUNTERS.c.community_id])
    .where(_COUNTERS.c.name == "case")
    .order_by(_COUNTERS.c.community_id)
    .with_for_update(of=_COUNTERS)
)
_CASES = table_of(Case)
_ONE_CASE = CompiledQuery(
    select(_CASES).where(_CASES.c.community_id == bindparam("community"), _CASES.c.no == bindparam("number"))
)
_FILED_AT = CompiledQuery(
    select(_CASES.c.created_at).where(
        _CASES.c.community_id == bindparam("community"), _CASES.c.no == bindparam("number")
    )
)
_MANY_CASES = CompiledQuery(select_by_keys([_CASES.c.community_id, _CASES.c.no]))


def _counted(rows: Rows) -> Any:
    mine = (_COUNTERS.c.community_id == rows.c["id"], _COUNTERS.c.name == "case")
    return update(_COUNTERS).where(*mine).values(value=rows.c["value"])


_COUNTED = Change({"id": _COUNTERS.c.community_id, "value": _COUNTERS.c.value}, _counted)


def _open(what: Any, community_ids: list[int], unit_ids: list[int]) -> Select[Any]:
    """`what` of the open cases of these communities, and of those that these units lead or help with."""
    statement = select(what).select_from(Case).where(Case.state.in_(OPEN))
    if not unit_ids:
        return statement.where(Case.community_id.in_(community_ids))
    # keys of each kind, not one condition with OR: each is found by an index of its own
    keys = (Case.community_id, Case.no)
    there = select(*keys).where(Case.community_id.in_(community_ids), Case.state.in_(OPEN))
    leads = select(*keys).where(Case.unit_id.in_(unit_ids))
    helps = select(CaseUnit.community_id, CaseUnit.case_no).where(CaseUnit.unit_id.in_(unit_ids))
    found = union(there, leads, helps).subquery()
    return statement.join(found, and_(found.c.community_id == Case.community_id, found.c.no == Case.no))


@cache
def _change_of(columns: frozenset[str]) -> Any:
    """The update that sets `columns` from the version that was read; building it costs more than running it."""
    same = (
        _CASES.c.community_id == bindparam("b_community"),
        _CASES.c.no == bindparam("b_no"),
        _CASES.c.version == bindparam("b_version"),
    )
    return update(_CASES).where(*same).values({name: bindparam(name) for name in columns})


class Cases(PeopleOfCases, SaidInCases, HistoryOfCases, AlarmsOfCases, MovingOfCases):
    """All about cases, through one door; what hangs on a case is in the file named after it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._counters: dict[int, int] = {}
        self._counters_used: set[int] = set()
        self._known: dict[tuple[int, int], CaseRow] = {}
        self._unwritten: dict[tuple[int, int], dict[str, Any]] = {}

    # filing ----------------------------------------------------------------------------------------------------------

    def file(self, community_id: int, *, external_no: str | None = None, **values: Any) -> CaseRow:
        """Add a case to a community's ledger under its next number, which has no gaps.

        `external_no`: the number under which another system has it.
        """
        self._uow.see_also(community_id)
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        row |= {
            "version": 1,
            "state": State.WAITING,
            "confirmed": False,
            "anonymous": False,
            "supporters": 1,
            "reopened": 0,
        }
        row |= {"created_at": self._uow.now, "changed_at": self._uow.now}
        row |= values | {"community_id": community_id, "no": self._next_no(community_id)}
        self._unwritten[community_id, row["no"]] = unwritten = row | {"external_no": external_no}
        self._uow.insert(Case, unwritten)
        case = self._known[row["community_id"], row["no"]] = CaseRow(**row)
        return case

    def lock_counters(self, community_ids: set[int]) -> None:
        """Read the running numbers of communities at once; in one order everywhere, so that nobody can deadlock."""
        fetch_together(self._uow.connection, *self.counter_calls(community_ids))
        if new := sorted(community_ids - self._counters.keys()):
            rows = [{"community_id": community_id, "name": "case", "value": 0} for community_id in new]
            insert_rows(self._uow.connection, Counter, rows, known_by=("community_id", "name"))
            fetch_together(self._uow.connection, *self.counter_calls(set(new)))

    def counter_calls(self, community_ids: set[int]) -> list[QueryCall]:
        """The running numbers that are not locked yet and were used before, to be asked for with other things."""
        new = sorted(community_ids - self._counters.keys())

        def keep(rows: Sequence[Any]) -> None:
            self._counters.update({row.community_id: row.value for row in rows})

        return [QueryCall(_LOCK_COUNTERS, given((number,) for number in new), keep)] if new else []

    def _next_no(self, community_id: int) -> int:
        """The next number, without gaps: its row is locked until the commit and goes back with a rollback."""
        if community_id not in self._counters:
            self.lock_counters({community_id})
        self._counters[community_id] += 1
        self._counters_used.add(community_id)
        return self._counters[community_id]

    def written(self) -> None:
        """New cases are rows now: from here on they are changed by updates."""
        self._unwritten.clear()

    def changes(self) -> list[Batch]:
        """Running numbers that were used, to be written."""
        rows = [{"id": community, "value": self._counters[community]} for community in sorted(self._counters_used)]
        self._counters_used.clear()
        return [(_COUNTED, rows)] if rows else []

    # reading ---------------------------------------------------------------------------------------------------------

    def get(self, community_id: int, no: int) -> CaseRow:
        """Read one case.

        Raises:
            NotFound: there is none, or it was erased.
        """
        key = (community_id, no)
        if key not in self._known:
            self._uow.see_also(community_id)
            # nobody else's new case is known by its number yet, and ours are all known here
            row = _ONE_CASE.first(self._uow.connection, parameters(key))
            if row is None:
                raise NotFound(f"case {community_id}/{no}")
            return self._one(row)
        return self._known[key]

    def filed_at(self, key: tuple[int, int]) -> datetime | None:
        """When a case came in; None if there is none of that number."""
        if key in self._known:
            return self._known[key].created_at
        row = _FILED_AT.first(self._uow.connection, parameters(key))
        return row.created_at if row else None

    def living(self, key: tuple[int, int]) -> CaseRow | None:
        """The case, or the one that it was merged into or moved to; None if it is gone."""
        try:
            found = self.get(*key)
            while (there := self._goes_on_as(found)) is not None:
                found = self.get(*there)
        except NotFound:
            return None
        return found

    def _goes_on_as(self, case: CaseRow) -> tuple[int, int] | None:
        return self.moved_to(case) if case.merged_into is None else (case.community_id, case.merged_into)

    def _one(self, row: Any) -> CaseRow:
        """One object a case, so that a change made to it is seen by all who have read it."""
        known = self._known.get((row.community_id, row.no))
        if known is None or known.version != row.version:
            known = self._known[row.community_id, row.no] = case_row(row)
        return known

    def preload(self, keys: set[tuple[int, int]]) -> None:
        """Read many cases with one query; `get` then knows them."""
        if keys:
            for row in _MANY_CASES.rows(self._uow.connection, given(keys)):
                self._one(row)

    def waiting(
        self, community_ids: list[int], limit: int = 200, unit_ids: list[int] | None = None, offset: int = 0
    ) -> list[CaseRow]:
        """Open cases of communities (or of units), most urgent first, then what is due first, then most joined."""
        statement = (
            _open(Case.__table__, community_ids, unit_ids or [])
            .order_by(BY_URGENCY, Case.due_at, Case.supporters.desc(), Case.community_id, Case.no)
            .limit(limit)
            .offset(offset)
        )
        return [self._one(row) for row in self._uow.read(statement, Case)]

    def untouched(self, community_ids: list[int], unit_ids: list[int]) -> CaseRow | None:
        """The most urgent case that nobody has accepted there, or that no officer of these units has signed for."""
        new = and_(Case.community_id.in_(community_ids), Case.state == State.WAITING)
        sent = and_(Case.unit_id.in_(unit_ids), Case.state == State.DISPATCHED)
        statement = select(Case.__table__).where(or_(new, sent)).order_by(BY_URGENCY, Case.due_at, Case.no).limit(1)
        row = self._uow.read(statement, Case).one_or_none()
        return self._one(row) if row else None

    def count_waiting(self, community_ids: list[int], unit_ids: list[int] | None = None) -> int:
        statement = _open(func.count(), community_ids, unit_ids or [])
        return int(self._uow.read(statement, Case).scalar_one())

    def in_hand(self, community_id: int) -> dict[int, int]:
        """How many open cases each of the staff handles there, by the number of their row."""
        where = (Case.community_id == community_id, Case.state.in_(OPEN), Case.staff_id.is_not(None))
        statement = select(Case.staff_id, func.count().label("n")).where(*where).group_by(Case.staff_id)
        return {row.staff_id: row.n for row in self._uow.read(statement, Case)}

    def of_staff(self, community_id: int, staff_id: int, limit: int) -> list[CaseRow]:
        """Open cases that one of the staff handles there, what is due first in front."""
        statement = (
            select(Case.__table__)
            .where(Case.community_id == community_id, Case.state.in_(OPEN), Case.staff_id == staff_id)
            .order_by(Case.due_at, Case.no)
            .limit(limit)
        )
        return [self._one(row) for row in self._uow.read(statement, Case)]

    def of_person(self, bot: str, account: int, limit: int = 20, offset: int = 0) -> list[CaseRow]:
        """Cases that an account reported or joined, newest first."""
        statement = (
            select(Case.__table__)
            .join(CasePerson, and_(CasePerson.community_id == Case.community_id, CasePerson.case_no == Case.no))
            .where(CasePerson.bot == bot, CasePerson.account == account)
            .order_by(Case.created_at.desc(), Case.no.desc())
            .limit(limit)
            .offset(offset)
        )
        return [self._one(row) for row in self._uow.read(statement, Case, CasePerson)]

    def count_of_person(self, bot: str, account: int) -> int:
        statement = select(func.count()).where(CasePerson.bot == bot, CasePerson.account == account)
        return int(self._uow.read(statement, CasePerson).scalar_one())

    def like(self, case: CaseRow, since: datetime) -> list[CaseRow]:
        """Cases of the same community and scene since then that are not about a root cause, this one included."""
        statement = (
            select(Case.__table__)
            .where(Case.community_id == case.community_id, Case.scene == case.scene, Case.created_at >= since)
            .where(
                Case.root_no.is_(None),
                Case.source != ROOT_CAUSE,
                Case.state.not_in([State.MERGED, State.WITHDRAWN, State.REFUSED]),
            )
            .order_by(Case.no)
        )
        return [self._one(row) for row in self._uow.read(statement, Case)]

    def latest_numbers(self) -> dict[int, int]:
        """The number of each community's latest case."""
        latest = select(_COUNTERS.c.community_id, _COUNTERS.c.value).where(_COUNTERS.c.name == "case")
        return {row.community_id: row.value for row in self._uow.read(latest, Case)}

    def open_proposals(self, community_id: int, after: int) -> list[Any]:
        """(no, proposal) of a community's open cases with numbers above `after`, for the search for similar ones."""
        theirs = (_CASES.c.community_id == community_id, _CASES.c.no > after, _CASES.c.state.in_(OPEN))
        return list(self._uow.read(select(_CASES.c.no, _CASES.c.proposal).where(*theirs), Case))

    def changed_since(self, community_ids: Collection[int], event_id: int) -> list[CaseRow]:
        """Cases of these communities that went from one state to another by an event with this id or a later one."""
        statement = (
            select(CaseEvent.community_id, CaseEvent.case_no)
            .where(CaseEvent.community_id.in_(community_ids), CaseEvent.id >= event_id)
            .where(CaseEvent.before != CaseEvent.after)
        )  # joined to the cases, some planners would begin there and read all of them
        changed = {(row.community_id, row.case_no) for row in self._uow.read(statement, CaseEvent)}
        self.preload(changed)
        return [self.get(*key) for key in changed]

    def to_look_at(self, limit: int = 200) -> list[CaseRow]:
        """Cases whose `next_at` has come; those that another process looks at are passed over."""
        statement = select(Case.__table__).where(Case.next_at <= self._uow.now).order_by(Case.next_at).limit(limit)
        statement = statement.with_for_update(skip_locked=True)
        return [self._one(row) for row in self._uow.read(statement, Case)]

    # changing --------------------------------------------------------------------------------------------------------

    def change(self, row: CaseRow, **values: Any) -> None:
        """Change a case from the version that was read.

        Raises:
            LostRace: somebody else changed it since.
        """
        values |= {"version": row.version + 1, "changed_at": self._uow.now}
        if row.key in self._unwritten:
            self._unwritten[row.key].update(values)
        else:
            self._update(row, values)
        for name, value in values.items():
            setattr(row, name, value)

    def _update(self, row: CaseRow, values: dict[str, Any]) -> None:
        same = {"b_community": row.community_id, "b_no": row.no, "b_version": row.version}
        # what was gathered can wait: this case is a row already
        if self._uow.connection.execute(_change_of(frozenset(values)), values | same).rowcount != 1:
            raise LostRace(f"case {row.community_id}/{row.no}")

    def move_chat(self, bot: str, old: int, new: int) -> None:
        for table in (CasePerson, CaseMessage):
            self._uow.execute(update(table).where(table.bot == bot, table.chat == old).values(chat=new))
