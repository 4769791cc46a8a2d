"""Finding communities: a short list, or by street if there are many; by a name in a text; by a location."""

import re
from collections.abc import Sequence
from math import cos, hypot, radians

from handlers.event import Location
from handlers.reply import Button, Rows, in_rows
from handlers.turn import Turn
from nlp.addresses import compound
from storage.cases import CaseRow
from storage.reference import DISTRICT, BuildingRow, CommunityRow

FEW = 8
"""What fits a phone without scrolling."""
SUFFIX = "社区"
LIVING = re.compile(r"^(?:我们?|俺们?|咱们?)?(?:家)?(?:就?住在?|在|是)?")
CLEARLY = 2
"""A place is clearly in a community that is more than so many times nearer than every other."""
TELLING = 3
"""Characters that a short name needs; two may be part of any word."""
ESTATE = re.compile(r"[\u4e00-\u9fff]{2}")
"""How the name of a building begins that says more than its number."""
INSIDE = re.compile(
    r"(?:\d{1,2}|[一二三四五六七八九十甲乙丙])(?:单元|门栋)|单元门口?|楼道|楼梯[间口]|电梯[间口]?|走廊|过道|楼[上下顶]"
)
"""Places that every building has."""


def rows(turn: Turn, shown_in: str) -> Rows:
    """Buttons of the communities, or of the streets where those are many. `shown_in` is the message they stand in."""
    reference = turn.uow.reference
    communities = reference.real_communities()
    if len(communities) <= FEW:
        return rows_of(turn, communities, shown_in)
    streets = sorted(reference.streets.items(), key=lambda pair: pair[1])
    data = [(name, {"street": street_id, "shown_in": shown_in}) for street_id, name in streets]
    return in_rows([Button(name, "choose_street", data=its, account=turn.account) for name, its in data])


def rows_of(turn: Turn, communities: list[CommunityRow], shown_in: str) -> Rows:
    return in_rows(
        [
            Button(c.name, "choose_community", data={"community": c.id, "shown_in": shown_in}, account=turn.account)
            for c in communities
        ]
    )


def of_street(turn: Turn, street_id: int) -> list[CommunityRow]:
    return [c for c in turn.uow.reference.real_communities() if c.street_id == street_id]


def called(turn: Turn, words: str) -> CommunityRow | None:
    """The community whose name somebody wrote instead of tapping it: 石榴巷, 石榴巷社区, 我住石榴巷的."""
    words = LIVING.sub("", words.strip().rstrip("。.!！")).rstrip("的").removesuffix(SUFFIX)
    return _only([c for c in turn.uow.reference.real_communities() if words and _short(c) == words])


def mentioned(turn: Turn, words: str) -> CommunityRow | None:
    """The one community that stands in the words, by its name or a building's; where there is only one, it is meant."""
    communities = turn.uow.reference.real_communities()
    if len(communities) == 1:
        return communities[0]
    named = [c for c in communities if c.name in words]
    return _only(named) if named else _only([c for c in communities if _has_building(turn, c, words)])


def supposed(turn: Turn, words: str) -> CommunityRow | None:
    """The community that somebody probably means, who is shown it before anything is filed: also by its short name."""
    if sure := mentioned(turn, words):
        return sure
    communities = turn.uow.reference.real_communities()
    return _only([c for c in communities if len(_short(c)) >= TELLING and _short(c) in words])


def of_emergency(turn: Turn, words: str, place: Location | None = None) -> CommunityRow:
    """Nobody is asked in an emergency: what is not known goes to everybody on duty in the district."""
    mine = turn.community(turn.person.community_id) or _of_group(turn) or mentioned(turn, words)
    return mine or (located(turn, place) if place else None) or turn.uow.reference.communities[DISTRICT]


def _of_group(turn: Turn) -> CommunityRow | None:
    """The community to which the group belongs in which something is said."""
    here = turn.event.address
    return None if turn.event.private else turn.community(turn.uow.groups.community_of(here.bot, here.chat))


def _only(found: list[CommunityRow]) -> CommunityRow | None:
    return found[0] if len(found) == 1 else None


def _short(community: CommunityRow) -> str:
    return community.name.removesuffix(SUFFIX)


def _has_building(turn: Turn, community: CommunityRow, words: str) -> bool:
    """Whether a building of it is named in full; 3栋 alone may be anywhere."""
    buildings = turn.uow.reference.buildings_of.get(community.id, [])
    return any(ESTATE.match(b.name) and names(b.name, words) for b in buildings)


def building(turn: Turn, community_id: int, places: Sequence[str]) -> BuildingRow | None:
    """The building that the places name, else the one whose code the person scanned; None if there is neither."""
    buildings = turn.uow.reference.buildings_of.get(community_id, [])
    scanned = next((b for b in buildings if b.id == turn.person.building_id), None)
    return named_building(turn, community_id, places) or scanned


def named_building(turn: Turn, community_id: int, places: Sequence[str]) -> BuildingRow | None:
    """The one building that the places name."""
    buildings = turn.uow.reference.buildings_of.get(community_id, [])
    named = [b for b in buildings if any(names(b.name, place) or names(place, b.name) for place in places)]
    return named[0] if len(named) == 1 else None


def building_of(turn: Turn, case: CaseRow) -> BuildingRow | None:
    return next(
        (b for b in turn.uow.reference.buildings_of.get(case.community_id, []) if b.id == case.building_id), None
    )


def place(building: BuildingRow | None, places: Sequence[str]) -> str | None:
    """Where it is; the `building` where the person lives completes 楼道 and, for 幸福苑3栋, 3栋2单元."""
    said = " ".join(places)
    if building is None:
        return said or None
    if (number := number_of(building)) and said.startswith(number):
        return building.name + said.removeprefix(number)
    return f"{building.name} {said}".rstrip() if all(map(INSIDE.fullmatch, places)) else said


def with_compound(turn: Turn, case: CaseRow, where: str) -> str:
    """幸福苑5栋 for 是5栋, if the case's community has one such building, or its compound does."""
    said, home = LIVING.sub("", where.strip()), building_of(turn, case)
    buildings = turn.uow.reference.buildings_of.get(case.community_id, [])
    named = [b for b in buildings if (number := number_of(b)) and said.startswith(number)]
    beside = [b for b in named if home and compound(b.name) == compound(home.name)]
    found = beside or named
    return place(found[0], (said,)) or where if len(found) == 1 else where


def without_compound(turn: Turn, case: CaseRow) -> str:
    """5栋 for a case in 幸福苑5栋; 幸福苑 for one of the whole compound."""
    where = case.place or ""
    return where.removeprefix(compound_of(turn, case.community_id, where)) or where


def compound_of(turn: Turn, community_id: int, where: str | None) -> str:
    """The compound of the community that a place begins with: 幸福苑 of 幸福苑3栋 and 幸福苑门口; empty for none."""
    names = {compound(b.name) for b in turn.uow.reference.buildings_of.get(community_id, [])} - {""}
    return max((name for name in names if where and where.startswith(name)), key=len, default="")


def number_of(building: BuildingRow) -> str:
    """3栋 of 幸福苑3栋."""
    return building.name.removeprefix(compound(building.name))


def names(name: str, words: str) -> bool:
    """Whether `words` hold the name; 13栋 does not name 3栋."""
    if name not in words:
        return False
    before, _, _ = words.partition(name)
    return not (name[:1].isdigit() and before[-1:].isdigit())


def nearest(turn: Turn, place: Location, most: int = 3) -> list[CommunityRow]:
    """The communities nearest to a place."""
    known = [c for c in turn.uow.reference.real_communities() if c.latitude is not None and c.longitude is not None]
    return sorted(known, key=lambda community: _distance(community, place))[:most]


def located(turn: Turn, place: Location) -> CommunityRow | None:
    """The community in which a place clearly is; None if another may be meant, or if one may lie anywhere."""
    communities = turn.uow.reference.real_communities()
    found = nearest(turn, place, len(communities))
    if len(communities) <= 1 or len(found) < len(communities):
        return _only(communities)
    first, second, *_ = (_distance(community, place) for community in found)
    return found[0] if first * CLEARLY < second else None


def _distance(community: CommunityRow, place: Location) -> float:
    """In degrees of latitude; on a small piece of the globe the plane is good enough."""
    north = (community.latitude or 0) - place.latitude
    east = ((community.longitude or 0) - place.longitude) * cos(radians(place.latitude))
    return hypot(north, east)
