"""Dispatching a case to a person or to the responsible unit."""

from dataclasses import replace
from typing import Any

from handlers.cases import cards, emergencies, staff_steps, steps
from handlers.cases.card_content import card, card_name
from handlers.cases.viewers import View
from handlers.event import Address
from handlers.reply import Button, Priority, Reply, in_rows
from handlers.turn import Turn
from ledger.lifecycle import Action, Role, step
from storage.cases import CaseRow
from storage.errors import NotFound
from storage.ids import new_id
from storage.reference import StaffRow

MOST_PEOPLE = 12


def ask_dispatch(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Offer the people of the community and the units responsible for the item, then other units."""
    step(case.state, Action.DISPATCH, role, {"target"})
    reference, name = turn.uow.reference, f"ask:{new_id()}"
    people = [
        _choice(turn, case, row.name, {"staff": row.id, "shown_in": name})
        for row in reference.staff_with(case.community_id, Role.WORKER)[:MOST_PEOPLE]
    ]
    units = [
        _choice(turn, case, turn.unit_name(case, unit), {"unit": unit, "shown_in": name})
        for unit in units_first(turn, case)
    ]
    text = turn.context.texts("ask.dispatch", number=turn.number(case))
    staff_steps.choose(turn, name, text, (*in_rows(people), *in_rows(units)))


def units_first(turn: Turn, case: CaseRow) -> list[int]:
    """All units; those that annex 2 names for the item come first."""
    known = turn.uow.reference.unit_ids
    first = [known[unit] for unit in turn.context.district.units_of(case.item) if unit in known]
    return first + [unit for unit in known.values() if unit not in first]


def dispatch_to(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """Dispatch a case. The receiver is told after the undo time; the worker is told whom the bot cannot reach."""
    reference, helped = turn.uow.reference, False
    if "staff" in data:
        staff = reference.staff.get(int(data["staff"]))
        target, charged = (staff.name, [staff]) if staff else ("", [])
        changes = {"staff_id": int(data["staff"]), "unit_id": None}
    else:
        unit_id = int(data["unit"])
        target, charged = turn.unit_name(case, unit_id), turn.officers_of(case, unit_id)
        changes = {"unit_id": unit_id}
        helped = turn.uow.cases.remove_helper(case.key, unit_id)
    if not target:
        raise NotFound("nobody to dispatch to")
    given, detail = {"target": target}, {"helped": changes["unit_id"]} if helped else {}
    event_id = staff_steps.finish(turn, case, Action.DISPATCH, role, given=given, changes=changes, detail=detail)
    turn.close(data.get("shown_in"), "ask.answered")
    hand_over(turn, case, charged, event_id, target)


def hand_over(turn: Turn, case: CaseRow, charged: list[StaffRow], event_id: int, target: str) -> None:
    addresses = emergencies.reachable(turn, charged)
    if not addresses:
        turn.say("done.nobody_there", number=turn.number(case), target=target)
    has_it = {*turn.uow.shown_messages.chats(card_name(case)), (turn.event.address.bot, turn.event.address.chat)}
    for to in addresses:
        if to == turn.event.address:
            continue
        reply = _note(turn, case, to) if (to.bot, to.chat) in has_it else _card(turn, case, to)
        turn.send(replace(reply, delay=steps.hold(turn, case), cause=steps.cause_of(case, event_id)))


def _card(turn: Turn, case: CaseRow, to: Address) -> Reply:
    staff = turn.uow.reference.staff_by_chat[to.bot, to.chat]
    view = View(to, turn.role_over(case, staff) or Role.OFFICER)
    return card(turn, case, view, cards.what_is_beside(turn, case))


def _note(turn: Turn, case: CaseRow, to: Address) -> Reply:
    """A note about a dispatched case, because an updated card makes no sound."""
    look = Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)
    text = turn.context.texts("card.yours", number=turn.number(case))
    return Reply(to, text, ((look,),), priority=Priority.NOTICE)


def _choice(turn: Turn, case: CaseRow, label: str, data: dict[str, Any]) -> Button:
    return Button(label, "dispatch_to", case.community_id, case.no, data, turn.account)
