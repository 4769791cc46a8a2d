"""The schema: every step up, down and up again on filled databases, and what the code has is what the database has."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

from benchmarks.faults.next_release import written
from storage.database import open_database
from storage.schema import WrongRevision, check, config, differences, migrate, newest
from storage.tables import Community
from tests.support.world import fill

ROOT = Path(__file__).parents[2]


async def test_tables_in_code_and_in_the_database_are_the_same(filled_url: str) -> None:
    database = open_database(filled_url)
    assert await database.read(differences) == []
    await database.close()


async def test_every_step_goes_up_down_and_up_again_on_a_filled_database(database_url: str) -> None:
    await fill(database_url)
    for revision in ScriptDirectory.from_config(config()).walk_revisions():
        await migrate(database_url, str(revision.down_revision or "base"))
        await migrate(database_url, revision.revision)
    await migrate(database_url, "head")
    database = open_database(database_url)
    await database.read(check)
    rows = await database.read(lambda c: c.execute(select(Community.id)).scalars().all())
    assert 0 in rows
    await database.close()


async def test_down_to_nothing_leaves_nothing(database_url: str) -> None:
    await fill(database_url)
    await migrate(database_url, "base")
    database = open_database(database_url)
    left = await database.read(lambda c: set(inspect(c).get_table_names()) - {"alembic_version"})
    assert left == set()
    await database.close()


async def test_starting_on_another_revision_is_refused(database_url: str) -> None:
    await migrate(database_url, "base")
    database = open_database(database_url)
    with pytest.raises(WrongRevision, match=newest()):
        await database.read(check)
    await database.close()


async def test_a_move_that_was_killed_has_not_happened(database_url: str, tmp_path: Path) -> None:
    await fill(database_url)
    written(tmp_path)
    step = next((tmp_path / "migrations" / "versions").glob("9999_*.py"))
    whole = step.read_text(encoding="utf-8")
    step.write_text(whole.replace("    op.create_table(", "    __import__('os')._exit(137)\n    op.create_table("))
    assert await _upgraded(database_url, tmp_path) == 137
    database = open_database(database_url)
    await database.read(check)
    assert await database.read(differences) == []
    step.write_text(whole)
    assert await _upgraded(database_url, tmp_path) == 0
    assert await database.read(lambda c: inspect(c).has_table("of_the_next"))
    await database.close()


async def _upgraded(url: str, folder: Path) -> int:
    """Status of `chulin db upgrade` of a program with one migration more."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CHULIN_")}
    environment = own | {"CHULIN_DATABASE_URL": url, "NEXT_RELEASE": str(folder), "PYTHONPATH": str(ROOT)}
    words = ("-m", "benchmarks.faults.next_release", "db", "upgrade")
    process = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=folder, env=environment)
    return await process.wait()
