"""What the way is held against: the least that parsing, understanding and the same rows cost, and a bare ORM."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
from aiogram.types import Update
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

RawUpdate = dict[str, Any]
Rows = dict[str, list[tuple[Any, ...]]]

WRITTEN = (
    "cases",
    "case_people",
    "case_messages",
    "case_events",
    "keyboards",
    "outbox",
    "conversations",
    "alarms",
)
"""Tables that get new rows in the transaction that handles."""


def rows_written(path: Path, after: Rows | None = None) -> Rows:
    """What the way wrote, table by table, in the order in which it was written; `after`: what came since then."""
    known = {table: len(rows) for table, rows in (after or {}).items()}
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(
                f"SELECT * FROM {table} ORDER BY rowid LIMIT -1 OFFSET ?",  # noqa: S608 - ours
                (known.get(table, 0),),
            ).fetchall()
            for table in ("inbox", *WRITTEN)
        }


def on_sqlite(
    rows: Rows, schema: Path, updates: list[RawUpdate], understand: Callable[[Sequence[str]], object], at_once: int
) -> list[float]:
    """Seconds of each group for parsing, understanding and writing the same rows by raw sqlite3, in two commits."""
    taken = []
    with closing(_fresh(schema)) as connection:
        groups = -(-len(updates) // at_once)
        for group in range(groups):
            started = time.perf_counter()
            these = slice(group * at_once, (group + 1) * at_once)
            batch = updates[these]
            part = {table: _part(written, group, groups) for table, written in rows.items()}
            part["inbox"] = rows["inbox"][these]
            _take_in(connection, batch, part)
            came = connection.execute("SELECT body FROM inbox WHERE state = 'waiting'").fetchall()
            parsed = [Update.model_validate(orjson.loads(body)).message for (body,) in came]
            understand([message.text or "" for message in parsed if message])
            _handle(connection, part)
            taken.append(time.perf_counter() - started)
    return taken


def _fresh(schema: Path) -> sqlite3.Connection:
    """An empty database with the same tables and indices."""
    path = schema.with_name("floor.db")
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    with closing(sqlite3.connect(schema)) as source:
        for (statement,) in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"):
            connection.execute(statement)
    return connection


def _part(rows: list[tuple[Any, ...]], group: int, groups: int) -> list[tuple[Any, ...]]:
    return rows[len(rows) * group // groups : len(rows) * (group + 1) // groups]


def _take_in(connection: sqlite3.Connection, batch: list[RawUpdate], part: Rows) -> None:
    connection.execute("BEGIN IMMEDIATE")
    came = [
        (row[0], row[1], row[2], orjson.dumps(raw).decode(), "waiting", 0, row[6])
        for raw, row in zip(batch, part["inbox"], strict=True)
    ]
    connection.executemany(
        "INSERT INTO inbox (bot, update_id, chat, body, state, attempts, received_at) VALUES (?,?,?,?,?,?,?)", came
    )
    connection.executemany("INSERT OR REPLACE INTO lanes VALUES (?,?,?,1)", [(r[0], r[2], r[6]) for r in came])
    connection.execute("COMMIT")


def _handle(connection: sqlite3.Connection, part: Rows) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for table in WRITTEN:
        if batch := part[table]:
            marks = ",".join("?" * len(batch[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", batch)  # noqa: S608 - tables of ours
    done = [(row[4], row[8], row[9], row[0], row[1]) for row in part["inbox"]]
    connection.executemany(
        "UPDATE inbox SET state = ?, body = NULL, done_at = ?, outcome = ? WHERE bot = ? AND update_id = ?", done
    )
    connection.executemany(
        "UPDATE lanes SET ready_at = NULL WHERE bot = ? AND chat = ?", [(row[0], row[2]) for row in part["inbox"]]
    )
    touched = [(row[0], "case", row[1]) for row in part["cases"]]
    connection.executemany("INSERT OR REPLACE INTO counters VALUES (?,?,?)", {r[0]: r for r in touched}.values())
    connection.execute("COMMIT")


# --- the peer on PostgreSQL ------------------------------------------------------------------------------------------


class Bare(DeclarativeBase):
    metadata = MetaData()


class Note(Bare):
    __tablename__ = "bench_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


async def bare_orm(url: str, updates: list[RawUpdate], at_once: int) -> float:
    """Seconds for one ORM insert and commit an update, `at_once` sessions side by side."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"), pool_size=at_once)
    async with engine.begin() as connection:
        await connection.run_sync(Bare.metadata.drop_all)
        await connection.run_sync(Bare.metadata.create_all)

    async def some(batch: list[RawUpdate]) -> None:
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
