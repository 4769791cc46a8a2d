"""What stands in chats: which chats show a logical message, and what of it is still on its way there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, literal_column, select

from storage.outbox import WAITING
from storage.tables import Outbox, Shown, table_of

if TYPE_CHECKING:
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A version that waits: until when, and which step it belongs to."""

    due_at: datetime
    cause: str | None


class ShownRows:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def chats(self, logical: str) -> list[tuple[str, int]]:
        """(bot, chat) of all chats that show this message."""
        return [(row.bot, row.chat) for row in self._uow.read(_CHATS, Shown, given={"logical": logical})]

    def on_the_way(self, bot: str, chat: int, logical: str) -> OnTheWay | None:
        """The newest version that waits for this chat."""
        given = {"bot": bot, "chat": chat, "logical": logical}
        row = self._uow.read(_ON_THE_WAY, Outbox, given=given).one_or_none()
        return OnTheWay(row.due_at, row.cause) if row else None

    def forget(self, bot: str, chat: int, logical: str) -> None:
        """The next version is sent anew, and later ones change that."""
        self._uow.outbox.supersede(bot, chat, logical)
        self._uow.read(_FORGET, Shown, given={"of": bot, "to": chat, "name": logical})


# built once: building a statement costs more than running it
_SHOWN, _OUTBOX = table_of(Shown), table_of(Outbox)
_CHATS = (
    select(_SHOWN.c.bot, _SHOWN.c.chat)
    .where(_SHOWN.c.logical == bindparam("logical"))
    .order_by(_SHOWN.c.bot, _SHOWN.c.chat)
)
_FORGET = delete(_SHOWN).where(
    _SHOWN.c.bot == bindparam("of"), _SHOWN.c.chat == bindparam("to"), _SHOWN.c.logical == bindparam("name")
)
_ON_THE_WAY = (
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
