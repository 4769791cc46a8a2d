"""Queries that never change but for their values: compiled once, run at the driver's own cost."""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Select

from storage.driver import fetch

Convert = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """For one dialect: the names of the places in order, and conversions by place, in and out."""

    statement: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]
    into: tuple[tuple[str, Convert], ...]
    out: tuple[tuple[int, Convert], ...]


class Fixed:
    """A query without parts that depend on its values (no lists of keys; see storage/keys.py for those)."""

    def __init__(self, query: Select[Any]) -> None:
        self._query = query
        self._row: Any = namedtuple("Row", query.selected_columns.keys())  # noqa: PYI024 - its names are the query's
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """All rows, each with its columns by name."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        given = {**compiled.defaults, **(values or {})}
        for name, convert in compiled.into:
            given[name] = convert(given[name])
        found = fetch(connection, compiled.statement, tuple(given[name] for name in compiled.names))
        if not compiled.out:
            return [*map(self._row._make, found)]
        return [self._row._make(_converted(row, compiled.out)) for row in found]

    def first(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Any | None:
        """The first row; None if there is none."""
        return next(iter(self.rows(connection, values)), None)

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = self._query.compile(dialect=dialect)
        names = tuple(compiled.positiontup or ())
        into = {name: compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
        columns = [column.type.dialect_impl(dialect) for column in self._query.selected_columns]
        out = [(place, type_.result_processor(dialect, None)) for place, type_ in enumerate(columns)]
        found = self._compiled[dialect.name] = _Compiled(
            str(compiled),
            names,
            compiled.params,
            tuple((name, convert) for name, convert in into.items() if convert),
            tuple((place, convert) for place, convert in out if convert),
        )
        return found


def _converted(row: Sequence[Any], converts: Sequence[tuple[int, Convert]]) -> Sequence[Any]:
    values = list(row)
    for place, convert in converts:
        values[place] = convert(values[place])
    return values
