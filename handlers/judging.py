"""回访: whoever reported or joined says whether it is solved, and how satisfied they are."""

from typing import Any

from handlers import receipts, steps
from handlers.reply import Reply
from handlers.turn import Turn
from ledger.lifecycle import Action, Role
from storage.cases import CaseRow


def solved(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    steps.take(turn, case, Action.CONFIRM, Role.RESIDENT, changes={"solved": True, "next_at": None})
    _close_question(turn, case, data, "judge.solved")
    name = f"satisfied:{case.community_id}:{case.no}:{case.version}"
    of = {"community_id": case.community_id, "case_no": case.no}
    choices = [
        turn.mine(f"button.satisfied_{n}", "satisfied", data={"n": n, "shown_in": name}, once=True, **of)
        for n in (2, 1, 0)
    ]
    text = turn.context.texts("judge.satisfied", number=turn.number(case))
    turn.send(Reply(turn.event.address, text, (tuple(choices),), logical=name))
    turn.outcome = "solved"


def satisfied(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """2 satisfied, 1 fairly, 0 not."""
    degree = int(data["n"])
    turn.uow.cases.change(case, satisfied=degree)
    turn.uow.cases.add_event(
        case, action="judged", role=Role.RESIDENT, before=case.state, via=turn.event.press, detail={"n": degree}
    )
    turn.close(data.get("shown_in"), "judge.thanks")
    turn.tell("judge.thanks")


def not_solved(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """The first "no" opens it again by itself; words say what is still wrong."""
    again = {"solved": False, "reopened": case.reopened + 1, "closed_at": None, "next_at": None}
    steps.take(turn, case, Action.REOPEN, Role.RESIDENT, changes=again)
    steps.open_again(turn, case)
    _close_question(turn, case, data, "judge.not_solved")
    turn.expect("supplement", case)
    turn.say("judge.reopened", number=turn.number(case))
    turn.outcome = "reopened"


def _close_question(turn: Turn, case: CaseRow, data: dict[str, Any], key: str) -> None:
    turn.close(data.get("shown_in"), key, number=turn.number(case))
    receipts.refresh(turn, case)
