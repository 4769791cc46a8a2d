"""What residents do with their own cases: look them up, add to them, correct them, withdraw them, judge them."""

from typing import Any

from handlers import steps
from handlers.filing import receipt_buttons, scene_button
from handlers.format import day_and_time, number
from handlers.reply import Button
from handlers.turn import Rows, Turn
from ledger import clocks
from ledger.lifecycle import OPEN, Action, Role, State, step
from ledger.scenes import EIGHT_SCENES, Scene, Urgency
from ledger.words import shortened
from storage.cases import CaseRow

LISTED = 8
CHOOSABLE = (Urgency.URGENT, Urgency.NORMAL, Urgency.LONG_TERM)
"""A resident may say how urgent it is; an emergency is told in words and goes another way."""


def my_cases(turn: Turn) -> None:
    """我的诉求: one's own cases and where they stand."""
    cases = turn.uow.cases.of_person(turn.event.address.bot, turn.account)
    if not cases:
        turn.say("mine.none")
        return
    lines = [turn.context.texts("mine.head", n=len(cases))]
    lines += [_line(turn, case) for case in cases[:LISTED]]
    if len(cases) > LISTED:
        lines.append(turn.context.texts("mine.more", n=len(cases) - LISTED))
    buttons = [
        turn.mine("button.details", "details", community_id=c.community_id, case_no=c.no) for c in cases[:LISTED]
    ]
    rows = tuple((_named(button, _number(turn, case)),) for button, case in zip(buttons, cases, strict=False))
    turn.say("plain", rows, text="\n".join(lines))


def details(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    """One case: its words, its state, its clock, what was answered."""
    community = turn.uow.reference.communities[case.community_id]
    text = turn.context.texts(
        "mine.details",
        number=_number(turn, case),
        text=shortened(case.text, 300),
        state=turn.context.district.states[case.state],
        due=day_and_time(case.due_at, community.zone),
        filed=day_and_time(case.created_at, community.zone),
    )
    if case.reply:
        text += "\n" + turn.context.texts("mine.reply", reply=case.reply)
    turn.say("plain", receipt_buttons(turn, case), text=text)


def add_to_case(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    turn.expect("supplement", case=list(case.key))
    turn.say("mine.add", number=_number(turn, case))


def supplement(turn: Turn, case: CaseRow) -> None:
    """More words for a case of one's own; if staff had asked, it waits for them again."""
    _keep(turn, case)
    if case.state is State.NEEDS_INFO:
        steps.take(turn, case, Action.SUPPLEMENT, Role.RESIDENT, given={"words": turn.event.text})
    else:
        turn.uow.cases.add_event(case, action="added", role=Role.RESIDENT, before=case.state, via=turn.event.kind)
        turn.uow.cases.change(case, text=f"{case.text}\n{turn.event.text}"[:4000])
        steps.refresh(turn, case)
    turn.say("mine.added", number=_number(turn, case))
    turn.outcome = "supplement"


def place(turn: Turn, case: CaseRow) -> None:
    """The answer to "where?"."""
    _keep(turn, case)
    turn.uow.cases.change(case, place=shortened(turn.event.text, 100))
    turn.uow.cases.add_event(case, action="placed", role=Role.RESIDENT, before=case.state, via=turn.event.kind)
    steps.refresh(turn, case)
    steps.refresh_receipt(turn, case)
    turn.outcome = "place"


def _keep(turn: Turn, case: CaseRow) -> None:
    address = turn.event.address
    turn.uow.cases.add_message(
        case.key,
        by=Role.RESIDENT,
        kind="text",
        bot=address.bot,
        chat=address.chat,
        text=turn.event.text,
        message_id=turn.event.message_id,
    )


# --- corrections (for residents and staff) ---------------------------------------------------------------------------


def ask_scene(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    buttons = [scene_button(turn, case, scene) for scene in EIGHT_SCENES]
    turn.say("ask.scene", _pairs(buttons), number=_number(turn, case))


def ask_urgency(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    looks = turn.context.district.urgencies
    buttons = [
        Button(f"{looks[u].mark} {looks[u].name}", "set_urgency", case.community_id, case.no, {"urgency": u}, turn.account)
        for u in CHOOSABLE
    ]
    turn.say("ask.urgency", _pairs(buttons), number=_number(turn, case))


def set_scene(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    _relabel(turn, case, role, "scene", Scene(data["scene"]), {})


def set_urgency(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """A new urgency sets new due times, counted from the report."""
    urgency = Urgency(data["urgency"])
    zone = turn.uow.reference.communities[case.community_id].zone
    clock = clocks.clock_for(turn.context.district.limits, case.kind, urgency)
    due = {
        "sign_due_at": clocks.due(case.created_at, clock.sign, zone),
        "due_at": clocks.due(case.created_at, clock.act, zone),
    }
    _relabel(turn, case, role, "urgency", urgency, due)


def _relabel(turn: Turn, case: CaseRow, role: Role, label: str, value: str, more: dict[str, Any]) -> None:
    step(case.state, Action.RELABEL, role, {"label"})
    before = str(getattr(case, label))
    if before != value:
        confirmed = case.confirmed or role is not Role.RESIDENT
        turn.uow.cases.change(case, **{label: value, "confirmed": confirmed, **more})
        turn.uow.cases.add_correction(case, label, before, value, role)
        turn.uow.cases.add_event(
            case,
            action=Action.RELABEL,
            role=role,
            before=case.state,
            staff_id=turn.staff.id if turn.staff else None,
            via=turn.event.press,
            detail={"label": label, "from": before, "to": value},
        )
        steps.refresh(turn, case)
        if role is Role.RESIDENT:
            steps.refresh_receipt(turn, case)
    turn.tell("done.relabel")
    turn.outcome = "relabel"


# --- withdrawing -----------------------------------------------------------------------------------------------------


def ask_withdraw(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    step(case.state, Action.WITHDRAW, Role.RESIDENT)
    sure = turn.mine("button.withdraw_yes", "withdraw", community_id=case.community_id, case_no=case.no, once=True)
    turn.say("mine.withdraw_sure", ((sure,),), number=_number(turn, case))


def withdraw(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    """The reporter takes it back; with neighbours in it, only the reporter leaves."""
    others = [p for p in turn.uow.cases.people(case.key) if (p.bot, p.account) != (turn.event.address.bot, turn.account)]
    if others:
        turn.uow.cases.remove_people(case.key, [(turn.event.address.bot, turn.account)])
        turn.uow.cases.change(case, supporters=max(case.supporters - 1, 1))
        turn.uow.cases.add_event(case, action="left", role=Role.RESIDENT, before=case.state, via=turn.event.press)
        steps.refresh(turn, case)
    else:
        steps.take(turn, case, Action.WITHDRAW, Role.RESIDENT)
    turn.say("mine.withdrawn", number=_number(turn, case))
    turn.outcome = "withdrawn"


# --- judging ---------------------------------------------------------------------------------------------------------


def solved(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    steps.take(turn, case, Action.CONFIRM, Role.RESIDENT, changes={"solved": True, "next_at": None})
    choices = [
        turn.mine(f"button.satisfied_{n}", "satisfied", community_id=case.community_id, case_no=case.no, data={"n": n}, once=True)
        for n in (2, 1, 0)
    ]
    turn.say("mine.satisfied", (tuple(choices),), number=_number(turn, case))
    turn.outcome = "solved"


def satisfied(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """2 satisfied, 1 fairly, 0 not."""
    turn.uow.cases.change(case, satisfied=int(data["n"]))
    turn.uow.cases.add_event(case, action="judged", role=Role.RESIDENT, before=case.state, via=turn.event.press, detail=data)
    turn.say("mine.thanks")


def not_solved(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    """The first "no" opens it again by itself; words say what is still wrong."""
    steps.take(
        turn,
        case,
        Action.REOPEN,
        Role.RESIDENT,
        changes={"solved": False, "reopened": case.reopened + 1, "closed_at": None, "next_at": None},
    )
    turn.context.similar.add(case, turn.context.read(case.text).first)
    turn.expect("supplement", case=list(case.key))
    turn.say("mine.reopened", number=_number(turn, case))
    turn.outcome = "reopened"


# --- small things ----------------------------------------------------------------------------------------------------


def _line(turn: Turn, case: CaseRow) -> str:
    look = turn.context.district.scenes[case.scene]
    community = turn.uow.reference.communities[case.community_id]
    key = "mine.line_open" if case.state in OPEN else "mine.line"
    return turn.context.texts(
        key,
        number=_number(turn, case),
        mark=look.mark,
        state=turn.context.district.states[case.state],
        text=shortened(case.text, 28),
        due=day_and_time(case.due_at, community.zone),
    )


def _named(button: Button, name: str) -> Button:
    return Button(f"{name} {button.label}", button.action, button.community_id, button.case_no, account=button.account)


def _pairs(buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def _number(turn: Turn, case: CaseRow) -> str:
    return number(turn.uow.reference.communities[case.community_id], case)
