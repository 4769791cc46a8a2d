"""The ledger's rows: cases with their people, messages, files, events, corrections and alarms."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, and_, bindparam, case, delete, func, or_, select, tuple_, update

from ledger.lifecycle import LEAD_BACK, OPEN, Role, State
from ledger.scenes import Kind, Scene, Urgency
from storage.bulk import run_rows, upsert
from storage.errors import LostRace, NotFound
from storage.ids import new_id
from storage.keys import given, select_by_keys
from storage.tables import (
    Alarm,
    Attachment,
    Case,
    CaseEvent,
    CaseMessage,
    CasePerson,
    CaseUnit,
    Correction,
    Counter,
    table_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

ROOT_CAUSE = "root_cause"
"""Source of a case that the ledger itself filed, about what others have in common."""
BY_URGENCY = case({urgency: rank for rank, urgency in enumerate(Urgency)}, value=Case.urgency, else_=9)


@dataclass(slots=True)
class CaseRow:
    """One case as it was read. Only `Cases.change` changes it."""

    community_id: int
    no: int
    version: int
    state: State
    scene: Scene
    scene2: Scene | None
    kind: Kind
    item: int
    urgency: Urgency
    text: str
    place: str | None
    building_id: int | None
    grid_id: int | None
    latitude: float | None
    longitude: float | None
    proposal: dict[str, Any]
    confirmed: bool
    anonymous: bool
    supporters: int
    source: str
    staff_id: int | None
    first_staff_id: int | None
    unit_id: int | None
    merged_into: int | None
    reopened: int
    reply: str | None
    solved: bool | None
    satisfied: int | None
    created_at: datetime
    sign_due_at: datetime
    due_at: datetime
    signed_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    contacted_at: datetime | None
    outcome: str | None
    root_no: int | None
    changed_at: datetime
    next_at: datetime | None

    @property
    def key(self) -> tuple[int, int]:
        return self.community_id, self.no


@dataclass(frozen=True, slots=True)
class PersonOfCase:
    bot: str
    account: int
    chat: int
    part: str
    anonymous: bool


_COLUMNS = tuple(field.name for field in fields(CaseRow))
_ENUMS: dict[str, Any] = {"state": State, "scene": Scene, "kind": Kind, "urgency": Urgency}


def case_row(row: Any) -> CaseRow:
    """Build a `CaseRow` from a row of the table."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    for name, enum in _ENUMS.items():
        values[name] = enum(values[name])
    values["scene2"] = Scene(values["scene2"]) if values["scene2"] else None
    return CaseRow(**values)


_COUNTERS = table_of(Counter)
_LOCK_COUNTERS = (
    select_by_keys([_COUNTERS.c.community_id])
    .where(_COUNTERS.c.name == "case")
    .order_by(_COUNTERS.c.community_id)
    .with_for_update(of=_COUNTERS)
)
_CASES = table_of(Case)
_ONE_CASE = select(_CASES).where(_CASES.c.community_id == bindparam("community"), _CASES.c.no == bindparam("number"))
_MANY_CASES = select_by_keys([_CASES.c.community_id, _CASES.c.no])


def _counted(_insert: Any) -> Any:
    mine = (_COUNTERS.c.community_id == bindparam("id"), _COUNTERS.c.name == "case")
    return update(_COUNTERS).where(*mine).values(value=bindparam("value"))


def _by_case(table: Table) -> Any:
    """Rows of one case."""
    return select(table).where(table.c.community_id == bindparam("community"), table.c.case_no == bindparam("number"))


def _of(key: tuple[int, int]) -> dict[str, int]:
    return {"community": key[0], "number": key[1]}


_CASE_PEOPLE, _ATTACHMENTS = table_of(CasePerson), table_of(Attachment)
_PEOPLE = _by_case(_CASE_PEOPLE).order_by(_CASE_PEOPLE.c.joined_at, _CASE_PEOPLE.c.part.desc())
_FILES = _by_case(_ATTACHMENTS).order_by(_ATTACHMENTS.c.id)
_ALARM = _by_case(table_of(Alarm))
_CASE_UNITS = table_of(CaseUnit)
_HELPERS = (
    select(_CASE_UNITS.c.unit_id)
    .where(_CASE_UNITS.c.community_id == bindparam("community"), _CASE_UNITS.c.case_no == bindparam("number"))
    .order_by(_CASE_UNITS.c.since, _CASE_UNITS.c.unit_id)
)


def _seen_by(community_ids: list[int], unit_ids: list[int]) -> Any:
    """Cases of these communities, and those that these units lead or help with."""
    if not unit_ids:
        return Case.community_id.in_(community_ids)
    same = and_(CaseUnit.community_id == Case.community_id, CaseUnit.case_no == Case.no)
    helps = select(CaseUnit.unit_id).where(same, CaseUnit.unit_id.in_(unit_ids)).exists()
    return or_(Case.community_id.in_(community_ids), Case.unit_id.in_(unit_ids), helps)


@cache
def _change_of(columns: frozenset[str]) -> Any:
    """The update that sets `columns` from the version that was read; building it costs more than running it."""
    same = (
        _CASES.c.community_id == bindparam("b_community"),
        _CASES.c.no == bindparam("b_no"),
        _CASES.c.version == bindparam("b_version"),
    )
    return update(_CASES).where(*same).values({name: bindparam(name) for name in columns})


class Cases:
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
        row: dict[str, Any] = dict.fromkeys(_COLUMNS)
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
        if community_ids:
            rows = self._uow.connection.execute(_LOCK_COUNTERS, given((number,) for number in community_ids))
            self._counters.update({row.community_id: row.value for row in rows})

    def _next_no(self, community_id: int) -> int:
        """The next number, without gaps: its row is locked until the commit and goes back with a rollback."""
        if community_id not in self._counters:
            row = {"community_id": community_id, "name": "case", "value": 0}
            self._uow.connection.execute(upsert(self._uow.connection)(_COUNTERS).on_conflict_do_nothing(), [row])
            self.lock_counters({community_id})
        self._counters[community_id] += 1
        self._counters_used.add(community_id)
        return self._counters[community_id]

    def written(self) -> None:
        """New cases are rows now: from here on they are changed by updates."""
        self._unwritten.clear()

    def write_counters(self) -> None:
        rows = [{"id": community, "value": self._counters[community]} for community in sorted(self._counters_used)]
        if rows:
            run_rows(self._uow.connection, _counted, rows)
            self._counters_used.clear()

    def add_person(self, key: tuple[int, int], person: PersonOfCase) -> None:
        self._uow.insert(
            CasePerson,
            {
                "community_id": key[0],
                "case_no": key[1],
                "bot": person.bot,
                "account": person.account,
                "chat": person.chat,
                "part": person.part,
                "anonymous": person.anonymous,
                "joined_at": self._uow.now,
            },
        )

    def add_message(
        self,
        key: tuple[int, int],
        *,
        by: str,
        kind: str,
        bot: str,
        chat: int,
        text: str | None = None,
        message_id: int | None = None,
        revision: int = 0,
        attachment_id: int | None = None,
    ) -> None:
        self._uow.insert(
            CaseMessage,
            {
                "community_id": key[0],
                "id": new_id(),
                "case_no": key[1],
                "by": by,
                "kind": kind,
                "text": text,
                "bot": bot,
                "chat": chat,
                "message_id": message_id,
                "revision": revision,
                "attachment_id": attachment_id,
                "at": self._uow.now,
            },
        )

    def add_attachment(
        self,
        key: tuple[int, int],
        *,
        bot: str,
        kind: str,
        file_id: str,
        unique_id: str,
        size: int | None,
        media_type: str | None,
    ) -> int:
        """Note a file of a case; the attachment store fetches it later. Returns its id."""
        attachment_id = new_id()
        self._uow.insert(
            Attachment,
            {
                "community_id": key[0],
                "id": attachment_id,
                "case_no": key[1],
                "bot": bot,
                "kind": kind,
                "file_id": file_id,
                "unique_id": unique_id,
                "size": size,
                "media_type": media_type,
                "digest": None,
                "state": "waiting",
                "at": self._uow.now,
            },
        )
        return attachment_id

    def add_event(
        self,
        case: CaseRow,
        *,
        action: str,
        role: Role,
        before: State | None,
        staff_id: int | None = None,
        reason: str | None = None,
        via: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> int:
        """Append a step to a case's history; returns its id."""
        event_id = new_id()
        self._uow.insert(
            CaseEvent,
            {
                "community_id": case.community_id,
                "id": event_id,
                "case_no": case.no,
                "at": self._uow.now,
                "action": action,
                "role": role,
                "staff_id": staff_id,
                "before": before,
                "after": case.state,
                "reason": reason,
                "via": via,
                "detail": detail,
            },
        )
        return event_id

    def add_correction(self, case: CaseRow, label: str, before: str | None, after: str, role: Role) -> None:
        self._uow.insert(
            Correction,
            {
                "community_id": case.community_id,
                "id": new_id(),
                "case_no": case.no,
                "label": label,
                "before": before,
                "after": after,
                "role": role,
                "at": self._uow.now,
            },
        )

    # reading ---------------------------------------------------------------------------------------------------------

    def get(self, community_id: int, no: int) -> CaseRow:
        """Read one case.

        Raises:
            NotFound: there is none, or it was erased.
        """
        key = (community_id, no)
        if key not in self._known:
            row = self._uow.read(_ONE_CASE, Case, given={"community": community_id, "number": no}).one_or_none()
            if row is None:
                raise NotFound(f"case {community_id}/{no}")
            return self._one(row)
        return self._known[key]

    def living(self, key: tuple[int, int]) -> CaseRow | None:
        """The case, or the one that it was merged into; None if it is gone."""
        try:
            found = self.get(*key)
            while found.merged_into is not None:
                found = self.get(found.community_id, found.merged_into)
        except NotFound:
            return None
        return found

    def _one(self, row: Any) -> CaseRow:
        """One object a case, so that a change made to it is seen by all who have read it."""
        known = self._known.get((row.community_id, row.no))
        if known is None or known.version != row.version:
            known = self._known[row.community_id, row.no] = case_row(row)
        return known

    def preload(self, keys: set[tuple[int, int]]) -> None:
        """Read many cases with one query; `get` then knows them."""
        if keys:
            for row in self._uow.read(_MANY_CASES, Case, given=given(keys)):
                self._one(row)

    def waiting(
        self, community_ids: list[int], limit: int = 200, unit_ids: list[int] | None = None, offset: int = 0
    ) -> list[CaseRow]:
        """Open cases of communities (or of units), most urgent first, then what is due first, then most joined."""
        where = _seen_by(community_ids, unit_ids or [])
        statement = (
            select(Case.__table__)
            .where(where, Case.state.in_(OPEN))
            .order_by(BY_URGENCY, Case.due_at, Case.supporters.desc(), Case.community_id, Case.no)
            .limit(limit)
            .offset(offset)
        )
        return [self._one(row) for row in self._uow.read(statement, Case)]

    def count_waiting(self, community_ids: list[int], unit_ids: list[int] | None = None) -> int:
        where = _seen_by(community_ids, unit_ids or [])
        statement = select(func.count()).where(where, Case.state.in_(OPEN))
        return int(self._uow.read(statement, Case).scalar_one())

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

    def people(self, key: tuple[int, int]) -> list[PersonOfCase]:
        """Reporter first, then who joined, in order."""
        return [
            PersonOfCase(row.bot, row.account, row.chat, row.part, row.anonymous)
            for row in self._uow.read(_PEOPLE, CasePerson, given=_of(key))
        ]

    def part_of(self, key: tuple[int, int], bot: str, account: int) -> str | None:
        """What an account is in a case (reporter, joiner, proxy); None: nothing."""
        mine = (person.part for person in self.people(key) if (person.bot, person.account) == (bot, account))
        return next(mine, None)

    def helpers(self, key: tuple[int, int]) -> list[int]:
        """Units that help with a case, in the order in which they were asked."""
        return list(self._uow.read(_HELPERS, CaseUnit, given=_of(key)).scalars())

    def add_helper(self, key: tuple[int, int], unit_id: int) -> None:
        row = {"community_id": key[0], "case_no": key[1], "unit_id": unit_id, "since": self._uow.now}
        self._uow.insert(CaseUnit, row)

    def remove_helper(self, key: tuple[int, int], unit_id: int) -> bool:
        """Whether it had been one."""
        there = (CaseUnit.community_id == key[0], CaseUnit.case_no == key[1], CaseUnit.unit_id == unit_id)
        return self._uow.execute(delete(CaseUnit).where(*there)).rowcount == 1

    def messages(self, key: tuple[int, int]) -> list[Any]:
        statement = (
            select(CaseMessage.__table__)
            .where(CaseMessage.community_id == key[0], CaseMessage.case_no == key[1])
            .order_by(CaseMessage.id)
        )
        return list(self._uow.read(statement, CaseMessage))

    def message_at(self, bot: str, chat: int, message_id: int) -> list[Any]:
        """Rows kept of one message of a chat, oldest revision first."""
        statement = (
            select(CaseMessage.__table__)
            .where(CaseMessage.bot == bot, CaseMessage.chat == chat, CaseMessage.message_id == message_id)
            .order_by(CaseMessage.revision, CaseMessage.id)
        )
        return list(self._uow.read(statement, CaseMessage))

    def attachments(self, key: tuple[int, int]) -> list[Any]:
        return list(self._uow.read(_FILES, Attachment, given=_of(key)))

    def events(self, key: tuple[int, int]) -> list[Any]:
        statement = (
            select(CaseEvent.__table__)
            .where(CaseEvent.community_id == key[0], CaseEvent.case_no == key[1])
            .order_by(CaseEvent.id)
        )
        return list(self._uow.read(statement, CaseEvent))

    def last_step(self, key: tuple[int, int], actions: Collection[str]) -> Any | None:
        """The newest of these steps that was taken with a case and not undone."""
        events = self.events(key)
        undone = {event.detail["event"] for event in events if event.action == "undo"}
        return next((event for event in reversed(events) if event.action in actions and event.id not in undone), None)

    def came_from(self, case: CaseRow) -> State | None:
        """The state from which a case was put aside into the one that it is in; steps that lead back do not count."""
        moved = (event for event in reversed(self.events(case.key)) if event.before != event.after == case.state)
        before = next((event.before for event in moved if event.action not in ("undo", *LEAD_BACK)), None)
        return State(before) if before else None

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

    def open_proposals(self) -> list[Any]:
        """(community_id, no, proposal) of all open cases, for the search for similar ones."""
        columns = (Case.community_id, Case.no, Case.proposal)
        return list(self._uow.read(select(*columns).where(Case.state.in_(OPEN)), Case))

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

    def remove_people(self, key: tuple[int, int], accounts: list[tuple[str, int]]) -> int:
        """Take people out of a case; returns how many they were."""
        if not accounts:
            return 0
        there = (CasePerson.community_id == key[0], CasePerson.case_no == key[1])
        who = tuple_(CasePerson.bot, CasePerson.account).in_(accounts)
        return self._uow.execute(delete(CasePerson).where(*there, who)).rowcount

    def take_back_people(self, key: tuple[int, int], source: tuple[int, int], since: datetime) -> int:
        """Who came over from another case since then goes back to it; returns how many they were."""
        theirs = [(person.bot, person.account) for person in self.people(source)]
        there = (CasePerson.community_id == key[0], CasePerson.case_no == key[1], CasePerson.joined_at >= since)
        who = tuple_(CasePerson.bot, CasePerson.account).in_(theirs)
        return self._uow.execute(delete(CasePerson).where(*there, who)).rowcount if theirs else 0

    def set_anonymous(self, key: tuple[int, int], bot: str, account: int, *, anonymous: bool) -> None:
        there = (CasePerson.community_id == key[0], CasePerson.case_no == key[1])
        mine = (CasePerson.bot == bot, CasePerson.account == account)
        self._uow.execute(update(CasePerson).where(*there, *mine).values(anonymous=anonymous))

    def take_message_out(self, key: tuple[int, int], bot: str, chat: int, message_id: int) -> None:
        """A message that was taken for a part of this case is none."""
        there = (CaseMessage.community_id == key[0], CaseMessage.case_no == key[1])
        this = (CaseMessage.bot == bot, CaseMessage.chat == chat, CaseMessage.message_id == message_id)
        self._uow.execute(delete(CaseMessage).where(*there, *this))

    def move_chat(self, bot: str, old: int, new: int) -> None:
        for table in (CasePerson, CaseMessage):
            self._uow.execute(update(table).where(table.bot == bot, table.chat == old).values(chat=new))

    # the clock -------------------------------------------------------------------------------------------------------

    def to_look_at(self, limit: int = 200) -> list[CaseRow]:
        """Cases whose `next_at` has come; those that another process looks at are passed over."""
        statement = select(Case.__table__).where(Case.next_at <= self._uow.now).order_by(Case.next_at).limit(limit)
        statement = statement.with_for_update(skip_locked=True)
        return [self._one(row) for row in self._uow.read(statement, Case)]

    def raise_alarm(self, key: tuple[int, int], next_at: datetime, level: int = 0) -> None:
        self._uow.insert(
            Alarm,
            {
                "community_id": key[0],
                "case_no": key[1],
                "level": level,
                "raised_at": self._uow.now,
                "next_at": next_at,
                "acknowledged_at": None,
                "staff_id": None,
            },
        )

    def alarms_due(self, limit: int = 200) -> list[Any]:
        """Alarms that nobody acknowledged in time; those that another process looks at are passed over."""
        statement = select(Alarm.__table__).where(Alarm.next_at <= self._uow.now).order_by(Alarm.next_at).limit(limit)
        statement = statement.with_for_update(skip_locked=True)
        return list(self._uow.read(statement, Alarm))

    def alarm(self, key: tuple[int, int]) -> Any | None:
        return self._uow.read(_ALARM, Alarm, given=_of(key)).one_or_none()

    def escalate(self, key: tuple[int, int], level: int, next_at: datetime | None) -> None:
        self._change_alarm(key, level=level, next_at=next_at)

    def acknowledge(self, key: tuple[int, int], staff_id: int | None) -> bool:
        """Stop an alarm; False if somebody already had."""
        return self._change_alarm(key, next_at=None, acknowledged_at=self._uow.now, staff_id=staff_id)

    def alarm_again(self, key: tuple[int, int], next_at: datetime) -> None:
        """What was acknowledged by mistake rings on."""
        same = and_(Alarm.community_id == key[0], Alarm.case_no == key[1])
        self._uow.execute(update(Alarm).where(same).values(next_at=next_at, acknowledged_at=None, staff_id=None))

    def _change_alarm(self, key: tuple[int, int], **values: Any) -> bool:
        same = and_(Alarm.community_id == key[0], Alarm.case_no == key[1], Alarm.acknowledged_at.is_(None))
        return self._uow.execute(update(Alarm).where(same).values(**values)).rowcount == 1
