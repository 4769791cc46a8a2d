"""Queries that never change but for their values: compiled once, on SQLite run at the driver's own cost."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select
from sqlalchemy.dialects import sqlite

from storage.driver import fetch, is_sqlite

Convert = Callable[[Any], Any]
_SQLITE = sqlite.dialect()


class _Compiled(NamedTuple):
    """The names of the places in order, what stands there if nothing is given, and conversions, in and out."""

    statement: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]
    into: tuple[tuple[str, Convert], ...]
    out: tuple[tuple[int, Convert], ...]


class Fixed:
    """A query without parts that depend on its values (many keys: see storage/keys.py)."""

    def __init__(self, query: Select[Any]) -> None:
        self._query = query
        row: Any = namedtuple("row", query.selected_columns.keys())  # type: ignore[misc]  # noqa: PYI024 - by the query
        self._row: Callable[[Iterable[Any]], Any] = row._make

    def rows(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """All rows, each with its columns by name."""
        if not is_sqlite(connection):
            return connection.execute(self._query, values).all()
        compiled = self._compiled
        given = {**compiled.defaults, **(values or {})}
        for name, convert in compiled.into:
            given[name] = convert(given[name])
        found = fetch(connection, compiled.statement, tuple(given[name] for name in compiled.names))
        return [self._row(_converted(row, compiled.out)) for row in found]

    def first(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Any | None:
        """The first row; None if there is none."""
        return next(iter(self.rows(connection, values)), None)

    @cached_property
    def _compiled(self) -> _Compiled:
        compiled = self._query.compile(dialect=_SQLITE)
        names = tuple(compiled.positiontup or ())
        into = [(name, compiled.binds[name].type.dialect_impl(_SQLITE).bind_processor(_SQLITE)) for name in names]
        columns = [column.type.dialect_impl(_SQLITE) for column in self._query.selected_columns]
        out = [(place, type_.result_processor(_SQLITE, None)) for place, type_ in enumerate(columns)]
        return _Compiled(
            str(compiled),
            names,
            compiled.params,
            tuple((name, convert) for name, convert in into if convert),
            tuple((place, convert) for place, convert in out if convert),
        )


def _converted(row: Sequence[Any], converts: Sequence[tuple[int, Convert]]) -> Sequence[Any]:
    if not converts:
        return row
    values = list(row)
    for place, convert in converts:
        values[place] = convert(values[place])
    return values
