"""`chulin import`: the check-up sheet, all of it or nothing, and neighbours by name."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from ledger.checkup import Condition, Source, Stock
from storage.facilities import stock_of
from storage.register import rows_of
from storage.tables import FacilityPast, FacilityStock, Neighbour
from tests.bot.books import WHOLE, book, on_database, reference
from tests.bot.conftest import Operator

HEAD = [
    "社区",
    "项目",
    "有没有",
    "数量",
    "面积（平方米）",
    "物业总建筑面积",
    "状况",
    "建成年份",
    "来源",
    "日期",
    "年收入（元）",
]
ROWS: list[list[Any]] = [
    ["江畔社区", "3 一个托儿所", "没有"],
    ["JP", 1, "有", None, "８６０平方米", None, "好", 2016, "实地踏勘", dt.date(2026, 11, 3), "36,000元"],
    ["JP", 1.2, "有", None, None, None, None, None, None, "2026年11月4日"],
    ["JP", "16", "有", None, "1,200.5", "600000", "差"],
    ["JP", "第13项", "不适用"],
]


def stocks() -> dict[str, Stock]:
    rows = on_database(lambda connection: connection.execute(select(FacilityStock.__table__)).all())
    return {row.point: stock_of(row) for row in rows}


def with_checkup(rows: list[list[Any]]) -> dict[str, list[list[Any]]]:
    return WHOLE | {"体检": [HEAD, *rows]}


def test_a_check_up_comes_in_with_its_source_and_date_on_both_databases(
    operator: Operator, home: Path, database_url: str
) -> None:
    operator.sets(database_url=database_url)
    operator.runs("db", "upgrade")
    ended = operator.runs("import", book(home / "book.xlsx", with_checkup(ROWS)))
    assert (ended.status, ended.err) == (0, "")
    found = stocks()
    assert found["1"] == Stock(
        has=True,
        area_m2=860,
        condition=Condition.GOOD,
        year=2016,
        income=36_000,
        source=Source.IMPORT,
        origin="实地踏勘",
        found_on=dt.date(2026, 11, 3),
    )
    assert found["1.2"].found_on == dt.date(2026, 11, 4)
    assert (found["16"].area_m2, found["16"].base_m2, found["16"].condition) == (1200.5, 600_000, Condition.POOR)
    assert (found["3"].has, found["13"].has) == (False, False)
    assert found["3"].found_on == dt.datetime.now(dt.UTC).date()


def test_a_second_import_changes_what_is_new_and_keeps_what_is_blank(imports: Callable[..., Any]) -> None:
    imports(with_checkup(ROWS))
    ended = imports(with_checkup(ROWS))
    assert next(line.split()[1:4] for line in ended.out.splitlines() if line.startswith("体检")) == ["0", "0", "5"]
    ended = imports(with_checkup([["JP", "1", None, None, 900], ["JP", "16", "没有"]]))
    assert next(line.split()[1:] for line in ended.out.splitlines() if line.startswith("体检")) == [
        "0",
        "2",
        "0",
        "0",
        "3",
    ]
    found = stocks()
    assert (found["1"].area_m2, found["1"].year, found["1"].origin) == (900, 2016, "实地踏勘")
    assert (found["16"].has, found["16"].area_m2) == (False, None)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["江畔社区", "21", "有"], "没有这一项"),
        (["江畔社区", "1.7", "有"], "没有这一项"),
        (["江畔社区", "1", "大概有"], "只能填 有、没有、不适用"),
        (["江畔社区", "1", "不适用"], "不能填“不适用”"),
        (["江畔社区", "1", "有", None, -5], "0 到"),
        (["江畔社区", "1", "有", None, "很大"], "要填数字"),
        (["江畔社区", "1", "没有", None, 300], "数量或面积却不是 0"),
        (["江畔社区", "1", "有", None, "=1+1"], "公式"),
        (["江畔社区", "1", "有", None, 5, None, "崭新"], "只能填 好、一般、差、停用"),
        (["江畔社区", "1", "有", None, 5, None, None, None, None, "2026-02-30"], "要填日期"),
        (["没有的社区", "1", "有"], "没有社区"),
        (["江畔社区", "3", "有"], "和第 2 行重复"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_comes_in(imports: Callable[..., Any], row: list[Any], why: str) -> None:
    ended = imports(with_checkup([ROWS[0], row]))
    assert ended.status == 2
    assert "体检 第 3 行" in ended.err
    assert why in ended.err
    assert not stocks()


def test_figures_of_earlier_years_stay_beside_the_newest(imports: Callable[..., Any]) -> None:
    def row(has: str, area: int | None, day: str) -> list[Any]:
        return ["JP", "3", has, None, area, None, None, None, None, day]

    imports(with_checkup([row("没有", None, "2024-12-01"), row("有", 260, "2026-11-03"), row("有", 90, "2025-12-05")]))
    assert (stocks()["3"].area_m2, stocks()["3"].found_on) == (260, dt.date(2026, 11, 3))
    assert past() == {("3", 2024): None, ("3", 2025): 90}
    ended = imports(with_checkup([row("有", 120, "2025-12-20"), row("有", 300, "2027-01-15")]))
    assert next(line.split()[1:4] for line in ended.out.splitlines() if line.startswith("体检")) == ["0", "2", "0"]
    assert stocks()["3"].area_m2 == 300
    assert past() == {("3", 2024): None, ("3", 2025): 120, ("3", 2026): 260}


def past() -> dict[tuple[str, int], float | None]:
    rows = on_database(lambda connection: rows_of(connection, FacilityPast))
    return {(row["point"], row["found_in"]): row["area_m2"] for row in rows}


def test_neighbours_are_named_in_the_sheet_of_communities(imports: Callable[..., Any]) -> None:
    head, jiangpan, suoqian = WHOLE["社区"]
    named = WHOLE | {"社区": [[*head, "相邻社区"], [*jiangpan, "锁前社区"], [*suoqian, None]]}
    imports(named)
    ids = {c.name: c.id for c in reference().real_communities()}
    pair = {"community_id": ids["江畔社区"], "other_id": ids["锁前社区"]}
    assert on_database(lambda connection: rows_of(connection, Neighbour)) == [pair]
    imports(named)
    assert on_database(lambda connection: rows_of(connection, Neighbour)) == [pair]
    ended = imports(WHOLE | {"社区": [[*head, "相邻社区"], [*jiangpan, "锁前社区、没有的"], [*suoqian, None]]})
    assert "相邻社区：没有社区“没有的”" in ended.err


def test_the_template_has_a_sheet_for_the_check_up(desk: Operator, home: Path) -> None:
    desk.runs("import", "--template", home / "t.xlsx")
    workbook = openpyxl.load_workbook(home / "t.xlsx")
    assert [cell.value for cell in workbook["体检"][1]][:3] == ["社区*", "项目*", "有没有"]
