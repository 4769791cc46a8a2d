"""`chulin db`: up, down, checked, on both databases."""

import asyncio
import logging
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from bot.settings import load
from storage import schema
from storage.database import open_database
from storage.reference_queries import load as load_reference
from storage.schema import CannotMove
from storage.tables import Unit
from tests.bot.books import on_database
from tests.bot.conftest import Operator


@pytest.fixture
def desk(operator: Operator, database_url: str) -> Operator:
    operator.sets(database_url=database_url)
    return operator


def numbers_of_units(connection: Connection) -> dict[str, int]:
    return {row.name: row.id for row in connection.execute(select(Unit.name, Unit.id))}


def test_upgrade_makes_a_database_that_check_finds_whole(desk: Operator) -> None:
    assert desk.runs("db", "check").status == 2
    ended = desk.runs("db", "upgrade")
    assert (ended.status, ended.out) == (0, f"数据库：空 → {schema.newest()}\n")
    assert desk.runs("db", "check").status == 0
    assert "不用动" in desk.runs("db", "upgrade").out


def test_a_new_database_has_the_district_and_its_units(desk: Operator, database_url: str) -> None:
    desk.runs("db", "upgrade")
    reference = on_database(load_reference, database_url)
    assert reference.communities[0].name == "全区"
    assert reference.communities[0].code == "QU"
    assert "区城管局" in reference.unit_ids


def test_units_keep_their_numbers_when_the_file_renames_them(desk: Operator, database_url: str) -> None:
    desk.runs("db", "upgrade")

    def older_spelling(connection: Connection) -> None:
        connection.execute(text("UPDATE units SET name = '城管局' WHERE name = '区城管局'"))

    before = on_database(numbers_of_units, database_url)
    on_database(older_spelling, database_url)
    desk.runs("db", "upgrade")
    assert on_database(numbers_of_units, database_url) == before


def test_down_and_up_again(desk: Operator) -> None:
    desk.runs("db", "upgrade")
    assert desk.runs("db", "downgrade", "base", "--yes").out == f"数据库：{schema.newest()} → 空\n"
    assert desk.runs("db", "current").out.startswith("数据库：还没有建立")
    assert desk.runs("db", "upgrade").status == 0
    assert desk.runs("db", "check").status == 0


def test_an_unknown_revision_is_one_clear_line(desk: Operator) -> None:
    ended = desk.runs("db", "upgrade", "nonsense")
    assert ended.status == 2
    assert "nonsense" in ended.err
    assert "Traceback" not in ended.said


def test_a_database_of_a_newer_program_is_left_alone(desk: Operator, database_url: str) -> None:
    desk.runs("db", "upgrade")
    on_database(lambda c: c.execute(text("UPDATE alembic_version SET version_num = 'ffff'")), database_url)
    on_database(lambda c: c.execute(text("DELETE FROM program_revisions")), database_url)
    for command in (("db", "upgrade"), ("db", "check"), ("db", "downgrade", "base", "--yes"), ("inbox", "list")):
        ended = desk.runs(*command)
        assert ended.status == 2, command
        assert "先更新程序" in ended.err


@pytest.mark.usefixtures("desk")
def test_a_move_that_fails_leaves_no_trace(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(_connection: Connection) -> None:
        raise CannotMove("power cut")

    monkeypatch.setattr(schema, "_keep_references", dies)
    with pytest.raises(CannotMove):
        asyncio.run(schema.migrate(load().database_url))
    monkeypatch.undo()
    tables = on_database(lambda c: c.dialect.get_table_names(c), database_url)
    assert tables == []


@pytest.mark.usefixtures("desk")
def test_two_upgrades_at_once_wait_for_each_other() -> None:
    url = load().database_url

    async def both() -> list[tuple[str | None, str | None]]:
        return await asyncio.gather(*(asyncio.to_thread(asyncio.run, schema.migrate(url)) for _ in range(2)))

    ends = asyncio.run(both())
    assert sorted(ends, key=str) == [(schema.newest(), schema.newest()), (None, schema.newest())]


@pytest.mark.usefixtures("desk")
def test_every_revision_goes_up_down_and_up() -> None:
    url = load().database_url
    for revision in [script.revision for script in reversed(list(schema.scripts().walk_revisions()))]:
        asyncio.run(schema.migrate(url, revision))
        asyncio.run(schema.migrate(url, "-1"))
        assert asyncio.run(schema.migrate(url, revision))[1] == revision


@pytest.mark.usefixtures("desk")
def test_moving_sets_up_no_logging_and_prints_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    asyncio.run(schema.migrate(load().database_url))
    assert logging.getLogger().handlers == []
    assert capsys.readouterr() == ("", "")


def test_a_file_that_is_no_database_is_one_clear_line(operator: Operator, home: Path) -> None:
    (home / "var").mkdir()
    (home / "var" / "chulin.db").write_text("hello" * 1000)
    ended = operator.runs("db", "upgrade")
    assert ended.status == 2
    assert ended.err.count("\n") == 1
    assert "这个文件不是数据库" in ended.err


def test_a_running_bot_keeps_the_migration_out(operator: Operator) -> None:
    operator.runs("db", "upgrade")
    serving = open_database(load().database_url, serve=True)
    try:
        ended = operator.runs("db", "downgrade", "base", "--yes")
    finally:
        asyncio.run(serving.close())
    assert ended.status == 2
    assert "正在使用" in ended.err


def test_a_server_that_is_not_there_is_one_clear_line(operator: Operator) -> None:
    operator.sets(database_url="postgresql://chulin:s3cret-word@127.0.0.1:1/chulin")
    ended = operator.runs("db", "upgrade")
    assert ended.status == 2
    assert "s3cret-word" not in ended.said
    assert "Traceback" not in ended.said


def test_nothing_but_upgrade_makes_a_database(operator: Operator, home: Path) -> None:
    for command in (("db", "current"), ("db", "check"), ("inbox", "list"), ("invite", "--all")):
        operator.runs(*command)
    assert not (home / "var").exists()


def test_rows_that_would_point_to_nothing_stop_a_move(operator: Operator, home: Path) -> None:
    operator.runs("db", "upgrade")
    with sqlite3.connect(home / "var" / "chulin.db") as connection:
        connection.execute("INSERT INTO staff_rights VALUES (77, 'worker', 'district', 0, 0)")
    connection.close()
    ended = operator.runs("db", "upgrade")
    assert ended.status == 2
    assert "staff_rights" in ended.err
