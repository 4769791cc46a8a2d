"""The end of the program: what has begun is finished first, and nothing can hold it up for ever."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.engine import make_url

from bot.app import serve_until
from storage.messenger import leases
from storage.tables import Outbox
from tests.botapi import BotApiServer
from tests.support.world import make_world
from tests.ways.steps import LAMP

SECONDS = 60
"""Until a test that nothing happens in has failed."""
PUSHED: dict[str, Any] = {
    "mode": "webhook",
    "webhook_url": "https://chulin.example",
    "webhook_secret": "s" * 32,
    "http_port": 0,
}


async def test_another_process_gets_the_lease_when_what_was_on_its_way_has_arrived(
    tmp_path: Path, walled_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world(tmp_path, walled_url, **PUSHED)
    states: list[str] = []
    release = leases.release

    def looks_first(connection: Connection, owner: str) -> None:
        states.extend(connection.execute(select(Outbox.state)).scalars())
        release(connection, owner)

    monkeypatch.setattr(leases, "release", looks_first)
    world.residents.hangs, stop = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve_until(stop, world.app))
    await world.app.intake.store(world.residents, [world.residents.push(kind="text", chat=5, text=LAMP)])
    async with asyncio.timeout(SECONDS):
        await world.residents.sending.wait()
        stop.set()
        asyncio.get_running_loop().call_later(1.5, world.residents.hangs.set)
        await serving
    assert states == ["sent"], "another process sends it again"


async def test_who_tapped_is_answered_though_the_program_ends(tmp_path: Path, app_url: str) -> None:
    world = await make_world(tmp_path, app_url)
    wang = world.resident()
    await wang.says(LAMP)
    database, committed, goes_on = world.app.database, asyncio.Event(), asyncio.Event()
    write = database.write

    async def slowly(work: Callable[[Connection], Any]) -> Any:
        result = await write(work)
        committed.set()
        await goes_on.wait()
        return result

    data = next(data for name, data in wang.last.buttons.items() if "延安岭社区" in name)
    raw = world.residents.push(kind="press", chat=1001, press=data, press_id="tap")
    await world.app.intake.store(world.residents, [raw])
    database.write = slowly  # type: ignore[method-assign]
    works = asyncio.create_task(world.app.worker.run())
    await committed.wait()
    works.cancel()
    await asyncio.gather(works, return_exceptions=True)
    asyncio.get_running_loop().call_later(0.1, goes_on.set)
    await world.app.close()
    assert "tap" in world.residents.answers


class Line:
    """The way to PostgreSQL, which can stand still: nothing comes through, and nobody says so."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._calls: set[asyncio.Task[None]] = set()
        self.moves = asyncio.Event()
        self.moves.set()

    def takes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._calls.add(asyncio.create_task(self._call(reader, writer)))

    async def ends(self) -> None:
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(self._server))
        try:
            await asyncio.gather(self._passes(reader, back), self._passes(there, writer))
        finally:
            for end in (writer, back):
                end.transport.abort()
                with suppress(OSError):
                    await end.wait_closed()

    async def _passes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while some := await reader.read(1 << 16):
                await self.moves.wait()
                writer.write(some)
        writer.close()


@asynccontextmanager
async def line_to(url: str, folder: Path) -> AsyncIterator[tuple[Line, str]]:
    """A line to the server behind a URL, and the URL by way of it."""
    parsed, name = make_url(url), ".s.PGSQL.5432"
    line = Line(Path(str(parsed.query["host"])) / name)
    async with await asyncio.start_unix_server(line.takes, str(folder / name)):
        yield line, parsed.set(query={"host": str(folder)}).render_as_string(hide_password=False)
        await line.ends()


async def test_a_database_that_does_not_answer_holds_up_nobodys_end(tmp_path: Path, filled_postgres_url: str) -> None:
    async with BotApiServer() as server, line_to(filled_postgres_url, tmp_path) as (line, url):
        bot = server.bot("楚邻")
        chat = server.user("居民").private(bot)
        environment = os.environ | {
            "CHULIN_API_URL": server.url,
            "CHULIN_RESIDENT_TOKEN": bot.token,
            "CHULIN_DATABASE_URL": url,
            "CHULIN_DATA_DIR": str(tmp_path),
            "CHULIN_HTTP_PORT": "0",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "run", env=environment, cwd=Path(__file__).parents[2]
        )
        await chat.says("楼下的路灯坏了")
        await chat.sees("路灯", seconds=SECONDS)
        line.moves.clear()
        await chat.says("还有楼道灯")
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), SECONDS)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
