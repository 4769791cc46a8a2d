"""Which communities' rows an update can see at all; row-level security hides the others (storage/row_security.py).

This does not decide who may do what (ledger/rights.py does): it is the safeguard for a query that forgets its filter.
"""

from collections.abc import Iterator
from typing import Any

from handlers.context import Serves
from handlers.event import EventKind
from handlers.turn import Turn
from ledger.rights import Scope, covers
from storage.messenger.buttons import community_of
from storage.reference import DISTRICT

ABOUT_CHATS = (EventKind.BLOCKED, EventKind.UNBLOCKED, EventKind.MOVED)
"""Kinds of events that concern a chat in every community that names it."""


def restrict(turn: Turn) -> None:
    """Make only those communities visible that this update may touch, if row-level security is in effect."""
    if turn.uow.row_security:
        turn.uow.see(_visible(turn))


def _visible(turn: Turn) -> frozenset[int] | None:
    """Ids of communities; None: all of them (for the clock, the district, units, and chats that moved)."""
    if turn.event.kind in ABOUT_CHATS:
        return None
    found = {DISTRICT, *_named(turn)}
    if turn.bot.serves is not Serves.STAFF:
        found |= turn.uow.reach.get((turn.event.address.bot, turn.account), set())
        found |= {turn.person.community_id} if turn.person.community_id is not None else set()
    if turn.as_staff:
        served = _served(turn)
        return None if served is None else frozenset(found | served)
    return frozenset(found)


def _served(turn: Turn) -> set[int] | None:
    """Communities in which this staff member has a right or is on duty; None: any may concern them."""
    reference, staff = turn.uow.reference, turn.staff
    assert staff is not None  # noqa: S101 - asked of the staff only
    if any(right.scope in (Scope.DISTRICT, Scope.UNIT) for right in staff.rights):
        return None
    places = [c.place() for c in reference.communities.values()]
    found = {place.community_id for place in places if any(covers(right, place) for right in staff.rights)}
    return found | {duty.community_id for duty in reference.duties if duty.staff_id == staff.id}


def _named(turn: Turn) -> Iterator[int]:
    """Communities of the pressed button, and of what this conversation is about."""
    if (pressed := community_of(turn.event.press)) is not None:
        yield pressed
    yield from _about(turn.talk.state)


def _about(state: dict[str, Any]) -> Iterator[int]:
    for part in state.values():
        if isinstance(part, dict):
            if part.get("case"):
                yield int(part["case"][0])
            if isinstance(part.get("community"), int):
                yield part["community"]
