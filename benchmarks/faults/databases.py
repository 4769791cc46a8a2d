"""The database away: locked by somebody else, out of room, restarted, frozen."""

import asyncio
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks.faults.fault import Fault, Place, Row, Size, row
from benchmarks.faults.ground import Ground, ground
from benchmarks.faults.postgres import Postgres

LOCKED_SECONDS = 3
BACK_SECONDS = 5
"""From when PostgreSQL takes connections again until somebody is answered."""


async def locked(place: Place, size: Size) -> Row:
    """Another process holds SQLite's write lock, again and again."""
    times = size.of(quick=2, full=50)
    async with ground(await place.new(), 30 * times) as town:
        await town.serves()
        await town.says(10)
        for _ in range(times):
            await asyncio.to_thread(_hold_lock, _file(town))
            await asyncio.sleep(0.5)
        seen = await town.seen()
    return row("database locked by another", f"{times} times {LOCKED_SECONDS} s", "0 lost, no error", seen)


def _hold_lock(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(LOCKED_SECONDS)
        connection.execute("ROLLBACK")


async def full(place: Place, _size: Size) -> Row:
    """No room to write while residents write; then there is room again. (A file size limit of the process.)"""
    async with ground(await place.new(), 60) as town:
        process = await town.serves()
        await town.says(10)
        await asyncio.sleep(2)
        await _limits(process.pid, _file(town).stat().st_size)
        await asyncio.sleep(3)
        await _limits(process.pid, None)
        seen = await town.seen()
        with closing(sqlite3.connect(_file(town))) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
    return row("no room left", "3 s without room", "0 lost, integrity ok", seen, integrity=sound)


async def _limits(pid: int, size: int | None) -> None:
    limit = "unlimited" if size is None else str(size)
    command = await asyncio.create_subprocess_exec("prlimit", f"--pid={pid}", f"--fsize={limit}:unlimited")
    assert await command.wait() == 0


async def copied(place: Place, size: Size) -> Row:
    """The database's files as a power cut would leave them: copied while it writes, opened elsewhere."""
    times = size.of(quick=20, full=200)
    async with ground(await place.new(), 60 * times // 10) as town:
        await town.serves()
        await town.says(20)
        sound = sum([await asyncio.to_thread(_sound_copy, _file(town), number) for number in range(times)])
        seen = await town.seen()
    return row("files copied while writing", f"{times} copies", "all of them sound", seen, sound=f"{sound} of {times}")


def _sound_copy(path: Path, number: int) -> bool:
    """Whether a copy of the files, made without asking, opens and is whole."""
    copy = path.with_name(f"copy{number}.db")
    for ending in ("", "-wal"):
        if (part := path.with_name(path.name + ending)).exists():
            shutil.copyfile(part, copy.with_name(copy.name + ending))
    with closing(sqlite3.connect(copy)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


async def restarted(place: Postgres, size: Size) -> Row:
    """PostgreSQL ends at once (immediate), again and again, and comes back."""
    times = size.of(quick=2, full=20)
    async with ground(await place.new(), 80 * times) as town:
        await town.serves()
        await town.says(10)
        recoveries = []
        for _ in range(times):
            await town.next_answer()
            await asyncio.to_thread(place.restart)
            recoveries.append(await town.next_answer())
        seen = await town.seen()
    slowest = f"{max(recoveries):.1f} s"
    promised = f"0 lost, back <= {BACK_SECONDS} s"
    found = row("PostgreSQL restarted", f"{times} times", promised, seen, times, slowest=slowest)
    return replace(found, kept=found.kept and max(recoveries) <= BACK_SECONDS)


async def frozen(place: Postgres, _size: Size) -> Row:
    """PostgreSQL does not answer for a while (SIGSTOP)."""
    async with ground(await place.new(), 60) as town:
        await town.serves()
        await town.says(10)
        await town.next_answer()
        await asyncio.to_thread(place.freezes, 5)
        seen = await town.seen()
    return row("PostgreSQL frozen", "5 s", "0 lost", seen)


def _file(town: Ground) -> Path:
    return Path(town.stand.url.removeprefix("sqlite:///"))


FAULTS = (
    Fault((2,), "copied", copied, ("SQLite",)),
    Fault((8,), "locked", locked, ("SQLite",)),
    Fault((9,), "full", full, ("SQLite",)),
    Fault((10,), "restarted", restarted, ("PostgreSQL",)),
    Fault((10,), "frozen", frozen, ("PostgreSQL",)),
)
