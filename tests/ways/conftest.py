"""Worlds beside the usual ones: a channel without buttons, one bot for both sides."""

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.build import UNLIMITED, build
from bot.channels.port import Outgoing, Sent
from bot.settings import Settings
from handlers.context import Bot, Serves
from tests.conftest import copy_of
from tests.support.fake_channel import FakeChannel
from tests.support.query_plans import Plans
from tests.support.staff_words import staff_words_in
from tests.support.world import HandClock, World, make_world, understander

PLANS = Plans()
PLANS.watch()


@pytest.fixture(autouse=True)
def no_statement_reads_a_growing_table_from_end_to_end(sqlite_template: Path) -> Iterator[None]:
    """Holds for whatever a test in this folder makes the program do."""
    PLANS.looking = True
    yield
    PLANS.looking = False
    assert PLANS.slow(sqlite_template) == []


@pytest.fixture(autouse=True)
def residents_read_no_state_by_the_name_that_only_staff_know(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Holds for whatever a test in this folder makes the program say."""
    told: list[str] = []
    send = FakeChannel.send

    async def listened_to(channel: FakeChannel, message: Outgoing) -> Sent:
        if channel.name == "resident":
            told.append(message.text)
        return await send(channel, message)

    monkeypatch.setattr(FakeChannel, "send", listened_to)
    yield
    assert staff_words_in(told) == []


async def _world(folder: Path, template: Path, bots: dict[str, Bot]) -> World:
    shutil.copy(template, folder / "chulin.db")
    url = f"sqlite:///{folder / 'chulin.db'}"
    found = Settings(_env_file=None, database_url=url, data_dir=folder, link_secret=SecretStr("s" * 32))  # type: ignore[call-arg]
    channels = {name: FakeChannel(name) for name in bots}
    for name, channel in channels.items():
        channel.abilities = replace(channel.abilities, buttons=bots[name].buttons)
    clock = HandClock()
    app = await build(
        found, channels, clock=clock, bots=bots, limits=UNLIMITED, unthrottled=True, understander=understander()
    )
    residents, staff = channels.get("resident", channels["staff"]), channels["staff"]
    return World(app, clock, residents, staff, itertools.count(1))


@pytest.fixture
async def plain_world(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[World]:
    """The residents' channel has no buttons."""
    bots = {"resident": Bot("resident", Serves.RESIDENTS, buttons=False), "staff": Bot("staff", Serves.STAFF)}
    found = await _world(tmp_path, sqlite_template, bots)
    yield found
    await found.app.close()


@pytest.fixture
async def one_bot_world(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[World]:
    """Residents and staff talk to the same bot."""
    found = await _world(tmp_path, sqlite_template, {"staff": Bot("staff", Serves.BOTH)})
    yield found
    await found.app.close()


@pytest.fixture
async def town(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[World]:
    """A world in which the district's limits hold."""
    found = await make_world(tmp_path, copy_of(sqlite_template, tmp_path), unthrottled=False)
    yield found
    await found.app.close()
