"""Check-ups of a street's or the district's communities side by side: goals, what is lacking, what could be shared.

Communities stand by name, never by merit.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from digests.checkups.checkup import Checkup
from digests.dates import day
from digests.page import Say
from digests.text import fitted
from ledger.checkup import LACKING, State, goal_for, share_of
from ledger.district import District
from ledger.sharing import Pair, Shared, proposals
from storage.reference import CommunityRow

SHARED_SHOWN, COMMUNITIES_SHOWN = 10, 40


@dataclass(frozen=True, slots=True)
class Area:
    """`shared`: facilities that neighbours could build together, at least one of them of this street."""

    made_at: datetime
    checkups: tuple[Checkup, ...]
    shared: tuple[Shared, ...]

    @property
    def complete(self) -> int:
        """Communities that meet all items."""
        return sum(found.complete for found in self.checkups)


def over_communities(
    everywhere: Sequence[Checkup], own: Collection[int], adjacent: Collection[Pair], district: District
) -> Area:
    """Put the check-ups of `own` communities together; neighbours may lie in another street."""
    lacking: dict[str, list[int]] = {}
    for found in everywhere:
        for item in found.items:
            for finding in item.lacking:
                if finding.point.code in district.checkup.shared:
                    lacking.setdefault(finding.point.code, []).append(found.community_id)
    in_order = {code: lacking[code] for code in district.checkup.points if code in lacking}
    shared = [one for one in proposals(in_order, adjacent) if not set(one.communities).isdisjoint(own)]
    return Area(
        everywhere[0].made_at,
        tuple(found for found in everywhere if found.community_id in own),
        tuple(shared),
    )


@dataclass(frozen=True)
class AreaPage:
    """The check-ups of an area with what it takes to show them. `communities` are all of the district, by number."""

    area: Area
    place: str
    communities: Mapping[int, CommunityRow]
    district: District
    say: Say

    def draw(self) -> tuple[bytes, ...]:
        """The page as PDF, the table as XLSX; the libraries are imported only here."""
        found = import_module("digests.checkups.area_files")
        return found.pdf_of(self), found.workbook_of(self)

    def file_names(self) -> tuple[str, ...]:
        return tuple(self.say(f"areas.file_{part}", **self.about()) for part in ("pages", "workbook"))

    def about(self) -> dict[str, str]:
        zone = next(iter(self.communities.values())).zone
        made = self.area.made_at.astimezone(zone)
        return {"place": self.place, "day": f"{made.year}年{day(made, zone)}"}

    def head(self) -> str:
        return self.say("areas.head", **self.about())

    def goal(self) -> list[str]:
        """How many communities meet all items, beside the plan's goal of the year."""
        n, met = len(self.area.checkups), self.area.complete
        lines = [self.say("areas.complete", n=n, met=met, share=share_of(met, n))]
        goal = goal_for(self.district.checkup.goals, self.area.made_at.year)
        if goal is not None:
            year, wanted = goal
            reached = 100 * met >= wanted * n
            lines.append(self.say("areas.goal_reached" if reached else "areas.goal", year=year, goal=f"{wanted:g}"))
        return lines

    def community_line(self, found: Checkup) -> str:
        return self.say("areas.community", name=self.name(found.community_id), **counts(found))

    def name(self, community_id: int) -> str:
        return self.communities[community_id].name

    def lacking(self, found: Checkup) -> str:
        """Names of the items in which a community lacks something, most needed first."""
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
    """Write it as one message."""
    return fitted(list(_lines(page)))


def _lines(page: AreaPage) -> Iterator[str]:
    yield page.head()
    yield from page.goal()
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
