"""Buttons: the chat only sees an opaque id; what it does, and who may press it, is a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from storage.ids import new_button_id
from storage.tables import Button

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from storage.unit_of_work import UnitOfWork

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


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
        """Make a button; returns what the chat gets to see: `<community>.<id>` in base 36, under 64 bytes."""
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
        return f"{base36(community_id)}.{base36(button_id)}"

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


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"


def _parse(pressed: str) -> tuple[int, int] | None:
    community, dot, button = pressed.partition(".")
    if not dot or len(pressed) > 40 or not (community + button).isascii() or not (community + button).isalnum():  # noqa: PLR2004 - longer than any we make
        return None
    key = int(community or "z" * 20, 36), int(button or "z" * 20, 36)
    return key if max(key) < 2**63 else None
