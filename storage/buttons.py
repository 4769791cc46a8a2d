"""Buttons: the chat only sees an opaque id; what it does, and who may press it, is a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from storage.ids import new_button_id
from storage.tables import Button

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from storage.unit_of_work import UnitOfWork


MADE = re.compile(r"([0-9a-f]{1,16})\.([0-9a-f]{1,16})")


@dataclass(frozen=True, slots=True)
class ButtonRow:
    community_id: int
    id: int
    bot: str
    chat: int
    account: int | None
    action: str
    case_no: int | None
    data: dict[str, Any]
    once: bool
    expires_at: datetime
    used_at: datetime | None


class Buttons:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(
        self,
        *,
        community_id: int,
        bot: str,
        chat: int,
        account: int | None,
        action: str,
        case_no: int | None,
        data: dict[str, Any],
        once: bool,
        kept: timedelta,
    ) -> str:
        """Make a button; returns what the chat gets to see: `<community>.<id>` in hexadecimal, under 64 bytes."""
        button_id = new_button_id()
        self._uow.insert(
            Button,
            {
                "community_id": community_id,
                "id": button_id,
                "bot": bot,
                "chat": chat,
                "account": account,
                "action": action,
                "case_no": case_no,
                "data": data,
                "once": once,
                "expires_at": self._uow.now + kept,
                "used_at": None,
            },
        )
        return f"{community_id:x}.{button_id:x}"

    def find(self, pressed: str) -> ButtonRow | None:
        """The row behind what was pressed; None for anything that we never made."""
        key = _parse(pressed)
        if key is None:
            return None
        statement = select(Button.__table__).where(Button.community_id == key[0], Button.id == key[1])
        row = self._uow.read(statement, Button).one_or_none()
        return ButtonRow(**row._mapping) if row else None  # noqa: SLF001

    def use(self, button: ButtonRow) -> bool:
        """Mark a button as used; False if somebody was faster."""
        statement = (
            update(Button)
            .where(Button.community_id == button.community_id, Button.id == button.id, Button.used_at.is_(None))
            .values(used_at=self._uow.now)
        )
        return self._uow.execute(statement).rowcount == 1

    def move_chat(self, bot: str, old: int, new: int) -> None:
        self._uow.execute(update(Button).where(Button.bot == bot, Button.chat == old).values(chat=new))

    def forget_expired(self) -> None:
        self._uow.execute(delete(Button).where(Button.expires_at < self._uow.now))


def _parse(pressed: str) -> tuple[int, int] | None:
    found = MADE.fullmatch(pressed)
    if found is None:
        return None
    key = int(found[1], 16), int(found[2], 16)
    return key if max(key) < 2**63 else None
