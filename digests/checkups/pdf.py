"""The check-up on paper: problem list, proposed projects and every point; and an acceptance sheet for each scene.

Only the drawing process imports this file.
"""

from digests.checkups.checkup import SceneFinding
from digests.checkups.presentation import CheckupPage
from digests.checkups.text import hints
from digests.pdf_document import Document, Grid, Part, Picture, pdf
from ledger.checkup import LACKING, Finding, State

PICTURE_WIDTH = 300


def checkup_pdf(page: CheckupPage, picture: bytes) -> bytes:
    """Set the check-up with its chart (PNG); a few A4 pages."""
    say, found = page.say, page.checkup
    counts = {"met": found.count(State.MET, State.EXEMPT), "lacking": found.count(*LACKING)}
    about = [
        say("checkup_page.paper_about", **page.about()),
        say("checkup_page.counts", all=len(found.items), unknown=found.count(State.UNKNOWN), **counts),
        *page.history(),
        *hints(page),
    ]
    parts = [_problems(page), _projects(page), _points(page), _years(page), _money(page), _chart(page, picture)]
    title = say("checkup_page.paper_title", **page.about())
    return pdf(Document(title, about, [part for part in parts if part], say("checkup_page.paper_foot", **page.about())))


def acceptance_pdf(page: CheckupPage) -> bytes:
    """Set the acceptance sheets, scene by scene (场景营造验收, plan 四(二))."""
    say = page.say
    about = [say("checkup_page.acceptance_about", **page.about()), say("checkup_page.acceptance_lists")]
    parts = [_scene(page, scene) for scene in page.checkup.scenes]
    title = say("checkup_page.acceptance_title", **page.about())
    return pdf(Document(title, about, parts, say("checkup_page.acceptance_foot", **page.about())))


def _heads(page: CheckupPage, *names: str) -> list[str]:
    return [page.say(f"checkup_page.col_{name}") for name in names]


def _problems(page: CheckupPage) -> Part:
    rows = [
        (
            str(place),
            page.need(item),
            f"{item.no} {page.name(item.no)}",
            page.summed_up(item),
            page.people(item),
            page.units(page.units_of(item)),
        )
        for place, item in enumerate(page.checkup.problems, 1)
    ]
    if not rows:
        return Part(page.say("checkup_page.head_problems"), [page.say("checkup_page.problems_none")])
    heads = _heads(page, "order", "need", "item", "state", "people", "units")
    rule = page.say("checkup_page.rule", asked_by=page.district.checkup.asked_by, **page.about())
    return Part(page.say("checkup_page.head_problems"), [rule], Grid(heads, (1, 1, 4, 6, 3, 3.5), rows))


def _projects(page: CheckupPage) -> Part | None:
    rows = [
        (
            str(place),
            page.say(f"checkup_page.way_{project.way}") + project.finding.point.name,
            page.size(project),
            page.need(project),
            page.people(project),
            page.units(project.finding.point.units),
        )
        for place, project in enumerate(page.checkup.projects, 1)
    ]
    heads = _heads(page, "order", "project", "size", "need", "people", "units")
    return Part(page.say("checkup_page.head_projects"), grid=Grid(heads, (1, 6, 2.5, 1, 3, 4), rows)) if rows else None


def _points(page: CheckupPage) -> Part:
    rows = [
        (
            page.label(finding.point),
            page.stock(finding.point),
            page.standard(finding),
            page.gap(finding) or page.state(finding.state),
            page.source(finding.point),
        )
        for item in page.checkup.items
        for finding in item.findings
    ]
    heads = _heads(page, "point", "stock", "standard", "result", "source")
    return Part(page.say("checkup_page.head_points"), grid=Grid(heads, (4.2, 4, 4.2, 2.4, 4.4), rows))


def _years(page: CheckupPage) -> Part | None:
    """The stocks of earlier years, where they differed; None if none did."""
    rows = [(page.label(point), *found) for point, found in page.changed()]
    years = page.checkup.years
    heads = [*_heads(page, "point"), *(page.year(year) for year in years)]
    widths = (4.2, *(14 / len(years) for _ in years))
    return Part(page.say("checkup_page.head_years"), grid=Grid(heads, widths, rows)) if rows else None


def _chart(page: CheckupPage, picture: bytes) -> Part:
    return Part(page.say("checkup_page.head_chart"), picture=Picture(picture, PICTURE_WIDTH), together=True)


def _money(page: CheckupPage) -> Part | None:
    """有偿使用: what services cost, and whether their income covers the upkeep (plan, 三(五))."""
    rows = [(page.label(page.district.checkup.points[code]), *row) for code, row in page.money()]
    heads = _heads(page, "point", "paid", "income", "upkeep", "balance")
    return Part(page.say("checkup_page.head_money"), grid=Grid(heads, (4, 6, 2.5, 2.5, 2.5), rows)) if rows else None


def _scene(page: CheckupPage, scene: SceneFinding) -> Part:
    rows = [
        *(_scene_row(page, finding, "must") for finding in scene.must),
        *(_scene_row(page, finding, "may") for finding in scene.may),
    ]
    name = page.district.scenes[scene.scene].name
    heads = _heads(page, "kit", "point", "standard", "stock", "result", "units", "checked")
    grid = Grid(heads, (1.6, 3.6, 3.4, 3.5, 2.4, 3.2, 1.3), rows)
    head = page.say("checkup_page.acceptance_scene", scene=name, result=page.accepted(scene))
    return Part(head, grid=grid, after=[page.say("checkup_page.signed")], together=True)


def _scene_row(page: CheckupPage, finding: Finding, kit: str) -> tuple[str, ...]:
    point = finding.point
    result, units = page.gap(finding) or page.state(finding.state), page.units(point.units)
    name = page.say(f"checkup_page.kit_{kit}")
    return name, page.label(point), page.standard(finding), page.stock(point), result, units, ""
