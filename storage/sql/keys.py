"""Selects rows by many keys with a query whose text does not depend on the number of keys.

`(a, b) IN ((?, ?), ...)` is a different statement for every number of keys, and SQLite scans the whole table for it.
Here the keys are one JSON array, to which the table is joined by its index.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Column, Select, String, and_, bindparam, cast, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

FEW = "SELECT * FROM ({rows} LIMIT {count}) AS them LIMIT {count}"
"""PostgreSQL estimates a hundred rows for a JSON array and then scans whole tables. It estimates a tenth for an unknown
LIMIT, so two limits make it expect few rows and use the index.
"""


class _EachKey(FunctionElement[Any]):
    """The elements of a JSON array as rows."""

    name = "each_key"
    inherit_cache = True


class _Part(FunctionElement[Any]):
    """One part of a key, by its position."""

    name = "key_part"
    inherit_cache = True


@compiles(_EachKey, "sqlite")
def _each_on_sqlite(element: _EachKey, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_EachKey, "postgresql")
def _each_on_postgres(element: _EachKey, compiler: SQLCompiler, **options: Any) -> str:
    keys = f"CAST({compiler.process(element.clauses, **options)} AS json)"
    return f"({FEW.format(rows=f'SELECT json_array_elements({keys}) AS value', count=f'json_array_length({keys})')})"


@compiles(_Part, "sqlite")
def _part_on_sqlite(element: _Part, compiler: SQLCompiler, **options: Any) -> str:
    key, place = (compiler.process(clause, **options) for clause in element.clauses)
    return f"json_extract({key}, '$[{place}]')"


@compiles(_Part, "postgresql")
def _part_on_postgres(element: _Part, compiler: SQLCompiler, **options: Any) -> str:
    key, place = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({key} ->> {place})"


def select_by_keys(columns: Sequence[Column[Any]], *more: Any) -> Select[Any]:
    """Select all columns of the table (and `more`) for rows whose `columns` are among the keys (see `given`)."""
    each = _EachKey(bindparam("keys", type_=String)).table_valued("value", name="one_key")
    parts = [cast(_Part(each.c.value, literal_column(str(place))), c.type) for place, c in enumerate(columns)]
    same = and_(*(column == part for column, part in zip(columns, parts, strict=True)))
    table = columns[0].table
    return select(table, *more).select_from(each.join(table, same))


def keys_in(packed_keys: Any, type_: type[TypeEngine[Any]]) -> Select[Any]:
    """Select the single-part keys that a value contains (see `packed`)."""
    each = _EachKey(packed_keys).table_valued("value", name="key_in_it")
    return select(cast(_Part(each.c.value, literal_column("0")), type_))


def given(keys: Iterable[Sequence[Any]]) -> dict[str, str]:
    """The parameter of a query by keys. The keys must be distinct."""
    return {"keys": orjson.dumps(list(keys)).decode()}


def packed(keys: Iterable[Any]) -> str:
    """Single-part keys as one value of a row."""
    return orjson.dumps([[key] for key in keys]).decode()
