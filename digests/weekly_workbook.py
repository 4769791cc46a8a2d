"""The week's ledger as a workbook: what to do today, what came in, the numbers. Masked; no cell is a formula.

Only the drawing process imports this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from digests.cells import cell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from digests.drawing_process import Order
    from storage.reporting.rows import LedgerRow

Value = str | int | datetime | None
FIRST_ROW = 2
"""First row of data, below the description and the headings."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading (a key of the catalogue), its width, and its value for a case."""

    key: str
    width: int
    value: Callable[[Sheets, LedgerRow], Value]


class Sheets:
    """Writes the three sheets of one digest."""

    def __init__(self, order: Order) -> None:
        self.page = order.page
        self.names = order.names
        self.rows = order.rows
        # cached: cases occur in two sheets, and most columns have few different values
        self.say, self.words = cache(self._say), cache(self._words)
        self.item, self.unit = cache(self._item), cache(self._unit)

    def write(self) -> bytes:
        content = BytesIO()
        # a safeguard: texts are already written as texts below
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with Workbook(content, options) as book:
            self._formats(book)
            self._cases(book, "sheet.act", self.rows.pressing, self.rows.pressing_in_all - len(self.rows.pressing))
            self._cases(book, "sheet.filed", self.rows.filed, 0)
            self._numbers(book)
        return content.getvalue()

    def _formats(self, book: Workbook) -> None:
        base = {"font_name": "Microsoft YaHei", "font_size": 11, "valign": "top", "text_wrap": True}
        # @ and the quote prefix keep it a text when somebody edits the cell
        self._text: Format = book.add_format({**base, "num_format": "@", "quote_prefix": True})
        self._time: Format = book.add_format({**base, "num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self._plain: Format = book.add_format({**base, "align": "left"})
        self._head: Format = book.add_format({**base, "bold": True, "bg_color": "#E8EEF4", "border": 1})
        self._about: Format = book.add_format({**base, "text_wrap": False, "font_color": "#555555"})

    def _say(self, key: str, **values: object) -> str:
        return self.page.say(f"sheet.{key}", **values)

    def _sheet(self, book: Workbook, key: str) -> Worksheet:
        sheet = book.add_worksheet(self.page.say(key)[:31])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        self._value(sheet, 0, 0, self.say("about", **self.page.about()), self._about)
        return sheet

    def _cases(self, book: Workbook, key: str, rows: Sequence[LedgerRow], left_out: int) -> None:
        sheet = self._sheet(book, key)
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, column.width)
            self._value(sheet, 1, place, self.say(column.key), self._head)
        for index, row in enumerate(rows, FIRST_ROW):
            self._value(sheet, index, 0, index - FIRST_ROW + 1)
            for place, column in enumerate(COLUMNS[1:], 1):
                if (value := column.value(self, row)) is not None:
                    self._value(sheet, index, place, value)
        end = FIRST_ROW + len(rows)
        if left_out or not rows:
            self._value(sheet, end, 0, self.say("more", n=left_out) if left_out else self.say("none"), self._about)
        sheet.freeze_panes(FIRST_ROW, 2)
        sheet.repeat_rows(1)
        sheet.autofilter(1, 0, max(end - 1, 1), len(COLUMNS) - 1)

    def _value(self, sheet: Worksheet, row: int, column: int, value: Value, look: Format | None = None) -> None:
        """Write a value with its type, so that a text stays a text."""
        match value:
            case str():
                sheet.write_string(row, column, cell(value), look or self._text)
            case int():
                sheet.write_number(row, column, value, self._plain)
            case datetime():
                sheet.write_datetime(row, column, value.astimezone(self.page.zone).replace(tzinfo=None), self._time)

    def _numbers(self, book: Workbook) -> None:
        """Counts by scene and new needs by construction item."""
        week, district = self.page.weekly, self.page.district
        scenes = [(district.scenes[c.scene].name, c.now, c.before) for c in week.scenes]
        total = [(self.say("total"), week.received, week.received_before)]
        items = [
            (self.item(need.item) or self.say("item_other"), need.n, self.page.units(need.item)) for need in week.items
        ]
        sheet = self._sheet(book, "sheet.numbers")
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 2, 16)
        end = self._table(sheet, 1, ("col_scene", "head_now", "head_before"), [*scenes, *total])
        self._table(sheet, end + 1, ("col_item", "head_now", "col_units"), items)

    def _table(self, sheet: Worksheet, top: int, heads: Sequence[str], rows: Sequence[Sequence[Value]]) -> int:
        for column, key in enumerate(heads):
            self._value(sheet, top, column, self.say(key), self._head)
        for row, values in enumerate(rows, top + 1):
            for column, value in enumerate(values):
                self._value(sheet, row, column, value)
        return top + 1 + len(rows)

    # values of columns -----------------------------------------------------------------------------------------------

    def _words(self, text: str | None) -> str | None:
        """What somebody wrote: masked, cleaned, visibly cut if too long."""
        return cell(self.page.masked(text), self.say("cut", n=len(text))) if text else None

    def _item(self, no: int) -> str | None:
        item = self.page.district.item(no)
        return self.say("item", no=item.no, item=item.name) if item else None

    def _unit(self, unit: int | None, item: int) -> str | None:
        """The unit that a case was dispatched to, else the units of its construction item."""
        return self.names.units.get(unit or 0) or self.page.units(item) or None

    def choice(self, name: str, value: bool | int | None) -> str | None:
        return None if value is None else self.say(f"{name}_{int(value)}")

    def remark(self, row: LedgerRow) -> str | None:
        return self.say("merged", number=self.page.number(row.merged_into)) if row.merged_into else None


COLUMNS: tuple[Column, ...] = (
    Column("col_index", 6, lambda _, __: None),
    Column("col_no", 12, lambda s, r: s.page.number(r.no)),
    Column("col_filed", 17, lambda _, r: r.created_at),
    Column("col_grid", 12, lambda s, r: s.names.grids.get(r.grid_id or 0)),
    Column("col_place", 18, lambda s, r: s.words(r.place)),
    Column("col_text", 48, lambda s, r: s.words(r.text)),
    Column("col_kind", 8, lambda s, r: s.page.district.kinds[r.kind]),
    Column("col_scene", 11, lambda s, r: s.page.district.scenes[r.scene].name),
    Column("col_scene2", 11, lambda s, r: s.page.district.scenes[r.scene2].name if r.scene2 else None),
    Column("col_item", 20, lambda s, r: s.item(r.item)),
    Column("col_units", 22, lambda s, r: s.unit(r.unit_id, r.item)),
    Column("col_urgency", 10, lambda s, r: s.page.district.urgencies[r.urgency].name),
    Column("col_state", 14, lambda s, r: s.page.district.states[r.state]),
    Column("col_supporters", 10, lambda _, r: r.supporters),
    Column("col_staff", 10, lambda s, r: s.names.staff.get(r.staff_id or 0)),
    Column("col_signed", 17, lambda _, r: r.signed_at),
    Column("col_due", 17, lambda _, r: r.due_at),
    Column("col_answered", 17, lambda _, r: r.answered_at),
    Column("col_reply", 36, lambda s, r: s.words(r.reply)),
    Column("col_closed", 17, lambda _, r: r.closed_at),
    Column("col_solved", 10, lambda s, r: s.choice("solved", r.solved)),
    Column("col_satisfied", 10, lambda s, r: s.choice("satisfied", r.satisfied)),
    Column("col_reopened", 10, lambda _, r: r.reopened),
    Column("col_sure", 12, lambda s, r: s.say("sure" if r.confirmed else "guess")),
    Column("col_remark", 18, lambda s, r: s.remark(r)),
)
"""Modelled on the grid workers' sheet and the hotline's export, without residents' names and contact data."""


def workbook(order: Order) -> bytes:
    """Write the workbook of a digest."""
    return Sheets(order).write()
