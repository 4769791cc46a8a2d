"""Reads a workbook into lines of meaning; whatever is wrong is gathered, sheet by sheet and row by row."""

import itertools
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from bot.workbook.cells import WrongCell, key
from bot.workbook.file_check import BadWorkbook, examine
from bot.workbook.findings import Findings, quoted
from bot.workbook.sheets import CHOICES, EXAMPLE, NOTES, Column, Sheet

MOST_ROWS = 100_000
LAST_ROW = 1_048_576
TEMPLATE = "模板：chulin import --template 模板.xlsx"
MARKS = re.compile(r"\(.*?\)|\*")
UNREADABLE = {"f": "是公式，请复制后“选择性粘贴”成数值", "e": "是错误值，请改正"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row that holds something: its number in the sheet, and what its cells mean, by field."""

    row: int
    values: dict[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.values.get(field)


@dataclass(frozen=True, slots=True)
class Book:
    """What a workbook says, by sheet. A sheet that it has not is not in `lines`."""

    lines: dict[str, list[Line]]
    findings: Findings


def read_workbook(path: Path, wanted: Sequence[Sheet], hint: str = TEMPLATE) -> Book:
    """Read the sheets that are `wanted`; `hint`: where to see how they look.

    Raises:
        BadWorkbook: the file is no workbook, is too large, or has none of the sheets.
    """
    examine(path)
    book = Book({}, Findings())
    by_key = {key(sheet.title): sheet for sheet in wanted}
    with _opened(path) as workbook:
        for worksheet in workbook.worksheets:
            sheet = by_key.pop(key(worksheet.title), None)
            if sheet:
                book.lines[sheet.title] = read_lines(sheet, book.findings, worksheet)
            elif worksheet.title not in {NOTES, CHOICES}:
                book.findings.notes.append(f"没有认出的表，跳过了：{quoted(worksheet.title)}")
    if not book.lines:
        titles = "、".join(sheet.title for sheet in wanted)
        raise BadWorkbook([f"{path.name}: 里面没有 {titles} 这样的表；{hint}"])
    return book


def read_lines(sheet: Sheet, findings: Findings, worksheet: Any) -> list[Line]:
    """The lines of one sheet, from whatever has rows of cells."""
    return _SheetReader(sheet, findings).read(worksheet)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        # opened here, for the library leaves a file open that it stumbles over
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of styles and lists that it does not keep
            yield openpyxl.load_workbook(file, read_only=True, keep_links=False)
    except BadWorkbook:
        raise
    except Exception as error:  # noqa: BLE001 - a broken file makes the library stumble over anything
        raise BadWorkbook([f"{path.name}: 文件坏了，读不出来（{type(error).__name__}）"]) from None


class _SheetReader:
    def __init__(self, sheet: Sheet, findings: Findings) -> None:
        self.sheet = sheet
        self.findings = findings

    def read(self, worksheet: Any) -> list[Line]:
        rows = self._filled(worksheet)
        head = next(rows, None)
        if head is None:
            return []
        columns = self._columns(head[1])
        lines, examples = [], 0
        for number, cells in rows:
            if _is_example(cells):
                examples += 1
            elif columns and (line := self._line(number, cells, columns)):
                lines.append(line)
        if examples:
            self.findings.note(self.sheet.title, 0, f"跳过 {examples} 行示例")
        return lines

    def _filled(self, worksheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
        """Rows with something in them; blank ones, of which a sheet can have a million, are passed over."""
        worksheet.reset_dimensions()  # what the file says of its own size can be wrong
        rows = itertools.islice(worksheet.iter_rows(), LAST_ROW)
        filled = ((number, cells) for number, cells in enumerate(rows, 1) if any(_fills(cell) for cell in cells))
        for count, row in enumerate(filled):
            if count > MOST_ROWS:
                raise BadWorkbook([f"{self.sheet.title}: 超过 {MOST_ROWS} 行，请分成几个文件"])
            yield row

    def _columns(self, head: Sequence[Any]) -> dict[int, Column]:
        """Columns by their place; empty if one that is needed is missing."""
        by_title = {_title(column.title): column for column in self.sheet.columns}
        found: dict[int, Column] = {}
        for place, cell in enumerate(head):
            column = by_title.get(_title(str(cell.value or "")))
            if column in found.values():
                self.findings.refuse(self.sheet.title, 0, f"{quoted(cell.value)}有两列")
            elif column:
                found[place] = column
            elif _fills(cell):
                self.findings.note(self.sheet.title, 0, f"没有认出的列，跳过了：{quoted(cell.value)}")
        missing = [column.title for column in self.sheet.columns if column.required and column not in found.values()]
        if missing:
            self.findings.refuse(self.sheet.title, 0, f"缺少列 {'、'.join(missing)}（第一行要是表头）")
        return {} if missing else found

    def _line(self, number: int, cells: Sequence[Any], columns: dict[int, Column]) -> Line | None:
        """Read one row. A wrong cell counts as blank, so that what refers to the row is not called wrong as well."""
        values = {
            column.field: self._value(number, column, cells[place] if place < len(cells) else None)
            for place, column in columns.items()
        }
        whole = all(values[column.field] is not None for column in columns.values() if column.required)
        return Line(number, values) if whole else None

    def _value(self, number: int, column: Column, cell: Any) -> Any:
        try:
            if why := UNREADABLE.get(getattr(cell, "data_type", "")):
                raise WrongCell(why)  # noqa: TRY301 - one way out for whatever is wrong with the cell
            value = column.parse(getattr(cell, "value", None))
        except WrongCell as error:
            self.findings.refuse(self.sheet.title, number, f"{column.title}：{error}")
            return None
        if value is None and column.required:
            self.findings.refuse(self.sheet.title, number, f"{column.title}：不能空着")
        return value


def _fills(cell: Any) -> bool:
    return cell.value is not None and bool(str(cell.value).strip())


def _title(words: str) -> str:
    return MARKS.sub("", key(words))


def _is_example(cells: Sequence[Any]) -> bool:
    return bool(cells) and str(cells[0].value or "").strip().startswith(EXAMPLE)
