"""Which chats show a logical message, and which versions of it are still queued for them.

Messages about something that lasts (a case, a vote) keep their name. A question gets a name of its own each time, which
is of no use once its buttons have expired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, delete, literal_column, or_, select

from storage.messenger.outbox import WAITING
from storage.sql.bulk import Change, Rows
from storage.sql.compiled import CompiledQuery
from storage.tables import Outbox, Shown, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

ASKED_ONCE = (
    "ask",
    "checkup",
    "claim",
    "community",
    "done",
    "hand_in",
    "join",
    "proxy",
    "quiet",
    "room",
    "subscriptions",
    "sure",
    "survey-start",
)
"""Beginnings of the names that questions and their confirmations get each time."""
MOST_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A version that waits: until when, and which step it belongs to."""

    due_at: datetime
    cause: str | None


class ShownMessages:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def chats(self, logical: str) -> list[tuple[str, int]]:
        """(bot, chat) of all chats that show this message."""
        return [(row.bot, row.chat) for row in self._uow.fetch(_CHATS, Shown, given={"logical": logical})]

    def on_the_way(self, bot: str, chat: int, logical: str) -> OnTheWay | None:
        """The newest version that waits for this chat."""
        given = {"bot": bot, "chat": chat, "logical": logical}
        found = self._uow.fetch(_ON_THE_WAY, Outbox, given=given)
        return OnTheWay(*found[0]) if found else None

    def forget(self, bot: str, chat: int, logical: str) -> None:
        """The next version is sent anew, and later ones change that."""
        self._uow.outbox.supersede(bot, chat, logical)
        self._uow.change(_FORGOTTEN, {"of": bot, "to": chat, "name": logical})


def outdated(connection: Connection, before: int) -> Sequence[Any]:
    """Questions of which nothing has been delivered since the outbox id `before`."""
    names = or_(*(_SHOWN.c.logical.startswith(f"{name}:", autoescape=True) for name in ASKED_ONCE))
    columns = (_SHOWN.c.bot, _SHOWN.c.chat, _SHOWN.c.logical, _SHOWN.c.outbox_id)
    found = select(*columns).where(_SHOWN.c.outbox_id < before, names).limit(MOST_AT_ONCE)
    return connection.execute(found).mappings().all()


def forget_outdated(connection: Connection, rows: Sequence[Any]) -> None:
    """Delete what `outdated` found, unless another version was delivered meanwhile."""
    this = [column == bindparam(f"b_{column.key}") for column in (*_SHOWN.primary_key, _SHOWN.c.outbox_id)]
    given = [{f"b_{name}": value for name, value in row.items()} for row in rows]
    connection.execute(delete(_SHOWN).where(*this), given)


_SHOWN, _OUTBOX = table_of(Shown), table_of(Outbox)
_CHATS = CompiledQuery(
    select(_SHOWN.c.bot, _SHOWN.c.chat)
    .where(_SHOWN.c.logical == bindparam("logical"))
    .order_by(_SHOWN.c.bot, _SHOWN.c.chat)
)
_ON_THE_WAY = CompiledQuery(
    select(_OUTBOX.c.due_at, _OUTBOX.c.cause)
    .where(
        _OUTBOX.c.bot == bindparam("bot"),
        _OUTBOX.c.chat == bindparam("chat"),
        _OUTBOX.c.logical == bindparam("logical"),
        _OUTBOX.c.state == literal_column(f"'{WAITING}'"),  # as the partial index has it
    )
    .order_by(_OUTBOX.c.id.desc())
    .limit(1)
)


def _forgotten(rows: Rows) -> Any:
    return delete(_SHOWN).where(
        _SHOWN.c.bot == rows.c["of"], _SHOWN.c.chat == rows.c["to"], _SHOWN.c.logical == rows.c["name"]
    )


_FORGOTTEN = Change({"of": _SHOWN.c.bot, "to": _SHOWN.c.chat, "name": _SHOWN.c.logical}, _forgotten)
