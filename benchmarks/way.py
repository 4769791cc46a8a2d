"""From receiving an update to its durable answer, beside a floor from the same run.

The way: intake commit, parse with aiogram's models, understand, similar cases, ledger rows, buttons, outbox, commit at
synchronous=FULL. The floor: the same parsing and understanding, and the very rows that the way wrote, by raw sqlite3 in
group commits (on PostgreSQL: a bare ORM insert and commit an update). Nothing is sent: a messenger sets that pace.

    uv run python -m benchmarks.way [--updates 2000] [--chats 64] [--postgres URL | --own-postgres] [--smallest]
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from aiogram.types import Update
from pydantic import SecretStr
from sqlalchemy import Connection, MetaData, insert
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.sample import own_postgres, texts
from bot.build import UNLIMITED, App, build
from bot.channels.aiogram_bot import AiogramChannel
from bot.settings import Settings
from handlers.context import Bot, Serves
from nlp.understand import Understander
from storage.database import open_database
from storage.schema import migrate
from storage.tables import Community, Person, Street

TOKEN = "1234567890:" + "x" * 35
COMMUNITIES = 30


def raw_update(number: int, chat: int, text: str) -> dict[str, Any]:
    """A text message as Telegram sends it."""
    sender = {"id": chat, "is_bot": False, "first_name": "居民", "language_code": "zh-hans"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "from": sender,
            "chat": {"id": chat, "first_name": "居民", "type": "private"},
            "date": 1_795_000_000 + number // 100,
            "text": text,
        },
    }


def people(connection: Connection, chats: int, consent: str) -> None:
    """Communities, and a resident of one of them for each chat who has agreed to the notice."""
    from datetime import UTC, datetime  # noqa: PLC0415

    now = datetime.now(UTC)
    connection.execute(insert(Street), [{"id": 1, "name": "街道"}])
    connection.execute(
        insert(Community),
        [
            {"id": c, "street_id": 1, "code": f"C{c}", "name": f"社区{c}", "time_zone": "Asia/Shanghai"}
            for c in range(1, COMMUNITIES + 1)
        ],
    )
    connection.execute(
        insert(Person),
        [
            {"bot": "resident", "account": c, "chat": c, "community_id": 1 + c % COMMUNITIES, "consent_version": consent,
             "consented_at": now, "created_at": now}
            for c in range(1, chats + 1)
        ],
    )  # fmt: skip


async def make_app(url: str, folder: Path, chats: int) -> App:
    await migrate(url)
    settings = Settings(_env_file=None, database_url=url, data_dir=folder, link_secret=SecretStr("x" * 32))  # type: ignore[call-arg]
    database = open_database(url)
    await database.write(lambda connection: people(connection, chats, "2026-11"))
    await database.close()
    channel = AiogramChannel("resident", TOKEN)
    return await build(
        settings, {"resident": channel}, bots={"resident": Bot("resident", Serves.RESIDENTS)}, limits=UNLIMITED
    )


async def the_way(app: App, updates: list[dict[str, Any]], at_once: int) -> float:
    """Seconds for all updates, `at_once` in flight."""
    channel = app.channels["resident"]
    started = time.perf_counter()
    for i in range(0, len(updates), at_once):
        await app.intake.store(channel, updates[i : i + at_once])
        while await app.worker.run_once():
            pass
    return time.perf_counter() - started


async def one_at_a_time(app: App, updates: list[dict[str, Any]]) -> list[float]:
    """Seconds from receiving each update to its committed answer."""
    channel = app.channels["resident"]
    found = []
    for update in updates:
        started = time.perf_counter()
        await app.intake.store(channel, [update])
        await app.worker.run_once()
        found.append(time.perf_counter() - started)
    return found


# --- the floor -------------------------------------------------------------------------------------------------------

WRITTEN = (
    "inbox",
    "lanes",
    "cases",
    "case_people",
    "case_messages",
    "case_events",
    "buttons",
    "outbox",
    "conversations",
    "alarms",
)


def rows_written(path: Path, updates: int) -> dict[str, list[tuple[Any, ...]]]:
    """What the way wrote, table by table."""
    with closing(sqlite3.connect(path)) as connection:
        found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in WRITTEN}  # noqa: S608 - names of ours
    assert len(found["inbox"]) == updates
    return found


def floor(
    rows: dict[str, list[tuple[Any, ...]]],
    schema: Path,
    updates: list[dict[str, Any]],
    understander: Understander,
    at_once: int,
) -> float:  # fmt: skip
    """Seconds for parsing, understanding and writing the same rows, in two commits a group."""
    path = schema.with_name("floor.db")
    with closing(sqlite3.connect(schema)) as source, closing(sqlite3.connect(path)) as target:
        for (statement,) in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
            target.execute(statement)
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    groups = -(-len(updates) // at_once)
    started = time.perf_counter()
    for group in range(groups):
        batch = updates[group * at_once : (group + 1) * at_once]
        for update in batch:
            message = Update.model_validate(update).message
            assert message is not None
            understander.read(message.text or "")
        _write_group(connection, rows, group, groups)
    return time.perf_counter() - started


def _write_group(
    connection: sqlite3.Connection, rows: dict[str, list[tuple[Any, ...]]], group: int, groups: int
) -> None:
    def part(table: str) -> list[tuple[Any, ...]]:
        size = -(-len(rows[table]) // groups)
        return rows[table][group * size : (group + 1) * size]

    for tables in (("inbox", "lanes"), WRITTEN[2:]):
        connection.execute("BEGIN IMMEDIATE")
        for table in tables:
            if batch := part(table):
                marks = ",".join("?" * len(batch[0]))
                connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", batch)  # noqa: S608
        if tables[0] != "inbox":
            done = [(row[0], row[1]) for row in part("inbox")]
            connection.executemany("UPDATE inbox SET state='done', body=NULL WHERE bot=? AND update_id=?", done)
        connection.execute("COMMIT")


# --- the peer on PostgreSQL ------------------------------------------------------------------------------------------


class Bare(DeclarativeBase):
    metadata = MetaData()


class Note(Bare):
    __tablename__ = "bench_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


async def bare_orm(url: str, updates: list[dict[str, Any]], at_once: int) -> float:
    """Seconds for one ORM insert and commit an update, `at_once` sessions side by side."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"), pool_size=at_once)
    async with engine.begin() as connection:
        await connection.run_sync(Bare.metadata.drop_all)
        await connection.run_sync(Bare.metadata.create_all)

    async def some(batch: list[dict[str, Any]]) -> None:
        for update in batch:
            async with AsyncSession(engine) as session:
                session.add(Note(text=update["message"]["text"]))
                await session.commit()

    await asyncio.gather(*(some(updates[i::at_once][:2]) for i in range(at_once)))
    started = time.perf_counter()
    await asyncio.gather(*(some(updates[i::at_once]) for i in range(at_once)))
    taken = time.perf_counter() - started
    await engine.dispose()
    return taken


# --- the run ---------------------------------------------------------------------------------------------------------


async def on_sqlite(count: int, chats: int, at_once: int) -> None:
    folder = Path(tempfile.mkdtemp())
    app = await make_app(f"sqlite:///{folder / 'way.db'}", folder, chats)
    said = texts(count + 700)
    updates = [raw_update(n, 1 + n % chats, said[n]) for n in range(count)]
    taken = await the_way(app, updates, at_once)
    rows = rows_written(folder / "way.db", count)
    understander = Understander.load()
    floored = floor(rows, folder / "way.db", updates, understander, at_once)
    print(f"SQLite, {chats} chats, {at_once} at once, {count} updates, {len(rows['cases'])} cases")
    print(f"  the way {count / taken:7.0f} updates/s")
    print(f"  floor   {count / floored:7.0f} updates/s    ratio {floored / taken:.2f} (promised >= 0.60)")
    singles = [raw_update(count + n, 1 + n % chats, said[count + n]) for n in range(700)]
    times = sorted(await one_at_a_time(app, singles))
    p50, p99 = times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
    print(f"  one at a time: p50 {p50:.1f} ms, p99 {p99:.1f} ms (promised <= 5)")
    await app.close()


async def on_postgres(url: str, count: int, chats: int) -> None:
    folder = Path(tempfile.mkdtemp())
    app = await make_app(url, folder, chats)
    said = texts(count)
    updates = [raw_update(n, 1 + n % chats, said[n]) for n in range(count)]
    taken = await the_way(app, updates, 16)
    await app.close()
    bare = await bare_orm(url, updates, 16)
    print(f"PostgreSQL, 16 at once, {count} updates")
    print(f"  the way  {count / taken:7.0f} updates/s")
    print(f"  bare ORM {count / bare:7.0f} updates/s    ratio {bare / taken:.2f} (promised >= 0.40)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=4000)
    parser.add_argument("--chats", type=int, default=64)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--own-postgres", action="store_true", help="start one from the wheel")
    parser.add_argument("--smallest", action="store_true")
    wanted = parser.parse_args()
    count = 400 if wanted.smallest else wanted.updates
    asyncio.run(on_sqlite(count, wanted.chats, 64))
    if wanted.own_postgres:
        with own_postgres() as url:
            asyncio.run(on_postgres(url, count, wanted.chats))
    elif wanted.postgres:
        asyncio.run(on_postgres(wanted.postgres, count, wanted.chats))


if __name__ == "__main__":
    main()
