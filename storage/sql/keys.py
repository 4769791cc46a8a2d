"""Many rows by their keys, with one query that is the same whatever their number.

`(a, b) IN ((?, ?), ...)` is another statement for every number of keys, and SQLite reads the whole table for it. Here
the keys travel as one JSON array, and the table is joined to them by its index.
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
"""PostgreSQL takes what comes out of a JSON array for a hundred rows and reads whole tables to find their like; of a
limit that it does not know it takes but a tenth, so that twice limited to their number they are few, and it goes by
the index.
"""


class _EachKey(FunctionElement[Any]):
    """The elements of a JSON array, as rows."""

    name = "each_key"
    inherit_cache = True


class _Part(FunctionElement[Any]):
    """One part of a key, by its place."""

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
    """Whole rows of the table of `columns` whose values there are among the keys given as `keys` (see `given`)."""
    each = _EachKey(bindparam("keys", type_=String)).table_valued("value", name="one_key")
    parts = [cast(_Part(each.c.value, literal_column(str(place))), c.type) for place, c in enumerate(columns)]
    same = and_(*(column == part for column, part in zip(columns, parts, strict=True)))
    table = columns[0].table
    return select(table, *more).select_from(each.join(table, same))


def keys_in(packed_keys: Any, type_: type[TypeEngine[Any]]) -> Select[Any]:
    """The keys of one part each that stand in a value (see `packed`)."""
    each = _EachKey(packed_keys).table_valued("value", name="key_in_it")
    return select(cast(_Part(each.c.value, literal_column("0")), type_))


def given(keys: Iterable[Sequence[Any]]) -> dict[str, str]:
    """What a query by keys is run with; the keys must differ."""
    return {"keys": orjson.dumps(list(keys)).decode()}


def packed(keys: Iterable[Any]) -> str:
    """Keys of one part each as one value of a row."""
    return orjson.dumps([[key] for key in keys]).decode()
