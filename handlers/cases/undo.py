"""Undoing a step within a minute: the case is restored, and messages that were held back are never sent."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from handlers import phrases
from handlers.cases import cards, emergencies, merged_people, nudging, steps
from handlers.reply import Button, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import OPEN, TRANSITIONS, Action, Role, State
from ledger.promises import noted, out_of_answer
from ledger.scenes import Urgency
from storage.cases import CaseRow

TIMES = ("due_at", "signed_at", "contacted_at", "answered_at", "closed_at", "next_at")
AS_STORED: dict[str, Callable[[str], Any]] = {"state": State, **dict.fromkeys(TIMES, datetime.fromisoformat)}
"""How fields are read back from an event; the others are stored as they are."""
ADDED_TO = ("amended",)
"""Events that only add to a step and are undone with it."""
UNDONE_ITSELF = frozenset({"undo", *(action for action, row in TRANSITIONS.items() if row.undoable)})
"""Events that are undone with their own button, or that are an undo themselves."""


def offer(turn: Turn, case: CaseRow, action: Action, taken: Sequence[tuple[int, int]], done: str) -> None:
    """Confirm what was done, with buttons to undo it and to open the next new case.

    `taken`: the steps that this tap took, each as the number of its case and its event.
    """
    name = f"done:{taken[0][1]}"
    rows: Rows = ()
    if TRANSITIONS[action].undoable:
        # the version before this one reads `event`; both may run side by side
        data = {"steps": [list(step) for step in taken], "event": taken[0][1], "shown_in": name}
        turn.talk.state["undo"] = {"case": list(case.key), **data}
        label = turn.context.texts("button.undo")
        take_back = Button(label, "undo", case.community_id, case.no, data, turn.account, once=True)
        rows = ((take_back, turn.mine("button.queue_next", "queue_next")),) if turn.event.private else ((take_back,),)
    turn.send(Reply(turn.event.address, done, rows, priority=Priority.INTERACTIVE, logical=name))


def asked_in_words(turn: Turn) -> bool:
    """撤销, 点错了: undo the last step taken in this chat. False: the words mean something else."""
    if phrases.said(turn.context.texts, "heard", ("undo",), turn.event.text) is None:
        return False
    last = turn.talk.state.pop("undo", None)
    case = turn.uow.cases.get(*last["case"]) if last else None
    role = turn.role_for("undo", case) if case else None
    if case is None or role is None:
        turn.say("remark.nothing_to_undo")
    else:
        undo(turn, case, role, last)
    return True


def undo(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """Undo what one tap did within the last minute; steps that others went on with meanwhile stay."""
    taken = data.get("steps") or [[case.no, data["event"]]]
    said = [_take_back(turn, turn.uow.cases.get(case.community_id, no), role, event) for no, event in taken]
    undone = [key for key in said if key is not None]
    if not undone:
        turn.tell("undo.too_late", alert=True)
        return
    turn.close(data.get("shown_in"), "undo.closed", number=turn.number(case))
    turn.tell("undo.told_already" if "undo.told_already" in undone else "undo.done")
    turn.outcome = "undo"


def _take_back(turn: Turn, case: CaseRow, role: Role, event_id: int) -> str | None:
    """Undo one step; returns the text for the worker, or None if it is too late."""
    history = turn.uow.cases.events(case.key)
    event = next((step for step in history if step.id == event_id), None)
    later = history[history.index(event) + 1 :] if event else []
    limit = turn.context.district.limits.undo_for.wall
    if event is None or turn.uow.now - event.at > limit or any(_goes_on(turn, step) for step in later):
        return None
    old = case.state
    turn.uow.cases.change(case, **_values(event.detail))
    taken_back = [event, *(step for step in later if step.action in ADDED_TO)]
    cancelled = sum(turn.uow.outbox.cancel(steps.cause_of(case, step.id)) for step in taken_back)
    undo_id = turn.uow.cases.add_event(
        case,
        action="undo",
        role=role,
        before=old,
        staff_id=turn.staff_id,
        via=turn.via,
        detail={"event": event.id, "messages_cancelled": cancelled, "before": event.detail["before"]},
    )
    if event.action == Action.MERGE:
        merged_people.go_back(turn, case, int(event.detail["into"]), event.at, {"undone": event.id})
    if "helped" in event.detail:
        turn.uow.cases.add_helper(case.key, event.detail["helped"])
    nudging.ask_again(turn, case, event)
    _no_promise(turn, case, event.id)
    if case.state in OPEN:
        steps.open_again(turn, case)
    if case.urgency is Urgency.EMERGENCY:
        emergencies.ring_on(turn, case, event)
    cards.refresh(turn, case)
    return _said(turn, case, undo_id, cancelled)


def _goes_on(turn: Turn, later: Any) -> bool:
    """Whether a later event builds on the step, which then stays. What residents only say or correct does not."""
    by_a_colleague = later.staff_id is not None and later.staff_id != turn.staff_id
    return by_a_colleague or later.before != later.after or later.action in UNDONE_ITSELF


def _no_promise(turn: Turn, case: CaseRow, event_id: int) -> None:
    """Take back a promise that the undone answer made."""
    promise = turn.uow.promises.out_of(case.community_id, out_of_answer(event_id))
    if promise is not None and turn.uow.promises.take_back(case.community_id, promise.no):
        turn.close(noted(case.community_id, promise.no), "promise.was_none", no=promise.no)


def _said(turn: Turn, case: CaseRow, event_id: int, cancelled: int) -> str:
    """The text for the worker. People who were told already (in emergencies nothing is held back) get a correction."""
    if cancelled or not steps.people_to_tell(turn, case):
        return "undo.done"
    state = turn.context.district.resident_states[case.state]
    steps.tell_people(turn, case, "told.corrected", event_id, undoable=False, state=state)
    return "undo.told_already"


def _values(detail: dict[str, Any]) -> dict[str, Any]:
    """The previous values of the fields that the step changed; what changed otherwise meanwhile stays."""
    before = {name: detail["before"][name] for name in detail.get("changed", detail["before"])}
    return {name: AS_STORED[name](value) if value and name in AS_STORED else value for name, value in before.items()}
