"""督办: a manager or the street asks for an answer about a case, with a date."""

from handlers.cases import nudging
from handlers.cases.emergencies import reachable
from handlers.cases.nudging import Asks
from handlers.reply import Priority, Reply
from handlers.turn import Turn
from ledger import clocks
from ledger.lifecycle import Role
from ledger.nudges import Nudge
from storage.cases import CaseRow
from storage.nudges import NudgeRow

Given = dict[str, str]
ABOVE_IT = {Nudge.SUPERVISION: Role.MANAGER, Nudge.OBJECTION: Role.SUPERVISOR}
"""The role above, which is told when nobody has answered in time."""


def ask_for_an_answer(turn: Turn, case: CaseRow, _role: Role, _event_id: int, given: Given) -> None:
    """Ask the staff who handle the case for its progress."""
    limits = turn.context.district.limits
    until = clocks.due(turn.uow.now, limits.supervision_answered_in, turn.community_of(case).zone)
    nudging.ask(turn, case, Nudge.SUPERVISION, Asks(until, words=given["words"], by=turn.staff_id, next_at=until))


def answer_comes(turn: Turn, case: CaseRow, _role: Role, _event_id: int, given: Given) -> None:
    """Pass the answer on to the person who asked; it answers all open questions about the case."""
    asked = turn.uow.nudges.open(case.key, (Nudge.SUPERVISION,))
    for nudge in asked:
        turn.uow.nudges.done(nudge, turn.staff_id, given["words"])
        nudging.end(turn, case, nudge, "nudge.answered")
    name = turn.staff.name if turn.staff else ""
    text = turn.context.texts("supervision.answer", number=turn.number(case), name=name, words=given["words"])
    _tell(turn, {nudge.staff_id for nudge in asked}, text)


def unanswered(turn: Turn, case: CaseRow, nudge: NudgeRow) -> None:
    """Nobody has answered in time: tell the person who asked, and ask the next level, too."""
    text = turn.context.texts("supervision.unanswered", number=turn.number(case), until=turn.when(nudge.due_at, case))
    _tell(turn, {nudge.staff_id}, text)
    nudging.tell_too(turn, case, nudge, ABOVE_IT[nudge.kind])
    detail = {"nudge": nudge.kind, "unanswered": True}
    turn.uow.cases.add_event(case, action="nudged", role=Role.SYSTEM, before=case.state, via=turn.via, detail=detail)


def _tell(turn: Turn, staff_ids: set[int | None], text: str) -> None:
    staff = [turn.uow.reference.staff[i] for i in staff_ids if i in turn.uow.reference.staff]
    for to in reachable(turn, staff):
        turn.send(Reply(to, text, priority=Priority.NOTICE))
