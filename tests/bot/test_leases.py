"""A part that only one process may run: begun with the lease, and ended with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from bot import leases
from bot.leases import Leased
from storage.database import Database, open_database
from storage.tables import Lease

SECONDS = 20
"""Until a test that nothing happens in has failed."""


class Part:
    """Something that runs until it is ended, and says so."""

    def __init__(self) -> None:
        self.runs = 0
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        self.runs += 1
        self.begun.set()
        self.ended.clear()
        try:
            await asyncio.Event().wait()
        finally:
            self.begun.clear()
            self.ended.set()


class Deaf(Part):
    """One that does not hear the first time that it is to end."""

    async def __call__(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await super().__call__()
        await super().__call__()


class Line:
    """The way to the database, which can be cut or stand still."""

    single_process = False

    def __init__(self, database: Database) -> None:
        self._database = database
        self.cut = False
        self.moves = asyncio.Event()
        self.moves.set()
        self.asked = 0
        self.heard = asyncio.Condition()

    async def write_one(self, work: Callable[..., Any]) -> Any:
        self.asked += 1
        async with self.heard:
            self.heard.notify_all()
        if self.cut:
            raise ConnectionError
        await self.moves.wait()
        return await self._database.write_one(work)

    async def is_asked(self, times: int) -> None:
        async with asyncio.timeout(SECONDS), self.heard:
            goal = self.asked + times
            await self.heard.wait_for(lambda: self.asked >= goal)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "HELD_FOR", timedelta(seconds=1))
    monkeypatch.setattr(leases, "RENEWED_EVERY", 0.1)
    monkeypatch.setattr(leases, "LOOKED_EVERY", 0.05)
    monkeypatch.setattr(leases, "AGAIN_AFTER", 0.05)


@pytest.fixture
async def database(filled_postgres_url: str) -> AsyncIterator[Database]:
    found = open_database(filled_postgres_url)
    yield found
    await found.close()


class Process:
    """Who wants to run the part, and its way to the database."""

    def __init__(self, database: Database, owner: str, part: Part | None = None) -> None:
        self.line, self.part = Line(database), part or Part()
        self._task = asyncio.ensure_future(Leased(self.line, owner, "poll:resident").run(self.part))  # type: ignore[arg-type]

    async def begins(self) -> None:
        async with asyncio.timeout(SECONDS):
            await self.part.begun.wait()

    async def stops(self) -> None:
        async with asyncio.timeout(SECONDS):
            await self.part.ended.wait()

    async def is_ended(self, times: int = 1) -> None:
        for _ in range(times):
            self._task.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def process(database: Database) -> AsyncIterator[Callable[..., Process]]:
    begun: list[Process] = []

    def begins(owner: str, part: Part | None = None) -> Process:
        begun.append(Process(database, owner, part))
        return begun[-1]

    yield begins
    for one in begun:
        await one.is_ended()


Starts = Callable[..., Process]


async def test_who_hears_nothing_ends_the_part_by_its_own_clock(process: Starts) -> None:
    one = process("one")
    await one.begins()
    one.line.moves.clear()
    await one.stops()
    one.line.moves.set()
    await one.begins()
    assert one.part.runs == 2


async def test_another_begins_only_when_the_first_has_ended(process: Starts) -> None:
    one = process("one")
    await one.begins()
    two = process("two")
    await two.line.is_asked(3)
    assert not two.part.runs
    one.line.moves.clear()
    await two.begins()
    assert one.part.ended.is_set()
    one.line.moves.set()
    await one.line.is_asked(3)
    assert (one.part.runs, two.part.runs) == (1, 1), "who comes back waits"


async def test_a_part_that_does_not_hear_the_first_time_is_told_again(process: Starts) -> None:
    one = process("one", Deaf())
    await one.begins()
    two = process("two")
    one.line.moves.clear()
    await two.begins()
    assert one.part.runs == 2
    await one.stops()


async def test_a_database_that_is_away_for_a_moment_ends_nothing(process: Starts) -> None:
    one = process("one")
    await one.begins()
    one.line.cut = True
    await one.line.is_asked(2)
    one.line.cut = False
    await one.line.is_asked(2)
    assert one.part.begun.is_set()
    assert one.part.runs == 1


async def test_what_another_has_got_is_left_at_once(process: Starts, database: Database) -> None:
    one = process("one")
    await one.begins()
    await database.write(lambda connection: connection.execute(delete(Lease)))
    two = process("two")
    async with asyncio.timeout(SECONDS):
        while one.part.begun.is_set() == two.part.begun.is_set():
            await two.line.is_asked(1)
    await (one if one.part.begun.is_set() else two).line.is_asked(2)
    assert one.part.begun.is_set() != two.part.begun.is_set()


async def test_the_end_of_the_program_ends_the_part(process: Starts) -> None:
    one = process("one")
    await one.begins()
    await one.is_ended()
    assert one.part.ended.is_set()


async def test_the_end_waits_for_the_part_however_often_it_is_told(process: Starts) -> None:
    one = process("one", Deaf())
    await one.begins()
    await one.is_ended(times=3)
    assert one.part.runs == 2
    assert one.part.ended.is_set(), "its lease is given up, and another begins beside it"
