"""The check-up as a workbook: problem list, proposed projects, every point with its figures, scenes.

Only the drawing process imports this file.
"""

from collections.abc import Iterator, Sequence

from digests import xlsx_tables
from digests.checkups.presentation import CheckupPage
from digests.xlsx_tables import TableSheet, Value
from ledger.checkup import Stock

FIGURES = ("number", "area_m2", "ratio", "walk_minutes", "base_m2")
WIDTHS = {
    "order": 6, "need": 6, "item": 24, "state": 30, "people": 10, "surveyed": 10, "cases": 8, "urgent": 8, "units": 24,
    "number_of": 12, "quote": 40, "project": 34, "size": 14, "point": 28, "has": 8, "standard": 24, "result": 14,
    "gap": 14, "condition": 8, "year": 8, "source": 14, "origin": 16, "found_on": 12, "paid": 24, "income": 12,
    "upkeep": 12, "balance": 12, "note": 24, "scene": 12, "kit": 8, "stock": 24, "number": 8, "area_m2": 12,
    "ratio": 10, "walk_minutes": 10, "base_m2": 14,
}  # fmt: skip


def workbook(page: CheckupPage) -> bytes:
    """Write the workbook of a check-up."""
    sheets = (
        _sheet(page, "problems", PROBLEMS, list(_problems(page))),
        _sheet(page, "projects", PROJECTS, list(_projects(page))),
        _sheet(page, "points", POINTS, list(_points(page))),
        _sheet(page, "scenes", SCENES, list(_scenes(page))),
        *_years(page),
    )
    return xlsx_tables.workbook(sheets, page.say("checkup_page.cut"))


PROBLEMS = ("order", "need", "item", "state", "people", "surveyed", "cases", "urgent", "units", "number_of", "quote")
PROJECTS = ("order", "project", "size", "need", "people", "units")
POINTS = (
    "point", "has", *FIGURES, "standard", "result", "gap", "condition", "year", "source", "origin", "found_on", "paid",
    "income", "upkeep", "balance", "note", "units",
)  # fmt: skip
SCENES = ("scene", "kit", "point", "standard", "stock", "result", "units")


def _sheet(page: CheckupPage, name: str, heads: Sequence[str], rows: Sequence[Sequence[Value]]) -> TableSheet:
    about = page.say("checkup_page.paper_about", **page.about())
    return TableSheet(
        page.say(f"checkup_page.head_{name}"),
        about,
        [_head(page, head) for head in heads],
        rows or [[page.say("checkup_page.none")]],
    )


def _head(page: CheckupPage, name: str) -> tuple[str, int]:
    return page.say(f"checkup_page.col_{name}"), WIDTHS[name]


def _problems(page: CheckupPage) -> Iterator[Sequence[Value]]:
    for place, item in enumerate(page.checkup.problems, 1):
        demand, (number, words) = item.demand, page.quoted(item.no)
        yield (
            place, page.need(item), f"{item.no} {page.name(item.no)}", page.summed_up(item), demand.people,
            demand.surveyed, demand.cases, demand.urgent, page.units(page.units_of(item)), number, words,
        )  # fmt: skip


def _projects(page: CheckupPage) -> Iterator[Sequence[Value]]:
    for place, project in enumerate(page.checkup.projects, 1):
        point = project.finding.point
        name = page.say(f"checkup_page.way_{project.way}") + point.name
        yield place, name, page.size(project), page.need(project), project.demand.people, page.units(point.units)


def _points(page: CheckupPage) -> Iterator[Sequence[Value]]:
    rules = page.district.checkup
    for item in page.checkup.items:
        for finding in item.findings:
            stock = page.checkup.stocks.get(finding.point.code, Stock())
            yield (
                page.label(finding.point), page.has(finding.point, stock.has),
                *(getattr(stock, name) for name in FIGURES), page.standard(finding), page.state(finding.state),
                finding.gap, rules.conditions[stock.condition] if stock.condition else None, stock.year,
                rules.sources[stock.source] if stock.source else None, stock.origin, stock.found_on, stock.paid,
                stock.income, stock.upkeep, page.balance(stock), stock.note, page.units(finding.point.units),
            )  # fmt: skip


def _years(page: CheckupPage) -> tuple[TableSheet, TableSheet]:
    """Two sheets by year: the state of each item by today's standards, and the stock of each point."""
    say, years = page.say, page.checkup.years
    states = [
        (f"{item.no} {page.name(item.no)}", *(page.state(year.states[place]) for year in years))
        for place, item in enumerate(page.checkup.items)
    ]
    stocks = [
        (page.label(point), *(page.stock(point, year.stocks) for year in years))
        for point in page.district.checkup.points.values()
    ]
    about, columns = say("checkup_page.years_about", **page.about()), [(page.year(y), WIDTHS["stock"]) for y in years]
    return (
        TableSheet(say("checkup_page.head_year_states"), about, [_head(page, "item"), *columns], states),
        TableSheet(say("checkup_page.head_years"), about, [_head(page, "point"), *columns], stocks),
    )


def _scenes(page: CheckupPage) -> Iterator[Sequence[Value]]:
    for scene in page.checkup.scenes:
        name = page.district.scenes[scene.scene].name
        for kit, findings in (("must", scene.must), ("may", scene.may)):
            for finding in findings:
                yield (
                    name, page.say(f"checkup_page.kit_{kit}"), page.label(finding.point), page.standard(finding),
                    page.stock(finding.point), page.gap(finding) or page.state(finding.state),
                    page.units(finding.point.units),
                )  # fmt: skip
