"""The workbook, read again with another library: no formula, nothing lost without a word, nobody's number."""

import io
import zipfile
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.cells import CELL_LIMIT, cell
from digests.drawing_process import Order
from digests.weekly_workbook import COLUMNS, workbook
from ledger.lifecycle import State
from ledger.text import utf16_length
from tests.digests.pages import HIDDEN, PHONE, WEEK, order, row

LIVE = [
    *("=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "{=1}", "'=1", "#REF!"),
    *("http://a.example", "mailto:a", "internal:Sheet1!A1", "1e5", "2026-11-23", "_x0041_", "TRUE"),
]


def read(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def column(key: str) -> int:
    return [found.key for found in COLUMNS].index(key) + 1


def text_of(made: Order, key: str = "col_text", line: int = 3) -> Any:
    return read(workbook(made))["这一周的台账"].cell(line, column(key)).value


@pytest.mark.parametrize("text", LIVE)
def test_a_text_stays_the_text_that_it_is(text: str) -> None:
    assert text_of(order([row(text=text)])) == text.replace("\r", "\n")


def test_no_cell_of_any_sheet_is_a_formula_or_a_link() -> None:
    rows = [row(no, text=text, place=text, reply=text) for no, text in enumerate(LIVE, 1)]
    content = workbook(order(rows))
    kinds = {found.data_type for sheet in read(content) for line in sheet.iter_rows() for found in line}
    assert kinds <= {"s", "n", "d"}
    parts = zipfile.ZipFile(io.BytesIO(content))
    raw = b"".join(parts.read(name) for name in parts.namelist())
    assert b"<f>" not in raw
    assert b"hyperlink" not in raw


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=8))
def test_any_text_gives_a_workbook_that_opens_again(texts: list[str]) -> None:
    found = read(workbook(order([row(no, text=text) for no, text in enumerate(texts, 1)])))
    assert found["这一周的台账"].max_row >= 2 + len(texts)


@pytest.mark.parametrize("broken", ["\x00", "\x1b", "\x7f", "\ud83d", "\ufffe", "\uffff", "\x0b"])
def test_what_xml_has_no_place_for_is_replaced(broken: str) -> None:
    assert text_of(order([row(text=f"灯{broken}坏")])) in ("灯\ufffd坏", f"灯{broken}坏")


@pytest.mark.parametrize("piece", ["坏", "😀", "👨‍👩‍👧"])
def test_a_text_too_long_for_a_cell_is_cut_with_a_word(piece: str) -> None:
    text = piece * (CELL_LIMIT + 5)
    shown = text_of(order([row(text=text)]))
    assert utf16_length(shown) <= CELL_LIMIT
    assert f"原文 {len(text)} 字" in shown
    assert "\ufffd" not in shown


def test_a_text_that_just_fits_is_left_whole() -> None:
    assert cell("坏" * CELL_LIMIT) == "坏" * CELL_LIMIT
    assert utf16_length(cell("a" + "😀" * CELL_LIMIT)) in (CELL_LIMIT, CELL_LIMIT - 1)


def test_a_text_cannot_turn_the_direction_in_which_a_cell_is_read() -> None:
    assert cell("\u202e灯坏了\u2066") == "灯坏了"


def test_personal_data_are_masked_in_every_column() -> None:
    content = workbook(order([row(text=f"找我{PHONE}", place=f"电话{PHONE}", reply=f"已联系{PHONE}")]))
    parts = zipfile.ZipFile(io.BytesIO(content))
    raw = b"".join(parts.read(name) for name in parts.namelist()).decode()
    assert PHONE not in raw
    assert raw.count(HIDDEN) >= 1


def test_a_case_has_its_row_with_local_times_and_names() -> None:
    later = WEEK.start + timedelta(hours=9)
    made = order(
        [row(7, answered_at=later, state=State.ANSWERED, reply="已装", solved=True, satisfied=2, merged_into=None)]
    )
    sheet = read(workbook(made))["这一周的台账"]
    line = {head.value: value.value for head, value in zip(sheet[2], sheet[3], strict=True)}
    assert line["编号"] == "YA-7"
    assert line["登记时间"] == datetime(2026, 11, 16, 0, 0)  # noqa: DTZ001 - workbooks know no zones
    assert line["答复时间"] == datetime(2026, 11, 16, 9, 0)  # noqa: DTZ001
    assert line["建设内容"] == "第 10 项 停车及充电设施"
    assert line["责任单位"] == "区建设局、区城管局、各街道"
    assert (line["网格"], line["责任人"], line["状态"]) == ("第一网格", "小陈", "已答复")
    assert (line["是否解决"], line["满意度"], line["类别由谁定"]) == ("是", "满意", "机器初判")


def test_cases_that_are_not_listed_are_counted() -> None:
    sheet = read(workbook(order([row()], pressing_in_all=12)))["今天要办"]
    assert "还有 11 件" in sheet.cell(4, 1).value


def test_an_empty_week_has_an_empty_ledger_that_says_so() -> None:
    found = read(workbook(order([], size=0)))
    assert found.sheetnames == ["今天要办", "这一周的台账", "汇总"]
    assert found["这一周的台账"].cell(3, 1).value == "没有"


def test_the_numbers_of_the_scenes_add_up() -> None:
    sheet = read(workbook(order([row()])))["汇总"]
    lines = {line[0].value: line[1].value for line in sheet.iter_rows()}
    assert lines["合计"] == 28
    assert lines["邻里生活"] == 7
