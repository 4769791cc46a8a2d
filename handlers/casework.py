"""What staff do with a case: by buttons on its card, and by the words that a button asked for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from handlers import cards, emergencies, filing, steps, undo
from handlers.event import Address
from handlers.format import number
from handlers.reply import Button, OutFile, Priority, Reply
from handlers.turn import Rows, Turn
from ledger.lifecycle import Action, NotAllowed, Role, step
from ledger.scenes import EIGHT_SCENES, Scene, Urgency
from nlp.understanding import Understanding
from storage.cases import CaseRow
from storage.errors import NotFound

Handler = Callable[[Turn, CaseRow, Role, dict[str, Any]], None]
WORDS_ASKED = {Action.RESOLVE: "reply", Action.ASK: "question", Action.REFUSE: "reason", Action.TRANSFER: "target"}
"""Steps that need words of the worker's own."""


def simple(action: Action) -> Handler:
    """A step that needs nothing but the tap."""

    def handler(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
        finish(turn, case, action, role)

    return handler


def finish(turn: Turn, case: CaseRow, action: Action, role: Role, **options: Any) -> None:
    """Take the step, say so to the worker, and offer to undo it."""
    event_id = steps.take(turn, case, action, role, **options)
    undo.offer(turn, case, action, event_id, _done(turn, case, action))
    turn.outcome = f"step {action}"


def accept(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    staff_id = turn.staff.id if turn.staff else None
    turn.uow.cases.acknowledge(case.key, staff_id)
    finish(turn, case, Action.ACCEPT, role, changes={"staff_id": staff_id, "confirmed": True})


def acknowledge(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """"I am on it": the alarm goes no further up."""
    if not turn.uow.cases.acknowledge(case.key, turn.staff.id if turn.staff else None):
        turn.tell("emergency.already", alert=True)
        return
    steps.take(turn, case, Action.ACKNOWLEDGE, role)
    turn.say("emergency.acknowledged", number=_number(turn, case))
    steps.tell_people(turn, case, "told.on_the_way", turn.uow.cases.add_event(
        case, action="tell", role=role, before=case.state), undoable=False)  # fmt: skip


def ask_words(action: Action) -> Handler:
    """The step needs words: ask for them; the worker's next message here is the answer."""

    def handler(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
        step(case.state, action, role, {WORDS_ASKED[action]})
        turn.expect(action, case=list(case.key))
        rows: Rows = ()
        if action is Action.REFUSE:
            rows = _reasons(turn, case)
        turn.say(f"ask.{action}", rows, number=_number(turn, case))

    return handler


def _reasons(turn: Turn, case: CaseRow) -> Rows:
    reasons = turn.context.texts("refuse.reasons").split("|")
    return tuple(
        (Button(text, "refuse_because", case.community_id, case.no, {"reason": text}, turn.account, once=True),)
        for text in reasons
    )


def refuse_because(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    turn.expected()
    finish(turn, case, Action.REFUSE, role, given={"reason": str(data["reason"])})


def words_given(turn: Turn, action: Action, case: CaseRow, role: Role) -> None:
    """The words that a button asked for have come, perhaps with photos."""
    words = turn.event.text.strip()
    for file in turn.event.files:
        filing.attach(turn, case, file)
    if not words:
        turn.expect(action, case=list(case.key))
        turn.say("ask.words_too", number=_number(turn, case))
        return
    changes: dict[str, Any] = {}
    if action is Action.RESOLVE:
        limits = turn.context.district.limits
        changes = {"reply": words, "answered_at": turn.uow.now, "next_at": turn.uow.now + limits.undo_for.wall}
        turn.uow.cases.acknowledge(case.key, turn.staff.id if turn.staff else None)
    _keep_words(turn, case, role, words)
    finish(turn, case, action, role, given={WORDS_ASKED[action]: words}, changes=changes)
    if action is Action.ASK:
        _await_answer(turn, case)


def _keep_words(turn: Turn, case: CaseRow, role: Role, words: str) -> None:
    address = turn.event.address
    turn.uow.cases.add_message(
        case.key,
        by=role,
        kind="text",
        bot=address.bot,
        chat=address.chat,
        text=words,
        message_id=turn.event.message_id,
    )


def _await_answer(turn: Turn, case: CaseRow) -> None:
    """The reporter's next message answers the question."""
    for person in turn.uow.cases.people(case.key):
        if person.part == "reporter":
            talk = turn.uow.conversations.get((person.bot, person.chat, 0, person.account))
            talk.state["expects"] = {"what": "supplement", "case": list(case.key)}


# --- labels ----------------------------------------------------------------------------------------------------------


def staff_scene(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    choices = [*EIGHT_SCENES, Scene.NONE, Scene.OUT_OF_REMIT]
    looks = turn.context.district.scenes
    buttons = [_choice(turn, case, f"{looks[s].mark} {looks[s].name}", "set_scene", {"scene": s}) for s in choices]
    turn.say("ask.scene", _pairs(buttons), number=_number(turn, case))


def staff_urgency(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    looks = turn.context.district.urgencies
    buttons = [_choice(turn, case, f"{looks[u].mark} {looks[u].name}", "set_urgency", {"urgency": u}) for u in Urgency]
    turn.say("ask.urgency", _pairs(buttons), number=_number(turn, case))


# --- dispatch --------------------------------------------------------------------------------------------------------


def ask_dispatch(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Offer the people of the community and the units responsible for the item, then the other units."""
    step(case.state, Action.DISPATCH, role, {"target"})
    reference = turn.uow.reference
    people = [
        _choice(turn, case, row.name, "dispatch_to", {"staff": row.id})
        for row in reference.staff_with(case.community_id, Role.WORKER)[:8]
    ]
    first = [name for name in turn.context.district.units_of(case.item) if name in reference.unit_ids]
    names = first + [name for name in reference.unit_ids if name not in first]
    units = [_choice(turn, case, name, "dispatch_to", {"unit": reference.unit_ids[name]}) for name in names]
    turn.say("ask.dispatch", _pairs(people) + _pairs(units), number=_number(turn, case))


def dispatch_to(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    reference = turn.uow.reference
    if "staff" in data:
        staff = reference.staff.get(int(data["staff"]))
        if staff is None:
            raise NotFound("staff")
        finish(turn, case, Action.DISPATCH, role, given={"target": staff.name}, changes={"staff_id": staff.id})
        addresses = [Address(bot, chat) for bot, _, chat in staff.accounts]
    else:
        unit_id = int(data["unit"])
        name = reference.units[unit_id]
        finish(turn, case, Action.DISPATCH, role, given={"target": name}, changes={"unit_id": unit_id})
        addresses = [Address(b, chat) for row in reference.officers_of(unit_id) for b, _, chat in row.accounts]
    for address in addresses:
        turn.send(cards.card(turn, case, address, []))


# --- merge -----------------------------------------------------------------------------------------------------------


def ask_merge(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Offer the likely ones; the worker may also type a number."""
    step(case.state, Action.MERGE, role, {"target"})
    community = turn.uow.reference.communities[case.community_id]
    likely = [no for no in turn.context.similar.nearest(case.community_id, matter_of(turn, case)) if no != case.no]
    rows = tuple(
        (_choice(turn, case, f"{community.code}-{no}", "merge_into", {"into": no}),) for no in likely
    )
    turn.expect("merge", case=list(case.key))
    turn.say("ask.merge", rows, number=_number(turn, case))


def matter_of(turn: Turn, case: CaseRow) -> Understanding:
    return turn.context.read(case.text).first


def merge_typed(turn: Turn, case: CaseRow, role: Role) -> None:
    digits = "".join(character for character in turn.event.text.rpartition("-")[2] if character.isdigit())
    if not digits:
        turn.say("ask.merge_again", number=_number(turn, case))
        return
    merge_into(turn, case, role, {"into": int(digits[:15])})


def merge_into(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """Both histories stay; the people of the merged case belong to the other from now on."""
    turn.expected()
    target = turn.uow.cases.get(case.community_id, int(data["into"]))
    if target.no == case.no or target.merged_into is not None:
        raise NotAllowed("merge into itself or into a merged case")
    known = {(p.bot, p.account) for p in turn.uow.cases.people(target.key)}
    joiners = [p for p in turn.uow.cases.people(case.key) if (p.bot, p.account) not in known]
    finish(
        turn,
        case,
        Action.MERGE,
        role,
        given={"target": _number(turn, target)},
        changes={"merged_into": target.no},
        detail={"into": target.no, "joined": [[p.bot, p.account] for p in joiners]},
    )
    for person in joiners:
        turn.uow.cases.add_person(target.key, replace(person, part="joiner"))
    turn.uow.cases.change(target, supporters=target.supporters + len(joiners))
    turn.uow.cases.add_event(target, action="joined", role=role, before=target.state, detail={"from": case.no})
    steps.refresh(turn, target)


# --- photos of a case ------------------------------------------------------------------------------------------------


def show_files(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    files = tuple(
        OutFile(row.kind, row.digest, f"{_number(turn, case)}-{index}")
        for index, row in enumerate(turn.uow.cases.attachments(case.key), 1)
        if row.digest
    )
    if not files:
        turn.tell("card.no_files")
        return
    text = turn.context.texts("card.files", number=_number(turn, case), n=len(files))
    turn.send(Reply(turn.event.address, text, files=files, priority=Priority.INTERACTIVE))


def open_card(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    """Show a case's card here, with what can be done next."""
    turn.send(replace(cards.card(turn, case, turn.event.address, []), logical=None, priority=Priority.INTERACTIVE))


# --- small things ----------------------------------------------------------------------------------------------------


def _done(turn: Turn, case: CaseRow, action: Action) -> str:
    return turn.context.texts("done.step", number=_number(turn, case), state=turn.context.district.states[case.state],
                              action=turn.context.texts(f"button.{action}"))  # fmt: skip


def _choice(turn: Turn, case: CaseRow, label: str, action: str, data: dict[str, Any]) -> Button:
    return Button(label, action, case.community_id, case.no, data, turn.account)


def _pairs(buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def _number(turn: Turn, case: CaseRow) -> str:
    return number(turn.uow.reference.communities[case.community_id], case)


def alarm_up(turn: Turn, case: CaseRow, level: int) -> bool:
    """Nobody acknowledged: tell the next level. False when there is none."""
    replies = emergencies.alerts(turn, case, level)
    for reply in replies:
        turn.send(reply)
    return bool(replies)
