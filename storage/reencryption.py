"""Re-encrypts everything stored with the newest key, in small steps, beside a running bot."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, and_, not_, or_, select, tuple_, type_coerce, update

from storage import encryption
from storage.tables import Base
from storage.types import Words, WordsJson

AT_ONCE = 200


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns of a table that are sealed."""
    return [column for column in table.columns if isinstance(column.type, Words | WordsJson)]


def tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if columns_of(table)]


def reseal(connection: Connection, table: Table, after: tuple[Any, ...] | None, *, plain: bool) -> tuple[Any, int]:
    """Go over the next rows of a table; returns the key of the last one (None: that was all) and how many changed.

    A value that somebody changes meanwhile is left to them: they seal it with the newest key.

    Raises:
        CannotOpen: a key is missing.
    """
    keys = list(table.primary_key.columns)
    raw = [type_coerce(column, Text) for column in columns_of(table)]
    statement = select(*keys, *raw).where(or_(*(_to_do(value, plain) for value in raw))).order_by(*keys).limit(AT_ONCE)
    if after is not None:
        statement = statement.where(tuple_(*keys) > tuple_(*after))
    rows = connection.execute(statement).all()
    changed = sum(_reseal(connection, table, tuple(row), plain) for row in rows)
    return (tuple(rows[-1][: len(keys)]) if len(rows) == AT_ONCE else None), changed


def _to_do(value: Any, plain: bool) -> Any:
    """Whether a stored value is not as it should be."""
    marked = value.startswith(encryption.MARK, autoescape=True)
    if plain:
        return marked
    ring = encryption.ring()
    return and_(value.is_not(None), not_(value.startswith(ring.prefix, autoescape=True))) if ring else False


def _reseal(connection: Connection, table: Table, row: tuple[Any, ...], plain: bool) -> int:
    keys, columns = list(table.primary_key.columns), columns_of(table)
    same = [key == value for key, value in zip(keys, row, strict=False)]
    changed = 0
    for column, stands in zip(columns, row[len(keys) :], strict=True):
        if stands is None:
            continue
        text = encryption.opened(stands)
        new = text if plain else encryption.sealed(text)
        raw = type_coerce(column, Text)
        statement = update(table).where(*same, raw == stands).values({column: type_coerce(new, Text)})
        changed += connection.execute(statement).rowcount
    return int(changed > 0)


def remaining(connection: Connection) -> Iterator[tuple[str, str]]:
    """(table, name of the key or nothing) of values that the newest key has not sealed: one example each."""
    for table in tables():
        for column in columns_of(table):
            raw = type_coerce(column, Text)
            found = connection.execute(
                select(raw).where(_to_do(raw, plain=encryption.ring() is None)).limit(1)
            ).scalar()
            if found is not None:
                yield table.name, found[1:].partition(":")[0] if found[:1] == encryption.MARK else ""
