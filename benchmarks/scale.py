"""Webhooks to several processes on one PostgreSQL: how much more they handle, and where the time goes.

Updates are posted to the processes in turn, as a proxy in front of them would, and are counted when they are handled.
Processor time is read of every process, so that the figures hold on a busy machine, too; what waits for what is asked of
the database ten times a second. Delivery is left out: it ends at the messenger's 30 a second whatever we do.

    uv run python -m benchmarks.scale [--updates 3000] [--workers 1 2 4] [--smallest]
"""

import argparse
import asyncio
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from benchmarks import town
from benchmarks.faults.database_servers import Postgres, postgres
from benchmarks.real_process import ROOT, TOKENS
from bot.build import RESIDENT, STAFF
from bot.district import load_district
from bot.http.server import SECRET_HEADER
from nlp.pipeline import Understander
from storage.database import open_database
from storage.schema import migrate
from tests.botapi.remote import RemoteBotApi

SECRET = "w" * 32
AT_ONCE = 64
TICKS = os.sysconf("SC_CLK_TCK")
WAITS = """
SELECT coalesce(wait_event_type, 'running') AS what FROM pg_stat_activity
WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()
"""
HANDLED = "SELECT count(*) FROM inbox WHERE state <> 'waiting'"


@dataclass
class Seen:
    """What one number of processes did."""

    workers: int
    updates: int
    seconds: float = 0.0
    bots: float = 0.0
    """Processor seconds of the processes."""
    database: float = 0.0
    waits: Counter[str] = field(default_factory=Counter)
    handled: int = 0


async def measure(server: Postgres, workers: int, said: list[str]) -> Seen:
    seen = Seen(workers, len(said))
    url = await server.new()
    await migrate(url)
    await _plant(url, len(said))
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chulin-bench-")))
        remote = await stack.enter_async_context(await RemoteBotApi.start(log=folder / "calls.jsonl", tokens=TOKENS))
        ports = [_free_port() for _ in range(workers)]
        processes = [await _start(folder, url, remote.url, port) for port in ports]
        client = await stack.enter_async_context(aiohttp.ClientSession(headers={SECRET_HEADER: SECRET}))
        watch: asyncpg.Connection = await asyncpg.connect(url)
        try:
            await asyncio.gather(*(_is_up(client, port) for port in ports))
            before = [_processor(process.pid) for process in processes], _database(server)
            began = time.monotonic()
            watching = asyncio.create_task(_waits(watch, seen.waits, len(said)))
            await _post(client, ports, town.updates(said))
            seen.handled = await watching
            seen.seconds = time.monotonic() - began
            seen.bots = sum(_processor(p.pid) for p in processes) - sum(before[0])
            seen.database = _database(server) - before[1]
        finally:
            await watch.close()
            for process in processes:
                process.kill()
                await process.wait()
    return seen


async def _plant(url: str, residents: int) -> None:
    consent = load_district().limits.consent_version
    database = open_database(url)
    await database.write(lambda connection: town.plant(connection, residents, consent))
    await database.close()


async def _start(folder: Path, url: str, api: str, port: int) -> asyncio.subprocess.Process:
    own = {name: value for name, value in os.environ.items() if not name.startswith("CHULIN_")}
    own.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed app is compiled once, not with every start
    settings = {
        "API_URL": api, "RESIDENT_TOKEN": TOKENS[RESIDENT], "STAFF_TOKEN": TOKENS[STAFF], "STAFF_LIBRARY": "aiogram",
        "DATABASE_URL": url, "DATA_DIR": str(folder), "LINK_SECRET": "s" * 32, "LOG_LEVEL": "ERROR",
        "MODE": "webhook", "WEBHOOK_URL": f"http://127.0.0.1:{port}", "WEBHOOK_SECRET": SECRET, "HTTP_PORT": str(port),
    }  # fmt: skip
    environment = own | {"PYTHONPATH": str(ROOT)} | {f"CHULIN_{name}": value for name, value in settings.items()}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", cwd=folder, env=environment, stderr=asyncio.subprocess.DEVNULL
    )


async def _is_up(client: aiohttp.ClientSession, port: int) -> None:
    async with asyncio.timeout(180):
        while True:
            try:
                async with client.get(f"http://127.0.0.1:{port}/healthz"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)


async def _post(client: aiohttp.ClientSession, ports: list[int], updates: list[dict[str, Any]]) -> None:
    """All updates to the processes in turn, so many at once as Telegram has connections to a webhook."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, update: dict[str, Any]) -> None:
        async with slots:
            address = f"http://127.0.0.1:{ports[number % len(ports)]}/telegram/{RESIDENT}"
            while True:
                async with client.post(address, json=update) as answer:
                    if answer.status == 200:
                        return
                await asyncio.sleep(0.5)

    await asyncio.gather(*(one(number, update) for number, update in enumerate(updates)))


async def _waits(watch: asyncpg.Connection, waits: Counter[str], updates: int) -> int:
    """Until all are handled, what the database's connections are doing."""
    while (handled := await watch.fetchval(HANDLED)) < updates:
        waits.update(row["what"] for row in await watch.fetch(WAITS))
        await asyncio.sleep(0.1)
    return int(handled)


def _processor(pid: int) -> float:
    """Seconds of processor time of a process and of those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def _database(server: Postgres) -> float:
    return _processor(server.pid) + sum(map(_processor, server.children()))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def report(seen: Seen, first: Seen) -> None:
    each = 1000 / seen.updates
    most = ", ".join(f"{what} {share / max(seen.waits.total(), 1):.0%}" for what, share in seen.waits.most_common(4))
    print(
        f"  {seen.workers} processes: {seen.updates / seen.seconds:6.0f} a second"
        f" ({first.seconds / seen.seconds:.2f} times one)  processor a message: bot {seen.bots * each:.2f} ms,"
        f" database {seen.database * each:.2f} ms  connections: {most}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=3000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--smallest", action="store_true", help="200 updates, one process and two")
    wanted = parser.parse_args()
    updates, workers = (200, [1, 2]) if wanted.smallest else (wanted.updates, wanted.workers)
    said = town.said(updates, Understander.load())
    with postgres() as server:
        print(f"{updates} updates from as many residents of {town.COMMUNITIES} communities, {os.cpu_count()} cores")
        first: Seen | None = None
        for count in workers:
            seen = asyncio.run(measure(server, count, said))
            first = first or seen
            report(seen, first)


if __name__ == "__main__":
    main()
