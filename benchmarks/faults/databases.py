"""The database away: locked by somebody else, out of room, restarted, frozen."""

import asyncio
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.faults.database_servers import Postgres
from benchmarks.faults.fault import Fault, Place, Row, Share, Size, row
from benchmarks.faults.harness import Harness, Seen, harness
from bot.build import RESIDENT

LOCKED_SECONDS = 3
NO_ROOM = 4096
"""Bytes that a file may have: no page of the database or of its log can be written behind them."""
WRITE_A_COPY, RATE_OF_COPIES = 6, 20
FROZEN_SECONDS = {Size.QUICK: 5, Size.FULL: 20}
BACK_SECONDS = 5
"""From when PostgreSQL takes connections again, or goes on, until somebody is answered."""


async def locked(place: Place, share: Share) -> Row:
    """Another process holds SQLite's write lock, again and again."""
    times = share.of(quick=2, full=50)
    async with harness(await place.new(), 30 * times) as town:
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


async def full(place: Place, _share: Share) -> Row:
    """No room to write while residents write; then there is room again. (A file size limit of the process.)"""
    async with harness(await place.new(), 60) as town:
        process = await town.serves()
        await town.says(10)
        await town.next_answer()
        await _limits(process.pid, NO_ROOM)
        await asyncio.sleep(1)
        stored = _stored(_file(town))
        await asyncio.sleep(3)
        really = _stored(_file(town)) == stored
        await _limits(process.pid, None)
        seen = await town.seen()
        with closing(sqlite3.connect(_file(town))) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
    found = row("no room left", "4 s without room", "0 lost, integrity ok", seen, integrity=sound)
    return replace(found, kept=found.kept and sound == "ok" and really)


def _stored(path: Path) -> int:
    """Updates in the database."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])


async def _limits(pid: int, size: int | None) -> None:
    limit = "unlimited" if size is None else str(size)
    command = await asyncio.create_subprocess_exec("prlimit", f"--pid={pid}", f"--fsize={limit}:unlimited")
    assert await command.wait() == 0


async def copied(place: Place, share: Share) -> Row:
    """The database's files as they are at one moment while it writes: what was confirmed before it is in them."""
    times, dice = share.of(quick=20, full=200), share.dice
    sound = 0
    async with harness(await place.new(), WRITE_A_COPY * times) as town:
        process = await town.serves()
        for number in range(times):
            await town.more_say(WRITE_A_COPY, RATE_OF_COPIES)
            await asyncio.sleep(dice.uniform(0, WRITE_A_COPY / RATE_OF_COPIES))
            confirmed = int((await town.stand.remote.do("queue", bot=RESIDENT))["confirmed_to"])
            copy = _copied(process.pid, _file(town), number)
            sound += await asyncio.to_thread(_is_sound, copy, confirmed)
        seen = await town.seen()
    did, promised = f"{times} copies", "all of them sound, with all that was confirmed"
    found = row("files copied while writing", did, promised, seen, sound=f"{sound} of {times}")
    return replace(found, kept=found.kept and sound == times, counts={"copies": times, "sound": sound} | found.counts)


def _copied(pid: int, path: Path, number: int) -> Path:
    """A copy of the files without asking; the process stands still, for a power cut ends everything at one moment."""
    copy = path.with_name(f"copy{number}.db")
    os.kill(pid, signal.SIGSTOP)
    try:
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.001)
        for ending in ("", "-wal"):
            if (part := path.with_name(path.name + ending)).exists():
                shutil.copyfile(part, copy.with_name(copy.name + ending))
    finally:
        os.kill(pid, signal.SIGCONT)
    return copy


def _is_sound(copy: Path, confirmed: int) -> bool:
    """Whether a copy opens, is whole, and has every update up to the last that was confirmed."""
    with closing(sqlite3.connect(copy)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        newest = connection.execute("SELECT coalesce(max(update_id), 0) FROM inbox").fetchone()[0]
    for ending in ("", "-wal", "-shm"):
        copy.with_name(copy.name + ending).unlink(missing_ok=True)
    return bool(whole and newest >= confirmed)


async def restarted(place: Postgres, share: Share) -> Row:
    """PostgreSQL ends at once (immediate), again and again, and comes back."""
    times = share.of(quick=2, full=20)
    found, slowest = await _away(place, place.restart, times, share.dice)
    return _back(found, slowest, "PostgreSQL restarted", f"{times} times", {"restarts": times})


async def frozen(place: Postgres, share: Share) -> Row:
    """PostgreSQL does not answer for a while (SIGSTOP), again and again."""
    times, seconds = share.of(quick=1, full=20), FROZEN_SECONDS[share.size]
    found, slowest = await _away(place, lambda: place.freezes(seconds), times, share.dice)
    return _back(found, slowest, "PostgreSQL frozen", f"{times} times {seconds} s", {"freezes": times})


async def _away(place: Postgres, goes: Callable[[], None], times: int, dice: Random) -> tuple[Seen, float]:
    """The server is away at any moment while residents write; `goes` ends when it is back. With the slowest recovery."""
    async with harness(await place.new(), 80 * times) as town:
        await town.serves()
        recoveries = []
        for _ in range(times):
            await town.more_say(80, 10)
            await town.next_answer()
            await asyncio.sleep(dice.uniform(0, 1))
            await asyncio.to_thread(goes)
            recoveries.append(await town.next_answer())
        seen = await town.seen()
    return seen, max(recoveries)


def _back(seen: Seen, slowest: float, fault: str, did: str, counts: dict[str, int]) -> Row:
    """Nothing lost, at most a repeat each time, and somebody answered soon."""
    promised, (times,) = f"0 lost, back <= {BACK_SECONDS} s", counts.values()
    found = row(fault, did, promised, seen, times, worst={"slowest": slowest})
    return replace(found, kept=found.kept and slowest <= BACK_SECONDS, counts=counts | found.counts)


def _file(town: Harness) -> Path:
    return Path(town.stand.url.removeprefix("sqlite:///"))


FAULTS = (
    Fault((2,), "copied", copied, ("SQLite",)),
    Fault((8,), "locked", locked, ("SQLite",)),
    Fault((9,), "full", full, ("SQLite",)),
    Fault((10,), "restarted", restarted, ("PostgreSQL",), parts=2),
    Fault((10,), "frozen", frozen, ("PostgreSQL",), parts=2),
)
