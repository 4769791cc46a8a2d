"""What `benchmarks.monday` measures; apart, since the drawing process reads in the program that started it."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.engine import make_url

from benchmarks import town
from benchmarks.large_ledger import NOW, fill_postgres, fill_sqlite
from benchmarks.latency import CONSENT, TOKEN
from benchmarks.sample import own_postgres
from bot.build import UNLIMITED, App, build
from bot.channels.aiogram_bot import AiogramChannel
from bot.clock import ShiftedClock
from bot.settings import Settings
from digests.subject import subjects
from handlers.context import Bot, Serves
from ledger.periods import Period, last_full_months, week_from, zone_named
from nlp.pipeline import Understander
from storage.database import open_database
from storage.reference_queries import load
from storage.reporting.reports import WEEKLY
from storage.schema import migrate
from storage.tables import Case, Counter, ReportRun

ZONE = zone_named("Asia/Shanghai")
A_SECOND = 20
ALONE_SECONDS = 20
WHOLE_SECONDS, TIMES = 20, 1.2
"""All digests have to be made within so many seconds; meanwhile answers may take so many times as long."""


@dataclass(frozen=True, slots=True)
class Size:
    """Cases in the ledger, communities whose digest is due, seconds of messages before it is."""

    rows: int
    communities: int
    seconds: int

    @property
    def alone_for(self) -> int:
        return self.seconds * A_SECOND


SMALLEST = Size(rows=2000, communities=4, seconds=2)


def whole(rows: int) -> Size:
    return Size(rows, town.COMMUNITIES, ALONE_SECONDS)


async def make_app(url: str, folder: Path, residents: int, communities: int) -> App:
    settings = Settings(_env_file=None, database_url=url, data_dir=folder, link_secret=SecretStr("x" * 32))  # type: ignore[call-arg]
    database = open_database(url)
    await database.write(lambda connection: _plant(connection, residents, communities))
    await database.close()
    bots = {"resident": Bot("resident", Serves.RESIDENTS), "staff": Bot("staff", Serves.STAFF)}
    clock = ShiftedClock()
    clock.ahead = NOW - clock.now()
    channels = {name: AiogramChannel(name, TOKEN) for name in bots}
    return await build(settings, channels, clock, bots=bots, limits=UNLIMITED)


def _plant(connection: Connection, residents: int, communities: int) -> None:
    """The town, where the numbers of its large ledger have got to, and what was made before: all but the digests."""
    town.plant(connection, residents, CONSENT)
    reference = load(connection)
    made = [_made(s.community_id, s.code, last_full_months(NOW, s.months, ZONE)) for s in subjects(reference)]
    week = week_from(date(2026, 11, 16), ZONE)
    made += [_made(c, WEEKLY, week) for c in range(communities + 1, town.COMMUNITIES + 1)]
    connection.execute(insert(ReportRun), made)
    last = connection.execute(select(Case.community_id, func.max(Case.no)).group_by(Case.community_id))
    connection.execute(insert(Counter), [{"community_id": c, "name": "case", "value": no} for c, no in last])


def _made(community_id: int, report: str, period: Period) -> dict[str, Any]:
    times = {"period_start": period.start, "period_end": period.end, "made_at": NOW}
    return {"community_id": community_id, "report": report, "content": {"files": []}} | times


async def answered(app: App, updates: list[dict[str, Any]], until: Callable[[], bool]) -> list[float]:
    """Milliseconds from the moment at which each message came until its answer was committed."""
    channel, found, started = app.channels["resident"], [], time.perf_counter()
    for number, update in enumerate(updates):
        came = started + number / A_SECOND
        if until():
            break
        await asyncio.sleep(max(came - time.perf_counter(), 0))
        await app.intake.store(channel, [update])
        while await app.worker.run_once():
            pass
        found.append(1000 * (time.perf_counter() - came))
    return sorted(found)


async def measured(name: str, app: App, updates: list[dict[str, Any]], alone_for: int) -> None:
    alone = await answered(app, updates[:alone_for], lambda: False)
    began = time.perf_counter()
    making = asyncio.create_task(app.reporter.run_due(app.clock.now()))
    beside = await answered(app, updates[alone_for:], making.done)
    made, took = await making, time.perf_counter() - began
    ratio = _p95(beside) / _p95(alone)
    print(f"{name}: {made} digests in {took:.1f} s (promised: {town.COMMUNITIES} in {WHOLE_SECONDS} s)")
    print(f"  answers alone  p50 {_p50(alone):6.1f} ms  p95 {_p95(alone):6.1f} ms  of {len(alone)}")
    print(f"  answers beside p50 {_p50(beside):6.1f} ms  p95 {_p95(beside):6.1f} ms  of {len(beside)}", end="")
    print(f"    ratio {ratio:.2f} (promised <= {TIMES})")


def _p50(times: list[float]) -> float:
    return times[len(times) // 2]


def _p95(times: list[float]) -> float:
    return times[int(len(times) * 0.95)]


async def on(name: str, url: str, folder: Path, fill: Callable[[], Awaitable[None]], size: Size) -> None:
    await migrate(url)
    await fill()
    updates = town.updates(town.said(size.alone_for + 200 * A_SECOND, Understander.load()))
    app = await make_app(url, folder, len(updates), size.communities)
    await measured(name, app, updates, size.alone_for)
    await app.close()


async def run(size: Size, *, postgres: bool) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chulin-bench-")))
        path = folder / "chulin.db"

        async def sqlite_filled() -> None:
            await asyncio.to_thread(fill_sqlite, path, size.rows, town.COMMUNITIES)

        await on("SQLite", f"sqlite:///{path}", folder, sqlite_filled, size)
        if postgres:
            url = stack.enter_context(own_postgres())
            plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
            await on("PostgreSQL", url, folder, lambda: fill_postgres(plain, size.rows, town.COMMUNITIES), size)
