"""联办: units that assist with a case (协办) beside the leading one (主办)."""

from typing import Any

from handlers.cases import cards, dispatching, emergencies, staff_steps, steps
from handlers.cases.card_content import card
from handlers.cases.viewers import View
from handlers.reply import Button, Priority, Reply, in_rows
from handlers.turn import Turn
from ledger.lifecycle import Action, Role, step
from storage.cases import CaseRow
from storage.ids import new_id


def ask_help(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Offer units that do not assist yet, those of the item first, and to release those that do."""
    step(case.state, Action.HELP, role, {"target"})
    reference, name = turn.uow.reference, f"ask:{new_id()}"
    helping = turn.uow.cases.helpers(case.key)
    free = [unit for unit in dispatching.units_first(turn, case) if unit not in (*helping, case.unit_id)]
    asked = [
        _choice(turn, case, turn.unit_name(case, unit), "help_by", {"unit": unit, "shown_in": name}) for unit in free
    ]
    over = [
        _choice(turn, case, _no_more(turn, case, unit), "help_no_more", {"unit": unit, "shown_in": name})
        for unit in helping
        if unit in reference.units
    ]
    text = turn.context.texts("ask.help", number=turn.number(case))
    staff_steps.choose(turn, name, text, (*in_rows(asked), *in_rows(over)))


def help_by(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """Add an assisting unit, whose officers get the card. Lead and first worker stay the same."""
    unit_id = int(data["unit"])
    target = turn.unit_name(case, unit_id)
    step(case.state, Action.HELP, role, {"target"} if target else ())
    if unit_id == case.unit_id or unit_id in turn.uow.cases.helpers(case.key):
        turn.tell("ask.helps_already", alert=True, unit=target)
        return
    turn.uow.cases.add_helper(case.key, unit_id)
    _take(turn, case, role, {"target": target}, {"unit": unit_id})
    turn.close(data.get("shown_in"), "done.helps", number=turn.number(case), unit=target)
    _send_cards(turn, case, unit_id, target)


def help_no_more(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    unit_id = int(data["unit"])
    target = turn.unit_name(case, unit_id)
    step(case.state, Action.HELP, role, {"target"})
    if turn.uow.cases.remove_helper(case.key, unit_id):
        _take(turn, case, role, {"target": target}, {"unit": unit_id, "over": True})
    turn.close(data.get("shown_in"), "done.helps_no_more", number=turn.number(case), unit=target)


def _take(turn: Turn, case: CaseRow, role: Role, given: dict[str, str], detail: dict[str, Any]) -> None:
    steps.take(turn, case, Action.HELP, role, given=given, detail=detail)
    turn.outcome = "step help"


def _send_cards(turn: Turn, case: CaseRow, unit_id: int, target: str) -> None:
    addresses = emergencies.reachable(turn, turn.officers_of(case, unit_id))
    if not addresses:
        turn.say("done.nobody_there", number=turn.number(case), target=target)
    beside = cards.what_is_beside(turn, case)
    for to in addresses:
        staff = turn.uow.reference.staff_by_chat[to.bot, to.chat]
        view = View(to, turn.role_over(case, staff) or Role.HELPER)
        turn.send(card(turn, case, view, beside))
        look = Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)
        text = turn.context.texts("card.please_help", number=turn.number(case))
        turn.send(Reply(to, text, ((look,),), priority=Priority.NOTICE))


def _no_more(turn: Turn, case: CaseRow, unit_id: int) -> str:
    return turn.context.texts("button.no_help", unit=turn.unit_name(case, unit_id))


def _choice(turn: Turn, case: CaseRow, label: str, action: str, data: dict[str, Any]) -> Button:
    return Button(label, action, case.community_id, case.no, data, turn.account)


note = staff_steps.ask_words(Action.NOTE)
"""A note on the progress for the staff of the case; residents do not get it."""
