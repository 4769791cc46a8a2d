"""Writes many rows with statements that go to the driver directly (docs/adr/0015).

SQLAlchemy builds the statements and knows how to convert the values; the driver gets the rows. SQLite runs a statement
once for each row. On PostgreSQL, where round trips are what costs, the rows of a table travel as one JSON array, which
the statement reads as a table, and several changes are sent as one statement.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Dialect,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from storage.sql.driver import Values, fetch, is_sqlite, numbered_on, run_many
from storage.tables import Base, table_of
from storage.types import Json, Utc, Words, WordsJson

Row = dict[str, Any]
Convert = Callable[[Any], Any]
Converts = tuple[tuple[str, Convert], ...]
"""Conversions of a row's values for the driver, by name; None stays None."""
FEW_DIFFERENT = (Utc, Boolean)
"""Types whose values often repeat from row to row: conversions are cached."""
AS_TEXT = (Json, Words, WordsJson)
"""Our own types that produce text, which both drivers accept, so that SQLAlchemy's wrappers can be skipped."""

ROWS = "rows"
"""Name of the parameter in which PostgreSQL gets the rows of a change."""
_HERE: Any = object()


class Rows(NamedTuple):
    """Rows as seen by a statement: `c` holds their values by name, `insert` starts an INSERT of them."""

    c: Mapping[str, Any]
    insert: Callable[[Table], Any]


class Change:
    """A statement that is built once and run for many rows. `columns` gives the type of each value of a row."""

    def __init__(self, columns: Mapping[str, Column[Any]], make: Callable[[Rows], Any]) -> None:
        self.columns = columns
        self.make = make


Batch = tuple[Change, list[Row]]
_DIALECTS: dict[str, Dialect] = {}
"""One dialect of each kind. Every engine has its own, but statements compiled for one serve all."""


def upsert(connection: Connection) -> Any:
    """The `insert` of the connection's dialect, for ON CONFLICT."""
    return sqlite_insert if is_sqlite(connection) else postgres_insert


@cache
def inserting(model: type[Base], given: tuple[str, ...], known_by: tuple[str, ...] = ()) -> Change:
    """Insert rows with the columns `given`; other columns get their defaults.

    `known_by`: columns of a key; a row whose key exists already is ignored. Any other key that exists is an error.
    """

    def make(rows: Rows) -> Any:
        statement = rows.insert(table)
        return statement.on_conflict_do_nothing(index_elements=known_by) if known_by else statement

    table = table_of(model)
    return Change({name: table.c[name] for name in given}, make)


def insert_rows(connection: Connection, model: type[Base], rows: list[Row], *, known_by: tuple[str, ...] = ()) -> None:
    """Insert rows of one table, all with the same keys; see `inserting`."""
    run(connection, (inserting(model, tuple(rows[0]), known_by), rows))


def run(connection: Connection, *batches: Batch) -> None:
    """Run changes, each for its rows; parents before children. Every row has all columns of its change.

    No change may depend on another: on PostgreSQL they are one statement.
    """
    dialect = _DIALECTS.setdefault(connection.dialect.name, connection.dialect)
    if is_sqlite(connection):
        for change, rows in batches:
            prepared = _one_by_one(change, dialect)
            run_many(connection, prepared.statement, prepared.values(rows))
    elif batches:
        joined = _together(tuple(change for change, _ in batches), dialect)
        fetch(connection, joined.statement, joined.values([rows for _, rows in batches]))


# --- SQLite ----------------------------------------------------------------------------------------------------------


class _Prepared(NamedTuple):
    """A statement that is run row by row. `pick` puts the row's and the constant values in the order of parameters."""

    statement: str
    pick: Callable[[Row], Values]
    constant: Row
    converts: Converts

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [self.pick(_converted(self.constant | row, self.converts)) for row in rows]


@cache
def _one_by_one(change: Change, dialect: Dialect) -> _Prepared:
    places = {name: bindparam(name, type_=like.type) for name, like in change.columns.items()}
    statement = change.make(Rows(places, lambda table: sqlite_insert(table).values(dict.fromkeys(places))))
    compiled = statement.compile(dialect=dialect)
    names = tuple(compiled.positiontup)
    left_out = {column.name: column.default.arg for column in compiled.insert_prefetch}
    constant = {name: left_out.get(name, compiled.params[name]) for name in names if name not in change.columns}
    constant = _converted(constant, _converts({name: compiled.binds[name] for name in constant}, dialect))
    return _Prepared(str(compiled), itemgetter(*names), constant, _converts(change.columns, dialect))


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


class _Part(NamedTuple):
    """One change. Its parameters are `constant`, with the rows as JSON in place of `_HERE`."""

    statement: str
    constant: Values
    converts: Converts

    def values(self, rows: Sequence[Row]) -> Values:
        packed = _packed(rows, self.converts)
        return tuple([packed if value is _HERE else value for value in self.constant])


class _Joined(NamedTuple):
    """One statement for several changes."""

    statement: str
    parts: tuple[_Part, ...]

    def values(self, batches: Sequence[Sequence[Row]]) -> Values:
        each = zip(self.parts, batches, strict=True)
        return tuple([value for part, rows in each for value in part.values(rows)])


@cache
def _together(changes: tuple[Change, ...], dialect: Dialect) -> _Joined:
    """Join the changes as text: there are many combinations, and SQLAlchemy takes 20 ms for each."""
    parts = tuple(_part(change, dialect) for change in changes)
    texts = numbered_on((part.statement, len(part.constant)) for part in parts)
    named = ", ".join(f"part_{number} AS ({text})" for number, text in enumerate(texts))
    return _Joined(f"WITH {named} SELECT 1", parts)


@cache
def _part(change: Change, dialect: Dialect) -> _Part:
    compiled = change.make(_as_table(change)).compile(dialect=dialect)
    names: list[str] = compiled.positiontup or []
    constant = {name: None if name == ROWS else compiled.params[name] for name in names}
    constant = _converted(constant, _converts({name: compiled.binds[name] for name in names}, dialect))
    values = tuple(_HERE if name == ROWS else value for name, value in constant.items())
    return _Part(str(compiled), values, _converts(change.columns, dialect))


def _as_table(change: Change) -> Rows:
    """The rows of a change, read from one JSON parameter."""
    columns = [column(each, like.type) for each, like in change.columns.items()]
    array = cast(bindparam(ROWS, type_=Text), JSON)
    given = func.json_to_recordset(array).table_valued(*columns).render_derived("given", with_types=True)
    count = func.json_array_length(array)
    some = select(given).limit(count).subquery("some_rows")
    few = select(some).limit(count).subquery("few_rows")  # see keys.FEW

    def insert(table: Table) -> Any:
        left_out = {
            c.name: literal(c.default.arg, c.type)
            for c in table.columns
            if isinstance(c.default, ScalarElementColumnDefault) and c.name not in change.columns
        }
        chosen = select(*given.c, *left_out.values())
        return postgres_insert(table).from_select([*change.columns, *left_out], chosen, include_defaults=False)

    return Rows(dict(few.c), insert)


def _packed(rows: Sequence[Row], converts: Converts) -> str:
    return orjson.dumps([_converted(row.copy(), converts) for row in rows]).decode()


# --- both ------------------------------------------------------------------------------------------------------------


def _converted(row: Row, converts: Converts) -> Row:
    """Convert the values of a row for the driver, in place."""
    for name, convert in converts:
        if (value := row[name]) is not None:
            row[name] = convert(value)
    return row


def _converts(like: Mapping[str, Any], dialect: Dialect) -> Converts:
    return tuple((name, convert) for name, c in like.items() if (convert := _converter(c.type, dialect)))


def _converter(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """The conversion of a type's values for the driver; None: it needs none."""
    if isinstance(type_, AS_TEXT):
        return partial(type_.process_bind_param, dialect=dialect)
    convert = type_.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=1024)(convert) if convert and isinstance(type_, FEW_DIFFERENT) else convert
