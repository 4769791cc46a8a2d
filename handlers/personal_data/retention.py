"""Contact data is deleted when its retention time is over; the case stays (PIPL, articles 19 and 47)."""

from typing import Any

from handlers.cases import cards
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.cases import CaseRow

DECIMALS = 3
"""Of a degree: about a hundred metres, so that a place stays and a door does not."""
IN_THEIR_CHAT = ("receipt", "receipts", "follow_up", "satisfied", "holds", "phone", "sure")
"""Beginnings of the names of messages about a case that its people have been sent; community and number follow."""


def forget_contacts(turn: Turn, case: CaseRow) -> None:
    """Take accounts, names, numbers and rooms out of a case that ended long ago, and out of its cards."""
    uow, mask = turn.uow, turn.context.mask
    people = uow.cases.people(case.key)
    for message in uow.cases.messages(case.key):
        uow.retention.hide_message(message, mask(message.text) if message.text else message.text)
    mask_steps(turn, case)
    uow.cases.change(
        case,
        text=mask(case.text),
        place=mask(case.place) if case.place else None,
        reply=mask(case.reply) if case.reply else None,
        latitude=None if case.latitude is None else round(case.latitude, DECIMALS),
        longitude=None if case.longitude is None else round(case.longitude, DECIMALS),
    )
    uow.cases.remove_people(case.key, [(person.bot, person.account) for person in people])
    names = [f"{kind}:{case.community_id}:{case.no}" for kind in IN_THEIR_CHAT]
    for person in people:
        uow.retention.forget_shown(person.bot, person.chat, names)
    uow.contacts.forget(case.key)
    long_ago = uow.now - turn.context.district.limits.contacts_kept.wall
    uow.erasure.without_cases([(person.bot, person.account) for person in people], long_ago)
    uow.retention.done(case.key)
    uow.cases.add_event(case, action="contacts_removed", role=Role.SYSTEM, before=case.state)
    cards.redraw(turn, case)


def mask_staffs_words(turn: Turn, case: CaseRow) -> None:
    """Mask what is personal in what the staff said in a case."""
    mask_steps(turn, case)
    for message in turn.uow.cases.messages(case.key):
        if message.text and message.by != Role.RESIDENT:
            turn.uow.retention.reword(message, turn.context.mask(message.text))


def mask_steps(turn: Turn, case: CaseRow) -> None:
    for event in turn.uow.cases.events(case.key):
        _hide_words(turn, event)


def _hide_words(turn: Turn, event: Any) -> None:
    """Words of a step, and those that it took the place of."""
    mask, before = turn.context.mask, (event.detail or {}).get("before") or {}
    if not event.reason and not before.get("reply"):
        return
    detail = event.detail
    if before.get("reply"):
        detail = {**detail, "before": {**before, "reply": mask(before["reply"])}}
    turn.uow.retention.hide_event(event, mask(event.reason) if event.reason else None, detail)
