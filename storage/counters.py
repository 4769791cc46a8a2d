"""Running numbers within a community, other than of cases. Without gaps: the row is locked until the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from storage.sql.bulk import upsert
from storage.tables import Counter, table_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.unit_of_work import UnitOfWork

_COUNTERS = table_of(Counter)


def next_no(uow: UnitOfWork, community_id: int, name: str) -> int:
    """The next number of `name` in a community, from 1."""
    return _raised(uow, community_id, name, by=1)


def held_no(uow: UnitOfWork, community_id: int, name: str) -> int:
    """The number that `name` has reached; nobody else gets the next one before the commit."""
    return _raised(uow, community_id, name, by=0)


def reached_no(uow: UnitOfWork, community_id: int, name: str) -> int:
    """The number that `name` has reached; 0: there is none yet."""
    this = select(_COUNTERS.c.value).where(_COUNTERS.c.community_id == community_id, _COUNTERS.c.name == name)
    return int(uow.connection.execute(this).scalar() or 0)


def _raised(uow: UnitOfWork, community_id: int, name: str, *, by: int) -> int:
    statement = upsert(uow.connection)(_COUNTERS).values(
        community_id=bindparam("community"), name=bindparam("what"), value=by
    )
    raised = statement.on_conflict_do_update(
        index_elements=["community_id", "name"], set_={"value": _COUNTERS.c.value + by}
    ).returning(_COUNTERS.c.value)
    return int(uow.connection.execute(raised, {"community": community_id, "what": name}).scalar_one())


def begin(connection: Connection, community_id: int, name: str, value: int) -> bool:
    """Store the first value of `name`. False: it has one already; whoever stores it meanwhile is waited for."""
    row = {"community_id": community_id, "name": name, "value": value}
    return connection.execute(upsert(connection)(_COUNTERS).values(**row).on_conflict_do_nothing()).rowcount == 1


def value(connection: Connection, community_id: int, name: str) -> int | None:
    this = (_COUNTERS.c.community_id == community_id, _COUNTERS.c.name == name)
    found: int | None = connection.execute(select(_COUNTERS.c.value).where(*this)).scalar()
    return found
