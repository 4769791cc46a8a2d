"""Files of cases are fetched however long the messenger is away; only what it will never give is given up."""

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import fetch
from bot.app import serve_until
from bot.channels.port import BadToken, Refused, TryLater
from bot.leases import LOOKED_EVERY
from storage.tables import Attachment
from tests.bot.test_stopping import PUSHED
from tests.support.fake_channel import FakeChannel
from tests.support.world import World, make_world
from tests.ways.steps import settled


async def state(world: World) -> Any:
    return await world.rows(lambda c: c.execute(select(Attachment.state)).scalar())


async def with_photo(world: World) -> None:
    wang = await settled(world)
    await wang.sends("photo")


@pytest.mark.parametrize("error", [TryLater("502"), TryLater("429", 3.0), BadToken("resident"), OSError("disk full")])
async def test_a_messenger_that_is_away_costs_no_photo(small_world: World, error: Exception) -> None:
    await with_photo(small_world)
    for _ in range(3 * fetch.TRIES):
        small_world.residents.no_files = [error]
        await small_world.app.fetcher.once()
        assert await state(small_world) == "waiting"
        assert small_world.app.fetcher.pause == (getattr(error, "seconds", None) or 1)
    await small_world.app.fetcher.once()
    assert await state(small_world) == "stored"


async def test_a_file_that_nobody_could_give_for_a_day_is_given_up(small_world: World) -> None:
    await with_photo(small_world)
    small_world.clock.forward(hours=25)
    small_world.residents.no_files = [TryLater("502")]
    await small_world.app.fetcher.once()
    assert await state(small_world) == "refused"


@pytest.mark.parametrize(("error", "tries"), [(Refused("gone"), 1), (ValueError("nonsense"), fetch.TRIES)])
async def test_what_will_never_come_is_given_up(small_world: World, error: Exception, tries: int) -> None:
    await with_photo(small_world)
    for left in reversed(range(tries)):
        small_world.residents.no_files = [error]
        await small_world.app.fetcher.once()
        assert await state(small_world) == ("waiting" if left else "refused")


async def test_who_is_cancelled_while_a_file_comes_leaves_no_half_of_it(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_photo(small_world)
    begun = asyncio.Event()

    async def slowly(_file_id: str, to: Path, _limit: int) -> None:
        to.write_bytes(b"the half of it")  # noqa: ASYNC240 - a few bytes
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(small_world.residents, "download", slowly)
    fetching = asyncio.create_task(small_world.app.fetcher.run())
    await begun.wait()
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    assert kept(small_world) == []
    assert await state(small_world) == "waiting"


async def test_no_room_in_the_store_leaves_nothing_behind_and_costs_no_photo(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_photo(small_world)

    def no_room(_scratch: Path) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(small_world.app.files, "take", no_room)
        for _ in range(3 * fetch.TRIES):
            await small_world.app.fetcher.once()
    assert kept(small_world) == []
    await small_world.app.fetcher.once()
    assert await state(small_world) == "stored"


def kept(world: World) -> list[str]:
    return [path.name for path in world.app.files.folder.rglob("*") if path.is_file()]


async def test_of_several_processes_one_fetches_files(
    tmp_path: Path, filled_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, asked = asyncio.Event(), []

    async def slowly(_channel: FakeChannel, file_id: str, _to: Path, _limit: int) -> None:
        asked.append(file_id)
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(FakeChannel, "download", slowly)
    monkeypatch.setattr(fetch, "IDLE_SECONDS", 0.01)
    worlds = [await make_world(tmp_path / name, filled_postgres_url, **PUSHED) for name in ("one", "two")]
    await with_photo(worlds[0])
    stop = asyncio.Event()
    serving = [asyncio.create_task(serve_until(stop, world.app)) for world in worlds]
    async with asyncio.timeout(30):
        await begun.wait()
        await asyncio.sleep(2 * LOOKED_EVERY)
        stop.set()
        await asyncio.gather(*serving)
    assert len(asked) == 1
