"""Correcting what was understood (scene and urgency), by residents and by staff. Corrections are kept for training."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers import case_names, phrases
from handlers.cases import cards, emergencies, staff_steps
from handlers.reply import Button, Reply, in_rows
from handlers.residents import receipts
from handlers.turn import Turn
from ledger import clocks
from ledger.lifecycle import OPEN, Action, NotAllowed, Role, step
from ledger.scenes import EIGHT_SCENES, Scene, Urgency
from storage.cases import CaseRow
from storage.ids import new_id

CHOOSABLE = (Urgency.URGENT, Urgency.NORMAL, Urgency.LONG_TERM)
"""Urgencies that a resident may choose; an emergency is reported in words instead."""


def ask_scene(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Offer the eight scenes; staff may also choose out of remit."""
    step(case.state, Action.RELABEL, role, {"label"})
    scenes = EIGHT_SCENES if role is Role.RESIDENT else (*EIGHT_SCENES, Scene.NONE, Scene.OUT_OF_REMIT)
    name = _name()
    _ask(turn, case, role, "scene", [receipts.scene_button(turn, case, scene, name) for scene in scenes])


def ask_urgency(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    _may_set_urgency(case, role)
    choices: Sequence[Urgency] = CHOOSABLE if role is Role.RESIDENT else tuple(Urgency)
    looks, name = turn.context.district.urgencies, _name()
    buttons = [
        Button(
            f"{looks[urgency].mark} {looks[urgency].name}",
            "set_urgency",
            case.community_id,
            case.no,
            {"urgency": urgency, "shown_in": name},
            turn.account,
        )
        for urgency in choices
    ]
    _ask(turn, case, role, "urgency", buttons)


def set_scene(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    scene = Scene(data["scene"])
    _relabel(turn, case, role, "scene", scene)
    look = turn.context.district.scenes[scene]
    _say_so(turn, case, data, f"{look.mark} {look.name}")


def set_urgency(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """Set a new urgency with new due times, counted from the report."""
    _may_set_urgency(case, role)
    urgency, was = Urgency(data["urgency"]), case.urgency
    _relabel(turn, case, role, "urgency", urgency, **due_times(turn, case, urgency))
    if urgency is Urgency.EMERGENCY is not was:
        emergencies.call_on(turn, case)
    elif was is Urgency.EMERGENCY is not urgency:
        emergencies.stop(turn, case)
    look = turn.context.district.urgencies[urgency]
    _say_so(turn, case, data, f"{look.mark} {look.name}")


def _may_set_urgency(case: CaseRow, role: Role) -> None:
    """Raise NotAllowed if a resident would downgrade an emergency, which only staff can do."""
    step(case.state, Action.RELABEL, role, {"label"})
    if role is Role.RESIDENT and case.urgency is Urgency.EMERGENCY:
        raise NotAllowed("a resident does not end an emergency with a tap")


def due_times(turn: Turn, case: CaseRow, urgency: Urgency) -> dict[str, datetime]:
    """The due times of a case with this urgency. The clock handles it at once, because something may be due already."""
    zone = turn.community_of(case).zone
    clock = clocks.clock_for(turn.context.district.limits, case.kind, urgency)
    sign_due_at = clocks.due(case.created_at, clock.sign, zone)
    due_at = clocks.due(case.created_at, clock.act, zone)
    looks_now = {"next_at": turn.uow.now} if case.state in OPEN else {}
    return {"sign_due_at": sign_due_at, "due_at": due_at, **looks_now}


def _name() -> str:
    return f"ask:{new_id()}"


def _ask(turn: Turn, case: CaseRow, role: Role, what: str, buttons: Sequence[Button]) -> None:
    key, name = f"mine.{what}" if role is Role.RESIDENT else f"ask.{what}", str(buttons[0].data["shown_in"])
    text = turn.context.texts(key, number=turn.number(case), case=case_names.named(turn, case))
    turn.expect(f"set_{what}", case, shown_in=name)
    rows = (*in_rows(buttons), (staff_steps.no_thanks(turn, name),))
    turn.send(Reply(turn.event.address, text, rows, logical=name))


def named(turn: Turn, what: str) -> dict[str, Any] | None:
    """The data of the button for a scene or urgency that somebody writes instead of tapping (安全, 较急)."""
    district = turn.context.district
    names: dict[str, str] = {scene: district.scenes[scene].name for scene in EIGHT_SCENES}
    if what == "urgency":
        names = {urgency: district.urgencies[urgency].name for urgency in (Urgency if turn.as_staff else CHOOSABLE)}
    place = phrases.called(turn.event.text, [*names.values()])
    return None if place is None else {what: [*names][place]}


def _say_so(turn: Turn, case: CaseRow, data: dict[str, Any], value: str) -> None:
    name = data.get("shown_in")
    if name and turn.talk.state.get("expects", {}).get("shown_in") == name:
        turn.expected()
    turn.close(name, "done.relabel", number=turn.number(case), value=value)
    turn.tell("done.relabel", number=turn.number(case), value=value)
    turn.outcome = "relabel"


def _relabel(turn: Turn, case: CaseRow, role: Role, label: str, value: str, **more: Any) -> None:
    step(case.state, Action.RELABEL, role, {"label"})
    before, taken = str(getattr(case, label)), _taken_for(turn, case, label)
    if before == value == taken:
        if role is Role.RESIDENT:
            receipts.refresh(turn, case)
        return
    confirmed = case.confirmed or role is not Role.RESIDENT
    turn.uow.cases.change(case, **{label: value, "confirmed": confirmed, **more})
    turn.uow.cases.add_correction(case, label, taken, value, role)
    turn.uow.cases.add_event(
        case,
        action=Action.RELABEL,
        role=role,
        before=case.state,
        staff_id=turn.staff_id if role is not Role.RESIDENT else None,
        via=turn.via,
        detail={"label": label, "from": before, "to": value},
    )
    cards.refresh(turn, case)
    if role is Role.RESIDENT:
        receipts.refresh(turn, case)


def _taken_for(turn: Turn, case: CaseRow, label: str) -> str:
    """What is corrected: the label of the case, but once that the machine took the words for no matter of ours.

    Such a case was filed because somebody insisted, with the likeliest scene; whoever confirms it corrects the machine.
    """
    now = str(getattr(case, label))
    first = str(next(iter(case.proposal.get("scenes", ())), now))
    if label != "scene" or first in EIGHT_SCENES:
        return now
    steps = [event for event in turn.uow.cases.events(case.key) if event.action == Action.RELABEL]
    return now if any(event.detail["label"] == label for event in steps) else first
