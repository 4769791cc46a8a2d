"""Three similar cases suggest a root cause: the manager gets a case about what they have in common."""

from handlers.cases import deadlines, nudging
from handlers.cases.card_content import Beside, card
from handlers.cases.viewers import View
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.scenes import NO_ITEM, Kind, Urgency
from nlp.similar_index import SAME, alike
from storage.cases import ROOT_CAUSE, CaseRow

ALIKE = SAME / 2
"""At one place, less similarity is enough for two matters to be the same."""


def look_at_place(turn: Turn, case: CaseRow) -> None:
    """File a root cause if this case is the third similar one at its place."""
    limits = turn.context.district.limits.root_cause
    if case.root_no is not None or case.source == ROOT_CAUSE or not (case.building_id or case.place):
        return
    since = turn.uow.now - limits.within.wall
    found = [other for other in turn.uow.cases.like(case, since) if _at_one_place(case, other) and _alike(case, other)]
    if len(found) >= limits.alike and not turn.uow.topics.of_case(case.key):  # a topic deals with the cause
        _file(turn, case, found, "cause.alike")


def look_at_reopened(turn: Turn, case: CaseRow) -> None:
    """File a root cause if this case was reopened too often."""
    if case.root_no is None and case.reopened >= turn.context.district.limits.root_cause.reopened:
        _file(turn, case, [case], "cause.reopened")


def _at_one_place(case: CaseRow, other: CaseRow) -> bool:
    if case.building_id and case.building_id == other.building_id:
        return True
    return bool(case.place) and case.place == other.place


def _alike(case: CaseRow, other: CaseRow) -> bool:
    same_item = case.item == other.item != NO_ITEM
    return case.no == other.no or same_item or alike(_key(case), _key(other)) >= ALIKE


def _key(case: CaseRow) -> list[int]:
    return list(case.proposal.get("key", ()))


def _file(turn: Turn, case: CaseRow, found: list[CaseRow], why: str) -> None:
    """File a case about the root cause, and link the cases to it."""
    root = _root(turn, case, found, why)
    detail = {"of": [other.no for other in found]}
    turn.uow.cases.add_event(root, action="file", role=Role.SYSTEM, before=None, via=turn.via, detail=detail)
    for other in found:
        turn.uow.cases.change(other, root_no=root.no)
        turn.uow.cases.add_event(
            other, action=ROOT_CAUSE, role=Role.SYSTEM, before=other.state, via=turn.via, detail={"root": root.no}
        )
    _, to = nudging.whom(turn, root, Role.MANAGER)
    for address in to:
        turn.send(card(turn, root, View(address, Role.MANAGER), Beside()))


def _root(turn: Turn, case: CaseRow, found: list[CaseRow], why: str) -> CaseRow:
    limits, zone = turn.context.district.limits, turn.community_of(case).zone
    text = turn.context.texts(
        why,
        place=case.place or turn.context.texts("cause.one_place"),
        n=len(found) if len(found) > 1 else case.reopened,
        numbers="、".join(turn.number(other) for other in found),
    )
    managers = turn.uow.reference.staff_with(case.community_id, Role.MANAGER)
    return turn.uow.cases.file(
        case.community_id,
        scene=case.scene,
        kind=Kind.PROBLEM,
        item=case.item,
        urgency=Urgency.LONG_TERM,
        text=text,
        place=case.place,
        building_id=case.building_id,
        grid_id=case.grid_id,
        proposal={},
        confirmed=True,
        source=ROOT_CAUSE,
        staff_id=managers[0].id if managers else None,
        **deadlines.times_of_new(limits, Kind.PROBLEM, Urgency.LONG_TERM, turn.uow.now, zone),
    )
