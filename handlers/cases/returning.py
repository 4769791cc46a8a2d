"""退单: a unit returns a case with a reason and names another unit. The resident's clock keeps running."""

from typing import Any

from handlers.cases import cards, nudging, staff_steps, steps
from handlers.cases.emergencies import reachable
from handlers.reply import Button, Priority, Reply, in_rows
from handlers.turn import Turn
from ledger import clocks
from ledger.lifecycle import Action, NotAllowed, Refusal, Role
from storage.cases import CaseRow
from storage.ids import new_id

Given = dict[str, str]


def ask_unit(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Ask which unit is responsible; a case can be returned only soon after it was dispatched."""
    steps.allowed(turn, case, Action.RETURN, role)
    _in_time(turn, case)
    name = f"ask:{new_id()}"
    others = [unit for unit in turn.uow.reference.units if unit != case.unit_id]
    buttons = [_choice(turn, case, turn.unit_name(case, unit), name) for unit in others]
    unknown = _choice(turn, case, turn.context.texts("return.unknown"), name)
    text = turn.context.texts("ask.return_to", number=turn.number(case))
    staff_steps.choose(turn, name, text, (*in_rows(buttons), (unknown,)))


def return_to(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    steps.allowed(turn, case, Action.RETURN, role)
    turn.close(data.get("shown_in"), "ask.answered")
    staff_steps.ask(turn, case, Action.RETURN, given={"target": str(data["target"])})


def hand_back(turn: Turn, case: CaseRow, _given: Given) -> dict[str, Any]:
    """What returning changes: the unit is removed, and the first worker stays responsible (首接负责)."""
    first = case.first_staff_id
    return {"unit_id": None, "staff_id": first if first != turn.staff_id else None}


def tell_the_community(turn: Turn, case: CaseRow, _role: Role, _event_id: int, given: Given) -> None:
    """Tell the community, which decides; one tap dispatches the case to the named unit."""
    units = turn.uow.reference.units
    named = next((unit for unit in units if turn.unit_name(case, unit) == given["target"]), None)
    name = turn.staff.name if turn.staff else ""
    text = turn.context.texts("return.told", number=turn.number(case), name=name, **given)
    row = [Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)]
    if named:
        label = turn.context.texts("button.dispatch_named", unit=given["target"])
        row.insert(0, Button(label, "dispatch_to", case.community_id, case.no, {"unit": named}))
    _, to = nudging.whom(turn, case, Role.WORKER)
    managers = reachable(turn, turn.uow.reference.staff_with(case.community_id, Role.MANAGER))
    for address in dict.fromkeys([*to, *managers]):
        if address != turn.event.address:
            turn.send(Reply(address, text, (tuple(row),), priority=Priority.NOTICE, cause=cards.cause_of(case)))


def _in_time(turn: Turn, case: CaseRow) -> None:
    sent = turn.uow.cases.last_step(case.key, (Action.DISPATCH,))
    limit, zone = turn.context.district.limits.return_within, turn.community_of(case).zone
    if sent and turn.uow.now > clocks.due(sent.at, limit, zone):
        raise NotAllowed("too late to hand it back", Refusal.LATE)


def _choice(turn: Turn, case: CaseRow, target: str, name: str) -> Button:
    data = {"target": target, "shown_in": name}
    return Button(target, "return_to", case.community_id, case.no, data, turn.account)
