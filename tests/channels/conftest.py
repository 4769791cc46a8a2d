"""Each channel with people on its other side; the Telegram ones over the project's own Bot API server."""

import shutil
import ssl
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio

from tests.botapi import BotApiServer
from tests.channels.calls import SECRET_WORDS
from tests.channels.desk import Desk
from tests.channels.telegram_desk import LIBRARIES, TelegramDesk
from tests.channels.web_desk import WebDesk


@pytest.fixture(scope="session", autouse=True)
def certificates_are_read_once() -> Iterator[None]:
    """Each client reads them anew, which takes longer than most of these tests; nothing here speaks TLS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
        yield


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


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database with the sample in it."""
    shutil.copy(sqlite_template, tmp_path / "chulin.db")
    return f"sqlite:///{tmp_path / 'chulin.db'}"


@pytest_asyncio.fixture
async def line(telegram: TelegramDesk) -> TelegramDesk:
    """A bot to which somebody has written."""
    await telegram.person().says(SECRET_WORDS)
    return telegram
