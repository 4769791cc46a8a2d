"""Taking back a step within a minute: the case is as it was, and what the step would have told is never sent."""

from datetime import datetime
from typing import Any

from handlers import steps
from handlers.reply import Button, Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import OPEN, TRANSITIONS, Action, Role, State
from storage.cases import CaseRow

TIMES = ("signed_at", "answered_at", "closed_at", "next_at")


def offer(turn: Turn, case: CaseRow, action: Action, event_id: int, done: str) -> None:
    """Say what was done, with the button that takes it back."""
    rows = ()
    if TRANSITIONS[action].undoable:
        data = {"event": event_id}
        rows = ((Button(turn.context.texts("button.undo"), "undo", case.community_id, case.no, data, turn.account, once=True),),)
    turn.send(Reply(turn.event.address, done, rows, priority=Priority.INTERACTIVE))


def undo(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """Undo the newest step of a case."""
    steps_so_far = turn.uow.cases.events(case.key)
    event = steps_so_far[-1] if steps_so_far else None
    limit = turn.context.district.limits.undo_for.wall
    if event is None or event.id != int(data["event"]) or turn.uow.now - event.at > limit:
        turn.tell("undo.too_late", alert=True)
        return
    before = dict(event.detail["before"])
    for name in TIMES:
        before[name] = datetime.fromisoformat(before[name]) if before.get(name) else None
    old = case.state
    turn.uow.cases.change(case, **{**before, "state": State(before["state"])})
    if event.action == Action.MERGE:
        _take_back_people(turn, case.community_id, event.detail)
    cancelled = turn.uow.outbox.cancel(steps.cause_of(case, event.id))
    turn.uow.cases.add_event(
        case,
        action="undo",
        role=role,
        before=old,
        staff_id=turn.staff.id if turn.staff else None,
        via=turn.event.press,
        detail={"event": event.id, "messages_cancelled": cancelled, "before": event.detail["before"]},
    )
    if case.state in OPEN:
        turn.context.similar.add(case, turn.context.read(case.text).first)
    steps.refresh(turn, case)
    turn.tell("undo.done")


def _take_back_people(turn: Turn, community_id: int, detail: dict[str, Any]) -> None:
    """Who came over by a merge goes back."""
    target = turn.uow.cases.get(community_id, int(detail["into"]))
    left = turn.uow.cases.remove_people(target.key, [(bot, account) for bot, account in detail["joined"]])
    turn.uow.cases.change(target, supporters=target.supporters - left)
    steps.refresh(turn, target)
