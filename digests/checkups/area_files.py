"""The check-ups of a street or the district as a page and as a workbook.

Only the drawing process imports this file.
"""

from digests import xlsx_tables
from digests.checkups.area import AreaPage, counts
from digests.pdf_document import Document, Grid, Part, Picture, pdf
from digests.xlsx_tables import TableSheet
from ledger.checkup import goal_for, share_of

PICTURE_WIDTH = 300


def pdf_of(page: AreaPage, picture: bytes) -> bytes:
    """Set the page with its chart (PNG)."""
    say = page.say
    heads = [say(f"areas.col_{name}") for name in ("name", "met", "lacking", "unknown", "items")]
    rows = [
        (page.name(found.community_id), *(str(n) for n in counts(found).values()), page.lacking(found))
        for found in page.area.checkups
    ]
    shared = page.shared_lines()
    parts = [
        Part(say("areas.communities"), grid=Grid(heads, (4, 1.2, 1.4, 1.4, 9), rows)),
        Part(say("areas.shared" if shared else "areas.shared_none"), shared),
        Part(say("areas.head_chart"), picture=Picture(picture, PICTURE_WIDTH), together=True),
    ]
    return pdf(Document(page.head(), [*page.goal(), *page.history()], parts, page.say("areas.foot", **page.about())))


def workbook_of(page: AreaPage) -> bytes:
    """Write the tables: communities, every item of each, what could be shared, the years."""
    sheets = (_communities(page), _items(page), _shared(page), _years(page))
    return xlsx_tables.workbook(sheets, page.say("checkup_page.cut"))


def _communities(page: AreaPage) -> TableSheet:
    heads = [("name", 20), ("met", 10), ("lacking", 10), ("unknown", 10), ("items", 60)]
    return TableSheet(
        page.say("areas.sheet_communities"),
        page.head(),
        [(page.say(f"areas.col_{name}"), width) for name, width in heads],
        [(page.name(f.community_id), *counts(f).values(), page.lacking(f)) for f in page.area.checkups],
    )


def _items(page: AreaPage) -> TableSheet:
    states = page.district.checkup.states
    return TableSheet(
        page.say("areas.sheet_items"),
        page.head(),
        [(page.say("areas.col_name"), 20), *((f"{item.no} {item.name}", 16) for item in page.district.items)],
        [(page.name(f.community_id), *(states[item.state] for item in f.items)) for f in page.area.checkups],
    )


def _shared(page: AreaPage) -> TableSheet:
    points = page.district.checkup.points
    rows = [(points[one.point].name, "、".join(page.name(c) for c in one.communities)) for one in page.area.shared]
    return TableSheet(
        page.say("areas.sheet_shared"),
        page.head(),
        [(page.say("areas.col_shared"), 24), (page.say("areas.col_together"), 60)],
        rows or [(page.say("areas.shared_none"),)],
    )


def _years(page: AreaPage) -> TableSheet:
    goals = page.district.checkup.goals
    return TableSheet(
        page.say("areas.sheet_years"),
        page.say("areas.years_about"),
        [(page.say(f"areas.col_{name}"), 14) for name in ("year", "complete", "of", "share", "goal")],
        [
            (year.year, year.complete, year.of, share_of(year.complete, year.of), goal[1] if goal else None)
            for year in page.area.years
            for goal in [goal_for(goals, year.year)]
        ],
    )
