"""Concerns for the staff: counted, shown as one masked card, decided in concern_decisions.py."""

import logging
from typing import Any

from handlers.cases import emergencies
from handlers.event import Address
from handlers.moderation import allowance
from handlers.reply import Button, Priority, Reply, Rows, Showing
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.text import shortened
from storage.moderation.concerns import ConcernRow, State
from storage.reference import DISTRICT

log = logging.getLogger(__name__)

SAMPLE = 200
LOOKED_AT_BY = (Role.MANAGER, Role.SUPERVISOR, Role.ADMIN)
"""The first of these that can be reached gets the card."""
REASONS = ("abuse", "spam", "floods")


def noticed(turn: Turn, kind: str) -> None:
    """Once more of this kind by this person; when it is too often, a person of the staff looks."""
    if turn.as_staff:
        return
    allowed, found = allowance.limit_of(turn, kind), allowance.count(turn, kind)
    if found.times >= allowed.times and not turn.uow.concerns.again(turn.event.address.bot, turn.account, kind):
        put(turn, kind, turn.event.text)


def put(turn: Turn, kind: str, words: str, *, community_id: int | None = None, **options: Any) -> ConcernRow:
    """Open a concern about this person and show it to whoever decides in their community (or in that of a report)."""
    here = turn.event.address
    community = turn.community(community_id or turn.person.community_id)
    concern = turn.uow.concerns.open(
        community.id if community else DISTRICT,
        who=(here.bot, turn.account, here.chat),
        kind=kind,
        sample=shortened(turn.context.mask(words), SAMPLE),
        **options,
    )
    turn.uow.concerns.add_event(concern, "opened", Role.SYSTEM, None, kind)
    if concern.lead_id is None:
        show(turn, concern)
    else:
        show(turn, turn.uow.concerns.get(concern.community_id, concern.lead_id))
    return concern


def name_of(concern: ConcernRow) -> str:
    return f"concern:{concern.community_id}:{concern.id}"


def show(turn: Turn, concern: ConcernRow) -> None:
    """The card of an open concern, in place wherever it stands."""
    for to in _who_decides(turn, concern):
        turn.send(
            Reply(to, _text(turn, concern), _rows(turn, concern), priority=Priority.NOTICE, logical=name_of(concern))
        )


def close(turn: Turn, concern: ConcernRow, key: str, rows: Rows = (), **values: Any) -> None:
    """What became of it, in place of its card."""
    text = turn.context.texts(key, **values)
    for bot, chat in turn.uow.shown_messages.chats(name_of(concern)):
        to = Address(bot, chat)
        turn.send(Reply(to, text, rows, logical=name_of(concern), showing=Showing.ONLY_EDIT, priority=Priority.NOTICE))


def _who_decides(turn: Turn, concern: ConcernRow) -> list[Address]:
    for role in LOOKED_AT_BY:
        staff = turn.uow.reference.staff_with(concern.community_id, role)
        if found := emergencies.reachable(turn, staff):
            return found
    log.warning("concern %s/%s (%s): nobody can be shown it", concern.community_id, concern.id, concern.kind)
    return []


def _text(turn: Turn, concern: ConcernRow) -> str:
    texts, people = turn.context.texts, turn.uow.concerns.size(concern)
    key = "concern.links_added" if concern.adds else f"concern.{concern.kind}"
    head = texts(key, community=turn.uow.reference.communities[concern.community_id].name)
    lines = [head, texts("concern.sample", text=concern.sample)]
    if people > 1:
        lines.append(texts("concern.people", n=people))
    return "\n".join(lines)


def _rows(turn: Turn, concern: ConcernRow) -> Rows:
    """Held words are filed or refused; of the others it is only decided whether the person has to wait."""
    if concern.held is not None:
        first = [_button(concern, turn, "file_held"), _button(concern, turn, "refuse_held", "spam")]
    else:
        first = [_button(concern, turn, "let_be")]
    pauses = [_button(concern, turn, "pause_person", reason) for reason in REASONS]
    return (tuple(first), tuple(pauses))


def _button(concern: ConcernRow, turn: Turn, action: str, reason: str = "") -> Button:
    label = turn.context.texts(f"button.{action}_{reason}" if reason else f"button.{action}")
    return Button(label, action, concern.community_id, data={"concern": concern.id, "reason": reason or None})


def undo_rows(turn: Turn, concern: ConcernRow) -> Rows:
    return ((_button(concern, turn, "undo_decision"),),)


def is_open(concern: ConcernRow) -> bool:
    return concern.state is State.OPEN
