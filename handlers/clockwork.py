"""What the clock does to cases: asks whether it is solved, lets silence end it, raises alarms that nobody answered."""

from typing import Any

from handlers import casework, steps
from handlers.event import Address
from handlers.format import number
from handlers.reply import Button, Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import Action, Role, State
from storage.cases import CaseRow


def look_at(turn: Turn, case: CaseRow) -> None:
    """Something is due in a case."""
    if case.state is State.ANSWERED:
        _ask_if_solved(turn, case)
    elif case.state is State.FOLLOW_UP:
        steps.take(turn, case, Action.LAPSE, Role.SYSTEM, changes={"next_at": None})
    else:
        turn.uow.cases.change(case, next_at=None)


def _ask_if_solved(turn: Turn, case: CaseRow) -> None:
    """回访: the reporter and all who joined judge the answer. Silence is not satisfaction."""
    lapse = turn.uow.now + turn.context.district.limits.silence_closes_after.wall
    steps.take(turn, case, Action.FOLLOW_UP, Role.SYSTEM, changes={"next_at": lapse})
    community = turn.uow.reference.communities[case.community_id]
    for person in turn.uow.cases.people(case.key):
        buttons = tuple(
            Button(turn.context.texts(f"button.{action}"), action, case.community_id, case.no, account=person.account, once=True)
            for action in ("solved", "not_solved")
        )
        text = turn.context.texts("told.follow_up", number=number(community, case))
        to = Address(person.bot, person.chat)
        key = f"follow_up:{case.community_id}:{case.no}:{case.version}:{person.bot}:{person.account}"
        turn.send(Reply(to, text, (buttons,), priority=Priority.NOTICE, key=key))


def alarm_due(turn: Turn, case: CaseRow, alarm: Any) -> None:
    """Nobody acknowledged in time: the next level is told, and looked at again."""
    level = alarm.level + 1
    told = casework.alarm_up(turn, case, level)
    again = turn.uow.now + turn.context.district.limits.alarm_acknowledged_in.wall
    turn.uow.cases.escalate(case.key, level, again if told else None)
    turn.uow.cases.add_event(case, action="escalated", role=Role.SYSTEM, before=case.state, detail={"level": level})
