"""Reads the snapshot of the reference tables, and reads it again when their version has changed."""

from typing import Any

from sqlalchemy import Connection, select, update

from ledger.lifecycle import Role
from ledger.rights import Right, Scope
from storage.reference import BuildingRow, CommunityRow, DutyRow, QuestionRow, Reference, StaffRow
from storage.sql.compiled import CompiledQuery
from storage.tables import (
    Building,
    Community,
    Duty,
    Grid,
    Question,
    ReferenceVersion,
    Staff,
    StaffAccount,
    StaffRight,
    Street,
    Unit,
    table_of,
)


class ReferenceCache:
    """The snapshot, kept for the whole process and read again after a change to the tables."""

    def __init__(self) -> None:
        self._last_read: Reference | None = None

    def current(self, connection: Connection) -> Reference:
        return self.at(connection, version(connection))

    def at(self, connection: Connection, version: int) -> Reference:
        """The snapshot, for a caller that has just read its version."""
        found = self._last_read
        if found is None or found.version != version:
            found = self._last_read = load(connection)
        return found

    def last_read(self, connection: Connection) -> Reference:
        """The snapshot without a query, for a caller that will read the version with its other queries."""
        return self._last_read or self.current(connection)


def load(connection: Connection) -> Reference:
    """Read the whole snapshot.

    The version comes first: what is changed while the tables are read is then read again, for the version has moved on.
    """
    found = version(connection)
    rights: dict[int, list[Right]] = {}
    for r in connection.execute(select(StaffRight.__table__)):
        rights.setdefault(r.staff_id, []).append(Right(Role(r.role), Scope(r.scope), r.scope_id, r.community_id))
    accounts: dict[int, list[tuple[str, int, int]]] = {}
    for a in connection.execute(select(StaffAccount.__table__)):
        accounts.setdefault(a.staff_id, []).append((a.bot, a.account, a.chat))
    questions: dict[int, list[QuestionRow]] = {}
    for q in connection.execute(select(Question.__table__).order_by(Question.community_id, Question.id)):
        questions.setdefault(q.community_id, []).append(QuestionRow(q.question, q.answer, q.source))
    return Reference(
        questions=questions,
        version=found,
        streets={row.id: row.name for row in connection.execute(select(Street.__table__))},
        communities={row.id: _community(row) for row in connection.execute(select(Community.__table__))},
        units={row.id: row.name for row in connection.execute(select(Unit.__table__))},
        staff={
            row.id: StaffRow(row.id, row.name, tuple(rights.get(row.id, ())), tuple(accounts.get(row.id, ())))
            for row in connection.execute(select(Staff.__table__).where(Staff.active))
        },
        buildings=tuple(
            BuildingRow(row.community_id, row.id, row.grid_id, row.name)
            for row in connection.execute(select(Building.__table__))
        ),
        grids={(row.community_id, row.id): row.name for row in connection.execute(select(Grid.__table__))},
        duties=tuple(
            DutyRow(row.community_id, row.staff_id, row.weekday, row.start_minute, row.end_minute)
            for row in connection.execute(select(Duty.__table__))
        ),
    )


def version(connection: Connection) -> int:
    return int(VERSION.rows(connection)[0].version)


def changed(connection: Connection) -> None:
    """Tell every process to read the reference tables again; belongs into the transaction that changed them."""
    connection.execute(
        update(ReferenceVersion).where(ReferenceVersion.id == 1).values(version=ReferenceVersion.version + 1)
    )


def _community(row: Any) -> CommunityRow:
    chat = tuple(row.staff_chat) if row.staff_chat else None
    where = (row.latitude, row.longitude)
    return CommunityRow(
        row.id, row.street_id, row.code, row.name, row.time_zone, row.population, *where, chat, row.area_m2, row.channel
    )


VERSION = CompiledQuery(select(table_of(ReferenceVersion).c.version).where(table_of(ReferenceVersion).c.id == 1))
