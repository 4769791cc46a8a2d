"""Running numbers within a community, other than of cases. Without gaps: the row is locked until the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from storage.sql.bulk import upsert
from storage.tables import Counter, table_of

if TYPE_CHECKING:
    from storage.unit_of_work import UnitOfWork

_COUNTERS = table_of(Counter)


def next_no(uow: UnitOfWork, community_id: int, name: str) -> int:
    """The next number of `name` in a community, from 1."""
    statement = upsert(uow.connection)(_COUNTERS).values(
        community_id=bindparam("community"), name=bindparam("what"), value=1
    )
    raised = statement.on_conflict_do_update(
        index_elements=["community_id", "name"], set_={"value": _COUNTERS.c.value + 1}
    ).returning(_COUNTERS.c.value)
    return int(uow.connection.execute(raised, {"community": community_id, "what": name}).scalar_one())
