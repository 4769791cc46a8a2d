"""Changes to the reference tables by an operator: rows are found by name and never deleted silently."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from ledger.district import Unit as DistrictUnit
from storage.reference_queries import changed
from storage.tables import Base, Invitation, ReferenceVersion, Unit

Row = dict[str, Any]


class Register:
    """Gathers changes to reference tables and writes them together.

    One import at a time: a second waits until the first one's transaction has ended.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._new: dict[type[Base], list[Row]] = {}
        self._others: list[Any] = []
        connection.execute(select(ReferenceVersion.version).with_for_update())

    def rows(self, table: type[Base]) -> list[Row]:
        return rows_of(self.connection, table)

    def add(self, table: type[Base], row: Row) -> None:
        """Gather a new row; rows of one table must have the same keys."""
        self._new.setdefault(table, []).append(row)

    def change(self, table: type[Base], row: Row, values: Row) -> None:
        """Change the row with the primary key of `row`."""
        self._others.append(update(table).where(_same(table, row)).values(**values))

    def remove(self, table: type[Base], row: Row) -> None:
        self._others.append(delete(table).where(_same(table, row)))

    def save(self) -> None:
        """Write what was gathered, parents first, and tell every process."""
        if not (self._new or self._others):
            return
        order = [table.name for table in Base.metadata.sorted_tables]
        for table in sorted(self._new, key=lambda table: order.index(table.__tablename__)):
            self.connection.execute(insert(table), self._new[table])
        for statement in self._others:
            self.connection.execute(statement)
        changed(self.connection)


def rows_of(connection: Connection, table: type[Base]) -> list[Row]:
    return [dict(row) for row in connection.execute(select(table.__table__)).mappings()]


def _same(table: type[Base], row: Row) -> Any:
    return and_(*(column == row[column.name] for column in table.__table__.primary_key))


def keep_units(connection: Connection, units: Iterable[DistrictUnit]) -> int:
    """Bring the table of responsible units in line with the district's file; returns how many rows that changed.

    A unit that stands under another of its spellings is renamed, so that its number stays. None is deleted.
    """
    register = Register(connection)
    ids: dict[str, int] = {row["name"]: row["id"] for row in register.rows(Unit)}
    touched = 0
    for unit in units:
        if unit.name in ids:
            continue
        touched += 1
        old = next((alias for alias in unit.aliases if alias in ids), None)
        if old:
            ids[unit.name] = ids.pop(old)
            register.change(Unit, {"id": ids[unit.name]}, {"name": unit.name})
        else:
            ids[unit.name] = max(ids.values(), default=0) + 1
            register.add(Unit, {"id": ids[unit.name], "name": unit.name})
    register.save()
    return touched


def withdraw_invitations(connection: Connection, staff_ids: Iterable[int]) -> None:
    """Delete the open invitations of these people: a new link replaces an old one."""
    unused = and_(Invitation.staff_id.in_(list(staff_ids)), Invitation.used_at.is_(None))
    connection.execute(delete(Invitation).where(unused))
