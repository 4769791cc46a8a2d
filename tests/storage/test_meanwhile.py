"""PostgreSQL: what another process commits in the midst of a transaction of ours is neither overlooked nor lost."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, select
from sqlalchemy.util import await_only

from storage.database import Database, open_database
from storage.messenger.conversations import Key
from storage.messenger.inbox import InboxRows, LaneLock, RawUpdate
from storage.reference import Reference
from storage.reference_queries import changed, load, version
from storage.tables import Conversation, StaffRight
from storage.unit_of_work import UnitOfWork
from tests.support.world import NOW

TALK: Key = ("resident", 1001, 0, 1001)
WEEK = timedelta(days=7)


@pytest.fixture
async def ours(filled_postgres_url: str) -> AsyncIterator[Database]:
    found = open_database(filled_postgres_url)
    yield found
    await found.close()


@pytest.fixture
async def theirs(filled_postgres_url: str) -> AsyncIterator[Database]:
    found = open_database(filled_postgres_url)
    yield found
    await found.close()


def meanwhile(connection: Connection, before: str, theirs: Database, work: Callable[[Connection], None]) -> None:
    """Just before our first statement that begins like this, they commit `work`."""
    left = [work]

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if left and statement.startswith(before):
            await_only(theirs.write(left.pop()))

    event.listen(connection, "before_cursor_execute", look)


async def test_a_post_taken_away_while_the_staff_are_read_is_noticed(ours: Database, theirs: Database) -> None:
    def dismiss(connection: Connection) -> None:
        connection.execute(delete(StaffRight).where(StaffRight.staff_id == 1))
        changed(connection)

    def read(connection: Connection) -> Reference:
        meanwhile(connection, "SELECT questions", theirs, dismiss)
        return load(connection)

    found = await ours.read(read)
    assert found.staff[1].rights, "they were read before"
    assert found.version < await ours.read(version), "so all is read again"


@pytest.mark.parametrize("stays", [{}, {"choices": {"old": True}}], ids=["deleted", "emptied"])
async def test_what_is_said_while_old_drafts_are_deleted_is_kept(
    ours: Database, theirs: Database, stays: dict[str, Any]
) -> None:
    await ours.write(lambda connection: _says(connection, stays | {"draft": {"text": "old"}}, NOW - WEEK))

    def clean(connection: Connection) -> None:
        new = {"draft": {"text": "new"}}
        meanwhile(connection, "UPDATE" if stays else "DELETE", theirs, lambda c: _says(c, new, NOW + WEEK))
        UnitOfWork(connection, load(connection), NOW).conversations.erase_expired()

    await ours.write(clean)
    kept = await ours.read(lambda connection: connection.execute(select(Conversation.state)).scalars().all())
    assert kept == [{"draft": {"text": "new"}}]


async def test_a_lane_is_locked_or_busy_or_there_is_none(ours: Database, theirs: Database) -> None:
    found: list[LaneLock] = []

    def lock(connection: Connection, chat: int) -> None:
        found.append(InboxRows(connection).lock_lane("resident", chat, wait=False))

    def locks_first(connection: Connection) -> None:
        lock(connection, 5)
        await_only(theirs.write(lambda other: lock(other, 5)))
        await_only(theirs.write(lambda other: lock(other, 6)))

    update = RawUpdate("resident", 1, 5, "{}")
    await ours.write(lambda connection: InboxRows(connection).store([update], NOW))
    await ours.write(locks_first)
    assert found == [LaneLock.LOCKED, LaneLock.BUSY, LaneLock.NO_LANE]


def _says(connection: Connection, state: dict[str, Any], expires_at: Any) -> None:
    """What a worker leaves of a conversation; it is done at a time of its own."""
    uow = UnitOfWork(connection, load(connection), expires_at - WEEK)
    talk = uow.conversations.get(TALK)
    talk.state, talk.expires_at = state, expires_at
    uow.flush()
