"""What people chose about the reports they get: whether, where, when."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select, update

from storage.sql.bulk import upsert
from storage.tables import Subscription, table_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """One report in one chat; None: as is usual in the district. `staff_id`: who chose it, and whose right it is."""

    community_id: int
    report: str
    bot: str
    chat: int
    topic: int
    staff_id: int
    wanted: bool | None = None
    weekday: int | None = None
    minute: int | None = None
    on_holidays: bool | None = None
    quiet: bool | None = None


_COLUMNS = tuple(field.name for field in fields(SubscriptionRow))
_KEY = ("community_id", "report", "bot", "chat", "topic")
_TABLE = table_of(Subscription)


class Subscriptions:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of(self, community_id: int, report: str) -> list[SubscriptionRow]:
        """Choices about one report, in all chats."""
        return self._rows(and_(Subscription.community_id == community_id, Subscription.report == report))

    def in_chat(self, bot: str, chat: int, topic: int = 0) -> dict[tuple[int, str], SubscriptionRow]:
        """Choices made in one chat, by community and report."""
        here = and_(Subscription.bot == bot, Subscription.chat == chat, Subscription.topic == topic)
        return {(row.community_id, row.report): row for row in self._rows(here)}

    def save(self, row: SubscriptionRow) -> None:
        values = {name: getattr(row, name) for name in _COLUMNS}
        changed = {name: value for name, value in values.items() if name not in _KEY}
        statement = upsert(self._uow.connection)(Subscription).values(values)
        self._uow.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=changed))

    def move_chat(self, bot: str, old: int, new: int) -> None:
        """What was chosen at the new place already counts; the rest goes along."""
        here, there = (_TABLE.c.bot == bot, _TABLE.c.chat == old), _TABLE.alias("there")
        same = (there.c[name] == _TABLE.c[name] for name in _KEY if name != "chat")
        chosen = select(there.c.chat).where(*same, there.c.chat == new).exists()
        self._uow.execute(update(_TABLE).where(*here, ~chosen).values(chat=new))
        self._uow.execute(delete(_TABLE).where(*here))

    def erase(self, bot: str, chat: int) -> None:
        """Somebody's own chat is erased, or a group put the bot out."""
        self._uow.execute(delete(Subscription).where(Subscription.bot == bot, Subscription.chat == chat))

    def _rows(self, where: ColumnElement[bool]) -> list[SubscriptionRow]:
        columns = [getattr(Subscription, name) for name in _COLUMNS]
        statement = select(*columns).where(where).order_by(Subscription.chat, Subscription.topic)
        return [SubscriptionRow(*tuple(row)) for row in self._uow.read(statement, Subscription)]
