"""The driver's own way in, for what runs with every message: SQLAlchemy's costs thirty times a small statement's.

On PostgreSQL the calls stay with SQLAlchemy, which makes the errors by which a lost race is known and run again.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

Values = tuple[Any, ...]


def fetch(connection: Connection, statement: str, values: Values) -> Sequence[Values]:
    """All rows of a query, as the driver gives them. `values` stand in the order of their places."""
    if connection.dialect.name == "sqlite":
        rows: list[Values] = _raw(connection).execute(statement, values).fetchall()
        return rows
    return [tuple(row) for row in connection.exec_driver_sql(statement, values)]


def run_many(connection: Connection, statement: str, rows: list[Values]) -> None:
    """Run a change once for each of `rows`."""
    if connection.dialect.name == "sqlite":
        _raw(connection).executemany(statement, rows)
    else:
        connection.exec_driver_sql(statement, rows)


def _raw(connection: Connection) -> Any:
    return connection.connection.driver_connection
