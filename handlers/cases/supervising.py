"""督办: a manager or the street asks for an answer about a case, with a date."""

from handlers.cases import nudging
from handlers.cases.emergencies import reachable
from handlers.cases.nudging import Asks
from handlers.reply import Priority, Reply
from handlers.turn import Turn
from ledger import clocks
from ledger.lifecycle import ANSWERING, Role
from ledger.nudges import Nudge
from storage.cases import CaseRow
from storage.nudges import NudgeRow
from storage.reference import StaffRow

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
    _answer(turn, case, turn.uow.nudges.open(case.key, (Nudge.SUPERVISION,)), turn.staff, given["words"])


def answered(turn: Turn, case: CaseRow) -> None:
    """Tell whoever asked about the case (督办) what its residents were answered."""
    asked = turn.uow.nudges.open(case.key, (Nudge.SUPERVISION,))
    answer = turn.uow.cases.last_step(case.key, ANSWERING) if asked else None
    if answer is not None:
        _answer(turn, case, asked, turn.uow.reference.staff.get(answer.staff_id or 0), case.reply or "")


def _answer(turn: Turn, case: CaseRow, asked: list[NudgeRow], by: StaffRow | None, words: str) -> None:
    for nudge in asked:
        turn.uow.nudges.done(nudge, by.id if by else None, words)
        nudging.end(turn, case, nudge, "nudge.answered", by)
    text = turn.context.texts("supervision.answer", number=turn.number(case), name=by.name if by else "", words=words)
    _tell(turn, {nudge.staff_id for nudge in asked} - {by.id if by else None}, text)


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
