"""An emergency that was filed for the district moves to its community as soon as it is known which one that is."""

from handlers import communities
from handlers.cases import cards, emergencies, steps
from handlers.cases.card_content import card_name
from handlers.event import Location
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Role
from storage.cases import CaseRow
from storage.cases.moving import MOVED_TO
from storage.reference import DISTRICT, CommunityRow


def to_named_community(turn: Turn, case: CaseRow, words: str) -> CaseRow:
    """Move a case to the community that the words name, if it was not known before. Returns the case as it goes on."""
    community = communities.supposed(turn, words) if case.community_id == DISTRICT else None
    return to_community(turn, case, community) if community else case


def to_located_community(turn: Turn, case: CaseRow, place: Location) -> CaseRow:
    """The same for a location that is clearly in one community."""
    community = communities.located(turn, place) if case.community_id == DISTRICT else None
    return to_community(turn, case, community) if community else case


def to_community(turn: Turn, case: CaseRow, community: CommunityRow) -> CaseRow:
    """Move an open case of the district to its community: its staff get the card, and the alarm goes on there."""
    if case.community_id != DISTRICT or case.state not in OPEN:
        return case
    moved = turn.uow.cases.move(case, community.id)
    if building := communities.building(turn, community.id, (case.place,) if case.place else ()):
        turn.uow.cases.change(moved, building_id=building.id, grid_id=building.grid_id)
    turn.uow.cases.add_event(
        moved, action="moved", role=Role.SYSTEM, before=moved.state, via=turn.via, detail={"from": list(case.key)}
    )
    _end(turn, case, moved)
    emergencies.moved(turn, case, moved)
    cards.refresh(turn, moved)
    return moved


def _end(turn: Turn, case: CaseRow, moved: CaseRow) -> None:
    """End the case under its old number; of its words nothing stays there."""
    turn.uow.erasure.told_of_case(cards.cause_of(case), (card_name(case), emergencies.alarm_name(case)))
    text = emergencies.moved_text(turn, case, moved)
    turn.uow.cases.change(case, text=text, place=None, latitude=None, longitude=None, proposal={})
    given, detail = {"target": turn.number(moved)}, {MOVED_TO: list(moved.key)}
    steps.take(turn, case, Action.TRANSFER, Role.SYSTEM, given=given, detail=detail)
