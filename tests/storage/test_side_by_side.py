"""An old program and a new one on one database: only where every step in between left the old one what it uses."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from storage import revision, schema
from storage.database import open_database
from storage.revision import WrongRevision, check, newest, served
from storage.schema import migrate

STEP = """
import sqlalchemy as sa
from alembic import op
revision = "{revision}"
down_revision = "{before}"
expands = {expands}
def upgrade():
    op.add_column("streets", sa.Column("{revision}", sa.Integer(), nullable=True))
def downgrade():
    op.drop_column("streets", "{revision}")
"""
Release = Callable[..., None]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Releases the next program: it brings one migration more."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    for path in revision.VERSIONS.glob("*.py"):
        (versions / path.name).write_bytes(path.read_bytes())
    (versions.parent / "env.py").write_bytes((revision.VERSIONS.parent / "env.py").read_bytes())
    config = Config()
    config.set_main_option("script_location", str(versions.parent))

    def configured(connection: object = None) -> Config:
        config.attributes["connection"] = connection
        return config

    def releases(name: str, *, expands: bool) -> None:
        monkeypatch.setattr(revision, "VERSIONS", versions)
        monkeypatch.setattr(schema, "config", configured)
        step = STEP.format(
            revision=name, before=ScriptDirectory.from_config(config).get_current_head(), expands=expands
        )
        (versions / f"{name}_a_step.py").write_text(step)

    return releases


async def checked(url: str, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Start a program of a revision on the database."""
    with monkeypatch.context() as patch:
        patch.setattr(revision, "newest", lambda: program)
        database = open_database(url)
        try:
            await database.read(check)
        finally:
            await database.close()


async def test_an_old_program_serves_beside_a_new_one_after_a_step_that_only_adds(
    database_url: str, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = newest()
    await migrate(database_url)
    release("9001", expands=True)
    with pytest.raises(WrongRevision):
        await checked(database_url, monkeypatch, "9001")
    await migrate(database_url)
    await checked(database_url, monkeypatch, "9001")
    await checked(database_url, monkeypatch, old)


async def test_after_two_such_steps_it_still_serves(
    database_url: str, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = newest()
    await migrate(database_url)
    release("9001", expands=True)
    await migrate(database_url)
    release("9002", expands=True)
    await migrate(database_url)
    for program in (old, "9001", "9002"):
        await checked(database_url, monkeypatch, program)


async def test_a_step_that_takes_something_away_ends_all_old_programs(
    database_url: str, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = newest()
    await migrate(database_url)
    release("9001", expands=True)
    release("9002", expands=False)
    await migrate(database_url)
    await checked(database_url, monkeypatch, "9002")
    for program in (old, "9001"):
        with pytest.raises(WrongRevision):
            await checked(database_url, monkeypatch, program)


async def test_going_back_leaves_only_the_program_of_that_revision(
    database_url: str, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = newest()
    await migrate(database_url)
    release("9001", expands=True)
    await migrate(database_url)
    await migrate(database_url, old, down=True)
    await checked(database_url, monkeypatch, old)
    with pytest.raises(WrongRevision):
        await checked(database_url, monkeypatch, "9001")


async def test_a_new_database_serves_programs_of_its_own_revision(database_url: str) -> None:
    await migrate(database_url)
    database = open_database(database_url)
    assert newest() in await database.read(served)
    await database.close()
