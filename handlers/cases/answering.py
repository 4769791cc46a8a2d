"""The answer to residents: solved, or honestly not. A check points out what the answer leaves out."""

from typing import Any

from handlers.cases import staff_steps, steps
from handlers.reply import Button, Priority, Reply
from handlers.residents import filing
from handlers.turn import Turn
from ledger.lifecycle import ANSWERING, ANSWERS, TRANSITIONS, Action, NotAllowed, Outcome, Role
from ledger.scenes import Kind
from nlp import answer_check
from storage.cases import CaseRow
from storage.ids import new_id

Given = dict[str, str]
AMENDED = "amended"


def changes(outcome: Outcome) -> staff_steps.Changes:
    """What an answer changes in a case."""

    def of(turn: Turn, _case: CaseRow, given: Given) -> dict[str, Any]:
        look_again = turn.uow.now + turn.context.district.limits.undo_for.wall
        return {"reply": given["reply"], "outcome": outcome, "answered_at": turn.uow.now, "next_at": look_again}

    return of


def ask_reason(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """The case could not be solved: ask for the reason first, then for the words for the resident."""
    steps.allowed(turn, case, Action.UNSOLVED, role)
    asked = turn.expected() or {}
    turn.close(asked.get("shown_in"), "ask.unsolved_chosen", number=turn.number(case))
    name = f"ask:{new_id()}"
    rows = tuple(
        (Button(reason, "unsolved_because", case.community_id, case.no, {"reason": reason, "shown_in": name}),)
        for reason in turn.context.texts.alternatives("unsolved.reasons")
    )
    text = turn.context.texts("ask.unsolved_reason", number=turn.number(case))
    staff_steps.choose(turn, name, text, rows)


def unsolved_because(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    steps.allowed(turn, case, Action.UNSOLVED, role)
    turn.close(data.get("shown_in"), "ask.answered")
    staff_steps.ask(turn, case, Action.UNSOLVED, given={"reason": str(data["reason"])})


# --- check of the answer ---------------------------------------------------------------------------------------------


def offer_more(turn: Turn, case: CaseRow, _role: Role, _event_id: int, given: Given) -> None:
    """Tell the worker what the answer leaves out, with a way to add it."""
    if case.kind is Kind.QUERY:
        return
    reply = given["reply"]
    missing = answer_check.missing(reply, turn.context.read(reply).first.places)
    if not missing:
        return
    parts = "、".join(turn.context.texts(f"answer.{part}") for part in missing)
    name = f"amend:{case.community_id}:{case.no}:{case.version}"
    of = {"community_id": case.community_id, "case_no": case.no}
    rows = ((turn.mine("button.amend", "amend", data={"shown_in": name}, once=True, **of),),)
    text = turn.context.texts("answer.could_say", number=turn.number(case), parts=parts)
    turn.send(Reply(turn.event.address, text, rows, priority=Priority.INTERACTIVE, logical=name))


def amend(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    _may_amend(case)
    turn.close(data.get("shown_in"), "ask.amend_chosen", number=turn.number(case))
    staff_steps.ask(turn, case, "amend")


def amended(turn: Turn, case: CaseRow, role: Role, asked: dict[str, Any]) -> None:
    """Add words to an answer. If it is still held back for undo, it is sent as one message."""
    _may_amend(case)
    words = turn.event.text.strip()
    answer = turn.uow.cases.last_step(case.key, ANSWERING)
    if not words or answer is None:
        turn.say("ask.words_too", number=turn.number(case))
        return
    filing.keep_words(turn, case, by=role)
    waits = turn.uow.outbox.cancel(steps.cause_of(case, answer.id))
    turn.uow.cases.change(case, reply=f"{case.reply}\n{words}")
    event_id = turn.uow.cases.add_event(
        case, action=AMENDED, role=role, before=case.state, staff_id=turn.staff_id, reason=words, via=turn.via
    )
    tells = TRANSITIONS[Action(answer.action)].tells if waits else None
    said = case.reply if waits else words
    steps.tell_people(
        turn, case, tells or "told.answer_more", event_id, undoable=bool(waits), reply=said or "", reason=answer.reason
    )
    turn.close(asked.get("shown_in"), "ask.answered")
    turn.say("answer.added", number=turn.number(case))


def _may_amend(case: CaseRow) -> None:
    if case.state not in ANSWERS:
        raise NotAllowed("only an answer can be added to")
