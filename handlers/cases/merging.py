"""Merging two reports of one matter; both histories are kept, and everybody is told."""

import re
from typing import Any

from handlers.cases import merged_people, staff_steps, steps
from handlers.reply import Button
from handlers.residents import offers
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Role, step
from ledger.text import shortened
from storage.cases import CaseRow
from storage.errors import NotFound

LABEL = 16
"""Characters of a case on a button."""
NUMBER = re.compile(r"(?:(?<![A-Za-z])([A-Za-z]{1,40})\s{0,3}[-－—]?\s{0,3})?(?<!\d)(\d{1,9})(?!\d)")


def ask_merge(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Offer similar cases; the worker may also type a number."""
    step(case.state, Action.MERGE, role, {"target"})
    matter = turn.context.read(case.text).first
    likely = [no for no in offers.nearest(turn, case.community_id, matter) if no != case.no]
    staff_steps.ask(turn, case, "merge", tuple((_choice(turn, case, no),) for no in likely))


def _choice(turn: Turn, case: CaseRow, into: int) -> Button:
    target = turn.uow.cases.get(case.community_id, into)
    label = f"{turn.number(target)} {shortened(turn.context.mask(target.text), LABEL)}"
    return Button(label, "merge_into", case.community_id, case.no, {"into": into}, turn.account)


def merge_typed(turn: Turn, case: CaseRow, role: Role, asked: dict[str, Any]) -> None:
    target = _target(turn, case, turn.event.text)
    if target is None:
        turn.expect("merge", case, shown_in=asked.get("shown_in"))
        turn.say("ask.merge_again", number=turn.number(case), code=turn.community_of(case).code)
        return
    turn.close(asked.get("shown_in"), "ask.answered")
    _merge(turn, case, role, target)


def merge_into(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    asked = turn.expected() or {}
    target = turn.uow.cases.get(case.community_id, int(data["into"]))
    if not _can_take(case, target):
        turn.tell("ask.merge_ended", alert=True, number=turn.number(target))
        return
    turn.close(asked.get("shown_in"), "ask.answered")
    _merge(turn, case, role, target)


def _target(turn: Turn, case: CaseRow, typed: str) -> CaseRow | None:
    """The open case of this community that the words name, or None unless there is exactly one."""
    named = NUMBER.findall(typed)
    code = turn.community_of(case).code.casefold()
    if len(named) != 1 or (named[0][0] and named[0][0].casefold() != code):
        return None
    try:
        target = turn.uow.cases.get(case.community_id, int(named[0][1]))
    except NotFound:
        return None
    return target if _can_take(case, target) else None


def _can_take(case: CaseRow, target: CaseRow) -> bool:
    return target.no != case.no and target.state in OPEN


def _merge(turn: Turn, case: CaseRow, role: Role, target: CaseRow) -> None:
    """Merge a case; its people belong to the other case from now on."""
    joiners = merged_people.newcomers(turn, case, target)
    staff_steps.finish(turn, case, Action.MERGE, role, **merged_people.options(turn, target, len(joiners)))
    merged_people.come_over(turn, case, target, role, joiners)


# --- separating ------------------------------------------------------------------------------------------------------


def unmerge(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Separate a merged case again, at any time; it continues on its own, with its people."""
    step(case.state, Action.UNMERGE, role, {"target"})
    history = turn.uow.cases.events(case.key)
    since = next((e.at for e in reversed(history) if e.action in (Action.MERGE, Action.JOIN)), case.created_at)
    into = case.merged_into
    target = turn.uow.cases.get(case.community_id, into or 0)
    changes = {"merged_into": None, "closed_at": None, "staff_id": case.staff_id or turn.staff_id}
    given = {"target": turn.number(target)}
    staff_steps.finish(turn, case, Action.UNMERGE, role, given=given, changes=changes, detail={"from": into})
    steps.open_again(turn, case)
    merged_people.go_back(turn, case, into, since, {"apart": case.no})
