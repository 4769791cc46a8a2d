"""Review of answers: nobody confirms their own. A colleague does, or the manager."""

from typing import Any

from handlers.cases import nudging, staff_steps
from handlers.cases.emergencies import reachable
from handlers.cases.nudging import Asks
from handlers.residents import judging
from handlers.turn import Turn
from ledger.lifecycle import ANSWERING, Action, Role
from ledger.nudges import Nudge
from ledger.text import shortened
from storage.cases import CaseRow

WORDS_SHOWN = 120


def ask_for_one(turn: Turn, case: CaseRow) -> None:
    """Ask a colleague to check an answered case. Nothing waits for this."""
    answer = turn.uow.cases.last_step(case.key, ANSWERING)
    who = turn.uow.reference.staff.get(answer.staff_id or 0) if answer else None
    if answer is None or who is None or (answer.detail or {}).get("one_look") is False:
        return
    workers = turn.uow.reference.staff_with(case.community_id, Role.WORKER)
    colleagues = reachable(turn, [row for row in workers if row.id != who.id])
    to = colleagues[case.no % len(colleagues) :][:1] if colleagues else []  # one, in turn
    to = to or list(nudging.whom(turn, case, Role.MANAGER, frozenset({who.id}))[1])
    values = (("name", who.name), ("reply", shortened(case.reply or "", WORDS_SHOWN)))
    nudging.ask(turn, case, Nudge.CHECK, Asks(case.answered_at or turn.uow.now, values=values, to=tuple(to)))


def check(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    staff_steps.finish(turn, case, Action.CHECK, role)


def open_again(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Staff saw that the matter is not solved, or the manager accepts a second "no": reopen the case."""
    staff_steps.finish(turn, case, Action.REOPEN, role, changes=judging.reopening(turn, case))
    judging.after_reopening(turn, case)


def phoned_solved(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """电话回访: the resident said by phone that it is solved; a colleague of the worker records it."""
    staff_steps.finish(turn, case, Action.CONFIRM, role, changes=judging.confirmed(case), detail={"by_phone": True})


def phoned_unsolved(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    judging.refused(turn, case, role, detail={"by_phone": True})
    turn.say("judge.noted", number=turn.number(case))
