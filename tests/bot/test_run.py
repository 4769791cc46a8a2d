"""The real process over the real client and the strict fake messenger: killed, stopped, started again."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from storage.schema import migrate
from tests.botapi import BotApiServer

TOKEN = "7000000001:" + "t" * 35
PEOPLE = 30


@asynccontextmanager
async def running(
    server: BotApiServer, folder: Path, token: str, library: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`chulin run` as a process; killed at the end if it still lives."""
    environment = os.environ | {
        "CHULIN_API_URL": server.url,
        "CHULIN_RESIDENT_TOKEN": token,
        "CHULIN_RESIDENT_LIBRARY": library,
        "CHULIN_DATABASE_URL": f"sqlite:///{folder / 'chulin.db'}",
        "CHULIN_DATA_DIR": str(folder),
        "CHULIN_HTTP_PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", env=environment, cwd=Path(__file__).parents[2]
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def kept(folder: Path) -> tuple[int, int]:
    """(updates stored, of them waiting)"""
    with closing(sqlite3.connect(folder / "chulin.db")) as connection:
        stored = connection.execute("SELECT count(*) FROM inbox").fetchone()[0]
        waiting = connection.execute("SELECT count(*) FROM inbox WHERE state != 'done'").fetchone()[0]
    return stored, waiting


@pytest.mark.parametrize("library", ["aiogram", "ptb"])
async def test_stopping_ends_in_time_and_loses_nothing(tmp_path: Path, library: str) -> None:
    await migrate(f"sqlite:///{tmp_path / 'chulin.db'}")
    async with BotApiServer() as server:
        bot = server.bot("楚邻")
        chats = [server.user(f"居民{n}").private(bot) for n in range(PEOPLE)]
        async with running(server, tmp_path, bot.token, library) as process:
            for chat in chats:
                await chat.says("楼下的路灯坏了")
            await chats[0].sees("路灯", seconds=30)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 10) == 0
        async with running(server, tmp_path, bot.token, library):
            for chat in chats:
                await chat.sees("路灯坏了", seconds=30)
    assert kept(tmp_path) == (PEOPLE, 0)
    assert all(len([m for m in chat.messages if "您说的是" in m.text]) == 1 for chat in chats)


async def test_a_kill_loses_nothing_and_doubles_no_update(tmp_path: Path) -> None:
    await migrate(f"sqlite:///{tmp_path / 'chulin.db'}")
    async with BotApiServer() as server:
        bot = server.bot("楚邻")
        chats = [server.user(f"居民{n}").private(bot) for n in range(PEOPLE)]
        for round_ in range(3):
            async with running(server, tmp_path, bot.token, "aiogram") as process:
                for chat in chats[round_ * 10 : round_ * 10 + 10]:
                    await chat.says("楼下的路灯坏了")
                await chats[round_ * 10].sees("路灯", seconds=30)
                process.kill()
        async with running(server, tmp_path, bot.token, "aiogram"):
            for chat in chats:
                await chat.sees("路灯坏了", seconds=30)
    assert kept(tmp_path) == (PEOPLE, 0)
    repeated = sum(len([m for m in chat.messages if "您说的是" in m.text]) - 1 for chat in chats)
    assert repeated <= 3  # a message that was on its way at each kill may come twice


async def test_a_wrong_token_ends_with_one_line_and_status_2(tmp_path: Path) -> None:
    await migrate(f"sqlite:///{tmp_path / 'chulin.db'}")
    async with BotApiServer() as server, running(server, tmp_path, TOKEN, "aiogram") as process:
        assert await asyncio.wait_for(process.wait(), 30) == 2


async def test_a_database_that_is_not_set_up_is_told_before_the_messenger_is_asked(tmp_path: Path) -> None:
    async with BotApiServer() as server:
        async with running(server, tmp_path, server.bot("楚邻").token, "aiogram") as process:
            assert await asyncio.wait_for(process.wait(), 30) == 2
        assert server.calls() == []
