"""Buttons: the chat sees only an opaque id. What a button does, and who may press it, is in a row for each message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from storage.ids import new_button_id
from storage.tables import Keyboard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from storage.unit_of_work import UnitOfWork

_NUMBER = "(0|[1-9a-f][0-9a-f]{0,15})"
MADE = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}")
"""The id of a button. Only this exact spelling, which `add` writes, is accepted."""
MOST = 60
"""Buttons in one row: each needs a bit."""
_PLACES = [f"{place:x}" for place in range(MOST)]

Choice = tuple[str, int | None, dict[str, Any], bool]
"""What a button does: action, number of its case, data, and whether it is good for one press."""


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """One button as it was made. `place` counts from 0 in its row."""

    community_id: int
    id: int
    place: int
    bot: str
    chat: int
    account: int | None
    action: str
    case_no: int | None
    data: dict[str, Any]
    once: bool
    expires_at: datetime
    used: bool


class Buttons:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(
        self,
        choices: Sequence[Choice],
        *,
        community_id: int,
        bot: str,
        chat: int,
        account: int | None,
        kept: timedelta,
    ) -> list[str]:
        """Make buttons; returns what the chat gets to see of each: `<community>.<id>.<place>` in hexadecimal."""
        row: dict[str, Any] = {"community_id": community_id, "bot": bot, "chat": chat, "account": account}
        row["expires_at"] = self._uow.now + kept
        made: list[str] = []
        for first in range(0, len(choices), MOST):
            part, keyboard_id = choices[first : first + MOST], new_button_id()
            self._uow.insert(Keyboard, row | {"id": keyboard_id, "choices": part})
            keyboard = f"{community_id:x}.{keyboard_id:x}."
            made += [keyboard + place for place in _PLACES[: len(part)]]
        return made

    def find(self, pressed: str) -> ButtonRow | None:
        """The button behind what was pressed; None for anything that we never made."""
        key = _parse(pressed)
        if key is None:
            return None
        community_id, keyboard_id, place = key
        statement = select(Keyboard.__table__).where(Keyboard.community_id == community_id, Keyboard.id == keyboard_id)
        row = self._uow.read(statement, Keyboard).one_or_none()
        if row is None or place >= len(row.choices):
            return None
        action, case_no, data, once = row.choices[place]
        where = (row.bot, row.chat, row.account)
        return ButtonRow(*key, *where, action, case_no, data, once, row.expires_at, bool(row.used >> place & 1))

    def use(self, button: ButtonRow) -> bool:
        """Mark a button as used; False if somebody was faster."""
        bit = 1 << button.place
        statement = (
            update(Keyboard)
            .where(
                Keyboard.community_id == button.community_id,
                Keyboard.id == button.id,
                Keyboard.used.bitwise_and(bit) == 0,
            )
            .values(used=Keyboard.used.bitwise_or(bit))
        )
        return self._uow.execute(statement).rowcount == 1

    def move_chat(self, bot: str, old: int, new: int) -> None:
        self._uow.execute(update(Keyboard).where(Keyboard.bot == bot, Keyboard.chat == old).values(chat=new))

    def forget_expired(self) -> None:
        self._uow.execute(delete(Keyboard).where(Keyboard.expires_at < self._uow.now))


def community_of(pressed: str) -> int | None:
    """The community that a button claims to be of; None for what we never made."""
    key = _parse(pressed)
    return key[0] if key else None


def _parse(pressed: str) -> tuple[int, int, int] | None:
    found = MADE.fullmatch(pressed)
    if found is None:
        return None
    community_id, keyboard_id, place = (int(part, 16) for part in found.groups())
    return (community_id, keyboard_id, place) if max(community_id, keyboard_id) < 2**63 else None
