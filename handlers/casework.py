"""What staff do with a case: by buttons on its card, and by the words that a button asked for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from handlers import cards, emergencies, filing, steps, undo
from handlers.reply import Button, OutFile, Priority, Reply, Rows
from handlers.turn import Turn, expectation
from ledger.lifecycle import TRANSITIONS, Action, Role, step
from storage.cases import CaseRow
from storage.ids import new_id

Handler = Callable[[Turn, CaseRow, Role, dict[str, Any]], None]
WORDS_ASKED = {
    Action.RESOLVE: "reply",
    Action.ASK: "question",
    Action.REFUSE: "reason",
    Action.TRANSFER: "target",
    Action.NOTE: "words",
}
"""Steps that need words of the worker's own."""


def simple(action: Action) -> Handler:
    """A step that needs nothing but the tap."""

    def handler(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
        finish(turn, case, action, role)

    return handler


def finish(turn: Turn, case: CaseRow, action: Action, role: Role, **options: Any) -> int:
    """Take the step, say so to the worker, and offer to undo it; returns the event's id."""
    event_id = steps.take(turn, case, action, role, **options)
    undo.offer(turn, case, action, event_id, _done(turn, case, action))
    if role is Role.OFFICER:
        _tell_first_taker(turn, case, action, event_id)
    if TRANSITIONS[action].tells and not steps.people_to_tell(turn, case):
        turn.say("done.unreachable", number=turn.number(case))
    turn.outcome = f"step {action}"
    return event_id


def _tell_first_taker(turn: Turn, case: CaseRow, action: Action, event_id: int) -> None:
    """Who took it first stays answerable (首接负责), and so hears what the unit does with it."""
    first = turn.uow.reference.staff.get(case.first_staff_id or 0)
    if first is None or first.id == turn.staff_id:
        return
    state = turn.context.district.states[case.state]
    name, done = turn.staff.name if turn.staff else "", turn.context.texts(f"button.{action}")
    text = turn.context.texts("card.first_hears", number=turn.number(case), name=name, action=done, state=state)
    look = Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)
    delay = steps.hold(turn, case) if TRANSITIONS[action].undoable else timedelta()
    for to in emergencies.reachable(turn, [first]):
        reply = Reply(to, text, ((look,),), priority=Priority.NOTICE, cause=steps.cause_of(case, event_id), delay=delay)
        turn.send(reply)


def accept(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    finish(turn, case, Action.ACCEPT, role, changes={"staff_id": turn.staff_id, "confirmed": True})


def acknowledge(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Somebody says that they are on it: the alarm goes no further up."""
    step(case.state, Action.ACKNOWLEDGE, role)
    alarm = turn.uow.cases.alarm(case.key)
    if alarm is None or alarm.acknowledged_at is not None:
        taken_by = turn.uow.reference.staff.get(alarm.staff_id) if alarm else None
        turn.tell("emergency.already", alert=True, name=taken_by.name if taken_by else "")
        return
    event_id = steps.take(turn, case, Action.ACKNOWLEDGE, role, changes={"staff_id": turn.staff_id})
    look = Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)
    turn.say("emergency.acknowledged", ((look,),), number=turn.number(case))
    steps.tell_people(turn, case, "told.on_the_way", event_id, undoable=False)


# --- steps that need words -------------------------------------------------------------------------------------------


def ask_words(action: Action) -> Handler:
    """The step needs words: ask for them; the worker's next message here is the answer."""

    def handler(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
        step(case.state, action, role, {WORDS_ASKED[action]})
        rows = _reasons(turn, case) if action is Action.REFUSE else ()
        ask(turn, case, action, rows)

    return handler


def ask(turn: Turn, case: CaseRow, what: str, rows: Rows = ()) -> None:
    """Ask a worker for words; in a group they have to answer the very message."""
    name = f"ask:{new_id()}"
    turn.expect(what, case, shown_in=name)
    text = turn.context.texts(f"ask.{what}", number=turn.number(case))
    if not turn.event.private:
        text += "\n" + turn.context.texts("ask.in_group")
    rows = (*rows, ((turn.mine("button.never_mind", "never_mind", data={"shown_in": name})),))
    turn.send(Reply(turn.event.address, text, rows, logical=name))


def never_mind(turn: Turn, data: dict[str, Any]) -> None:
    """The worker thinks better of it: their next words are no answer."""
    if turn.talk.state.get("expects", {}).get("shown_in") == data["shown_in"]:
        turn.expected()
    turn.close(data["shown_in"], "ask.never_mind")
    turn.tell("ask.never_mind")


def _reasons(turn: Turn, case: CaseRow) -> Rows:
    reasons = turn.context.texts("refuse.reasons").split("|")
    return tuple(
        (Button(text, "refuse_because", case.community_id, case.no, {"reason": text}, turn.account, once=True),)
        for text in reasons
    )


def refuse_because(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    asked = turn.expected() or {}
    finish(turn, case, Action.REFUSE, role, given={"reason": str(data["reason"])})
    turn.close(asked.get("shown_in"), "ask.answered")


def words_given(turn: Turn, action: Action, case: CaseRow, role: Role, asked: dict[str, Any] | None = None) -> None:
    """The words that a button asked for have come, perhaps with photos, perhaps after some."""
    asked = asked or {}
    words = turn.event.text.strip()
    need = WORDS_ASKED[action]
    step(case.state, action, role, {need})
    files = [*asked.get("files", []), *(filing.attach(turn, case, file, by=role) for file in turn.event.files)]
    if not words:
        turn.expect(action, case, shown_in=asked.get("shown_in"), files=files)
        turn.say("ask.words_too", number=turn.number(case))
        return
    filing.keep_words(turn, case, by=role)
    detail = {"files": files} if files else None
    finish(turn, case, action, role, given={need: words}, changes=_changes(turn, action, words), detail=detail)
    turn.close(asked.get("shown_in"), "ask.answered")
    if action is Action.ASK:
        _await_answers(turn, case)
    elif action is Action.NOTE:
        cards.notify(turn, case, "card.noted", name=turn.staff.name if turn.staff else "", text=words)


def _changes(turn: Turn, action: Action, words: str) -> dict[str, Any]:
    if action is not Action.RESOLVE:
        return {}
    look_again = turn.uow.now + turn.context.district.limits.undo_for.wall
    return {"reply": words, "answered_at": turn.uow.now, "next_at": look_again}


def _await_answers(turn: Turn, case: CaseRow) -> None:
    """The next message of everybody who was asked answers the question, whenever it comes."""
    for person in steps.people_to_tell(turn, case):
        talk = turn.uow.conversations.of_another((person.bot, person.chat, 0, person.account))
        talk.state["expects"] = expectation("supplement", case, turn.uow.now, lasting=True)


# --- looking ---------------------------------------------------------------------------------------------------------


def show_files(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    rows = turn.uow.cases.attachments(case.key)
    files = tuple(
        OutFile(row.kind, row.digest, f"{turn.number(case)}-{index}{EXTENSIONS.get(row.media_type, '')}")
        for index, row in enumerate(rows, 1)
        if row.digest
    )
    waiting = sum(row.state == "waiting" for row in rows)
    if files:
        text = turn.context.texts("card.files", number=turn.number(case), n=len(files))
        turn.send(Reply(turn.event.address, text, files=files, priority=Priority.INTERACTIVE))
    if waiting or not files:
        turn.tell("card.files_waiting" if waiting else "card.no_files")


EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", "audio/ogg": ".ogg", "video/mp4": ".mp4"}


def open_card(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Show a case's card here, with what can be done next."""
    cards.show_here(turn, case, role)


def _done(turn: Turn, case: CaseRow, action: Action) -> str:
    state, action_name = turn.context.district.states[case.state], turn.context.texts(f"button.{action}")
    return turn.context.texts("done.step", number=turn.number(case), state=state, action=action_name)
