"""`chulin report weekly`: the same digest as in chat, and clear words for what cannot be."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.report import command
from storage.database import open_database
from tests.digests.histories import case, write
from tests.digests.test_reporter import IN_THE_WEEK


@pytest.fixture
def report(tmp_path: Path, filled_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHULIN_DATABASE_URL", filled_url)
    monkeypatch.setenv("CHULIN_DATA_DIR", str(tmp_path))
    asyncio.run(_one_case(filled_url))
    return CliRunner()


async def _one_case(url: str) -> None:
    database = open_database(url)
    await database.write(lambda connection: write(connection, [case(1, IN_THE_WEEK, text="路灯坏了", urgency="U")]))
    await database.close()


def weekly(report: CliRunner, *arguments: str) -> Result:
    return report.invoke(command, ["weekly", *arguments])


@pytest.mark.parametrize("community", ["延安岭社区", "YA", "ya"])
def test_text_chart_pages_and_workbook_come_out(report: CliRunner, community: str, tmp_path: Path) -> None:
    result = weekly(report, "--community", community, "--period", "2026-W47", "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "新登记 1 件" in result.output
    assert "路灯坏了" in result.output
    files = {path.suffix: path.read_bytes()[:4] for path in (tmp_path / "out").iterdir()}
    assert files == {".png": b"\x89PNG", ".pdf": b"%PDF", ".xlsx": b"PK\x03\x04"}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--community", "没有这个"), "延安岭社区（YA）"),
        (("--community", "YA", "--period", "47"), "请写成 2026-W47"),
        (("--community", "YA", "--period", "2199-W01"), "还没有开始"),
    ],
)
def test_what_cannot_be_is_refused_in_words(report: CliRunner, arguments: tuple[str, ...], word: str) -> None:
    result = weekly(report, *arguments)
    assert result.exit_code == 2
    assert word in result.output


def test_a_check_up_comes_out_with_its_files(report: CliRunner, tmp_path: Path) -> None:
    result = report.invoke(command, ["checkup", "--community", "YA", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "延安岭社区体检" in result.output
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".pdf", ".pdf", ".png", ".xlsx"]
    result = report.invoke(command, ["checkup", "--street", "沈家营街道", "--out", str(tmp_path / "street")])
    assert "二十项都达标的社区 0 个，共 1 个" in result.output
    assert report.invoke(command, ["checkup", "--street", "没有的街道"]).exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("monthly", "--community", "YA", "--period", "2026-11"),
        ("monthly", "--street", "沈家营街道", "--period", "2026-11"),
        ("quarterly", "--period", "2026-Q4"),
    ],
)
def test_a_month_and_a_quarter_come_out_with_their_files(
    report: CliRunner, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    result = report.invoke(command, [*arguments, "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "新登记 1 件" in result.output
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".png", ".pdf", ".xlsx"}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("monthly",), "填一个"),
        (("monthly", "--community", "YA", "--period", "2026-Q3"), "请写成 2026-10"),
        (("monthly", "--community", "YA", "--period", "2026-13"), "请写成 2026-10"),
        (("monthly", "--street", "哪里"), "沈家营街道"),
        (("quarterly", "--period", "2026-10"), "请写成 2026-Q3"),
        (("quarterly", "--period", "2199-Q1"), "还没有开始"),
    ],
)
def test_a_month_that_cannot_be_is_refused_in_words(report: CliRunner, arguments: tuple[str, ...], word: str) -> None:
    result = report.invoke(command, list(arguments))
    assert result.exit_code == 2
    assert word in result.output
