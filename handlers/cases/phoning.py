"""电话: a resident gives their number to one handler for one case, and can withdraw it.

Community and unit each need their own consent, as PIPL requires (article 23).
"""

import re
from typing import Any

from handlers.case_names import named
from handlers.cases import cards, emergencies, steps
from handlers.event import Address
from handlers.reply import Button, Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.rights import Part
from nlp import personal
from nlp.understanding import Personal
from storage.cases import CaseRow

LONGEST_NAME = 20
LOCAL = re.compile(r"(?<!\d)[2-8]\d{2,3}[ -]?\d{4}(?!\d)")
"""A landline number without the area code."""
SHARED = "shared"
IN_CHAT = "in_chat"
"""How consent was given: by the person's own tap."""


def phone(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Show the number given to this handler, and record that it was shown; otherwise ask for it, once."""
    unit_id = case.unit_id if role is Role.OFFICER else None
    rows = [row for row in turn.uow.contacts.of_case(case.key) if row.phone and row.unit_id == unit_id]
    if rows:
        _show(turn, case, role, rows)
    elif _asked(turn, case, unit_id):
        turn.tell("phone.asked", number=turn.number(case))
    else:
        turn.tell("phone.nobody", alert=True, number=turn.number(case))
    turn.outcome = "phone"


def _show(turn: Turn, case: CaseRow, role: Role, rows: list[Any]) -> None:
    number = turn.number(case)
    turn.uow.accesses.add(case.key, staff_id=turn.staff_id, role=role, what="phone", purpose=number)
    if not turn.event.private:
        turn.tell("phone.privately", alert=True)
        return
    lines = [turn.context.texts("phone.line", name=row.name or "", phone=row.phone) for row in rows]
    turn.say("phone.shown", number=number, lines="\n".join(lines))


def _asked(turn: Turn, case: CaseRow, unit_id: int | None) -> bool:
    """Ask the reporter for their number; each handler asks once (by the key). False: there is nobody to ask."""
    tellers = [person for person in steps.people_to_tell(turn, case) if person.part != Part.JOINER]
    who = turn.unit_name(case, unit_id) or turn.community_of(case).name
    for person in tellers:
        name = f"phone:{case.community_id}:{case.no}:{unit_id or 0}"
        data = {"unit": unit_id, "shown_in": name}
        buttons = tuple(
            Button(turn.context.texts(f"button.{action}"), action, case.community_id, case.no, data, person.account)
            for action in ("share_phone", "no_phone")
        )
        text = turn.context.texts("phone.may_we", case=named(turn, case, person.chat), who=who, days=_days(turn))
        key = f"{name}:{person.bot}:{person.account}"
        to = Address(person.bot, person.chat)
        cause = f"{steps.causes_of(case)}phone"
        turn.send(Reply(to, text, (buttons,), priority=Priority.NOTICE, logical=name, key=key, cause=cause))
    return bool(tellers)


def _days(turn: Turn) -> int:
    return turn.context.district.limits.contacts_kept.wall.days


# --- the resident ----------------------------------------------------------------------------------------------------


def share_phone(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """The resident agrees: the next message with a number is the number."""
    turn.expect("phone", case, unit=data["unit"])
    turn.close(data["shown_in"], "phone.agreed", case=named(turn, case))
    turn.say("phone.please")


def no_phone(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    turn.close(data["shown_in"], "phone.not_agreed", case=named(turn, case))
    turn.tell("phone.not_agreed", case=named(turn, case))


def number_given(turn: Turn, asked: dict[str, Any]) -> bool:
    """Store the number. False: the words contain none, and so are something else."""
    text = turn.event.text.strip()
    span = _number_in(text)
    case = turn.uow.cases.living((asked["case"][0], asked["case"][1]))
    if span is None or case is None:
        return False
    (start, end), here = span, turn.event.address
    name = (text[:start] + text[end:]).strip(" ，,。：:电话号码是我的叫")[:LONGEST_NAME]
    turn.uow.contacts.add(
        case.key,
        part=SHARED,
        consent=IN_CHAT,
        name=name or None,
        phone=text[start:end],
        unit_id=asked["unit"],
        bot=here.bot,
        account=turn.account,
    )
    detail = {"unit": asked["unit"]}
    turn.uow.cases.add_event(case, action="phone_shared", role=Role.RESIDENT, before=case.state, detail=detail)
    _tell_handler(turn, case, asked["unit"])
    of = {"community_id": case.community_id, "case_no": case.no}
    turn.say("phone.thanks", ((turn.mine("button.take_back_phone", "take_back_phone", **of),),), days=_days(turn))
    turn.outcome = "phone given"
    return True


def _number_in(text: str) -> tuple[int, int] | None:
    """Find the phone number in the words; when a number was asked for, the area code may be missing."""
    if span := next((span for span in personal.find(text) if span.type is Personal.PHONE), None):
        return span.start, span.end
    local = LOCAL.search(text)
    return local.span() if local and len(text) - len(local[0]) <= LONGEST_NAME else None


def _tell_handler(turn: Turn, case: CaseRow, unit_id: int | None) -> None:
    """Tell the handler without the number itself, so that looking it up is recorded."""
    if unit_id is None:
        cards.notify(turn, case, "phone.given")
        return
    look = Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)
    text = turn.context.texts("phone.given", number=turn.number(case))
    for to in emergencies.reachable(turn, turn.officers_of(case, unit_id)):
        turn.send(Reply(to, text, ((look,),), priority=Priority.NOTICE, cause=cards.cause_of(case)))


def take_back_phone(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    """Delete the number at once, for all handlers who had it."""
    if turn.uow.contacts.take_back(case.key, turn.event.address.bot, turn.account):
        turn.uow.cases.add_event(case, action="phone_taken_back", role=Role.RESIDENT, before=case.state)
    turn.tell("phone.taken_back", alert=True)
    turn.outcome = "phone taken back"
