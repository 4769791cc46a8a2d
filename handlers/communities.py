"""Which community: the few at once, many by street first; by name where somebody writes it; the nearest of a place."""

from math import cos, radians

from handlers.event import Location
from handlers.reply import Button, Rows, in_rows
from handlers.turn import Turn
from storage.reference import CommunityRow

FEW = 8
"""What fits a phone without scrolling."""
SUFFIX = "社区"


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
    """The community whose name somebody wrote instead of tapping it."""
    words = words.strip().rstrip("。.!！").removesuffix(SUFFIX)
    found = [c for c in turn.uow.reference.real_communities() if words and c.name.removesuffix(SUFFIX) == words]
    return found[0] if len(found) == 1 else None


def mentioned(turn: Turn, words: str) -> CommunityRow | None:
    """The one community whose name stands in the words; where there is only one, it is meant anyway."""
    communities = turn.uow.reference.real_communities()
    found = [c for c in communities if c.name in words] if len(communities) > 1 else communities
    return found[0] if len(found) == 1 else None


def nearest(turn: Turn, place: Location, most: int = 3) -> list[CommunityRow]:
    """The communities nearest to a place; on a small piece of the globe the plane is good enough."""
    shrink = cos(radians(place.latitude))

    def distance(community: CommunityRow) -> float:
        north = (community.latitude or 0) - place.latitude
        east = ((community.longitude or 0) - place.longitude) * shrink
        return north**2 + east**2

    known = [c for c in turn.uow.reference.real_communities() if c.latitude is not None and c.longitude is not None]
    return sorted(known, key=distance)[:most]
