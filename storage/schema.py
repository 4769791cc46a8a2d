"""The schema of a database: upgraded by command, checked at every start.

A move runs in one transaction on both databases, so a move that was killed has not happened. Two moves at once wait
for each other.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    String,
    column,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    table,
    text,
)
from sqlalchemy.engine import URL, make_url

from storage import row_security
from storage.database import postgres_engine
from storage.revision import WrongRevision, check, knows, newest, revision_of, served
from storage.tables import Base

__all__ = [
    "CannotMove",
    "WrongRevision",
    "check",
    "config",
    "described",
    "differences",
    "first_rows",
    "knows",
    "let_in",
    "may_move",
    "migrate",
    "newest",
    "revision_of",
    "scripts",
    "served",
    "sqlite_engine_for_migrations",
]

LOCK_WAIT_SECONDS = 10
DDL_WAIT = "5s"
"""On PostgreSQL a change of a table waits so long for those that use it: all others would wait behind it."""
MOVE_LOCK = 0x6368756C696E
"""PostgreSQL's number of the lock that a move holds ("chulin")."""


class CannotMove(Exception):
    """There is no way from the database's revision to the one asked for."""


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration without an ini file: nothing sets up logging, nothing is printed."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    found.attributes["connection"] = connection
    return found


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


async def migrate(url: str, revision: str = "head", *, down: bool | None = None) -> tuple[str | None, str | None]:
    """Bring a database to `revision` ("head", "base", an id, "+1", "-1"); returns the one before and the one after.

    Goes down to "base" and by "-1"; to an id only if `down` says so.

    Raises:
        CannotMove: no such revision, or none that way.
        WrongRevision: the database is newer than this program.
    """
    if down is None:
        down = revision == "base" or revision.startswith("-")
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sqlite_engine_for_migrations(parsed)
        try:
            with engine.begin() as connection:
                return _move(connection, revision, down)
        finally:
            engine.dispose()
    engine_ = postgres_engine(parsed)
    try:
        async with engine_.begin() as connection_:
            return await connection_.run_sync(_move, revision, down)
    finally:
        await engine_.dispose()


def may_move(connection: Connection) -> bool:
    """Whether this role may change the tables: PostgreSQL lets only their owner, and not everybody make new ones."""
    return connection.dialect.name != "postgresql" or bool(connection.execute(_MAY_MOVE).scalar())


async def let_in(url: str, role: str) -> None:
    """Let the app's role into a database that another role owns; on SQLite there are none."""
    engine = postgres_engine(make_url(url))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(row_security.grant, role)
    finally:
        await engine.dispose()


def sqlite_engine_for_migrations(url: URL) -> Engine:
    """As for serving, but without foreign keys: SQLite changes a table by copying and dropping it."""
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), connect_args={"timeout": LOCK_WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _by_hand(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin no transaction before CREATE TABLE

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _move(connection: Connection, revision: str, down: bool) -> tuple[str | None, str | None]:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MOVE_LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{DDL_WAIT}'"))
    before = revision_of(connection)
    if before and not knows(before):
        raise WrongRevision(before, newest(), newer=True)
    try:
        (command.downgrade if down else command.upgrade)(config(connection), revision)
    except CommandError as error:
        raise CannotMove(str(error)) from None
    _keep_references(connection)
    if connection.dialect.name == "postgresql" and not down:
        row_security.enable(connection)
    after = revision_of(connection)
    if after and after != before:
        _note_who_may_serve(connection, before, after, down=down)
    return before, after


def _note_who_may_serve(connection: Connection, before: str | None, after: str, *, down: bool) -> None:
    """Programs of this revision, and those of before while every step only added (`expands` in its file)."""
    if not inspect(connection).has_table("program_revisions"):
        return
    may: set[str] = set() if down else served(connection)
    if before and not down:
        may.add(before)
    for step in [] if down else reversed(list(scripts().iterate_revisions(after, before))):
        may = may | ({str(step.down_revision)} if step.down_revision else set())
        if not getattr(step.module, "expands", False):
            may = set()
    connection.execute(delete(_SERVED))
    connection.execute(insert(_SERVED), [{"revision": name} for name in sorted({*may, after})])


def _keep_references(connection: Connection) -> None:
    """Hold what SQLite does not while its foreign keys are off."""
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise CannotMove(f"{len(broken)} rows would point to nothing, the first in table {broken[0][0]}")


_MAY_MOVE = text(
    "SELECT has_schema_privilege('public', 'CREATE') AND NOT EXISTS (SELECT FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT pg_has_role(relowner, 'USAGE'))"
)
_SERVED = table("program_revisions", column("revision", String))


def first_rows(connection: Connection) -> None:
    """Rows that every database begins with; called by the first migration.

    The tables are named as they were then: those of storage/tables/ may have grown columns since.
    """
    versions = table("reference_version", column("id", BigInteger), column("version", BigInteger))
    connection.execute(insert(versions).values(id=1, version=1))
    names = [column(name, String) for name in ("code", "name", "time_zone")]
    communities = table("communities", column("id", BigInteger), *names)
    connection.execute(insert(communities).values(id=0, code="QU", name="全区", time_zone="Asia/Shanghai"))


def differences(connection: Connection) -> list[object]:
    """What the tables in code have that the database has not, and the other way round."""
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def described(difference: Any) -> str:
    """One difference as a line: what would have to be done, and the names it is about."""
    first = difference[0] if isinstance(difference, list) else difference
    return " ".join(getattr(part, "name", None) or str(part) for part in first if part is not None)
