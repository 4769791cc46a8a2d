"""Check-ups of a street's or the district's communities side by side: goals, what is lacking, what could be shared.

Communities are listed by name and never ranked.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from importlib import import_module

from digests.checkups import chart
from digests.checkups.checkup import MOST_YEARS, Checkup
from digests.dates import day
from digests.presentation import Say
from digests.weekly_text import fitted
from ledger.checkup import LACKING, State, goal_for, share_of
from ledger.district import District
from ledger.sharing import Pair, Shared, proposals
from storage.reference import CommunityRow

SHARED_SHOWN, COMMUNITIES_SHOWN = 10, 40


@dataclass(frozen=True, slots=True)
class AreaYear:
    """How many of an area's communities met all items at the end of a year."""

    year: int
    complete: int
    of: int


@dataclass(frozen=True, slots=True)
class Area:
    """`shared`: facilities that neighbouring communities could build together, at least one of them of this street.

    `years`: the latest ones, beginning with the first for which anything is known; the last is this year.
    """

    made_at: datetime
    checkups: tuple[Checkup, ...]
    shared: tuple[Shared, ...]
    years: tuple[AreaYear, ...]

    @property
    def complete(self) -> int:
        """Number of communities that meet all items."""
        return sum(found.complete for found in self.checkups)


def over_communities(
    everywhere: Sequence[Checkup], own: Collection[int], adjacent: Collection[Pair], district: District
) -> Area:
    """Combine the check-ups of `own` communities; their neighbours may be in another street."""
    lacking = _lacking(everywhere, district.checkup.shared)
    found_of = tuple(found for found in everywhere if found.community_id in own)
    in_order = {code: lacking[code] for code in district.checkup.points if code in lacking}
    shared = [one for one in proposals(in_order, adjacent) if not set(one.communities).isdisjoint(own)]
    return Area(everywhere[0].made_at, found_of, tuple(shared), _years(found_of))


def _lacking(checkups: Sequence[Checkup], points: Collection[str]) -> dict[str, list[int]]:
    """Communities that lack each of these points."""
    found: dict[str, list[int]] = {}
    for checkup in checkups:
        for code in (finding.point.code for item in checkup.items for finding in item.lacking):
            if code in points:
                found.setdefault(code, []).append(checkup.community_id)
    return found


def _years(checkups: Sequence[Checkup]) -> tuple[AreaYear, ...]:
    """The years of an area. A community first checked in a later year does not count as complete before it."""
    complete = Counter(year.year for found in checkups for year in found.years if year.complete)
    years = sorted({year.year for found in checkups for year in found.years})
    return tuple(AreaYear(year, complete[year], len(checkups)) for year in years[-MOST_YEARS:])


@dataclass(frozen=True)
class AreaPage:
    """The check-ups of an area with everything needed to show them. `communities`: all of the district, by number."""

    area: Area
    place: str
    communities: Mapping[int, CommunityRow]
    district: District
    say: Say

    def draw(self) -> tuple[bytes, ...]:
        """The chart as PNG, the page as PDF, the table as XLSX; the libraries are imported only here."""
        picture = import_module("digests.checkups.picture").png(chart.of_area(self))
        found = import_module("digests.checkups.area_files")
        return picture, found.pdf_of(self, picture), found.workbook_of(self)

    def file_names(self) -> tuple[str, ...]:
        return tuple(self.say(f"areas.file_{part}", **self.about()) for part in ("chart", "pages", "workbook"))

    @property
    def empty(self) -> bool:
        return all(found.empty for found in self.area.checkups)

    @property
    def zone(self) -> tzinfo:
        return next(iter(self.communities.values())).zone

    def about(self) -> dict[str, str]:
        made = self.area.made_at.astimezone(self.zone)
        return {"place": self.place, "day": f"{made.year}年{day(made, self.zone)}"}

    def head(self) -> str:
        return self.say("areas.head", **self.about())

    def goal(self) -> list[str]:
        """How many communities meet all items, and the plan's goal of the year."""
        n, met = len(self.area.checkups), self.area.complete
        lines = [self.say("areas.complete", n=n, met=met, share=share_of(met, n))]
        goal = goal_for(self.district.checkup.goals, self.area.made_at.astimezone(self.zone).year)
        if goal is not None:
            year, wanted = goal
            reached = 100 * met >= wanted * n
            lines.append(self.say("areas.goal_reached" if reached else "areas.goal", year=year, goal=f"{wanted:g}"))
        return lines

    def year(self, year: AreaYear) -> str:
        """The name of a year; the current one is called "now"."""
        now = year is self.area.years[-1]
        return self.say("checkup_page.now") if now else self.say("checkup_page.year", year=year.year)

    def history(self) -> list[str]:
        """The share of complete communities at the end of each year with its goal; empty for the first year."""
        if len(self.area.years) == 1:
            return []
        return [self.say("areas.history", shares=" → ".join(self._share(year) for year in self.area.years))]

    def _share(self, year: AreaYear) -> str:
        goal = goal_for(self.district.checkup.goals, year.year)
        key = "areas.share_in" if goal is None else "areas.share_in_goal"
        wanted = f"{goal[1]:g}" if goal else ""
        return self.say(key, year=self.year(year), share=share_of(year.complete, year.of), goal=wanted)

    def most_lacking(self) -> list[tuple[str, int]]:
        """Items with the number of communities that lack something of them, the most first."""
        counts = Counter(item.no for found in self.area.checkups for item in found.items if item.lacking)
        ranked = sorted(counts.items(), key=lambda count: (-count[1], count[0]))
        return [(found.name, n) for no, n in ranked if (found := self.district.item(no))]

    def community_line(self, found: Checkup) -> str:
        return self.say("areas.community", name=self.name(found.community_id), **counts(found))

    def name(self, community_id: int) -> str:
        return self.communities[community_id].name

    def lacking(self, found: Checkup) -> str:
        """Names of the items in which a community lacks something, the most needed first."""
        items = [item for item in found.problems if item.lacking]
        return "、".join(found_item.name for item in items if (found_item := self.district.item(item.no)))

    def shared_lines(self) -> list[str]:
        return [
            self.say(
                "areas.shared_line",
                name=self.district.checkup.points[one.point].name,
                communities="、".join(self.name(community_id) for community_id in one.communities),
            )
            for one in self.area.shared
        ]


def counts(found: Checkup) -> dict[str, int]:
    return {
        "met": found.count(State.MET, State.EXEMPT),
        "lacking": found.count(*LACKING),
        "unknown": found.count(State.UNKNOWN),
    }


def area_text(page: AreaPage) -> str:
    """The check-ups of an area as one message."""
    return fitted(list(_lines(page)))


def _lines(page: AreaPage) -> Iterator[str]:
    yield page.head()
    yield from page.goal()
    yield from page.history()
    yield from ("", page.say("areas.communities"))
    yield from (page.community_line(found) for found in page.area.checkups[:COMMUNITIES_SHOWN])
    if (left := len(page.area.checkups) - COMMUNITIES_SHOWN) > 0:
        yield page.say("areas.more_communities", n=left)
    yield ""
    lines = page.shared_lines()
    yield page.say("areas.shared" if lines else "areas.shared_none")
    yield from lines[:SHARED_SHOWN]
    if (left := len(lines) - SHARED_SHOWN) > 0:
        yield page.say("areas.more_shared", n=left)
