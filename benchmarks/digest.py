"""A community's weekly digest out of a large ledger: its queries beside the bare driver, its drawing.

The floor runs the very statements that the way ran, with the same values, and fetches all rows, without SQLAlchemy.

    uv run python -m benchmarks.digest [--rows 1000000] [--postgres URL | --own-postgres] [--smallest]
"""

import argparse
import asyncio
import pickle
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import make_url

from benchmarks.large_ledger import NOW, add_communities, fill_postgres, fill_sqlite
from benchmarks.sample import own_postgres
from bot.district import load_district, load_texts
from bot.reporting.weekly import WeeklyMaker
from digests.drawing_process import Drawer, DrawHere, Order
from digests.weekly_text import weekly_text
from ledger.periods import week_from
from nlp.personal import mask
from storage.database import Database, open_database
from storage.reference import CommunityRow
from storage.reference_queries import load
from storage.schema import migrate
from storage.sql import driver
from storage.unit_of_work import UnitOfWork

QUERIES_MS, DRAWING_MS = 10, 600
Statement = tuple[str, Any]


def show(what: str, times: list[float], limit: float | None = None) -> None:
    ranked = sorted(times)
    line = f"{what:<46} p50 {statistics.median(ranked):7.2f} ms   p95 {ranked[int(len(ranked) * 0.95)]:7.2f} ms"
    print(line + (f"   (to reach: {limit} ms)" if limit else ""))


async def timed(work: Callable[[], Awaitable[Any]], warm: int = 1) -> float:
    """Milliseconds of one run after `warm` others."""
    for _ in range(warm):
        await work()
    start = time.perf_counter()
    await work()
    return 1000 * (time.perf_counter() - start)


async def measure(name: str, database: Database, floor: "Floor", sample: int) -> Order:
    """Print what the queries take, for `sample` communities, beside the floor; returns one order to draw."""
    reference = await database.read(load)
    maker = WeeklyMaker(load_district(), load_texts(), mask, DrawHere())
    period = week_from(date(2026, 11, 16), next(iter(reference.real_communities())).zone)
    chosen = random.Random(3).sample(reference.real_communities(), sample)

    def ordered(community: CommunityRow) -> Awaitable[Order]:
        return database.read(lambda c: maker.order(UnitOfWork(c, reference, NOW), community, period))

    await ordered(chosen[0])  # compiles the statements
    way = [await timed(lambda community=community: ordered(community)) for community in chosen]  # type: ignore[misc]
    statements = [await floor.record(lambda community=community: ordered(community)) for community in chosen]  # type: ignore[misc]
    bare = [await timed(lambda batch=batch: floor.run(batch)) for batch in statements]  # type: ignore[misc]
    order = await ordered(chosen[0])
    cases, waiting = len(order.rows.filed), order.page.weekly.waiting.total
    print(f"{name}: {len(statements[0])} statements, {cases} cases in the week, {waiting} waiting")
    show(f"{name} queries", way, QUERIES_MS)
    show(f"{name} floor", bare)
    return order


class Floor:
    """Records the statements of a database's work, and runs them again by the bare driver."""

    def __init__(self, engine: Any) -> None:
        self._found: list[Statement] = []
        event.listen(engine, "before_cursor_execute", self._note)
        self._past_sqlalchemy(driver.fetch)

    def _note(self, _connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        self._found.append((statement, values))

    def _past_sqlalchemy(self, fetch: Callable[..., Any]) -> None:
        """Queries that are always the same go to the driver; SQLAlchemy's listeners do not see them."""

        def noted(connection: Any, statement: str, values: Any) -> Any:
            self._found.append((statement, values))
            return fetch(connection, statement, values)

        driver.fetch = noted

    async def record(self, work: Callable[[], Awaitable[Any]]) -> list[Statement]:
        self._found.clear()
        await work()
        return [found for found in self._found if found[0].startswith("SELECT")]

    async def run(self, batch: list[Statement]) -> None:
        raise NotImplementedError


class SqliteFloor(Floor):
    def __init__(self, engine: Any, path: Path) -> None:
        super().__init__(engine)
        self._connection = sqlite3.connect(path, isolation_level=None)

    async def run(self, batch: list[Statement]) -> None:
        self._connection.execute("BEGIN")
        for statement, values in batch:
            self._connection.execute(statement, values).fetchall()
        self._connection.execute("COMMIT")


class PostgresFloor(Floor):
    def __init__(self, engine: Any, connection: asyncpg.Connection) -> None:
        super().__init__(engine)
        self._connection = connection

    async def run(self, batch: list[Statement]) -> None:
        async with self._connection.transaction():
            for statement, values in batch:
                await self._connection.fetch(statement, *values)


async def on_sqlite(path: Path, arguments: argparse.Namespace) -> Order:
    url = f"sqlite:///{path}"
    await migrate(url)
    start = time.perf_counter()
    fill_sqlite(path, arguments.rows, arguments.communities)
    database: Any = open_database(url)
    await database.write(lambda connection: add_communities(connection, arguments.communities))
    print(f"SQLite filled with {arguments.rows:,} cases in {time.perf_counter() - start:.0f} s")
    order = await measure("SQLite", database, SqliteFloor(database._reading, path), arguments.sample)  # noqa: SLF001
    await database.close()
    return order


async def on_postgres(url: str, arguments: argparse.Namespace) -> None:
    await migrate(url)
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    start = time.perf_counter()
    await fill_postgres(plain, arguments.rows, arguments.communities)
    database: Any = open_database(url)
    await database.write(lambda connection: add_communities(connection, arguments.communities))
    print(f"PostgreSQL filled with {arguments.rows:,} cases in {time.perf_counter() - start:.0f} s")
    connection = await asyncpg.connect(plain)
    floor = PostgresFloor(database._engine.sync_engine, connection)  # noqa: SLF001
    await measure("PostgreSQL", database, floor, arguments.sample)
    await connection.close()
    await database.close()


async def on_paper(order: Order, runs: int = 7) -> None:
    """Print what drawing takes: here, and in the process that does it in earnest."""
    start = time.perf_counter()
    text = weekly_text(order.page)
    took = 1000 * (time.perf_counter() - start)
    print(f"text, {len(text)} characters: {took:.1f} ms; the order is {len(pickle.dumps(order)):,} bytes")
    drawer = Drawer()
    start = time.perf_counter()
    await drawer.files(order)
    print(f"first digest, with the start of the drawing process: {time.perf_counter() - start:.1f} s")
    show(
        "chart, pages and workbook, in their process",
        [await timed(lambda: drawer.files(order), 0) for _ in range(runs)],
        DRAWING_MS,
    )
    drawer.rest()
    order.draw()  # imports the libraries here too
    here = []
    for _ in range(runs):
        start = time.perf_counter()
        order.draw()
        here.append(1000 * (time.perf_counter() - start))
    show("floor: the same drawn in this process", here)


async def run(arguments: argparse.Namespace) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        order = await on_sqlite(folder / "chulin.db", arguments)
        url = stack.enter_context(own_postgres()) if arguments.own_postgres else arguments.postgres
        if url:
            await on_postgres(url, arguments)
    await on_paper(order)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--communities", type=int, default=200)
    parser.add_argument("--sample", type=int, default=40, help="communities that are measured")
    parser.add_argument("--postgres", help="URL of an empty database")
    parser.add_argument("--own-postgres", action="store_true", help="start a server for this run")
    parser.add_argument("--smallest", action="store_true", help="only to see that it runs")
    arguments = parser.parse_args()
    if arguments.smallest:
        arguments.rows, arguments.communities, arguments.sample = 2000, 5, 5
    asyncio.run(run(arguments))


if __name__ == "__main__":
    main()
