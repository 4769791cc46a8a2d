"""`chulin import`: what stands afterwards, and what is said of rows that are wrong."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ledger.lifecycle import Role
from ledger.rights import Right, Scope
from storage.register import rows_of
from storage.tables import Building, Community
from tests.bot.books import WHOLE, book, on_database, reference
from tests.bot.conftest import Operator


def test_a_whole_workbook_on_both_databases(operator: Operator, home: Path, database_url: str) -> None:
    operator.sets(database_url=database_url)
    operator.runs("db", "upgrade")
    before = reference().version
    ended = operator.runs("import", book(home / "book.xlsx", WHOLE))
    assert (ended.status, ended.err) == (0, "")
    found = reference()
    assert found.version > before
    jiangpan, suoqian = (next(c for c in found.real_communities() if c.name == n) for n in ("江畔社区", "锁前社区"))
    assert (jiangpan.code, jiangpan.population, jiangpan.time_zone) == ("JP", 8500, "Asia/Shanghai")
    assert (suoqian.code, suoqian.time_zone) == (f"SQ{suoqian.id}", "Asia/Urumqi")
    assert {(b.name, b.grid_id is None) for b in found.buildings} == {("3栋", False), ("4", True)}
    rights = {row.name: set(row.rights) for row in found.staff.values()}
    grids = {name: number for (_, number), name in found.grids.items()}
    assert rights["张三"] == {Right(Role.WORKER, Scope.GRID, grid, jiangpan.id) for grid in grids.values()}
    assert rights["李四"] == {Right(Role.MANAGER, Scope.COMMUNITY, jiangpan.id)}
    assert rights["王五"] == {Right(Role.SUPERVISOR, Scope.STREET, jiangpan.street_id or 0)}
    assert rights["赵六"] == {Right(Role.OFFICER, Scope.UNIT, found.unit_ids["区城管局"])}
    assert rights["钱七"] == {Right(Role.ADMIN, Scope.DISTRICT, 0)}
    area = next(r["area_m2"] for r in on_database(lambda c: rows_of(c, Community)) if r["name"] == "江畔社区")
    assert area == 250_000


def test_a_watch_past_midnight_goes_on_the_next_day(imports: Callable[..., Any]) -> None:
    imports(WHOLE)
    duties = {(d.weekday, d.start_minute, d.end_minute) for d in reference().duties if d.community_id == 0}
    assert duties == {(day, 1080, 1440) for day in range(5)} | {(day, 0, 480) for day in range(1, 6)}
    at_four = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)  # Saturday 04:00 in Huangshi
    assert [row.name for row in reference().on_duty(0, at_four)] == ["钱七"]


def test_a_second_import_changes_nothing_and_keeps_every_number(imports: Callable[..., Any]) -> None:
    imports(WHOLE)
    first = reference()
    ended = imports(WHOLE)
    assert reference() == first
    assert [line.split()[1:4] for line in ended.out.splitlines() if line.startswith(("社区", "楼栋", "人员"))] == [
        ["0", "0", "2"],
        ["0", "0", "2"],
        ["0", "0", "5"],
    ]


def test_a_second_import_updates_by_name_and_code_and_deletes_nothing(imports: Callable[..., Any]) -> None:
    imports(WHOLE)
    first = {c.name: c.id for c in reference().real_communities()}
    ended = imports(
        {
            "社区": [["名称", "代码", "街道", "人口"], ["江畔 社区", "jp", "黄石港街道", 9000]],
            "楼栋": [["社区", "名称", "网格"], ["江畔社区", "3 栋", "第二网格"]],
        }
    )
    assert ended.status == 0
    found = reference()
    assert {c.id: c.population for c in found.real_communities()} == {first["江畔社区"]: 9000, first["锁前社区"]: 13000}
    assert len(found.buildings) == 2
    moved = next(b for b in found.buildings if b.name == "3 栋")
    assert found.grids[moved.community_id, moved.grid_id or 0] == "第二网格"
    year = next(r["built_year"] for r in on_database(lambda c: rows_of(c, Building)) if r["name"] == "3 栋")
    assert year == 1998  # a blank cell leaves what stands


def test_population_outside_the_plan_is_a_warning(imports: Callable[..., Any]) -> None:
    ended = imports(WHOLE)
    assert ended.status == 0
    assert "! 社区 第 3 行: 锁前社区有 13000 人；方案三（一）以 5000–12000 人为宜" in ended.out
    assert "第 2 行" not in ended.out


def test_all_wrong_rows_are_named_and_nothing_is_imported(imports: Callable[..., Any]) -> None:
    wrong = dict(WHOLE)
    wrong["社区"] = [
        ["名称", "代码", "街道", "人口", "纬度", "经度"],
        ["江畔社区", "JP", "黄石港街道", "约一万", None, None],
        [None, None, "黄石港街道", None, None, None],
        ["锁前社区", "1x", "没有的街道", True, 30.2, None],
        ["江畔社区", None, "黄石港街道", None, None, None],
        ["全区", None, "黄石港街道", None, 115.07, 30.2],
        ["磁湖社区", "JP", "黄石港街道", dt.datetime(1905, 6, 20), None, None],  # noqa: DTZ001
    ]
    wrong["楼栋"] = [
        ["社区", "网格", "名称"],
        ["锁前社区", "第九网格", "1栋"],
        ["江畔社区", None, "1栋"],
        ["江畔社区", None, "１ 栋"],
    ]
    before = reference()
    ended = imports(wrong)
    assert ended.status == 2
    assert ended.out == ""
    for line in (
        "✗ 社区 第 2 行: 人口：要填整数，例如 8500；写的是“约一万”",
        "✗ 社区 第 3 行: 名称：不能空着",
        "✗ 社区 第 4 行: 代码：代码要用大写字母（后面可以加数字），最多 8 个；写的是“1x”",
        "✗ 社区 第 4 行: 人口：要填整数，例如 8500；写的是“True”",
        "✗ 社区 第 4 行: 没有街道“没有的街道”",
        "✗ 社区 第 4 行: 纬度和经度要么都填，要么都不填",
        "✗ 社区 第 5 行: 和第 2 行重复",
        "✗ 社区 第 6 行: 纬度：要在 -90 到 90 之间（纬度和经度填反了？）；写的是“115.07”",
        "✗ 社区 第 6 行: 这个名称或代码留给全区",
        "✗ 社区 第 7 行: 和第 2 行重复",
        "✗ 社区 第 7 行: 人口：单元格是日期格式，请改成“常规”格式；要填整数，例如 8500",
        "✗ 楼栋 第 2 行: 锁前社区没有网格“第九网格”",
        "✗ 楼栋 第 4 行: 和第 3 行重复",
    ):
        assert line in ended.err.splitlines(), line
    assert "一行也没有导入" in ended.err
    assert "Traceback" not in ended.err
    assert reference() == before


def test_check_writes_nothing(imports: Callable[..., Any]) -> None:
    before = reference()
    ended = imports(WHOLE, "--check")
    assert (ended.status, ended.out.splitlines()[-1]) == (0, "检查通过；没有写入")
    assert reference() == before


def test_example_rows_and_blank_rows_are_skipped(desk: Operator, home: Path) -> None:
    assert desk.runs("import", "--template", "template.xlsx").status == 0
    workbook = openpyxl.load_workbook(home / "template.xlsx")
    workbook["街道"].append([" "])
    workbook["街道"].append(["沈家营街道"])
    workbook["街道"]["A900"] = "   "
    workbook.save(home / "filled.xlsx")
    ended = desk.runs("import", "filled.xlsx")
    assert ended.status == 0
    assert list(reference().streets.values()) == ["沈家营街道"]
    assert "街道: 跳过 1 行示例" in ended.out


def test_the_template_has_lists_notes_and_text_cells(desk: Operator, home: Path) -> None:
    desk.runs("import", "--template", "template.xlsx")
    workbook = openpyxl.load_workbook(home / "template.xlsx")
    assert workbook.sheetnames == [
        "说明",
        "街道",
        "社区",
        "网格",
        "楼栋",
        "人员",
        "值班",
        "问答",
        "体检",
        "名册",
        "议事会",
        "预约",
        "选项",
    ]
    staff = workbook["人员"]
    assert {rule.formula1 for rule in staff.data_validations.dataValidation} >= {"选项!$A$1:$A$5", "社区!$A$2:$A$2000"}
    assert workbook["社区"]["D1"].comment is not None
    assert staff["B1"].value == "电话"
    assert staff.column_dimensions["B"].width > 10
    assert all(sheet["A2"].value.startswith("示例") for sheet in workbook.worksheets[1:-1])


def test_a_template_never_overwrites_a_file(desk: Operator, home: Path) -> None:
    (home / "mine.xlsx").write_text("my work")
    assert desk.runs("import", "--template", "mine.xlsx").status == 2
    assert (home / "mine.xlsx").read_text() == "my work"


def test_an_example_row_that_was_written_over_counts(desk: Operator, home: Path) -> None:
    desk.runs("import", "--template", "template.xlsx")
    workbook = openpyxl.load_workbook(home / "template.xlsx")
    workbook["街道"]["A2"] = "黄石港街道"
    workbook.save(home / "filled.xlsx")
    desk.runs("import", "filled.xlsx")
    assert list(reference().streets.values()) == ["黄石港街道"]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("=A2", "是公式"),
        ("#REF!", "是错误值"),
        ("甲" * 101, "太长，最多 100 个字"),
        ("甲" * 32_000, "太长"),
        (dt.datetime(2024, 1, 2), "单元格是日期或时间格式"),  # noqa: DTZ001
        (True, "要填文字"),
    ],
)
def test_cells_that_are_no_names(imports: Callable[..., Any], cell: Any, why: str) -> None:
    ended = imports({"街道": [["名称"], [cell]]})
    assert ended.status == 2
    assert f"街道 第 2 行: 名称：{why}" in ended.err


def test_invisible_marks_are_dropped_from_names(imports: Callable[..., Any]) -> None:
    imports({"街道": [["名称"], ["\u200b黄石港\u202e街道\ufeff "]]})
    assert list(reference().streets.values()) == ["黄石港街道"]


def test_columns_may_stand_anywhere_and_strange_ones_are_named(imports: Callable[..., Any]) -> None:
    ended = imports(
        {
            "街道": [["备注", " 名称 * "], ["好", "黄石港街道"]],
            "社区 ": [["街道*", "名称"], ["黄石港街道", "江畔社区"]],
            "别的": [["甲"], ["乙"]],
        }
    )
    assert ended.status == 0
    assert "没有认出的列，跳过了：“备注”" in ended.out
    assert "没有认出的表，跳过了：“别的”" in ended.out
    assert [c.name for c in reference().real_communities()] == ["江畔社区"]


def test_missing_and_doubled_columns_are_named(imports: Callable[..., Any]) -> None:
    ended = imports({"街道": [["名称", "名称*"], ["甲", "乙"]], "人员": [["姓名"], ["张三"]]})
    assert ended.status == 2
    assert "✗ 街道: “名称*”有两列" in ended.err
    assert "✗ 人员: 缺少列 角色（第一行要是表头）" in ended.err


def test_a_workbook_without_any_of_our_sheets_is_refused(imports: Callable[..., Any]) -> None:
    ended = imports({"Sheet1": [["名称"], ["甲"]]})
    assert ended.status == 2
    assert "这样的表" in ended.err


def test_empty_sheets_are_not_called_an_import(imports: Callable[..., Any]) -> None:
    ended = imports({"街道": [["名称"]]})
    assert ended.status == 2
    assert "没有可以导入的行" in ended.err


def test_communities_of_one_name_are_told_apart_by_code(filled: Callable[..., Any]) -> None:
    ended = filled({"社区": [["名称", "街道"], ["江畔社区", "胜阳港街道"]]})
    assert "已有同名社区（JP），当作另一个" in ended.out
    ended = filled({"网格": [["社区", "名称"], ["江畔社区", "第三网格"], ["JP", "第三网格"]]})
    assert ended.status == 2
    assert "网格 第 2 行: 有 2 个社区叫“江畔社区”，请填代码" in ended.err
    assert "第 3 行" not in ended.err


def test_a_code_that_belongs_to_another_community_is_refused(filled: Callable[..., Any]) -> None:
    ended = filled({"社区": [["名称", "代码", "街道"], ["锁前社区", "JP", "胜阳港街道"]]})
    assert ended.status == 2
    assert "代码 JP 已经是“江畔社区”的" in ended.err


def test_import_needs_a_database_of_this_revision(operator: Operator, home: Path) -> None:
    ended = operator.runs("import", book(home / "book.xlsx", WHOLE))
    assert ended.status == 2
    assert "chulin db upgrade" in ended.err


def test_import_asks_for_a_file_or_a_template(operator: Operator) -> None:
    assert operator.runs("import").status == 2
    assert operator.runs("import", "no-such-file.xlsx").status == 2


QUESTIONS = ["社区", "问题", "答案", "来源"]


def test_a_question_list_is_replaced_as_a_whole_where_it_is_named(imports: Callable[..., Any]) -> None:
    ours = ["江畔社区", "高龄津贴怎么申请", "满 80 岁，到社区窗口办。" * 20, "社区窗口"]
    everybody_s = [None, "医保怎么缴费", "九月起在手机上缴。", "区医保局"]
    imports(WHOLE | {"问答": [QUESTIONS, ours, everybody_s]})
    jiangpan = next(c.id for c in reference().real_communities() if c.name == "江畔社区")
    assert [row.question for row in reference().questions[jiangpan]] == ["高龄津贴怎么申请"]
    assert [row.source for row in reference().questions[0]] == ["区医保局"]
    imports({"问答": [QUESTIONS, ["江畔社区", "食堂几点开饭", "11:00。", "食堂"]]})
    assert [row.question for row in reference().questions[jiangpan]] == ["食堂几点开饭"]
    assert len(reference().questions[0]) == 1, "the district's list was not named"


def test_a_question_without_answer_or_source_is_refused(imports: Callable[..., Any]) -> None:
    said = imports(WHOLE | {"问答": [QUESTIONS, ["江畔社区", "几点上班", None, None], ["无名社区", "问", "答", "源"]]})
    assert said.status != 0
    assert "问答 第 2 行" in said.err
    assert "没有社区" in said.err
