"""Each channel with people on its other side; the Telegram ones over the project's own Bot API server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.botapi import BotApiServer
from tests.channels.desk import LIBRARIES, Desk, TelegramDesk, WebDesk


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as running:
        yield running
        assert running.crashes == []


@pytest_asyncio.fixture(params=[*LIBRARIES, "web"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path, server: BotApiServer) -> AsyncIterator[Desk]:
    """Any channel."""
    if request.param == "web":
        found: Desk = WebDesk(tmp_path)
    else:
        found = TelegramDesk(tmp_path, server, LIBRARIES[request.param])
    await found.channel.open()
    yield found
    await found.close()


@pytest_asyncio.fixture(params=[*LIBRARIES])
async def telegram(request: pytest.FixtureRequest, tmp_path: Path, server: BotApiServer) -> AsyncIterator[TelegramDesk]:
    """A channel on Telegram, by either library."""
    found = TelegramDesk(tmp_path, server, LIBRARIES[request.param])
    await found.channel.open()
    yield found
    await found.close()
