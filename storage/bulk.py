"""Writes many rows of one table at the driver's own cost.

SQLAlchemy makes the statement and knows how to convert the values; the driver gets the rows as they are. Per row this
costs a fifth of an executemany through the statement.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Connection, Dialect
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.types import TypeEngine

from storage.driver import fetch, is_sqlite, run_many
from storage.tables import Base, table_of
from storage.types import Utc

Row = dict[str, Any]
Values = Sequence[Any]
Make = Callable[[Any], Any]
"""From the `insert` of a dialect to a statement that changes rows."""
FEW_DIFFERENT = (Utc, Boolean)
"""Types whose values mostly repeat from row to row and table to table: what was converted is kept for a while."""


class Prepared(NamedTuple):
    """A statement for rows with certain keys. `defaults` of what they leave out, and conversions, stand by place."""

    statement: str
    names: tuple[str, ...]
    defaults: dict[str, Any]
    converts: dict[str, Callable[[Values], Values]]


def upsert(connection: Connection) -> Any:
    """`insert` of the dialect at hand, for ON CONFLICT."""
    return _insert_of(connection.dialect)


def insert_rows(connection: Connection, model: type[Base], rows: list[Row], *, skip_known: bool = False) -> None:
    """Insert rows of one table, all with the same keys; what they leave out gets the column's default.

    `skip_known`: a row whose primary or unique key is there already is left as it is; else that is an error.
    """
    run_rows(connection, _inserting(model, tuple(rows[0]), skip_known), rows)


def insert_together(connection: Connection, batches: Sequence[tuple[type[Base], list[Row], bool]]) -> None:
    """As `insert_rows` (table, rows, `skip_known`) for several tables, parents before children.

    On PostgreSQL it is one statement: there the way to the server is what costs.
    """
    if is_sqlite(connection):
        for model, rows, skip_known in batches:
            insert_rows(connection, model, rows, skip_known=skip_known)
    elif batches:
        values: list[Values] = []
        for model, rows, skip_known in batches:
            given = tuple(rows[0])
            prepared = _prepared(_inserting(model, given, skip_known), given, connection.dialect)
            values += [list(column) for column in _columns(prepared, given, rows)]
        kinds = tuple((model, tuple(rows[0]), skip_known) for model, rows, skip_known in batches)
        fetch(connection, _unnested(kinds, connection.dialect), tuple(values))


def run_rows(connection: Connection, make: Make, rows: list[Row]) -> None:
    """Run one statement for many rows, which name its places. `make` makes it and is a function of a module."""
    given = tuple(rows[0])
    prepared = _prepared(make, given, connection.dialect)
    run_many(connection, prepared.statement, list(zip(*_columns(prepared, given, rows), strict=True)))


def _columns(prepared: Prepared, given: tuple[str, ...], rows: list[Row]) -> Iterator[Values]:
    """The values of rows, place by place, as the driver takes them."""
    columns: dict[str, Values] = dict(zip(given, zip(*map(itemgetter(*given), rows), strict=True), strict=True))
    columns |= {name: (value,) * len(rows) for name, value in prepared.defaults.items()}
    columns |= {name: convert(columns[name]) for name, convert in prepared.converts.items()}
    return (columns[name] for name in prepared.names)


@cache
def _inserting(model: type[Base], given: tuple[str, ...], skip_known: bool) -> Make:
    def make(insert: Any) -> Any:
        statement = insert(table_of(model)).values(dict.fromkeys(given))
        return statement.on_conflict_do_nothing() if skip_known else statement

    return make


@cache
def _unnested(kinds: tuple[tuple[type[Base], tuple[str, ...], bool], ...], dialect: Dialect) -> str:
    """One statement that inserts into several tables; each of its places takes a whole column."""
    quoted, places = dialect.identifier_preparer.quote, count(1)
    parts = []
    for number, (model, given, skip_known) in enumerate(kinds):
        table, names = table_of(model), _prepared(_inserting(model, given, skip_known), given, dialect).names
        arrays = ", ".join(f"${next(places)}::{table.c[name].type.compile(dialect)}[]" for name in names)
        into = f"{quoted(table.name)} ({', '.join(map(quoted, names))})"
        known = " ON CONFLICT DO NOTHING" if skip_known else ""
        parts.append(f"part_{number} AS (INSERT INTO {into} SELECT * FROM unnest({arrays}){known})")  # noqa: S608 - ours
    return f"WITH {', '.join(parts)} SELECT 1"


@cache
def _prepared(make: Make, given: tuple[str, ...], dialect: Dialect) -> Prepared:
    statement = make(_insert_of(dialect))
    compiled = statement.compile(dialect=dialect)
    names = tuple(compiled.positiontup)
    left_out = {column.name: column.default.arg for column in compiled.insert_prefetch}
    defaults = {name: left_out.get(name, compiled.params[name]) for name in names if name not in given}
    converts = {name: convert for name in names if (convert := _converter(compiled.binds[name].type, dialect))}
    return Prepared(str(compiled), names, defaults, converts)


def _insert_of(dialect: Dialect) -> Any:
    return sqlite_insert if dialect.name == "sqlite" else postgres_insert


def _converter(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Values], Values] | None:
    """Converts values of a type for the driver; None where it takes them as they are."""
    convert = type_.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return None
    each = lru_cache(maxsize=1024)(convert) if isinstance(type_, FEW_DIFFERENT) else convert
    return lambda values: [*map(each, values)]
