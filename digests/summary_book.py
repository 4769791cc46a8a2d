"""The figures of a monthly or quarterly report as a workbook: communities, units, scenes. No cell is ever a formula.

Only the drawing process imports this file.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO

from xlsxwriter import Workbook

from digests.cells import cell
from digests.dossier import Dossier
from digests.summary import Share

COUNTS = ("received", "answered", "in_time", "overdue")
RATES = ("responded", "solved", "satisfied", "fairly")


def workbook(found: Dossier) -> bytes:
    """Write the workbook of a report."""
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as book:
        _communities(book, found)
        _units(book, found)
        _scenes(book, found)
        _trend(book, found)
    return content.getvalue()


def _communities(book: Workbook, found: Dossier) -> None:
    heads = ("name", *COUNTS, "called", *RATES)
    rows = [
        (
            found.communities[share.id][1],
            *_counts(share),
            share.rates.n,
            *(getattr(share.rates, name) for name in RATES),
        )
        for share in found.summary.communities
    ]
    _sheet(book, found, "summary.sheet_places", heads, rows)


def _units(book: Workbook, found: Dossier) -> None:
    heads = ("name", *COUNTS[1:])
    rows = [(found.unit(share.id), *_counts(share)[1:]) for share in found.summary.units]
    _sheet(book, found, "summary.sheet_units", heads, rows)


def _scenes(book: Workbook, found: Dossier) -> None:
    rows = [(found.district.scenes[count.scene].name, count.now, count.before) for count in found.summary.scenes]
    _sheet(book, found, "summary.sheet_scenes", ("name", "received", "before"), rows)


def _trend(book: Workbook, found: Dossier) -> None:
    rows = [(found.period_name(p), p.received, p.answered, p.in_time) for p in found.summary.trend]
    _sheet(book, found, "summary.sheet_trend", ("period", "received", "answered", "in_time"), rows)


def _counts(share: Share) -> list[int]:
    return [getattr(share, name) for name in COUNTS]


def _sheet(book: Workbook, found: Dossier, key: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    sheet = book.add_worksheet(found.say(key))
    sheet.set_column(0, 0, 28)
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4"})
    for column, name in enumerate(heads):
        sheet.write_string(0, column, found.say(f"summary.col_{name}"), head)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, cell(str(value)))
    sheet.freeze_panes(1, 1)
