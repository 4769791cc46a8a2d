"""Queries that differ only in their values: compiled once, then handed to the driver directly (docs/adr/0015)."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from itertools import chain
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Boolean, Connection, Dialect, Float, Integer, SelectBase, String
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import TypeEngine

from storage.sql import driver
from storage.types import Json, Utc, Words, WordsJson

Convert = Callable[[Any], Any]
OWN = (Utc, Json, Words, WordsJson)
AS_JSON = (Integer, String, Boolean, Float)
"""Types whose values are the same in JSON."""
_NO_DIALECT = DefaultDialect()


class _Compiled(NamedTuple):
    """Parameter names in the order of their placeholders, default values, and conversions of values and results."""

    statement: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]
    into: tuple[tuple[str, Convert], ...]
    out: tuple[tuple[int, Convert], ...]

    def values(self, given: Mapping[str, Any]) -> driver.Values:
        """Values for the driver, in the order of the placeholders."""
        found = {**self.defaults, **given}
        for name, convert in self.into:
            found[name] = convert(found[name])
        return tuple([found[name] for name in self.names])


class CompiledQuery:
    """A query whose text never depends on its values. For a varying number of keys see storage/sql/keys.py."""

    def __init__(self, query: SelectBase) -> None:
        self._query = query
        row: Any = namedtuple("row", query.selected_columns.keys())  # type: ignore[misc]  # noqa: PYI024 - by the query
        self._row: Callable[[Iterable[Any]], Any] = row._make
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """All rows, as named tuples of the query's columns."""
        compiled = self.compiled(connection.dialect)
        found = driver.fetch(connection, compiled.statement, compiled.values(values or {}))
        return [self._row(_converted(row, compiled.out)) for row in found]

    def rows_of_json(self, packed: str | None) -> Sequence[Any]:
        """The rows out of the JSON array of arrays that PostgreSQL made of them (see `fetch_together`)."""
        return [self._row(_converted(row, self._out_of_json)) for row in orjson.loads(packed or "[]")]

    def first(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Any | None:
        """The first row; None if there is none."""
        return next(iter(self.rows(connection, values)), None)

    @cached_property
    def _out_of_json(self) -> Sequence[tuple[int, Convert]]:
        out = [(place, _out_of_json(column.type)) for place, column in enumerate(self._query.selected_columns)]
        return tuple((place, convert) for place, convert in out if convert)

    @property
    def columns(self) -> Sequence[str]:
        return self._query.selected_columns.keys()

    def compiled(self, dialect: Dialect) -> _Compiled:
        """The compiled form for this dialect; made once."""
        return self._compiled.get(dialect.name) or self._compile(dialect)

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = self._query.compile(dialect=dialect)
        names = tuple(compiled.positiontup or ())
        types = {name: compiled.binds[name].type for name in names}  # one name may stand in several places
        into = [(name, type_.dialect_impl(dialect).bind_processor(dialect)) for name, type_ in types.items()]
        out = [(place, _out(column.type, dialect)) for place, column in enumerate(self._query.selected_columns)]
        found = self._compiled[dialect.name] = _Compiled(
            str(compiled),
            names,
            compiled.params,
            tuple((name, convert) for name, convert in into if convert),
            tuple((place, convert) for place, convert in out if convert),
        )
        return found


class QueryCall(NamedTuple):
    """A query with its values, to be run together with others. `on_rows` receives the rows."""

    query: CompiledQuery
    given: Mapping[str, Any]
    on_rows: Callable[[Sequence[Any]], None]


def fetch_together(connection: Connection, *calls: QueryCall) -> None:
    """Run several queries, none of which depends on another. On PostgreSQL they share one round trip."""
    if driver.is_sqlite(connection) or len(calls) == 1:
        for each in calls:
            each.on_rows(each.query.rows(connection, each.given))
    elif calls:
        statement = _together(tuple(each.query for each in calls), connection.dialect)
        compiled = (each.query.compiled(connection.dialect).values(each.given) for each in calls)
        (answers,) = driver.fetch(connection, statement, tuple(chain.from_iterable(compiled)))
        for each, packed in zip(calls, answers, strict=True):
            each.on_rows(each.query.rows_of_json(packed))


@cache
def _together(queries: tuple[CompiledQuery, ...], dialect: Dialect) -> str:
    """A statement that gives one row: the rows of each query as one JSON value."""
    compiled = (query.compiled(dialect) for query in queries)
    texts = driver.numbered_on((each.statement, len(each.names)) for each in compiled)
    return "SELECT " + ", ".join(map(_as_json, queries, texts))


def _as_json(query: CompiledQuery, text: str) -> str:
    columns = ", ".join(f'it."{name}"' for name in query.columns)
    return f"(SELECT CAST(json_agg(json_build_array({columns})) AS text) FROM ({text}) AS it)"  # noqa: S608 - ours


def _out_of_json(type_: TypeEngine[Any]) -> Convert | None:
    """As `_out`, for values that came as JSON."""
    if isinstance(type_, Utc):
        return _moment_with_zone
    if isinstance(type_, OWN):
        return partial(type_.process_result_value, dialect=_NO_DIALECT)
    if not isinstance(type_, AS_JSON):
        raise TypeError(f"{type_!r} does not travel as JSON")
    return None


def _moment_with_zone(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _out(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """The conversion of a driver's value to ours; None: it needs none. Our own types skip SQLAlchemy's wrappers."""
    if isinstance(type_, Utc) and dialect.name == "sqlite":
        return _moment
    if isinstance(type_, OWN):
        return partial(type_.process_result_value, dialect=dialect)
    # asyncpg returns all other types as Python values
    return type_.dialect_impl(dialect).result_processor(dialect, None) if dialect.name == "sqlite" else None


def _moment(text: str | None) -> datetime | None:
    """A time as SQLite holds it."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _converted(row: Sequence[Any], converts: Sequence[tuple[int, Convert]]) -> Sequence[Any]:
    if not converts:
        return row
    values = list(row)
    for place, convert in converts:
        values[place] = convert(values[place])
    return values
