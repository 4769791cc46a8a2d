"""The ledger as a sheet for other systems, in the district's layouts, as XLSX or CSV; masked unless told otherwise.

Each column shows a field of a case; headings and their order are data (`district/ledger.yaml`).
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from io import BytesIO

from digests.cells import cell
from ledger.district import District, Layout, LedgerColumn
from ledger.text import shortened
from storage.ledger_exchange import Exported

Value = str | int | datetime | None
TITLE = 20
TIME = "%Y-%m-%d %H:%M"
LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
"""Characters that begin a formula in a CSV file; a quote before them makes the cell a text."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The input of a sheet. `mask` hides personal data in words; the other two hide whole cells."""

    layout: Layout
    district: District
    zone: tzinfo
    say: Callable[..., str]
    code: str
    community: str
    street: str
    staff: Mapping[int, str]
    units: Mapping[int, str]
    grids: Mapping[int, str]
    mask: Callable[[str], str]
    mask_name: Callable[[str], str]
    mask_phone: Callable[[str], str]


def table(ledger: Ledger, rows: Sequence[Exported]) -> Iterator[list[Value]]:
    """The heading, then a line for each case."""
    yield [column.head for column in ledger.layout.columns]
    for index, row in enumerate(rows, 1):
        yield [_value(ledger, row, index, column) for column in ledger.layout.columns]


def _value(ledger: Ledger, row: Exported, index: int, column: LedgerColumn) -> Value:
    if column.field == "index":
        return index
    return FIELDS[column.field](ledger, row) if column.field else column.says


def as_csv(ledger: Ledger, rows: Sequence[Exported]) -> bytes:
    """The sheet as CSV, with the byte order mark by which spreadsheets recognise UTF-8."""
    content = io.StringIO(newline="")
    writer = csv.writer(content)
    for line in table(ledger, rows):
        writer.writerow([_plain(ledger, value) for value in line])
    return content.getvalue().encode("utf-8-sig")


def _plain(ledger: Ledger, value: Value) -> str:
    match value:
        case datetime():
            return value.astimezone(ledger.zone).strftime(TIME)
        case str():
            text = cell(value)
            return f"'{text}" if text.startswith(LIVE) else text
        case None:
            return ""
        case _:
            return str(value)


def as_xlsx(ledger: Ledger, rows: Sequence[Exported]) -> bytes:
    """The sheet as XLSX. Every cell is written with its type, so that a text stays a text."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only where a workbook is written

    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as book:
        text = book.add_format({"num_format": "@", "quote_prefix": True, "text_wrap": True, "valign": "top"})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
        sheet = book.add_worksheet(ledger.layout.name[:31])
        sheet.set_column(0, len(ledger.layout.columns) - 1, 16)
        sheet.freeze_panes(1, 2)
        cells = (
            (row, column, value) for row, line in enumerate(table(ledger, rows)) for column, value in enumerate(line)
        )
        for row, column, value in cells:
            match value:
                case str() if value:
                    sheet.write_string(row, column, cell(value), text)
                case int():
                    sheet.write_number(row, column, value)
                case datetime():
                    sheet.write_datetime(row, column, value.astimezone(ledger.zone).replace(tzinfo=None), time)
    return content.getvalue()


# --- fields of a case ------------------------------------------------------------------------------------------------


def _number(ledger: Ledger, row: Exported) -> Value:
    """The case's number in the system that it came from, else ours."""
    return row.external_no or f"{ledger.code}-{row.case.no}"


def _item(ledger: Ledger, row: Exported) -> Value:
    item = ledger.district.item(row.case.item)
    return item.name if item else None


def _choice(name: str) -> Callable[[Ledger, Exported], Value]:
    def value(ledger: Ledger, row: Exported) -> Value:
        given = getattr(row.case, name)
        return None if given is None else ledger.say(f"sheet.{name}_{int(given)}")

    return value


def _units(ledger: Ledger, row: Exported) -> Value:
    names = [ledger.units[unit] for unit in (row.case.unit_id or 0, *row.helpers) if unit in ledger.units]
    return "、".join(names) or None


def _nature(ledger: Ledger, row: Exported) -> Value:
    """主办 if the community or one unit handles it alone, 协办 with helpers, 转办 if it went to another channel."""
    if row.case.state == "transferred":
        return ledger.say("sheet.nature_passed")
    return ledger.say("sheet.nature_joint" if row.helpers else "sheet.nature_lead")


def _handling(ledger: Ledger, row: Exported) -> Value:
    return ledger.say("sheet.by_unit" if row.case.unit_id else "sheet.by_community")


def _result(ledger: Ledger, row: Exported) -> Value:
    """Whether the answer says that it was done; empty without an answer."""
    return None if row.case.reply is None else ledger.say(f"sheet.result_{row.case.outcome or 'solved'}")


def _remark(ledger: Ledger, row: Exported) -> Value:
    into = row.case.merged_into
    return None if into is None else ledger.say("sheet.merged", number=f"{ledger.code}-{into}")


def _masked(text: str | None, mask: Callable[[str], str]) -> Value:
    return mask(text) if text else None


FIELDS: dict[str, Callable[[Ledger, Exported], Value]] = {
    "number": _number,
    "filed": lambda _, row: row.case.created_at,
    "community": lambda ledger, _: ledger.community,
    "street": lambda ledger, _: ledger.street,
    "grid": lambda ledger, row: ledger.grids.get(row.case.grid_id or 0),
    "person": lambda ledger, row: _masked(row.person, ledger.mask_name),
    "phone": lambda ledger, row: _masked(row.phone, ledger.mask_phone),
    "place": lambda ledger, row: _masked(row.case.place, ledger.mask),
    "title": lambda ledger, row: shortened(ledger.mask(row.case.text), TITLE),
    "text": lambda ledger, row: ledger.mask(row.case.text),
    "kind": lambda ledger, row: ledger.district.kinds[row.case.kind],
    "scene": lambda ledger, row: ledger.district.scenes[row.case.scene].name,
    "item": _item,
    "part": lambda ledger, row: ledger.district.scenes[row.case.scene2].name if row.case.scene2 else None,
    "urgency": lambda ledger, row: ledger.district.urgencies[row.case.urgency].name,
    "state": lambda ledger, row: ledger.district.states[row.case.state],
    "reply": lambda ledger, row: _masked(row.case.reply, ledger.mask),
    "staff": lambda ledger, row: ledger.staff.get(row.case.staff_id or 0),
    "unit": _units,
    "due": lambda _, row: row.case.due_at,
    "closed": lambda _, row: row.case.closed_at,
    "solved": _choice("solved"),
    "satisfied": _choice("satisfied"),
    "supporters": lambda _, row: row.case.supporters,
    "result": _result,
    "handling": _handling,
    "nature": _nature,
    "remark": _remark,
}
"""The value of each field of a layout, for a case."""
