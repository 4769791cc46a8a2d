"""Edited messages: the new text is kept as a revision, the first one stays in the history."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.cases import cards, emergencies, labels, steps
from handlers.event import EventKind
from handlers.residents import drafts, matters, receipts
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Role
from ledger.scenes import Urgency
from nlp.understanding import Understanding
from storage.cases import CaseRow
from storage.errors import NotFound

MOST_EARLY = 3
EARLY_KEPT = timedelta(hours=1)


def edited(turn: Turn) -> None:
    """Follow an edit into the cases or the draft that the message went into.

    The messenger promises no order: an edit that came before its message waits for it a while, and one that was
    overtaken by a later edit of the same message says nothing new.
    """
    known = {message: update for message, update, _ in turn.talk.state.get("edits", [])}
    if turn.event.update_id < known.get(turn.event.message_id, 0):
        turn.outcome = "edit overtaken"
    elif _follows(turn):
        _note(turn, None)
    else:
        turn.outcome = "edit of nothing kept"
        _note(turn, turn.event.text)


def catch_up(turn: Turn) -> None:
    """Edits that came early find their message, if this turn has brought it."""
    for message, update, text in list(turn.talk.state.get("edits", [])):
        if text is not None:
            early = replace(turn.event, kind=EventKind.EDIT, message_id=message, text=text, update_id=update)
            as_edited = Turn(turn.context, turn.uow, early, replies=turn.replies)
            if _follows(as_edited):
                _note(as_edited, None)


def _note(turn: Turn, text: str | None) -> None:
    """Remember the newest edit of a message, with its words only while the message has not come."""
    event, talk = turn.event, turn.talk
    if event.private:
        others = [edit for edit in talk.state.get("edits", []) if edit[0] != event.message_id]
        talk.state["edits"] = [*others, [event.message_id, event.update_id, text]][-MOST_EARLY:]
        talk.expires_at = talk.expires_at or turn.uow.now + EARLY_KEPT


def _follows(turn: Turn) -> bool:
    """Whether the words went anywhere, and were changed there."""
    event = turn.event
    newest = _newest(turn.uow.cases.message_at(event.address.bot, event.address.chat, event.message_id or 0))
    if newest:
        _revise(turn, newest)
    elif drafts.edited(turn):
        turn.outcome = "draft edited"
    else:
        return False
    return True


def _newest(rows: list[Any]) -> list[Any]:
    """The newest words kept of the message in each case."""
    by_case = {(row.community_id, row.case_no): row for row in rows if row.kind == "text"}
    return list(by_case.values())


def _revise(turn: Turn, rows: list[Any]) -> None:
    """A message that told of several cases changes each of them, if it still tells of as many."""
    found = matters.requests(turn.reading) if len(rows) > 1 else ()
    texts = [matter.text for matter in found] if len(found) == len(rows) else [turn.event.text] * len(rows)
    for row, text in zip(rows, texts, strict=True):
        if row.text != text:
            _revise_one(turn, row, text, whole=len(rows) == 1 or len(found) == len(rows))


def _revise_one(turn: Turn, row: Any, text: str, *, whole: bool) -> None:
    """`whole`: the new words stand for the old ones; else they are only kept beside them."""
    key, address = (row.community_id, row.case_no), turn.event.address
    turn.uow.cases.add_message(
        key,
        by=row.by,
        kind="text",
        bot=address.bot,
        chat=address.chat,
        text=text,
        message_id=turn.event.message_id,
        revision=row.revision + 1,
    )
    turn.outcome = "revision"
    try:
        case = turn.uow.cases.get(*key)
    except NotFound:
        return
    if row.by == Role.RESIDENT:
        turn.uow.cases.add_event(case, action="edited", role=Role.RESIDENT, before=case.state, via=turn.via)
        if whole and case.state in OPEN and row.text and row.text in case.text:
            _follow(turn, case, row.text, text)


def _follow(turn: Turn, case: CaseRow, old: str, new: str) -> None:
    turn.uow.cases.change(case, text=case.text.replace(old, new, 1))
    steps.compare_anew(turn, case)
    if emergency := matters.emergency(turn.reading):
        _became_emergency(turn, case, emergency)
    cards.refresh(turn, case)


def _became_emergency(turn: Turn, case: CaseRow, matter: Understanding) -> None:
    if case.urgency is Urgency.EMERGENCY:
        return
    due = labels.due_times(turn, case, Urgency.EMERGENCY)
    turn.uow.cases.change(case, urgency=Urgency.EMERGENCY, **due)
    emergencies.raise_alarm(turn, case, matter)
    receipts.refresh(turn, case)
