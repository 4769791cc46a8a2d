"""Who alone may do something: one at a time, renewed by its holder, free when the time is over or it is given up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Interval, literal, update
from sqlalchemy.util import await_only

from storage.database import Database, open_database
from storage.messenger import leases
from storage.tables import Lease

FOR = timedelta(seconds=15)
NAME = "poll:resident"


@pytest.fixture
async def database(filled_postgres_url: str) -> AsyncIterator[Database]:
    """On SQLite there is only one process, which holds everything."""
    found = open_database(filled_postgres_url)
    yield found
    await found.close()


async def holds(database: Database, owner: str, name: str = NAME) -> bool:
    return await database.write_one(lambda connection: leases.hold(connection, name, owner, FOR))


async def is_held(database: Database, owner: str) -> bool:
    return await database.read(lambda connection: leases.is_held(connection, NAME, owner))


async def goes_by(database: Database, seconds: float) -> None:
    """By the server's clock, the only one that counts."""
    ago = literal(timedelta(seconds=seconds), Interval)
    passed = update(Lease).values(until=Lease.until - ago)
    await database.write(lambda connection: connection.execute(passed))


async def test_one_holds_it_and_may_renew_it(database: Database) -> None:
    assert await holds(database, "one")
    assert not await holds(database, "two")
    await goes_by(database, 14)
    assert await holds(database, "one")
    await goes_by(database, 14)
    assert not await holds(database, "two"), "it was renewed"
    assert await holds(database, "two", name="poll:staff"), "another thing is free"


async def test_who_is_gone_is_followed_when_the_time_is_over(database: Database) -> None:
    assert await holds(database, "one")
    await goes_by(database, 16)
    assert await holds(database, "two")
    assert not await holds(database, "one"), "who comes back has lost it"


async def test_a_look_tells_whether_it_is_anothers_and_takes_nothing(database: Database) -> None:
    assert not await is_held(database, "two"), "nobody has it"
    assert await holds(database, "one")
    assert await is_held(database, "two")
    assert not await is_held(database, "one"), "it is its own"
    await goes_by(database, 16)
    assert not await is_held(database, "two")
    assert await holds(database, "one"), "nobody took it meanwhile"


async def test_a_look_waits_for_nobody_who_stands_still_while_renewing(database: Database) -> None:
    assert await holds(database, "one")
    renewing, may_end = asyncio.Event(), asyncio.Event()

    def renews_and_stands_still(connection: Connection) -> None:
        leases.hold(connection, NAME, "one", FOR)
        renewing.set()
        await_only(may_end.wait())

    standing = asyncio.create_task(database.write(renews_and_stands_still))
    await renewing.wait()
    assert await is_held(database, "two")
    may_end.set()
    await standing


async def test_what_is_given_up_is_free_at_once(database: Database) -> None:
    assert await holds(database, "one")
    await database.write(lambda connection: leases.release(connection, "two"))
    assert not await holds(database, "two"), "nobody gives up what is another's"
    await database.write(lambda connection: leases.release(connection, "one"))
    assert await holds(database, "two")


@pytest.mark.parametrize("times", range(3))
async def test_of_many_who_come_at_once_one_gets_it(filled_postgres_url: str, times: int) -> None:
    processes = [open_database(filled_postgres_url) for _ in range(4)]
    try:
        got = await asyncio.gather(*(holds(database, f"owner {n}") for n, database in enumerate(processes)))
        assert sum(got) == 1, times
    finally:
        for database in processes:
            await database.close()
