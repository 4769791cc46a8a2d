"""Writes the empty workbook that people fill in: headers, one example row a sheet, notes and drop-down lists."""

import io
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from bot.workbook.sheets import CHOICES, EXAMPLE, NOTES, Column, Sheet, sheets
from ledger.district import District

LISTED_ROWS = 2000
HELP = (
    "填写说明",
    "1. 每张表第一行是表头，不要改。带 * 的列必填，其余可以空着。",
    f"2. 第一格以“{EXAMPLE}”开头的是示例，导入时跳过；可以删掉，也可以直接改成自己的。",
    "3. 填好以后运行：chulin import 文件名.xlsx。有一处不对就全部不导入，并一一列出哪张表、哪一行、为什么。",
    "4. 可以反复导入：名称（或代码）相同的更新，没写到的保留，空格子不改动原来的内容。",
    "5. 值班表按社区整个换新；人员离岗，“在岗”填“否”。",
    "6. 体检表一行是一个社区的一项；不知道的空着，不要填 0。",
    "7. 公式请先粘贴成数值。全角数字、多余空格会自动整理。",
)


def write_template(path: Path, district: District) -> None:
    """Write the template; `path` must not exist yet."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        writer = _Writer(workbook)
        writer.write_help()
        for sheet in sheets(district):
            writer.write_sheet(sheet)
        writer.write_choices()
    path.write_bytes(content.getvalue())


class _Writer:
    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.head = workbook.add_format({"bold": True, "bg_color": "#D9EAF7", "border": 1, "text_wrap": True})
        self.words = workbook.add_format({"num_format": "@"})
        self.example = workbook.add_format({"num_format": "@", "italic": True, "font_color": "#888888"})
        self.choices: list[tuple[str, ...]] = []

    def write_help(self) -> None:
        notes = self.workbook.add_worksheet(NOTES)
        notes.set_column(0, 0, 100)
        for row, line in enumerate(HELP):
            notes.write_string(row, 0, line, self.head if row == 0 else None)

    def write_sheet(self, sheet: Sheet) -> None:
        worksheet = self.workbook.add_worksheet(sheet.title)
        worksheet.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            # text format keeps 08:30, leading zeros and long phone numbers as they are typed
            worksheet.set_column(place, place, column.width, self.words)
            worksheet.write_string(0, place, column.title + "*" * column.required, self.head)
            if column.note:
                worksheet.write_comment(0, place, column.note, {"x_scale": 1.5})
            mark = "" if place else f"{EXAMPLE} "
            worksheet.write_string(1, place, mark + column.example, self.example)
            if column.choices:
                self._add_list(worksheet, place, column)

    def write_choices(self) -> None:
        """The words of the drop-down lists: a list written into the rule itself may have 255 characters only."""
        worksheet = self.workbook.add_worksheet(CHOICES)
        for place, words in enumerate(self.choices):
            worksheet.write_column(0, place, words)
        worksheet.hide()

    def _add_list(self, worksheet: Any, place: int, column: Column) -> None:
        """A list that helps, but lets other words pass: the import says what is wrong with them."""
        if isinstance(column.choices, str):
            source = f"{column.choices}!$A$2:$A${LISTED_ROWS}"
        else:
            letter = xl_col_to_name(len(self.choices))
            source = f"={CHOICES}!${letter}$1:${letter}${len(column.choices)}"
            self.choices.append(column.choices)
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        worksheet.data_validation(1, place, LISTED_ROWS, place, rule)
