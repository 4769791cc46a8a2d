"""The check-up as one message: its state, the problem list, what could be built."""

from collections.abc import Iterator

from digests.checkups.presentation import CheckupPage
from digests.weekly_text import fitted
from ledger.checkup import LACKING, State

PROBLEMS_SHOWN, PROJECTS_SHOWN, UNKNOWN_SHOWN = 10, 10, 12
INDENT = "\u3000"


def checkup_text(page: CheckupPage) -> str:
    lines: list[str] = []
    for part in (_head, _problems, _projects, _scenes, _unknown):
        if found := list(part(page)):
            lines += [*([""] if lines else []), *found]
    return fitted(lines)


def _head(page: CheckupPage) -> Iterator[str]:
    found, say = page.checkup, page.say
    yield say("checkup_page.head", **page.about())
    counts = {"met": found.count(State.MET, State.EXEMPT), "lacking": found.count(*LACKING)}
    yield say("checkup_page.counts", all=len(found.items), unknown=found.count(State.UNKNOWN), **counts)
    yield from page.history()
    yield from hints(page)


def hints(page: CheckupPage) -> Iterator[str]:
    """Remarks that are necessary to understand the counts."""
    people, meant = page.community.population, page.district.limits.population
    if people is not None and not meant.least <= people <= meant.most:
        yield page.say("checkup_page.population", n=people, least=meant.least, most=meant.most)
    for finding in page.checkup.unjudged():
        figure = page.figure(finding.point, finding.standard)
        yield page.say("checkup_page.unjudged", name=finding.point.name, figure=figure)


def _problems(page: CheckupPage) -> Iterator[str]:
    problems = page.checkup.problems
    yield page.say("checkup_page.problems" if problems else "checkup_page.problems_none")
    for place, item in enumerate(problems[:PROBLEMS_SHOWN], 1):
        yield page.say(
            "checkup_page.problem",
            n=place,
            need=page.need(item),
            no=item.no,
            item=page.name(item.no),
            state=page.summed_up(item),
            demand=page.demand(item),
        )
        number, words = page.quoted(item.no)
        if words:
            yield INDENT + page.say("checkup_page.quote", number=number, words=words)
    if (left := len(problems) - PROBLEMS_SHOWN) > 0:
        yield page.say("checkup_page.more", n=left)


def _projects(page: CheckupPage) -> Iterator[str]:
    projects = page.checkup.projects
    if projects:
        yield page.say("checkup_page.projects")
    for project in projects[:PROJECTS_SHOWN]:
        point = project.finding.point
        way, figure = page.say(f"checkup_page.way_{project.way}"), page.size(project)
        size = f" {figure}" if figure else ""
        yield page.say("checkup_page.project", way=way, name=point.name, size=size, units=page.units(point.units))
    if (left := len(projects) - PROJECTS_SHOWN) > 0:
        yield page.say("checkup_page.more", n=left)


def _scenes(page: CheckupPage) -> Iterator[str]:
    """The scenes whose 标配 is complete."""
    ready = [page.district.scenes[scene.scene].name for scene in page.checkup.scenes if scene.accepted]
    of = len(page.checkup.scenes)
    yield (
        page.say("checkup_page.scenes", n=len(ready), of=of, names="、".join(ready))
        if ready
        else page.say("checkup_page.scenes_none")
    )


def _unknown(page: CheckupPage) -> Iterator[str]:
    unknown = page.checkup.unknown()
    if unknown:
        names = "、".join(finding.point.name for finding in unknown[:UNKNOWN_SHOWN])
        key = "checkup_page.unknown" if len(unknown) <= UNKNOWN_SHOWN else "checkup_page.unknown_more"
        yield page.say(key, n=len(unknown), names=names)
