"""回访: everybody in a case says whether it is solved, how satisfied they are, and later whether it still holds."""

from typing import Any

from handlers.case_names import named
from handlers.cases import deadlines, nudging, root_causes, steps
from handlers.cases.nudging import Asks
from handlers.reply import Button, Reply, in_rows
from handlers.residents import receipts
from handlers.turn import Turn
from ledger import clocks, lifecycle
from ledger.lifecycle import OPEN, Action, Outcome, Role, State
from ledger.nudges import Nudge
from storage.cases import CaseRow

Given = dict[str, str]
SATISFIED = 2


def question_name(case: CaseRow) -> str:
    """Logical name of the message that asks whether it is solved."""
    return f"follow_up:{case.community_id}:{case.no}:{case.version}"


def satisfied_name(case: CaseRow) -> str:
    """Logical name of the message that asks how satisfied somebody is."""
    return f"satisfied:{case.community_id}:{case.no}:{case.version}"


def solved(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """Somebody says that it is solved. This does not overrule another person's "no" that waits for the manager."""
    if case.state is State.CLOSED or _objected(turn, case):
        _note(turn, case, {"solved": True})
    else:
        steps.take(turn, case, Action.CONFIRM, Role.RESIDENT, changes=confirmed(case))
    _close_question(turn, case, data, "judge.solved" if case.outcome != Outcome.UNSOLVED else "judge.accepted")
    name = satisfied_name(case)
    choices = [_mine(turn, case, f"button.satisfied_{n}", "satisfied", {"n": n, "shown_in": name}) for n in (2, 1, 0)]
    text = turn.context.texts("judge.satisfied", case=named(turn, case))
    turn.send(Reply(turn.event.address, text, (tuple(choices),), logical=name))
    turn.outcome = "solved"


def confirmed(case: CaseRow) -> dict[str, Any]:
    """What a confirmation changes. Accepting an honest "could not be solved" does not count as solved."""
    return {"solved": case.outcome != Outcome.UNSOLVED}


def satisfied(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """Store satisfaction (2 satisfied, 1 fairly, 0 not); of several people the least counts. Below 2, ask why."""
    degree = int(data["n"])
    turn.uow.cases.change(case, satisfied=min(degree, SATISFIED if case.satisfied is None else case.satisfied))
    _note(turn, case, {"n": degree})
    if degree == SATISFIED:
        turn.close(data.get("shown_in"), "judge.thanks")
    else:
        _ask_why(turn, case, data.get("shown_in"))
    turn.tell("judge.thanks")


def _ask_why(turn: Turn, case: CaseRow, shown_in: str | None) -> None:
    reasons = turn.context.texts.alternatives("judge.reasons")
    key, data = (case.community_id, case.no), {"shown_in": shown_in}
    chips = [Button(why, "judged_because", *key, data | {"reason": why}, turn.account, once=True) for why in reasons]
    turn.send(Reply(turn.event.address, turn.context.texts("judge.why"), in_rows(chips), logical=shown_in))


def judged_because(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    _note(turn, case, {"why": data["reason"]})
    turn.close(data.get("shown_in"), "judge.why_noted", why=str(data["reason"]))
    turn.tell("judge.thanks")


# --- "no" ------------------------------------------------------------------------------------------------------------


def not_solved(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """Somebody says no: the first reopens the case, the next goes to the manager. Asks what is still wrong."""
    if case.state in OPEN or _objected(turn, case):
        _note(turn, case, {"solved": False})
    else:
        refused(turn, case, Role.RESIDENT)
    _close_question(turn, case, data, "judge.not_solved")
    turn.expect("supplement", case)
    key = "judge.reopened" if case.state in OPEN else "judge.to_manager"
    turn.say(key, case=named(turn, case), due=turn.when(case.due_at, case))
    turn.outcome = "reopened" if case.state in OPEN else "objected"


def refused(turn: Turn, case: CaseRow, role: Role, detail: dict[str, Any] | None = None) -> None:
    """Handle a "no", given in the chat or to staff by phone."""
    if lifecycle.says_no(case.reopened) is Action.REOPEN:
        steps.take(turn, case, Action.REOPEN, role, changes=reopening(turn, case), detail=detail)
        nudging.answered(turn, case, Action.REOPEN)
        after_reopening(turn, case)
        return
    changes = {"solved": False, "closed_at": None, "next_at": None}
    steps.take(turn, case, Action.OBJECT, role, changes=changes, detail=detail)
    limit = turn.context.district.limits.objection_decided_in
    until = clocks.due(turn.uow.now, limit, turn.community_of(case).zone)
    nudging.ask(turn, case, Nudge.OBJECTION, Asks(until, next_at=until))


def reopening(turn: Turn, case: CaseRow) -> dict[str, Any]:
    """What reopening changes in a case."""
    due_at = deadlines.again_due(turn, case)
    return {"solved": False, "satisfied": None, "reopened": case.reopened + 1, "closed_at": None, "due_at": due_at}


def after_reopening(turn: Turn, case: CaseRow) -> None:
    steps.open_again(turn, case)
    root_causes.look_at_reopened(turn, case)


def upheld(_turn: Turn, _case: CaseRow, _given: Given) -> dict[str, Any]:
    """What upholding the answer changes: the case is closed and counts as not solved."""
    return {"solved": False}


def _objected(turn: Turn, case: CaseRow) -> bool:
    """Whether a "no" waits for the manager."""
    waits = case.reopened >= lifecycle.REOPENS_BY_ITSELF and case.state is State.FOLLOW_UP
    return waits and bool(turn.uow.nudges.open(case.key, (Nudge.OBJECTION,)))


# --- 巩固提升 --------------------------------------------------------------------------------------------------------


def still_holds(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """The person confirms, a month or a quarter later, that the solution still holds."""
    _note(turn, case, {"holds": True})
    turn.close(data.get("shown_in"), "judge.holds", case=named(turn, case))
    turn.tell("judge.thanks")


def _note(turn: Turn, case: CaseRow, detail: dict[str, Any]) -> None:
    """Record an answer without changing the state of the case."""
    turn.uow.cases.add_event(case, action="judged", role=Role.RESIDENT, before=case.state, via=turn.via, detail=detail)


def _mine(turn: Turn, case: CaseRow, label: str, action: str, data: dict[str, Any]) -> Button:
    return turn.mine(label, action, data=data, once=True, community_id=case.community_id, case_no=case.no)


def _close_question(turn: Turn, case: CaseRow, data: dict[str, Any], key: str) -> None:
    turn.close(data.get("shown_in"), key, case=named(turn, case))
    receipts.refresh(turn, case)
