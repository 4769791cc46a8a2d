"""Exports and imports all rows of a database, the same on both, so that a backup fits either.

Tables are read off the database, not off the code, so that an older revision can be kept and restored too. Values stay
as they stand there (what is encrypted at rest stays encrypted); only times, days and truth values change their form.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import Boolean, Connection, Date, DateTime, MetaData, Table, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.types import TypeEngine

from storage.database import postgres_engine, sqlite_engine
from storage.schema import sqlite_engine_for_migrations

T = TypeVar("T")
Row = list[Any]
AT_ONCE = 2000
VERSION_TABLE = "alembic_version"
FRESH = {"reference_version": 1, "communities": 1, "counters": 1, "units": 1_000_000, "program_revisions": 1_000_000}
"""How many rows of which tables a database has that was only made ready; a restore replaces them."""


async def in_snapshot(url: str, work: Callable[[Connection], T]) -> T:
    """Run `work` on one unchanging view of the database, beside whoever serves from it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sqlite_engine(parsed, write=False)
        try:
            with engine.begin() as connection:
                return work(connection)
        finally:
            engine.dispose()

    def still(connection: Connection) -> T:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        return work(connection)

    return await _on_postgres(url, still)


async def in_one_go(url: str, work: Callable[[Connection], T]) -> T:
    """Run `work` in one transaction of its own, without SQLite's foreign keys: they are looked at in the end."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return await _on_postgres(url, work)
    engine = sqlite_engine_for_migrations(parsed)
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


async def _on_postgres(url: str, work: Callable[[Connection], T]) -> T:
    engine = postgres_engine(make_url(url))
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def tables(connection: Connection) -> list[Table]:
    """The tables as they stand in the database, parents first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSION_TABLE]


def rows(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """All rows of a table, some at a time, as values that JSON can hold."""
    change = [_outgoing(column.type) for column in table.columns]
    found = connection.execution_options(yield_per=AT_ONCE).execute(select(table))
    for part in found.partitions():
        yield [[to(value) for to, value in zip(change, row, strict=True)] for row in part]


def put(connection: Connection, table: Table, names: Sequence[str], part: list[Row]) -> None:
    """Put rows back; `names` are their columns."""
    change = [_incoming(table.columns[name].type, connection.dialect.name) for name in names]
    given = [dict(zip(names, (to(v) for to, v in zip(change, row, strict=True)), strict=True)) for row in part]
    if given:
        connection.execute(insert(table), given)


def filled(connection: Connection) -> list[str]:
    """Names of tables that hold more than a fresh database does."""
    found = []
    for table in tables(connection):
        count = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if count > FRESH.get(table.name, 0):
            found.append(table.name)
    return found


def emptied(connection: Connection) -> None:
    """Take out what the first migration put in, before rows of a backup come."""
    for table in tables(connection):
        if table.name in FRESH:
            connection.execute(table.delete())


def _same(value: Any) -> Any:
    return value


def _outgoing(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    if isinstance(kind, Date):
        return lambda day: None if day is None else day.isoformat()
    return _said if isinstance(kind, DateTime) else _same


def _said(value: datetime | None) -> str | None:
    """A time in UTC; SQLite keeps it without its zone."""
    if value is None:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _incoming(kind: TypeEngine[Any], dialect: str) -> Callable[[Any], Any]:
    if isinstance(kind, Boolean):
        return lambda value: None if value is None else bool(value)
    if isinstance(kind, Date):
        return lambda day: None if day is None else date.fromisoformat(day)
    if not isinstance(kind, DateTime):
        return _same
    naive = dialect == "sqlite"

    def moment(value: str | None) -> datetime | None:
        if value is None:
            return None
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=None) if naive else found

    return moment
