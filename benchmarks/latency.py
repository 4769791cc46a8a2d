"""From receiving an update to its durable answer, beside a floor from the same run.

The way: intake commit, parse with aiogram's models, understand, similar cases, ledger rows, cards, buttons, outbox,
commit at synchronous=FULL. The floor (floor.py): the same parsing and understanding, one message after another, with the
signature that stands in the row of what is filed, and the very rows that the way wrote, by raw sqlite3 in group
commits; the second floor understands a group together, as the way does. On PostgreSQL: a bare ORM insert and commit an
update. Nothing is sent: a messenger sets that pace. Every message comes from a chat of its own, `at once` of them are in
flight; some go ahead uncounted, so that what is made ready once is ready.

    uv run python -m benchmarks.latency [--updates 4000] [--postgres URL | --own-postgres] [--smallest]
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from benchmarks import floor, town
from benchmarks.sample import own_postgres
from bot.build import UNLIMITED, App, build
from bot.channels.aiogram_bot import AiogramChannel
from bot.commands.run import settle_down
from bot.district import load_district
from bot.settings import Settings
from bot.work import SHARED_BATCHES
from handlers.context import Bot, Serves
from handlers.residents import matters
from nlp.pipeline import Understander
from nlp.understanding import Reading
from storage.database import open_database
from storage.schema import migrate

TOKEN = "1234567890:" + "x" * 35
CONSENT = load_district().limits.consent_version
SINGLES = 700
WARM = 64
ON_SQLITE, ON_POSTGRES = 64, 16


async def make_app(url: str, folder: Path, residents: int, *, app_url: str = "", **more: Any) -> App:
    """An app over a fresh database; `app_url`: the app's own way to it, where the tables belong to somebody else."""
    await migrate(url)
    secret = SecretStr("x" * 32)
    settings = Settings(_env_file=None, database_url=app_url or url, data_dir=folder, link_secret=secret, **more)  # type: ignore[call-arg]
    database = open_database(url)
    await database.write(lambda connection: town.plant(connection, residents, CONSENT))
    await database.close()
    bots = {"resident": Bot("resident", Serves.RESIDENTS), "staff": Bot("staff", Serves.STAFF)}
    channels = {name: AiogramChannel(name, TOKEN) for name in bots}
    app = await build(settings, channels, bots=bots, limits=UNLIMITED, unthrottled=True)
    settle_down()
    return app


async def the_way(app: App, updates: list[dict[str, Any]], at_once: int) -> float:
    """Seconds for all updates, `at_once` in flight: as many come in as were answered."""
    coming, left = iter(updates), len(updates)

    async def come(count: int) -> None:
        if batch := list(islice(coming, count)):
            await app.intake.store(app.channels["resident"], batch)

    async def work() -> None:
        nonlocal left
        while left:
            app.worker.wake.clear()
            done = await app.worker.run_once()
            left -= done
            if done:
                await come(done)
            elif left:
                await app.worker.wake.wait()
        app.worker.wake.set()

    started = time.perf_counter()
    await asyncio.gather(come(at_once), *(work() for _ in range(min(at_once, SHARED_BATCHES))))
    return time.perf_counter() - started


async def one_at_a_time(app: App, updates: list[dict[str, Any]]) -> tuple[list[float], list[float]]:
    """Seconds from receiving each update to its committed answer, and how many of them the processor took."""
    taken, computed = [], []
    for update in updates:
        before = time.process_time()
        taken.append(await the_way(app, [update], 1))
        computed.append(time.process_time() - before)
    return taken, computed


def understood(read_all: Callable[[Sequence[str]], list[Reading]], texts: Sequence[str]) -> list[list[int]]:
    """All that is worked out of texts for the ledger; signatures only of what is filed, where they are first asked for."""
    return [list(matter.similar_key) for reading in read_all(texts) for matter in matters.requests(reading)]


def singly(understand: Callable[[Sequence[str]], object]) -> Callable[[Sequence[str]], object]:
    """One after another, as they come."""
    return lambda texts: [understand([text]) for text in texts]


async def on_sqlite(count: int) -> None:
    updates = town.updates(town.said(WARM + count + SINGLES, Understander.load()))
    many, singles = updates[WARM : WARM + count], updates[WARM + count :]
    with tempfile.TemporaryDirectory(prefix="chulin-bench-") as name:
        path = Path(name) / "way.db"
        app = await make_app(f"sqlite:///{path}", path.parent, len(updates))
        together = partial(understood, app.context.read_all)
        await the_way(app, updates[:WARM], ON_SQLITE)
        before = floor.rows_written(path)
        taken = await the_way(app, many, ON_SQLITE)
        rows = floor.rows_written(path, after=before)
        least, batched = [
            sum(floor.on_sqlite(rows, path, many, how, ON_SQLITE)) for how in (singly(together), together)
        ]
        print(f"SQLite, {ON_SQLITE} chats at once, {count} updates: {', '.join(_counted(rows))}")
        print(f"  the way {count / taken:7.0f} updates/s")
        print(f"  floor   {count / least:7.0f} updates/s    ratio {least / taken:.2f} (promised >= 0.60)")
        print(
            f"  floor   {count / batched:7.0f} updates/s    ratio {batched / taken:.2f}, a group understood together here, too"
        )
        print("SQLite, one at a time")
        before = floor.rows_written(path)
        alone, computed = await one_at_a_time(app, singles)
        print(f"  the way  {_spread(alone)} (promised p99 <= 5); of it the processor {_spread(computed)}")
        rows = floor.rows_written(path, after=before)
        print(f"  floor    {_spread(floor.on_sqlite(rows, path, singles, together, 1))}")
        await app.close()


def _spread(seconds: list[float]) -> str:
    in_order = sorted(seconds)
    p50, p99 = (in_order[int(len(in_order) * share)] * 1000 for share in (0.5, 0.99))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"


def _counted(rows: floor.Rows) -> list[str]:
    return [f"{len(rows[table])} {table}" for table in ("cases", "alarms", "keyboards", "outbox")]


async def on_postgres(url: str, count: int) -> None:
    updates = town.updates(town.said(count + WARM, Understander.load()))
    with tempfile.TemporaryDirectory(prefix="chulin-bench-") as name:
        app = await make_app(url, Path(name), len(updates))
        await the_way(app, updates[:WARM], ON_POSTGRES)
        taken = await the_way(app, updates[WARM:], ON_POSTGRES)
        await app.close()
    bare = await floor.bare_orm(url, updates[WARM:], ON_POSTGRES)
    print(f"PostgreSQL, {ON_POSTGRES} at once, {count} updates")
    print(f"  the way  {count / taken:7.0f} updates/s")
    print(f"  bare ORM {count / bare:7.0f} updates/s    ratio {bare / taken:.2f} (promised >= 0.40)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=4000)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--own-postgres", action="store_true", help="start one from the wheel")
    parser.add_argument("--smallest", action="store_true")
    wanted = parser.parse_args()
    count = 400 if wanted.smallest else wanted.updates
    asyncio.run(on_sqlite(count))
    if wanted.own_postgres:
        with own_postgres() as url:
            asyncio.run(on_postgres(url, count))
    elif wanted.postgres:
        asyncio.run(on_postgres(wanted.postgres, count))


if __name__ == "__main__":
    main()
