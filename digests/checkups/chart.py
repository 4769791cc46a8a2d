"""The content of a check-up's picture: progress by year, and what to do first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digests.checkups.checkup import MET, ItemFinding
from ledger.checkup import LACKING, State, goal_for, share_of
from ledger.needs import Need

if TYPE_CHECKING:
    from digests.checkups.area import AreaPage
    from digests.checkups.presentation import CheckupPage

ROWS_SHOWN = 8
GREEN, RED, GREY = "#009E73", "#D55E00", "#C8C8C8"
"""Colours by Okabe and Ito, which colour-blind people can distinguish; each bar also has its number."""
OF_NEED = {Need.URGENT: RED, Need.MAJOR: "#E69F00", Need.MINOR: "#56B4E9", Need.LATER: "#999999"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar; `label` is written in it."""

    value: float
    colour: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A bar with its name. `after`: text behind it; `goal`: marked on its scale."""

    name: str
    pieces: tuple[Piece, ...]
    after: str = ""
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars on one scale. `legend`: the meaning of colours."""

    head: str
    rows: tuple[Row, ...]
    most: float
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """`title` and `point` say in words what it shows."""

    title: str
    point: str
    about: str
    panels: tuple[Panel, ...]


def of_community(page: CheckupPage) -> Picture:
    """Items met and lacking by year; the top of the problem list with how many people asked for each."""
    found, say = page.checkup, page.say
    counts = {"met": found.count(*MET), "lacking": found.count(*LACKING), "all": len(found.items)}
    panels = [_years(page)]
    if found.problems:
        panels.append(_problems(page))
    title = say("checkup_page.chart_title", **counts)
    return Picture(title, _point(page), say("checkup_page.chart_about", **page.about()), tuple(panels))


def _point(page: CheckupPage) -> str:
    if first := [page.name(item.no) for item in page.checkup.problems[:2]]:
        return page.say("checkup_page.chart_first", names="、".join(first))
    if unknown := len(page.checkup.unknown()):
        return page.say("checkup_page.chart_unfilled", n=unknown)
    return page.say("checkup_page.chart_none")


def _years(page: CheckupPage) -> Panel:
    groups = ((MET, GREEN, "met"), (LACKING, RED, "lacking"), ((State.UNKNOWN,), GREY, "unknown"))
    rows = []
    for year in page.checkup.years:
        counted = [(year.count(*states), colour) for states, colour, _ in groups]
        pieces = tuple(Piece(n, colour, str(n)) for n, colour in counted if n)
        rows.append(Row(page.year(year), pieces))
    legend = tuple((colour, page.say(f"checkup_page.chart_{name}")) for _, colour, name in groups)
    head = page.say("checkup_page.chart_years" if len(rows) > 1 else "checkup_page.chart_now")
    return Panel(head, tuple(rows), len(page.checkup.items), legend)


def _problems(page: CheckupPage) -> Panel:
    shown = page.checkup.problems[:ROWS_SHOWN]
    most = max(item.demand.people for item in shown)
    rows = tuple(_problem(page, item) for item in shown)
    legend = tuple((colour, page.district.checkup.needs[need]) for need, colour in OF_NEED.items())
    key = "chart_problems" if len(shown) == len(page.checkup.problems) else "chart_problems_first"
    return Panel(page.say(f"checkup_page.{key}", n=len(shown)), rows, max(most, 1), legend)


def _problem(page: CheckupPage, item: ItemFinding) -> Row:
    name = f"{page.need(item)} {page.name(item.no)}"
    people = page.say("checkup_page.chart_people", n=item.demand.people)
    return Row(name, (Piece(item.demand.people, OF_NEED[item.need or Need.LATER]),), people)


def of_area(page: AreaPage) -> Picture:
    """Complete communities by year with the plan's goals; what most communities lack."""
    complete, *goal = page.goal()
    lacking = page.most_lacking()[:ROWS_SHOWN]
    panels = [_shares(page)]
    if lacking:
        rows = tuple(Row(name, (Piece(n, RED),), page.say("areas.chart_lack", n=n)) for name, n in lacking)
        panels.append(Panel(page.say("areas.chart_lacking"), rows, lacking[0][1]))
    return Picture(
        complete.rstrip("。"), "".join(goal).rstrip("。"), page.say("areas.chart_about", **page.about()), tuple(panels)
    )


def _shares(page: AreaPage) -> Panel:
    rows = []
    for year in page.area.years:
        share = share_of(year.complete, year.of)
        goal = goal_for(page.district.checkup.goals, year.year)
        label = page.say("areas.chart_share", share=share, n=year.complete, of=year.of)
        rows.append(Row(page.year(year), (Piece(share, GREEN),), label, goal[1] if goal else None))
    return Panel(page.say("areas.chart_years"), tuple(rows), 100)
