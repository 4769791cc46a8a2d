"""What the stand-in's own tests share: a server, a bot, somebody who has started it, and a raw line to it."""

from collections.abc import AsyncIterator

import pytest

from tests.botapi import Bot, BotApiServer, Person
from tests.botapi.rawbot import RawBot


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as running:
        yield running
        assert running.crashes == []


@pytest.fixture
async def bot(server: BotApiServer) -> Bot:
    return server.bot()


@pytest.fixture
async def chat(server: BotApiServer, bot: Bot) -> Person:
    person = server.user("王婆婆").private(bot)
    await person.starts()
    return person


@pytest.fixture
async def api(server: BotApiServer, bot: Bot) -> AsyncIterator[RawBot]:
    async with RawBot(server.url, bot.token) as raw:
        yield raw
