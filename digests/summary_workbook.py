"""The figures of a monthly or quarterly report as a workbook: communities, units, scenes. No cell is a formula.

Only the drawing process imports this file.
"""

from collections.abc import Sequence

from digests import xlsx_tables
from digests.summary import Share
from digests.summary_report import COUNTS, Dossier, head
from digests.xlsx_tables import TableSheet, Value

RATES = ("responded", "solved", "satisfied", "fairly")
NAME, NUMBER = 28, 12
"""Widths of columns, in characters."""


def workbook(found: Dossier) -> bytes:
    """Write the workbook of a report."""
    summary = found.summary
    communities: list[Sequence[Value]] = [
        (
            found.communities[share.id][1],
            *_counts(share),
            share.rates.n,
            *(getattr(share.rates, name) for name in RATES),
        )
        for share in summary.communities
    ]
    units: list[Sequence[Value]] = [(found.unit(share.id), *_counts(share)[1:]) for share in summary.units]
    scenes = [(found.district.scenes[count.scene].name, count.now, count.before) for count in summary.scenes]
    trend = [(found.period_name(p), p.received, p.answered, p.in_time) for p in summary.trend]
    return xlsx_tables.workbook(
        [
            _sheet(found, "places", ("name", *COUNTS, "called", *RATES), communities),
            _sheet(found, "units", ("name", *COUNTS[1:]), units),
            _sheet(found, "scenes", ("name", "received", "before"), scenes),
            _sheet(found, "trend", ("period", "received", "answered", "in_time"), trend),
        ]
    )


def _counts(share: Share) -> list[int]:
    return [getattr(share, name) for name in COUNTS]


def _sheet(found: Dossier, name: str, heads: Sequence[str], rows: Sequence[Sequence[Value]]) -> TableSheet:
    say, about, spans = found.say, " ".join(head(found)), found.spans()
    named = [(say(f"summary.col_{key}", **spans), NUMBER if place else NAME) for place, key in enumerate(heads)]
    return TableSheet(say(f"summary.sheet_{name}"), about, named, rows)
