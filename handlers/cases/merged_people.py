"""Merging and separating cases: which people move to the other case, and back."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.cases import cards
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.rights import Part
from storage.cases import CaseRow, PersonOfCase


def newcomers(turn: Turn, case: CaseRow, target: CaseRow) -> list[PersonOfCase]:
    """The people of `case` who are not in `target` yet."""
    known = {(p.bot, p.account) for p in turn.uow.cases.people(target.key)}
    return [p for p in turn.uow.cases.people(case.key) if (p.bot, p.account) not in known]


def options(turn: Turn, target: CaseRow, joined: int) -> dict[str, Any]:
    """Arguments of the step that merges a case into `target`."""
    return {
        "given": {"target": turn.number(target)},
        "changes": {"merged_into": target.no},
        "detail": {"into": target.no, "joined": joined},
    }


def come_over(turn: Turn, case: CaseRow, target: CaseRow, role: Role, joiners: list[PersonOfCase]) -> None:
    """Add people to `target`. They also stay in their own case, so that it can be separated again."""
    for person in joiners:
        turn.uow.cases.add_person(target.key, replace(person, part=Part.JOINER))
    turn.uow.cases.change(target, supporters=target.supporters + len(joiners))
    turn.uow.cases.add_event(target, action="joined", role=role, before=target.state, detail={"from": case.no})
    cards.refresh(turn, target)


def go_back(turn: Turn, case: CaseRow, into: int | None, since: datetime, detail: dict[str, Any]) -> None:
    """Remove the people of `case` from the case `into`, and from cases into which that one was merged."""
    while into is not None:
        target = turn.uow.cases.get(case.community_id, into)
        left = turn.uow.cases.take_back_people(target.key, case.key, since)
        turn.uow.cases.change(target, supporters=max(target.supporters - left, 1))
        detail = {**detail, "people": left}
        turn.uow.cases.add_event(target, action="left", role=Role.SYSTEM, before=target.state, detail=detail)
        cards.refresh(turn, target)
        into = target.merged_into
