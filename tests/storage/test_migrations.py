"""The schema: every step up, down and up again on filled databases, and what the code has is what the database has."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

from storage.database import open_database
from storage.schema import WrongRevision, check, config, differences, migrate, newest
from storage.tables import Community
from tests.support.world import fill


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
