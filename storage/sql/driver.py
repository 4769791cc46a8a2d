"""Direct access to the drivers for the hot path, where SQLAlchemy would cost thirty times the driver's own work.

Statements run here belong to the connection's transaction, which storage/database.py begins through the driver as well.
"""

import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.util import await_only

Values = tuple[Any, ...]
_PLACE = re.compile(r"\$(\d+)")


def is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def fetch(connection: Connection, statement: str, values: Values) -> Sequence[Sequence[Any]]:
    """All rows of a query, as the driver returns them. `values` are in the order of the parameters."""
    if is_sqlite(connection):
        rows: Sequence[Values] = raw(connection).execute(statement, values).fetchall()
    else:
        rows = await_only(raw(connection).fetch(statement, *values))
    return rows


def run_many(connection: Connection, statement: str, rows: list[Values]) -> None:
    """Run a statement once for each of `rows`."""
    if is_sqlite(connection):
        raw(connection).executemany(statement, rows)
    else:
        await_only(raw(connection).executemany(statement, rows))


def numbered_on(statements: Iterable[tuple[str, int]]) -> list[str]:
    """Renumber the parameters ($1, $2, ...) of PostgreSQL statements that become parts of one.

    Each statement comes with the number of its parameters.
    """
    texts, taken = [], 0
    for statement, places in statements:
        texts.append(_PLACE.sub(partial(_further, taken), statement))
        taken += places
    return texts


def _further(taken: int, place: re.Match[str]) -> str:
    return f"${int(place[1]) + taken}"


def raw(connection: Connection) -> Any:
    """The driver's connection, in the same transaction."""
    return connection.connection.driver_connection
