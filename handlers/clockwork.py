"""What the clock does to cases: sends photos of an answer, asks whether it is solved, lets silence end it, rings on."""

from datetime import timedelta
from typing import Any

from handlers import emergencies, steps
from handlers.event import Address
from handlers.reply import Button, OutFile, Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Role, State
from storage.cases import CaseRow

FILES_AWAITED = timedelta(minutes=10)
FILES_LOOKED_FOR = timedelta(seconds=20)


def look_at(turn: Turn, case: CaseRow) -> None:
    """Something is due in a case."""
    if case.state is State.ANSWERED:
        if _files_sent(turn, case):
            _ask_if_solved(turn, case)
    elif case.state is State.FOLLOW_UP:
        steps.take(turn, case, Action.LAPSE, Role.SYSTEM, changes={"next_at": None})
    else:
        turn.uow.cases.change(case, next_at=None)


def alarm_due(turn: Turn, case: CaseRow, alarm: Any) -> None:
    """Nobody acknowledged in time."""
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
        text = turn.context.texts("told.files", number=number)
        key = f"files:{case.community_id}:{case.no}:{case.version}:{person.bot}:{person.account}"
        to = Address(person.bot, person.chat)
        turn.send(Reply(to, text, files=files, priority=Priority.NOTICE, key=key))
    return True


def _files_of_answer(turn: Turn, case: CaseRow) -> list[int]:
    answers = [event for event in turn.uow.cases.events(case.key) if event.action == Action.RESOLVE]
    return list((answers[-1].detail or {}).get("files", [])) if answers else []


# --- 回访 ------------------------------------------------------------------------------------------------------------


def _ask_if_solved(turn: Turn, case: CaseRow) -> None:
    """The reporter and all who joined judge the answer. Silence is not satisfaction."""
    lapse = turn.uow.now + turn.context.district.limits.silence_closes_after.wall
    steps.take(turn, case, Action.FOLLOW_UP, Role.SYSTEM, changes={"next_at": lapse})
    text = turn.context.texts("told.follow_up", number=turn.number(case))
    name = f"follow_up:{case.community_id}:{case.no}:{case.version}"
    for person in steps.people_to_tell(turn, case):
        buttons = tuple(
            Button(
                turn.context.texts(f"button.{action}"),
                action,
                case.community_id,
                case.no,
                {"shown_in": name},
                person.account,
                once=True,
            )
            for action in ("solved", "not_solved")
        )
        to = Address(person.bot, person.chat)
        key = f"{name}:{person.bot}:{person.account}"
        turn.send(Reply(to, text, (buttons,), priority=Priority.NOTICE, logical=name, key=key))
