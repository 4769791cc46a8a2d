"""Intake by long poll: stored, committed, and only then confirmed."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from bot.intake import Intake
from handlers.event import EventKind
from storage.database import Database, open_database
from tests.botapi import Bot, faults
from tests.channels.telegram_desk import TelegramDesk
from tests.support.world import HandClock


class Ledger:
    """A database that can fail before or after a commit, and notes what the messenger still held at that moment."""

    single_process = False
    """Work is then told of an update when it is committed, and not before, too: so it can be counted."""

    def __init__(self, database: Database, bot: Bot) -> None:
        self._database = database
        self._bot = bot
        self.fails: list[str] = []
        self.unconfirmed: list[int] = []

    async def write_one(self, work: Callable[..., Any]) -> Any:
        trouble = self.fails.pop(0) if self.fails else ""
        if trouble == "before":
            raise OSError("disk full")
        done = await self._database.write_one(work)
        self.unconfirmed.append(self._bot.queue.waiting)
        if trouble == "after":
            raise OSError("connection lost")
        return done


class Troubles(dict[str, str]):
    """Why a bot cannot receive; `came` is set when something is put in."""

    def __init__(self) -> None:
        super().__init__()
        self.came = asyncio.Event()

    def __setitem__(self, bot: str, reason: str) -> None:
        super().__setitem__(bot, reason)
        self.came.set()


class Desk:
    """Intake of one bot, and what it has kept."""

    def __init__(self, telegram: TelegramDesk, database: Database) -> None:
        self.telegram = telegram
        self.ledger = Ledger(database, telegram.bot)
        self.arrived = 0
        self.intake = Intake(self.ledger, HandClock(), self._arrive, bool)  # type: ignore[arg-type]
        self.intake.trouble = self.troubles = Troubles()
        self._database = database

    def _arrive(self) -> None:
        self.arrived += 1

    @asynccontextmanager
    async def polls(self) -> AsyncIterator[None]:
        """Long-poll while the block runs."""
        task = asyncio.create_task(self.intake.poll(self.telegram.channel))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def kept(self) -> list[str]:
        """Bodies of what was stored, in order."""
        query = "SELECT body FROM inbox ORDER BY update_id"
        return await self._database.read(lambda connection: list(connection.exec_driver_sql(query).scalars()))

    async def confirmed(self) -> None:
        await self.telegram.server.drained(self.telegram.bot)


@pytest.fixture
async def desk(telegram: TelegramDesk, url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr("bot.intake.BACK_OFF", (0.0, 0.0, 0.001))
    database = open_database(url)
    yield Desk(telegram, database)
    await database.close()


async def test_what_comes_is_stored_before_it_is_confirmed(desk: Desk) -> None:
    wang = desk.telegram.person()
    for words in ("one", "two"):
        await wang.says(words)
    async with desk.polls():
        await desk.confirmed()
        assert desk.ledger.unconfirmed == [2], "both were still the messenger's when they were committed"
        await wang.says("three")
        await desk.confirmed()
    assert ["one" in body or "two" in body or "three" in body for body in await desk.kept()] == [True] * 3
    assert desk.arrived == 2
    assert desk.intake.trouble == {}


@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_could_not_be_stored_is_not_confirmed_and_is_kept_once(desk: Desk, when: str) -> None:
    await desk.telegram.person().says("one")
    desk.ledger.fails = [when, when]
    async with desk.polls():
        await desk.confirmed()
    assert len(await desk.kept()) == 1
    assert all(desk.ledger.unconfirmed)
    assert desk.arrived == 1
    assert len([c for c in desk.telegram.server.calls("getUpdates") if c.result]) == 3


async def test_what_comes_twice_is_kept_once(desk: Desk) -> None:
    wang = desk.telegram.person()
    for words in ("one", "two", "three"):
        await wang.says(words)
    async with desk.polls():
        await desk.confirmed()
        assert desk.telegram.server.redeliver(desk.telegram.bot, 2) == 2
        await desk.confirmed()
    assert len(await desk.kept()) == 3


async def test_talk_of_a_group_is_confirmed_without_being_stored(desk: Desk) -> None:
    li = desk.telegram.member()
    await li.says("small talk")
    async with desk.polls():
        await desk.confirmed()
        await li.says("/here")
        await desk.confirmed()
    assert len(await desk.kept()) == 1
    assert desk.arrived == 1


async def test_words_that_no_database_can_hold_are_kept_as_they_came(desk: Desk) -> None:
    await desk.telegram.person().says("坏\x00了\ud83d")
    async with desk.polls():
        await desk.confirmed()
    [body] = await desk.kept()
    assert body.isascii()
    assert "\\u0000" in body
    assert "\\ud83d" in body


async def test_poison_is_kept_in_its_place_and_confirmed(desk: Desk) -> None:
    server, bot = desk.telegram.server, desk.telegram.bot
    wang = desk.telegram.person()
    await wang.says("one")
    server.push_raw(bot, {"message": {"date": "never", "chat": {"id": wang.chat, "type": "private"}}})
    server.push_raw(bot, {"message": "nonsense"})
    server.push_raw(bot, b'{"update_id": null}')
    await wang.says("two")
    async with desk.polls():
        await desk.confirmed()
    kept = await desk.kept()
    assert len(kept) == 4
    assert "one" in kept[0]
    assert "two" in kept[3]


async def test_a_batch_that_nothing_can_confirm_is_not_asked_for_again_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.intake.BACK_OFF", (3600.0,))
    desk.telegram.server.push_raw(desk.telegram.bot, b'{"update_id": "x"}')
    async with desk.polls():
        await asyncio.wait_for(desk.troubles.came.wait(), 5)
        assert desk.intake.trouble == {"resident": "TryLater: updates without an id"}
    assert len(desk.telegram.server.calls("getUpdates")) == 1


async def test_somebody_else_who_polls_is_named_until_they_stop(desk: Desk) -> None:
    server = desk.telegram.server
    server.fails(faults.conflict(), "getUpdates", times=None)
    async with desk.polls():
        await asyncio.wait_for(desk.troubles.came.wait(), 5)
        assert "another process polls with the same token" in desk.intake.trouble["resident"]
        server.heals()
        await desk.telegram.person().says("one")
        await desk.confirmed()
    assert desk.intake.trouble == {}


async def test_who_no_longer_polls_is_not_in_trouble(desk: Desk) -> None:
    desk.telegram.server.fails(faults.conflict(), "getUpdates", times=None)
    async with desk.polls():
        await asyncio.wait_for(desk.troubles.came.wait(), 5)
        assert desk.intake.trouble
    assert desk.intake.trouble == {}


@pytest.mark.parametrize(
    "fault",
    [faults.bad_gateway(), faults.cut_json(), faults.dropped_before(), faults.dropped_after(), faults.server_error()],
    ids=lambda fault: fault.name,
)
async def test_nothing_is_lost_by_a_broken_messenger(desk: Desk, fault: faults.Fault) -> None:
    desk.telegram.server.fails(fault, "getUpdates", times=3)
    wang = desk.telegram.person()
    for words in ("one", "two"):
        await wang.says(words)
    async with desk.polls():
        await desk.confirmed()
    assert len(await desk.kept()) == 2


async def test_a_messenger_that_asks_to_wait_is_obeyed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> Awaitable[None]:
        waits.append(seconds)
        return real(0)

    real = asyncio.sleep
    desk.telegram.server.fails(faults.too_many(17), "getUpdates")
    await desk.telegram.person().says("one")
    monkeypatch.setattr("bot.intake.asyncio.sleep", sleep)
    async with desk.polls():
        await desk.confirmed()
    assert 17.0 in waits
    assert len(await desk.kept()) == 1


async def test_a_long_poll_hears_at_once_and_ends_at_once(desk: Desk) -> None:
    bot = desk.telegram.bot
    async with desk.polls():
        await bot.queue.changed.until(lambda: bot.polls, 5)
        await desk.telegram.person().says("one")
        await desk.confirmed()
    [raw] = [c for c in desk.telegram.server.calls("getUpdates") if c.result]
    assert raw.params["timeout"] in ("25", 25)
    assert "my_chat_member" in str(raw.params["allowed_updates"])


async def test_what_was_kept_can_be_read_by_either_library(desk: Desk) -> None:
    await desk.telegram.person().says("路灯坏了")
    async with desk.polls():
        await desk.confirmed()
    [body] = await desk.kept()
    event = desk.telegram.channel.parse(json.loads(body))
    assert (event.kind, event.text) == (EventKind.TEXT, "路灯坏了")
