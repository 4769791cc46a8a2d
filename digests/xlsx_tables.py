"""Plain tables as a workbook: strings, numbers and dates. No cell is a formula.

Only the drawing process imports this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from digests.cells import cell

Value = str | float | date | None
FIRST_ROW = 2
"""First row of data, below the description and the headings."""
LONGEST_NAME = 31


@dataclass(frozen=True, slots=True)
class TableSheet:
    """One sheet: its name, a line that describes it, headings with widths, rows."""

    name: str
    about: str
    heads: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Value]]


def workbook(sheets: Sequence[TableSheet], cut: str = "…") -> bytes:
    """Write a workbook; a text too long for its cell ends with `cut`."""
    content = BytesIO()
    # a safeguard: texts are already written as texts below
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as book:
        writer = _Writer(book, cut)
        for sheet in sheets:
            writer.write(sheet)
    return content.getvalue()


class _Writer:
    def __init__(self, book: Workbook, cut: str) -> None:
        base = {"font_name": "Microsoft YaHei", "font_size": 11, "valign": "top", "text_wrap": True}
        self.book = book
        self.cut = cut
        # @ and the quote prefix keep it a text when somebody edits the cell
        self.text: Format = book.add_format({**base, "num_format": "@", "quote_prefix": True})
        self.number: Format = book.add_format({**base, "align": "left"})
        self.day: Format = book.add_format({**base, "num_format": "yyyy-mm-dd", "align": "left"})
        self.head: Format = book.add_format({**base, "bold": True, "bg_color": "#E8EEF4", "border": 1})
        self.about: Format = book.add_format({**base, "text_wrap": False, "font_color": "#555555"})

    def write(self, sheet: TableSheet) -> None:
        page = self.book.add_worksheet(sheet.name[:LONGEST_NAME])
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.write_string(0, 0, cell(sheet.about, self.cut), self.about)
        for column, (head, width) in enumerate(sheet.heads):
            page.set_column(column, column, width)
            page.write_string(1, column, head, self.head)
        for row, values in enumerate(sheet.rows, FIRST_ROW):
            for column, value in enumerate(values):
                self._value(page, row, column, value)
        page.freeze_panes(FIRST_ROW, 1)
        page.repeat_rows(1)

    def _value(self, page: Worksheet, row: int, column: int, value: Value) -> None:
        match value:
            case str() if value:
                page.write_string(row, column, cell(value, self.cut), self.text)
            case int() | float():
                page.write_number(row, column, value, self.number)
            case date():
                page.write_datetime(row, column, value, self.day)
