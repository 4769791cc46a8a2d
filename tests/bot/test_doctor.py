"""`chulin doctor`: one line each, with what to do; status 2 if something is in the way."""

import asyncio
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.checks import machine
from bot.checks.finding import Mark, fine, guarded
from bot.links import KEY_FILE
from bot.settings import Settings, load
from storage.database import open_database
from tests.bot.books import WHOLE, book
from tests.bot.conftest import Ended, Operator
from tests.bot.test_settings import OTHER, TOKEN

SHOWN_TOKEN = "123456789:AA…aw"


def lines(ended: Ended, about: str) -> list[str]:
    return [line for line in ended.out.splitlines() if line[2:].startswith(about)]


@pytest.fixture
def ready(desk: Operator, home: Path) -> Operator:
    desk.sets(resident_token=TOKEN, staff_token=OTHER)
    desk.runs("import", book(home / "book.xlsx", WHOLE))
    return desk


def test_a_prepared_machine_is_in_order(ready: Operator) -> None:
    ended = ready.runs("doctor", "--offline")
    assert ended.status == 0, ended.out
    assert "✗" not in ended.out
    assert lines(ended, "令牌") == [f"✓ 令牌：居民机器人 {SHOWN_TOKEN}", "✓ 令牌：工作人员机器人 987654321:BB…aw"]
    assert TOKEN not in ended.said


def test_an_empty_machine_is_told_what_to_do_first(operator: Operator) -> None:
    ended = operator.runs("doctor", "--offline")
    assert ended.status == 2
    assert "✗ 令牌：没有。向 @BotFather 要一个" in ended.out
    assert "✗ 数据库：还没有建立。请运行：chulin db upgrade" in ended.out
    assert "! 二维码密钥：还没有" in ended.out
    assert "✓ 字体" in ended.out
    assert "✓ 磁盘" in ended.out
    assert not Path("var").exists()


def test_wrong_settings_are_lines_of_the_report(operator: Operator) -> None:
    operator.sets(http_port="x", mode="y")
    ended = operator.runs("doctor", "--offline")
    assert ended.status == 2
    assert len(lines(ended, "设置")) == 2


def test_a_database_without_communities_cannot_serve(desk: Operator) -> None:
    assert "✗ 社区和人员：还没有社区" in desk.runs("doctor", "--offline").out


def test_communities_without_people_are_named(ready: Operator) -> None:
    ended = ready.runs("doctor", "--offline")
    assert "! 社区和人员：锁前社区没有网格员" in ended.out
    assert "5 位在岗人员，其中 0 位已开通。请运行：chulin invite --all" in ended.out


def test_a_database_of_another_revision_is_named_with_the_command(ready: Operator) -> None:
    ready.runs("db", "downgrade", "base", "--yes")
    ended = ready.runs("doctor", "--offline")
    assert ended.status == 2
    assert "请运行：chulin db upgrade" in lines(ended, "数据库")[0]


def test_a_database_that_is_broken_or_away_is_one_line(operator: Operator, home: Path) -> None:
    (home / "var").mkdir()
    (home / "var" / "chulin.db").write_bytes(b"no database" * 500)
    assert "✗ 数据库：用不了：这个文件不是数据库" in operator.runs("doctor", "--offline").out


def test_a_tampered_database_is_named(ready: Operator) -> None:
    async def drop() -> None:
        database = open_database(load().database_url)
        await database.write(lambda c: c.exec_driver_sql("DROP INDEX ix_case_people_account"))
        await database.close()

    asyncio.run(drop())
    ended = ready.runs("doctor", "--offline")
    assert ended.status == 2
    assert "结构不同：add_index ix_case_people_account" in ended.out


def test_a_secret_that_others_can_read_is_named(ready: Operator, home: Path) -> None:
    kept = home / "var" / KEY_FILE
    kept.write_bytes(bytes(32))
    kept.chmod(0o644)
    assert f"✗ 二维码密钥：var/{KEY_FILE} 别的用户也能读" in ready.runs("doctor", "--offline").out
    kept.chmod(0o600)
    assert f"✓ 二维码密钥：var/{KEY_FILE}，请备份" in ready.runs("doctor", "--offline").out
    kept.write_bytes(b"")
    assert "✗ 二维码密钥" in ready.runs("doctor", "--offline").out
    (home / ".env").write_text("CHULIN_LINK_SECRET=a-secret-of-the-operator\n")
    (home / ".env").chmod(0o644)
    ended = ready.runs("doctor", "--offline")
    assert "✓ 二维码密钥：在设置里" in ended.out
    assert "! 令牌：.env 别的用户也能读" in ended.out


@pytest.mark.parametrize(("free", "mark"), [(10 << 20, Mark.WRONG), (500 << 20, Mark.LOOK), (50 << 30, Mark.FINE)])
def test_a_disk_that_fills_up(home: Path, monkeypatch: pytest.MonkeyPatch, free: int, mark: Mark) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert [finding.mark for finding in machine.disk(Settings())] == [mark], home


def test_another_account_than_the_data_s_is_named(ready: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "账号：" not in ready.runs("doctor", "--offline").out
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    monkeypatch.setattr(machine, "_account_name", str)
    owner = Path("var").stat().st_uid
    (line,) = lines(ready.runs("doctor", "--offline"), "账号")
    assert line.startswith(f"! 账号：var 归 {owner}，您现在是 54321。")
    assert ("sudo -u" if owner else "chown -R 账号 var") in line


def test_a_folder_that_cannot_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert [finding.mark for finding in machine.disk(Settings())] == [Mark.WRONG], home


@pytest.mark.parametrize(
    ("year", "mark", "said"),
    [
        (2025, Mark.FINE, "知道 2025 和 2026 年"),
        (2026, Mark.LOOK, "还不知道 2027 年"),
        (2099, Mark.WRONG, "期限会算错"),
    ],
)
def test_holidays_that_are_known(year: int, mark: Mark, said: str) -> None:
    (finding,) = machine.calendar(datetime(year, 6, 1, tzinfo=UTC))
    assert finding.mark is mark
    assert said in finding.text


def test_data_files_that_are_wrong_are_named_by_line(ready: Operator, home: Path) -> None:
    shutil.copytree(Path(__file__).parents[2] / "district", home / "district")
    (home / "district" / "units.yaml").write_text("units:\n  - {nme: 城管局}\n")
    ready.sets(district_dir="district")
    ended = ready.runs("doctor", "--offline")
    assert ended.status == 2
    assert "units.yaml 第 2 行" in ended.out


def test_a_check_that_breaks_does_not_end_the_report() -> None:
    def breaks() -> Any:
        yield fine("甲", "好")
        raise KeyError("secret words")

    findings = list(guarded("甲", breaks))
    assert [str(finding) for finding in findings] == ["✓ 甲：好", "✗ 甲：检查不了（KeyError）"]
