"""Queries that never change but for their values: compiled once, run at the driver's own cost."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, SelectBase
from sqlalchemy.types import TypeEngine

from storage import driver
from storage.types import Json, Utc, Words, WordsJson

Convert = Callable[[Any], Any]
OWN = (Utc, Json, Words, WordsJson)


class _Compiled(NamedTuple):
    """The names of the places in order, what stands there if nothing is given, and conversions, in and out."""

    statement: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]
    into: tuple[tuple[str, Convert], ...]
    out: tuple[tuple[int, Convert], ...]


class Fixed:
    """A query without parts that depend on its values (many keys: see storage/keys.py)."""

    def __init__(self, query: SelectBase) -> None:
        self._query = query
        row: Any = namedtuple("row", query.selected_columns.keys())  # type: ignore[misc]  # noqa: PYI024 - by the query
        self._row: Callable[[Iterable[Any]], Any] = row._make
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """All rows, each with its columns by name."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        given = {**compiled.defaults, **(values or {})}
        for name, convert in compiled.into:
            given[name] = convert(given[name])
        found = driver.fetch(connection, compiled.statement, tuple(given[name] for name in compiled.names))
        return [self._row(_converted(row, compiled.out)) for row in found]

    def first(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Any | None:
        """The first row; None if there is none."""
        return next(iter(self.rows(connection, values)), None)

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


def _out(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What makes a value of ours out of the driver's; for our own types without SQLAlchemy's calls in between."""
    if isinstance(type_, Utc) and dialect.name == "sqlite":
        return _moment
    if isinstance(type_, OWN):
        return partial(type_.process_result_value, dialect=dialect)
    # PostgreSQL's driver gives all others as they are
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
