"""Processes that share a database have to share the data folder: what one fetches, another sends."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot import data_folder
from storage.database import Database, open_database
from tests.bot.conftest import Operator


@pytest.fixture
async def database(walled_url: str) -> AsyncIterator[Database]:
    found = open_database(walled_url)
    yield found
    await found.close()


async def test_the_first_process_makes_its_folder_the_one_and_others_may_share_it(
    database: Database, tmp_path: Path
) -> None:
    for _ in range(2):
        assert await database.write(lambda connection: data_folder.claim(connection, tmp_path / "a"))


async def test_a_process_with_a_folder_of_its_own_is_told(database: Database, tmp_path: Path) -> None:
    await database.write(lambda connection: data_folder.claim(connection, tmp_path / "a"))
    for look in (data_folder.claim, data_folder.is_shared):
        assert not await database.write(partial(look, folder=tmp_path / "b"))
    assert await database.write(lambda connection: data_folder.claim(connection, tmp_path / "a"))


async def test_beside_a_restored_database_the_new_folder_is_the_one(database: Database, tmp_path: Path) -> None:
    await database.write(lambda connection: data_folder.claim(connection, tmp_path / "a"))
    await database.write(lambda connection: data_folder.adopt(connection, tmp_path / "b"))
    assert await database.read(lambda connection: data_folder.is_shared(connection, tmp_path / "b"))


async def _claimed(url: str, folder: Path) -> None:
    database = open_database(url)
    await database.write(lambda connection: data_folder.claim(connection, folder))
    await database.close()


def test_doctor_finds_a_folder_that_is_not_shared(operator: Operator, home: Path, walled_url: str) -> None:
    operator.sets(database_url=walled_url)
    assert "数据文件夹" not in operator.runs("doctor", "--offline").said
    asyncio.run(_claimed(walled_url, home / "here"))
    operator.sets(data_dir="elsewhere")
    assert "✗ 数据文件夹" in operator.runs("doctor", "--offline").said
    operator.sets(data_dir="here")
    assert "✗ 数据文件夹" not in operator.runs("doctor", "--offline").said
