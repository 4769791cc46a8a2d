"""A message that its author changed: kept as a revision, the first words stay in the history."""

from typing import Any

from handlers import report, steps
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Role
from storage.errors import NotFound


def edited(turn: Turn) -> None:
    """Follow an edit into the case or the draft that the message went into; others are of no matter."""
    event, uow = turn.event, turn.uow
    rows = uow.cases.message_at(event.address.bot, event.address.chat, event.message_id or 0)
    texts = [row for row in rows if row.kind == "text"]
    if texts:
        _revise(turn, texts)
    elif event.message_id in turn.talk.state.get("draft", {}).get("messages", []):
        turn.talk.state["draft"]["text"] = event.text
        report.show_draft(turn)
        turn.outcome = "draft edited"


def _revise(turn: Turn, rows: list[Any]) -> None:
    newest = rows[-1]
    event = turn.event
    if newest.text == event.text:
        return
    key = (newest.community_id, newest.case_no)
    turn.uow.cases.add_message(
        key,
        by=newest.by,
        kind="text",
        bot=event.address.bot,
        chat=event.address.chat,
        text=event.text,
        message_id=event.message_id,
        revision=newest.revision + 1,
    )
    turn.outcome = "revision"
    if newest.by != Role.RESIDENT:
        return
    try:
        case = turn.uow.cases.get(*key)
    except NotFound:
        return
    turn.uow.cases.add_event(case, action="edited", role=Role.RESIDENT, before=case.state, via=event.kind)
    if case.state in OPEN and case.text == newest.text:
        turn.uow.cases.change(case, text=event.text)
        steps.refresh(turn, case)
