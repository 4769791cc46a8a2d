"""PostgreSQL: whoever is cancelled, at whatever moment, leaves the connection so that the next one's work is kept."""

import asyncio
import contextlib
from functools import partial

import asyncpg
import pytest
from sqlalchemy import Connection, text

from storage.database import Database, open_database

MOST_STEPS = 400
"""Steps of the loop in which a piece of work is surely done; a test fails if it is not."""


@pytest.mark.parametrize("again_after", [None, 0, 1, 2, 3, 5, 8])
async def test_what_is_written_after_a_cancellation_is_kept(postgres_url: str, again_after: int | None) -> None:
    database = open_database(postgres_url)
    beside = await asyncpg.connect(postgres_url)
    await beside.execute("CREATE TABLE written (number integer)")
    await database.write(_count)
    for number in range(MOST_STEPS):
        ended = await _cancelled(database, number, again_after)
        await asyncio.wait_for(database.write_one(partial(_write, number)), 10)
        found = await beside.fetchval("SELECT count(*) FROM written WHERE number = $1", number)
        assert found == 1, f"cancelled at step {number}: what came next is not there"
        await _no_transaction_stays_open(beside)
        if ended:
            break
    assert ended
    assert number > 5, "nothing was cancelled in its midst"
    await beside.close()
    await database.close()


async def _cancelled(database: Database, steps: int, again_after: int | None) -> bool:
    """Cancel a write after so many steps of the loop, and once more; whether it had ended before."""
    task = asyncio.ensure_future(database.write(_count))
    await _steps(steps)
    ended = task.done()
    task.cancel()
    if again_after is not None:
        await _steps(again_after)
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return ended


async def _steps(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def _no_transaction_stays_open(beside: asyncpg.Connection) -> None:
    """Wait for it: a server process takes its time to notice that the other end of its connection is closed."""
    opened = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND state LIKE 'idle in transaction%'"
    )
    for _ in range(1000):
        if not await beside.fetchval(opened):
            return
        await asyncio.sleep(0.01)
    pytest.fail("a transaction stays open")


def _count(connection: Connection) -> None:
    connection.execute(text("SELECT count(*) FROM written")).scalar_one()
    connection.execute(text("INSERT INTO written VALUES (-1)"))


def _write(number: int, connection: Connection) -> None:
    connection.execute(text("INSERT INTO written VALUES (:number)"), {"number": number})
