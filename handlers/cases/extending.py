"""申请延期 and 挂账: more time is requested before the end; the manager decides, and the resident is told."""

from typing import Any

from handlers.cases import deadlines, nudging, staff_steps, steps
from handlers.cases.emergencies import reachable
from handlers.cases.nudging import Asks
from handlers.format import length
from handlers.reply import Button, Priority, Reply, in_rows
from handlers.turn import Turn
from ledger import clocks
from ledger.lifecycle import Action, Role
from ledger.nudges import Nudge
from storage.cases import CaseRow
from storage.ids import new_id

Given = dict[str, str]


def ask_length(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Ask how much more time is needed; the lengths are the district's data."""
    steps.allowed(turn, case, Action.EXTEND, role)
    name = f"ask:{new_id()}"
    lengths = deadlines.clock_of(turn, case).extensions
    buttons = [
        Button(
            length(turn.context.texts, more),
            "extend_by",
            case.community_id,
            case.no,
            {"length": index, "shown_in": name},
            turn.account,
        )
        for index, more in enumerate(lengths)
    ]
    text = turn.context.texts("ask.extend_by", number=turn.number(case), due=turn.when(case.due_at, case))
    staff_steps.choose(turn, name, text, in_rows(buttons, 3))


def extend_by(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    steps.allowed(turn, case, Action.EXTEND, role)
    turn.close(data.get("shown_in"), "ask.answered")
    staff_steps.ask(turn, case, Action.EXTEND, given={"length": str(data["length"])})


def ask_manager(turn: Turn, case: CaseRow, _role: Role, _event_id: int, given: Given) -> None:
    """Ask the manager to decide; the person who requests more time cannot decide."""
    own = frozenset({turn.staff_id}) if turn.staff_id else frozenset()
    asks = Asks(case.due_at, words=given["reason"], by=turn.staff_id, not_to=own)
    nudging.ask(turn, case, Nudge.EXTENSION, asks)


def grant(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    asked = turn.uow.cases.last_step(case.key, (Action.EXTEND,))
    given = dict(asked.detail["given"]) if asked else {}
    due_at = deadlines.extension(turn, case, given)[1] if given else case.due_at
    given |= {"reason": asked.reason} if asked and asked.reason else {}
    detail = {"from": case.due_at.isoformat(), "to": due_at.isoformat()}
    staff_steps.finish(turn, case, Action.GRANT, role, given=given, changes={"due_at": due_at}, detail=detail)
    _tell_who_asked(turn, case, asked, "extend.granted")


def deny(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    asked = turn.uow.cases.last_step(case.key, (Action.EXTEND,))
    staff_steps.finish(turn, case, Action.DENY, role)
    _tell_who_asked(turn, case, asked, "extend.denied")


def review_date(turn: Turn, case: CaseRow, _given: Given) -> dict[str, Any]:
    """The next quarterly review of a parked case, which the resident is told."""
    limits = turn.context.district.limits
    return {"due_at": clocks.due(turn.uow.now, limits.parked_reviewed_in, turn.community_of(case).zone)}


def _tell_who_asked(turn: Turn, case: CaseRow, asked: Any, key: str) -> None:
    staff = turn.uow.reference.staff.get(asked.staff_id or 0) if asked else None
    text = turn.context.texts(key, number=turn.number(case), due=turn.when(case.due_at, case))
    for to in reachable(turn, [staff]) if staff else ():
        if to != turn.event.address:
            turn.send(Reply(to, text, priority=Priority.NOTICE))
