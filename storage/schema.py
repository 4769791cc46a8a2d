"""The revision of a database: brought up to date by command, checked at every start."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from storage.tables import Base, Community, ReferenceVersion


class WrongRevision(Exception):
    """The database is of another revision than this program."""

    def __init__(self, found: str | None, wanted: str) -> None:
        self.found = found
        self.wanted = wanted
        super().__init__(f"database is at revision {found or 'none'}, this program needs {wanted}")


def config(connection: Connection | None = None) -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    found.attributes["connection"] = connection
    return found


def newest() -> str:
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None  # noqa: S101 - the first migration is part of the program
    return head


def revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def check(connection: Connection) -> None:
    """Refuse a database of another revision.

    Raises:
        WrongRevision: mended by `chulin db upgrade`.
    """
    found, wanted = revision_of(connection), newest()
    if found != wanted:
        raise WrongRevision(found, wanted)


async def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to `revision` ("head", "base", an id, "+1", "-1")."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sqlite_engine_for_migrations(parsed)
        with engine.connect() as connection:
            _move(connection, revision)
        engine.dispose()
        return
    engine_ = create_async_engine(parsed.set(drivername="postgresql+asyncpg"))
    async with engine_.connect() as connection:
        await connection.run_sync(_move, revision)
        await connection.commit()
    await engine_.dispose()


def sqlite_engine_for_migrations(url: URL) -> Engine:
    """As for serving, but without foreign keys: SQLite changes a table by copying and dropping it."""
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return create_engine(url.set(drivername="sqlite+pysqlite"))


def _move(connection: Connection, revision: str) -> None:
    down = revision == "base" or revision.startswith("-")
    (command.downgrade if down else command.upgrade)(config(connection), revision)


def first_rows(connection: Connection) -> None:
    """Rows that every database begins with; called by the first migration."""
    connection.execute(insert(ReferenceVersion).values(id=1, version=1))
    connection.execute(insert(Community).values(id=0, code="QU", name="全区", time_zone="Asia/Shanghai"))


def differences(connection: Connection) -> list[object]:
    """What the tables in code have that the database has not, and the other way round."""
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))
