"""Who alone may do something: one at a time, renewed by its holder, free when the time is over or it is given up."""

import asyncio
from datetime import datetime, timedelta

import pytest

from storage import leases
from storage.database import Database, open_database
from tests.support.world import NOW, World

FOR = timedelta(seconds=20)


async def holds(database: Database, owner: str, now: datetime = NOW, name: str = "poll:resident") -> bool:
    return await database.write(lambda connection: leases.hold(connection, name, owner, now, FOR))


async def test_one_holds_it_and_may_renew_it(world: World) -> None:
    database = world.app.database
    assert await holds(database, "one")
    assert not await holds(database, "two")
    assert await holds(database, "one", NOW + FOR)
    assert not await holds(database, "two", NOW + FOR + timedelta(seconds=1)), "it was renewed"
    assert await holds(database, "two", name="poll:staff"), "another thing is free"


async def test_who_is_gone_is_followed_when_the_time_is_over(world: World) -> None:
    database = world.app.database
    assert await holds(database, "one")
    assert await holds(database, "two", NOW + FOR + timedelta(seconds=1))
    assert not await holds(database, "one", NOW + FOR + timedelta(seconds=2)), "who comes back has lost it"


async def test_what_is_given_up_is_free_at_once(world: World) -> None:
    database = world.app.database
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
