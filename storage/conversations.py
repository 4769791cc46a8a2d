"""What people are in the middle of, keyed by (bot, chat, topic, person)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, or_, select, tuple_

from storage.inbox import upsert
from storage.tables import Conversation, table_of

if TYPE_CHECKING:
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

Key = tuple[str, int, int, int]


@dataclass(slots=True)
class Talk:
    """One conversation. `state` is small JSON: change it freely, what changed is written with the unit of work.

    `expires_at`: erased then. `wake_at`: something is due then though nobody writes (an album is complete).
    """

    key: Key
    state: dict[str, Any] = field(default_factory=dict)
    expires_at: datetime | None = None
    wake_at: datetime | None = None
    _seen: object = None

    def snapshot(self) -> object:
        return (repr(self.state), self.expires_at, self.wake_at)


_TABLE = table_of(Conversation)
_KEY = tuple_(_TABLE.c.bot, _TABLE.c.chat, _TABLE.c.topic, _TABLE.c.account)
_MANY = select(_TABLE).where(_KEY.in_(bindparam("keys", expanding=True)))


class Conversations:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._talks: dict[Key, Talk] = {}

    def preload(self, keys: set[Key]) -> set[tuple[int, int]]:
        """Read many conversations with one query; returns the cases that they are about."""
        if not keys:
            return set()
        for row in self._uow.connection.execute(_MANY, {"keys": list(keys)}):
            key = (row.bot, row.chat, row.topic, row.account)
            self._keep(Talk(key, row.state, row.expires_at, row.wake_at))
        for key in keys - self._talks.keys():
            self._keep(Talk(key))
        about = (self._talks[key].state.get("expects", {}).get("case") for key in keys)
        return {(case[0], case[1]) for case in about if case}

    def get(self, key: Key) -> Talk:
        if key not in self._talks:
            self.preload({key})
        return self._talks[key]

    def write_changes(self) -> None:
        rows = [
            {
                **dict(zip(("bot", "chat", "topic", "account"), talk.key, strict=True)),
                "state": talk.state,
                "expires_at": talk.expires_at,
                "wake_at": talk.wake_at,
                "updated_at": self._uow.now,
            }
            for talk in self._talks.values()
            if talk.snapshot() != talk._seen  # noqa: SLF001 - same file
        ]
        if not rows:
            return
        statement = upsert(self._uow.connection)(Conversation)
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=["bot", "chat", "topic", "account"],
            set_={name: new[name] for name in ("state", "expires_at", "wake_at", "updated_at")},
        )
        self._uow.connection.execute(statement, rows)
        for talk in self._talks.values():
            talk._seen = talk.snapshot()  # noqa: SLF001

    def to_wake(self, limit: int = 100) -> list[Key]:
        """Conversations in which something is due."""
        columns = (Conversation.bot, Conversation.chat, Conversation.topic, Conversation.account)
        due = select(*columns).where(Conversation.wake_at <= self._uow.now).order_by(Conversation.wake_at).limit(limit)
        return [(row.bot, row.chat, row.topic, row.account) for row in self._uow.connection.execute(due)]

    def erase_expired(self) -> int:
        """Erase drafts and states that nobody came back for."""
        statement = delete(Conversation).where(Conversation.expires_at <= self._uow.now)
        return self._uow.connection.execute(statement).rowcount

    def erase_of(self, bot: str, account: int, chat: int) -> None:
        """Erase all that is kept of a person's conversations."""
        self._talks = {key: talk for key, talk in self._talks.items() if (key[0], key[3]) != (bot, account)}
        same = or_(Conversation.account == account, and_(Conversation.chat == chat, Conversation.account == 0))
        self._uow.connection.execute(delete(Conversation).where(Conversation.bot == bot, same))

    def _keep(self, talk: Talk) -> None:
        talk._seen = talk.snapshot()  # noqa: SLF001
        self._talks[talk.key] = talk
