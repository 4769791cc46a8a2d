"""Which cases have passed the retention time of their contact data, and what is deleted then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, or_, select, update

from storage.tables import Case, CaseEvent, CaseMessage, Shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from storage.cases import CaseRow
    from storage.unit_of_work import UnitOfWork

NOWHERE = ""
"""The bot of a message that no longer belongs to anybody's chat."""


class Retention:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def over(self, closed_before: datetime, quiet_for: timedelta, limit: int) -> list[CaseRow]:
        """Cases that ended before that, of which nothing is asked any more, oldest first.

        One that was touched of late may have a question out: whoever was asked must still be able to answer.
        """
        over = and_(Case.closed_at < closed_before, Case.contacts_gone_at.is_(None), Case.closed_at.is_not(None))
        quiet = and_(Case.next_at.is_(None), Case.changed_at < self._uow.now - quiet_for)
        statement = select(Case.community_id, Case.no).where(over, quiet).order_by(Case.closed_at).limit(limit)
        rows = self._uow.read(statement.with_for_update(skip_locked=True), Case).all()
        return [self._uow.cases.get(row.community_id, row.no) for row in rows]

    def hide_message(self, message: Any, text: str | None) -> None:
        self._change(message, text=text, bot=NOWHERE, chat=0, message_id=None)

    def reword(self, message: Any, text: str) -> None:
        self._change(message, text=text)

    def _change(self, message: Any, **values: Any) -> None:
        same = and_(CaseMessage.community_id == message.community_id, CaseMessage.id == message.id)
        self._uow.execute(update(CaseMessage).where(same).values(**values))

    def hide_event(self, event: Any, reason: str | None, detail: Any) -> None:
        """The step stays as it was taken; only the words with it lose what is personal."""
        same = and_(CaseEvent.community_id == event.community_id, CaseEvent.id == event.id)
        self._uow.execute(update(CaseEvent).where(same).values(reason=reason, detail=detail))

    def forget_shown(self, bot: str, chat: int, names: Iterable[str]) -> None:
        """Forget which messages of a chat were about a case: those with these names, and names that go on with more."""
        named = or_(*(or_(Shown.logical == name, Shown.logical.startswith(f"{name}:")) for name in names))
        self._uow.execute(delete(Shown).where(Shown.bot == bot, Shown.chat == chat, named))

    def done(self, key: tuple[int, int]) -> None:
        same = and_(Case.community_id == key[0], Case.no == key[1])
        self._uow.execute(update(Case).where(same).values(contacts_gone_at=self._uow.now))
