"""SQLite's own way in, for what runs with every message: SQLAlchemy costs thirty times a small statement.

On PostgreSQL the calls stay with SQLAlchemy: it makes the errors by which a lost race is known and run again, and what
counts there is the way to the server.
"""

from typing import Any

from sqlalchemy import Connection

Values = tuple[Any, ...]


def is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def fetch(connection: Connection, statement: str, values: Values) -> list[Values]:
    """All rows of a query on SQLite, as the driver gives them. `values` stand in the order of their places."""
    rows: list[Values] = raw(connection).execute(statement, values).fetchall()
    return rows


def run_many(connection: Connection, statement: str, rows: list[Values]) -> None:
    """Run a change once for each of `rows`."""
    if is_sqlite(connection):
        raw(connection).executemany(statement, rows)
    else:
        connection.exec_driver_sql(statement, rows)


def raw(connection: Connection) -> Any:
    """The driver's connection, in the same transaction."""
    return connection.connection.driver_connection
