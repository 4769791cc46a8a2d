"""Steps that staff take with the buttons of a card, including words that a button asks for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from handlers.cases import cards, emergencies, nudging, steps, undo
from handlers.reply import Button, OutFile, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import TRANSITIONS, Action, Role, State, step
from storage.cases import CaseRow
from storage.ids import new_id

Handler = Callable[[Turn, CaseRow, Role, dict[str, Any]], None]
Given = dict[str, str]
Changes = Callable[[Turn, CaseRow, Given], dict[str, Any]]
CHOICES: dict[Action, str] = {
    Action.REFUSE: "refuse.reasons",
    Action.TRANSFER: "transfer.channels",
    Action.PARK: "park.reasons",
}
"""Lists in the district's data from which the words can be chosen."""


def simple(action: Action) -> Handler:
    """Handler of a step that needs only a tap."""

    def handler(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
        finish(turn, case, action, role)

    return handler


def finish(turn: Turn, case: CaseRow, action: Action, role: Role, **options: Any) -> int:
    """Take the step, confirm it to the worker, and offer to undo it. Returns the event's id."""
    event_id = steps.take(turn, case, action, role, **options)
    nudging.answered(turn, case, action)
    undo.offer(turn, case, action, [(case.no, event_id)], _done(turn, case, action))
    if role is Role.OFFICER and action is not Action.RETURN:  # of which the community is told anyway
        _tell_first_taker(turn, case, action, event_id)
    told_by_somebody = case.source in turn.context.bots  # not by the ledger itself, and not imported
    if TRANSITIONS[action].tells and told_by_somebody and not steps.people_to_tell(turn, case):
        turn.say("done.unreachable", number=turn.number(case))
    turn.outcome = f"step {action}"
    return event_id


def _tell_first_taker(turn: Turn, case: CaseRow, action: Action, event_id: int) -> None:
    """Tell the first worker, who stays responsible (首接负责), what the unit does with the case."""
    first = turn.uow.reference.staff.get(case.first_staff_id or 0)
    if first is None or first.id == turn.staff_id:
        return
    state = turn.context.district.states[case.state]
    name, done = turn.staff.name if turn.staff else "", nudging.in_words(turn, action)
    text = turn.context.texts("card.first_hears", number=turn.number(case), name=name, action=done, state=state)
    look = Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)
    delay = steps.hold(turn, case) if TRANSITIONS[action].undoable else timedelta()
    for to in emergencies.reachable(turn, [first]):
        reply = Reply(to, text, ((look,),), priority=Priority.NOTICE, cause=steps.cause_of(case, event_id), delay=delay)
        turn.send(reply)


def accept(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    finish(turn, case, Action.ACCEPT, role, changes={"staff_id": turn.staff_id, "confirmed": True})


def acknowledge(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Somebody takes an emergency: the alarm stops, and the case is accepted."""
    step(case.state, Action.ACKNOWLEDGE, role)
    alarm = turn.uow.cases.alarm(case.key)
    if alarm is None or alarm.acknowledged_at is not None:
        taken_by = turn.uow.reference.staff.get(alarm.staff_id) if alarm else None
        turn.tell("emergency.already", alert=True, name=taken_by.name if taken_by else "")
        return
    event_id = steps.take(turn, case, Action.ACKNOWLEDGE, role, changes={"staff_id": turn.staff_id})
    if case.state is State.WAITING:
        steps.take(turn, case, Action.ACCEPT, role, quietly=True)
    look = Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)
    turn.say("emergency.acknowledged", ((look,),), number=turn.number(case))
    steps.tell_people(turn, case, "told.on_the_way", event_id, undoable=False)


def contact(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Record that somebody has spoken with the resident, by phone or at the door."""
    if case.contacted_at is not None:
        turn.tell("contact.already")
        return
    finish(turn, case, Action.CONTACT, role)


# --- steps that need words -------------------------------------------------------------------------------------------


def ask_words(action: Action) -> Handler:
    """Handler that asks for the words of a step; the worker's next message in this chat is the answer."""

    def handler(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
        steps.allowed(turn, case, action, role)
        ask(turn, case, action, _choices(turn, case, action))

    return handler


def ask(turn: Turn, case: CaseRow, question: str, rows: Rows = (), *, given: Given | None = None) -> None:
    """Ask a worker for words; in a group they must reply to this message. `given`: what was chosen before."""
    name = f"ask:{new_id()}"
    turn.expect(question, case, shown_in=name, given=given or {})
    text = turn.context.texts(f"ask.{question}", number=turn.number(case))
    if not turn.event.private:
        text += "\n" + turn.context.texts("ask.in_group")
    turn.send(Reply(turn.event.address, text, (*rows, (no_thanks(turn, name),)), logical=name))


def choose(turn: Turn, name: str, text: str, rows: Rows) -> None:
    """Ask a worker to tap one of the buttons. Words that were asked for before are no longer awaited."""
    turn.drop_question()
    turn.send(Reply(turn.event.address, text, (*rows, (no_thanks(turn, name),)), logical=name))


def no_thanks(turn: Turn, name: str) -> Button:
    """The button that cancels a question."""
    return turn.mine("button.never_mind", "never_mind", data={"shown_in": name})


def never_mind(turn: Turn, data: dict[str, Any]) -> None:
    """Cancel a question; the next words are not its answer."""
    if turn.talk.state.get("expects", {}).get("shown_in") == data.get("shown_in"):
        turn.expected()
    turn.close(data.get("shown_in"), "ask.never_mind")
    turn.tell("ask.never_mind")


def _choices(turn: Turn, case: CaseRow, action: Action) -> Rows:
    """Ready-made answers (`label：words`): the button shows the label, the resident gets the whole."""
    if action is Action.RESOLVE:
        label = turn.context.texts("button.ask_unsolved")
        return ((Button(label, "ask_unsolved", case.community_id, case.no, account=turn.account),),)
    if action not in CHOICES:
        return ()
    chosen = (choice.partition("：") for choice in turn.context.texts.alternatives(CHOICES[action]))
    return tuple(
        (
            Button(
                label,
                "words_chosen",
                case.community_id,
                case.no,
                {"step": action, "words": f"{label}。{words}" if words else label},
                turn.account,
                once=True,
            ),
        )
        for label, _, words in chosen
    )


# --- viewing ---------------------------------------------------------------------------------------------------------


def show_files(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    turn.uow.accesses.add(case.key, staff_id=turn.staff_id, role=role, what="files")
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
    """Show a case's card here. The view is recorded, because the reporter may ask who looked."""
    turn.uow.accesses.add(case.key, staff_id=turn.staff_id, role=role, what="card")
    cards.show_here(turn, case, role)


def _done(turn: Turn, case: CaseRow, action: Action) -> str:
    state, words = turn.context.district.states[case.state], nudging.in_words(turn, action)
    name = "done.alone" if state in words else "done.step"
    return turn.context.texts(name, number=turn.number(case), state=state, action=words)
