"""What the clock does with cases: remind staff, send the photos of an answer, ask whether the matter is solved.

Without an answer a case ends unconfirmed. Later the reporters are asked whether the solution still holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.case_names import named, unnamed
from handlers.cases import closing_review, deadlines, emergencies, nudging, root_causes, steps, supervising
from handlers.event import Address
from handlers.reply import Button, OutFile, Priority, Reply
from handlers.residents import judging
from handlers.turn import Turn
from ledger.lifecycle import ANSWERING, CLOSED, OPEN, Action, Outcome, Role, State
from ledger.nudges import Nudge
from ledger.rights import Part
from storage.cases import CaseRow, PersonOfCase
from storage.nudges import NudgeRow

FILES_AWAITED = timedelta(minutes=10)
FILES_LOOKED_FOR = timedelta(seconds=20)
STILL_ASKED = {Nudge.SUPERVISION: OPEN, Nudge.OBJECTION: frozenset({State.FOLLOW_UP})}
"""States in which staff still owe what they were asked for."""

Deed = Callable[[Turn, CaseRow], None]
AFTER_THE_QUESTION: tuple[Deed, ...] = (
    supervising.answered,
    closing_review.ask_for_one,
    root_causes.look_at_place,
)
"""What follows once the residents have been asked whether the matter is solved."""


def look_at(turn: Turn, case: CaseRow) -> tuple[Deed, ...]:
    """Handle what is due in a case; returns what follows from it. If that fails, what was due is done nevertheless."""
    if case.state in OPEN:
        nudging.look(turn, case)
    elif case.state is State.ANSWERED:
        if _files_sent(turn, case):
            _ask_if_solved(turn, case)
            return AFTER_THE_QUESTION
    elif case.state is State.FOLLOW_UP:
        steps.take(turn, case, Action.LAPSE, Role.SYSTEM)
    elif case.state in CLOSED and case.closed_at is not None:
        _ask_if_it_holds(turn, case, case.closed_at)
    else:
        turn.uow.cases.change(case, next_at=None)
    return ()


def nudge_due(turn: Turn, case: CaseRow, nudge: NudgeRow) -> None:
    """A question to staff was not answered in time."""
    if case.state in STILL_ASKED[nudge.kind]:
        supervising.unanswered(turn, case, nudge)
    else:
        turn.uow.nudges.told_too(nudge, [])


def alarm_due(turn: Turn, case: CaseRow, alarm: Any) -> None:
    """Nobody acknowledged an alarm in time."""
    if case.state in OPEN:
        emergencies.not_acknowledged(turn, case, alarm.level)
    else:
        turn.uow.cases.escalate(case.key, alarm.level, None)


# --- an answer's photos ----------------------------------------------------------------------------------------------


def _files_sent(turn: Turn, case: CaseRow) -> bool:
    """Send the photos of the answer; False while they are still being fetched from the messenger."""
    ids = _files_of_answer(turn, case)
    rows = [row for row in turn.uow.cases.attachments(case.key) if row.id in ids] if ids else []
    patient = turn.uow.now - (case.answered_at or turn.uow.now) < FILES_AWAITED
    if patient and any(row.state == "waiting" for row in rows):
        turn.uow.cases.change(case, next_at=turn.uow.now + FILES_LOOKED_FOR)
        return False
    number = turn.number(case)
    files = tuple(OutFile(r.kind, r.digest, f"{number}-{i}") for i, r in enumerate(rows, 1) if r.digest)
    for person in steps.people_to_tell(turn, case) if files else ():
        text = turn.context.texts("told.files", case=unnamed(turn, case))
        key = f"files:{case.community_id}:{case.no}:{case.version}:{person.bot}:{person.account}"
        to = Address(person.bot, person.chat)
        turn.send(Reply(to, text, files=files, priority=Priority.NOTICE, key=key))
    return True


def _files_of_answer(turn: Turn, case: CaseRow) -> list[int]:
    answers = [event for event in turn.uow.cases.events(case.key) if event.action in ANSWERING]
    return list((answers[-1].detail or {}).get("files", [])) if answers else []


# --- 回访 ------------------------------------------------------------------------------------------------------------


def _ask_if_solved(turn: Turn, case: CaseRow) -> None:
    """Ask the reporter and everybody who joined to judge the answer. No answer does not count as satisfaction."""
    lapse = turn.uow.now + turn.context.district.limits.silence_closes_after.wall
    event_id = steps.take(turn, case, Action.FOLLOW_UP, Role.SYSTEM, changes={"next_at": lapse})
    unsolved = case.outcome == Outcome.UNSOLVED
    name = judging.question_name(case)
    labels = {"button.accepted" if unsolved else "button.solved": "solved", "button.not_solved": "not_solved"}
    question = Question(name, "told.follow_up_unsolved" if unsolved else "told.follow_up", labels)
    _ask(turn, case, question, steps.people_to_ask(turn, case), event_id)


def _ask_if_it_holds(turn: Turn, case: CaseRow, closed_at: datetime) -> None:
    """Ask, a month and a quarter after an urgent case was closed, whether the solution still holds (巩固提升)."""
    turn.uow.cases.change(case, next_at=deadlines.asks_if_it_holds(turn, case, closed_at))
    days = (turn.uow.now - closed_at).days
    name = f"holds:{case.community_id}:{case.no}:{days}"
    detail = {"days": days}
    event_id = turn.uow.cases.add_event(
        case, action="asked_if_it_holds", role=Role.SYSTEM, before=case.state, via=turn.via, detail=detail
    )
    labels = {"button.still_holds": "still_holds", "button.broken_again": "not_solved"}
    reporters = [person for person in steps.people_to_ask(turn, case) if person.part != Part.JOINER]
    _ask(turn, case, Question(name, "told.holds", labels), reporters, event_id)


@dataclass(frozen=True, slots=True)
class Question:
    """A question to people of a case: the logical name of the message, the key of its text, its buttons by label."""

    name: str
    key: str
    buttons: dict[str, str]


def _ask(turn: Turn, case: CaseRow, question: Question, people: list[PersonOfCase], event_id: int) -> None:
    for person in people:
        row = tuple(
            Button(
                turn.context.texts(label),
                action,
                case.community_id,
                case.no,
                {"shown_in": question.name},
                person.account,
                once=True,
            )
            for label, action in question.buttons.items()
        )
        to = Address(person.bot, person.chat)
        text = turn.context.texts(question.key, case=named(turn, case, person.chat))
        key = f"{question.name}:{person.bot}:{person.account}"
        cause = steps.cause_of(case, event_id)
        turn.send(Reply(to, text, (row,), priority=Priority.NOTICE, logical=question.name, key=key, cause=cause))
