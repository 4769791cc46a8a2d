"""Edited messages: the new text is stored as a revision; the first one stays in the history.

An edit that tells of danger, where the message did not, is an emergency like any other words.
"""

from dataclasses import replace
from typing import Any

from handlers import communities
from handlers.case_names import named
from handlers.cases import cards, emergencies, labels, steps
from handlers.context import Serves
from handlers.event import EventKind
from handlers.residents import drafts, filing, matters, media, own_cases, receipts, report
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Role
from ledger.rights import Part
from ledger.scenes import Urgency
from nlp.understanding import Understanding
from storage.cases import CaseRow
from storage.errors import NotFound

MOST_EARLY = 3


def edited(turn: Turn) -> None:
    """Apply an edit to the cases or the draft that contain the message.

    The messenger guarantees no order. An edit that arrives before its message waits for it; one that arrives after a
    later edit of the same message is ignored.
    """
    known = {message: update for message, update, _ in turn.talk.state.get("edits", [])}
    if turn.event.update_id < known.get(turn.event.message_id, 0):
        turn.outcome = "edit overtaken"
    elif _follows(turn) or _is_report_of_danger(turn):
        _note(turn, None)
    else:
        turn.outcome = "edit of nothing kept"
        _note(turn, turn.event.text)


def _is_report_of_danger(turn: Turn) -> bool:
    """File words that are in no case and no draft, and tell of danger now. False: they do not, or staff write here."""
    by_resident = turn.event.account is not None and turn.bot.serves is not Serves.STAFF and not _among_staff(turn)
    danger = matters.emergency(turn.reading) if by_resident and turn.event.text.strip() else None
    if danger is None or _told_before(turn, danger):
        return False
    report.report(turn)
    return True


def _among_staff(turn: Turn) -> bool:
    """Whether a staff member writes in a group of the staff; in one of residents they are neighbours like others."""
    return turn.as_staff and not turn.event.private and not turn.uow.groups.of_residents(turn.event.address.chat)


def _told_before(turn: Turn, danger: Understanding) -> bool:
    """Whether a neighbour corrects what they told of a group's emergency, and names no other danger and place.

    Their message is not found: their words are stored as said to us alone.
    """
    case = None if turn.event.private else emergencies.last_here(turn)
    if case is None or turn.uow.cases.part_of(case.key, turn.event.address.bot, turn.account) != Part.JOINER:
        return False
    return all(emergencies.is_told(turn, name) for name in (*danger.alarms, *danger.places))


def catch_up(turn: Turn) -> None:
    """Apply an edit that arrived before the message of this turn."""
    for message, update, text in list(turn.talk.state.get("edits", [])):
        if text is not None:
            early = replace(turn.event, kind=EventKind.EDIT, message_id=message, text=text, update_id=update)
            as_edited = Turn(turn.context, turn.uow, early, replies=turn.replies)
            if _follows(as_edited):
                _note(as_edited, None)


def _note(turn: Turn, text: str | None) -> None:
    """Remember the newest edit of a message; its words only as long as the message has not arrived."""
    event, talk = turn.event, turn.talk
    if event.private:
        others = [edit for edit in talk.state.get("edits", []) if edit[0] != event.message_id]
        talk.state["edits"] = [*others, [event.message_id, event.update_id, text]][-MOST_EARLY:]
        drafts.keep_edits_an_hour(turn)


def _follows(turn: Turn) -> bool:
    """Apply the edit. False: no case or draft contains the message."""
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
    """The newest stored version of the message in each case."""
    by_case = {(row.community_id, row.case_no): row for row in rows if row.kind == "text"}
    return list(by_case.values())


def _revise(turn: Turn, rows: list[Any]) -> None:
    """Revise the cases of a message. If it belongs to several, it must still contain as many matters."""
    found = matters.requests(turn.reading) if len(rows) > 1 else ()
    texts = [matter.text for matter in found] if len(found) == len(rows) else [turn.event.text] * len(rows)
    danger = _new_danger(turn, rows)
    case = _now_in_danger(turn, rows) if danger else None
    whole = (len(rows) == 1 or len(found) == len(rows)) and not (danger and case is None)
    for row, text in zip(rows, texts, strict=True):
        if row.text != text:
            _revise_one(turn, row, text, whole=whole)
    if danger and case:
        _became_emergency(turn, case, danger)
    elif danger:
        report.report(turn)


def _new_danger(turn: Turn, rows: list[Any]) -> Understanding | None:
    """The emergency that a resident's new words report, and the old ones did not."""
    danger = matters.emergency(turn.reading) if all(row.by == Role.RESIDENT for row in rows) else None
    known = danger and any(matters.emergency(turn.context.read(row.text)) for row in rows)
    return None if known else danger


def _now_in_danger(turn: Turn, rows: list[Any]) -> CaseRow | None:
    """The open case that becomes an emergency with its message. None: the danger is a matter of its own."""
    [row, *others] = rows
    case = None if others else turn.uow.cases.get(row.community_id, row.case_no)
    if case is None or case.state not in OPEN or case.urgency is Urgency.EMERGENCY:
        return None
    return case if row.text in case.text else None


def _revise_one(turn: Turn, row: Any, text: str, *, whole: bool) -> None:
    """Revise one case. `whole`: the new words replace the old ones; otherwise they are only added to the history."""
    if row.by == Role.RESIDENT and _waits(turn, row, text):
        return
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
    if row.by != Role.RESIDENT:
        turn.say("remark.edited")
        return
    try:
        case = turn.uow.cases.get(*key)
    except NotFound:
        return
    turn.uow.cases.add_event(case, action="edited", role=Role.RESIDENT, before=case.state, via=turn.via)
    if whole and case.state in OPEN and row.text:
        _follow_into(turn, case, row.text, text)


def _waits(turn: Turn, row: Any, text: str) -> bool:
    """Whether a link that the edit brings into a case has to be looked at first. Danger is never delayed."""
    case = media.takes_more(turn, [row.community_id, row.case_no])
    if case is None or matters.emergency(turn.reading):
        return False
    return filing.addition_waits(turn.as_if(text=text), case)


def _follow_into(turn: Turn, case: CaseRow, old: str, new: str) -> None:
    """Correct the words of a case or its place, whichever the message was about; neighbours move none."""
    part = turn.uow.cases.part_of(case.key, turn.event.address.bot, turn.account)
    if old in case.text:
        _follow(turn, case, old, new)
    elif part != Part.JOINER and case.place and communities.without_compound(turn, case) in old:
        places = " ".join(place for matter in turn.reading.matters for place in matter.places)
        whole = case.place == own_cases.place_in(turn, case, old)
        case = own_cases.set_place(turn, case, new if whole else places or new)
        turn.say("mine.placed", case=named(turn, case), place=case.place)


def _follow(turn: Turn, case: CaseRow, old: str, new: str) -> None:
    turn.uow.cases.change(case, text=case.text.replace(old, new, 1))
    steps.compare_anew(turn, case)
    cards.refresh(turn, case)


def _became_emergency(turn: Turn, case: CaseRow, matter: Understanding) -> None:
    due = labels.due_times(turn, case, Urgency.EMERGENCY)
    turn.uow.cases.change(case, urgency=Urgency.EMERGENCY, **due)
    emergencies.raise_alarm(turn, case, matter)
    cards.refresh(turn, case)
    receipts.refresh(turn, case)
