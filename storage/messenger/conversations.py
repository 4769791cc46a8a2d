"""The state of conversations, keyed by bot, chat, topic and person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import and_, delete, or_, select, update

from storage.sql.bulk import Batch, Change, Rows, run
from storage.sql.compiled import CompiledQuery, QueryCall, fetch_together
from storage.sql.keys import given, select_by_keys
from storage.tables import Conversation, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

Key = tuple[str, int, int, int]
WORDS = ("draft", "said", "album", "edits", "hand_in", "proxy")
"""The parts of a state with words that the person has not agreed to have stored."""


@dataclass(slots=True)
class Talk:
    """One conversation. `state` is small JSON: change it freely, what changed is written with the unit of work.

    `expires_at`: its `WORDS` are erased then; without any it does not expire. `wake_at`: something is due then though
    nobody writes (an album is complete).
    """

    key: Key
    state: dict[str, Any] = field(default_factory=dict)
    expires_at: datetime | None = None
    wake_at: datetime | None = None
    seen: object = None
    """As it was read or written last."""

    def snapshot(self) -> object:
        return (orjson.dumps(self.state), self.expires_at, self.wake_at)


_NAMES = ("bot", "chat", "topic", "account")
_CHANGING = ("state", "expires_at", "wake_at", "updated_at")
_TABLE = table_of(Conversation)
_MANY = CompiledQuery(select_by_keys([_TABLE.c[name] for name in _NAMES]))


class Conversations:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._talks: dict[Key, Talk] = {}

    def query_call(self, keys: set[Key]) -> QueryCall:
        """The query that reads many conversations, to be run with others."""

        def keep(rows: Sequence[Any]) -> None:
            for row in rows:
                self._keep(Talk((row.bot, row.chat, row.topic, row.account), row.state, row.expires_at, row.wake_at))
            for key in keys - self._talks.keys():
                self._keep(Talk(key))

        return QueryCall(_MANY, given(keys), keep)

    def about(self) -> set[tuple[int, int]]:
        """The cases that the conversations read so far are about."""
        states = (talk.state for talk in self._talks.values())
        found = (state.get(what, {}).get("case") for state in states for what in ("expects", "alarm"))
        return {(case[0], case[1]) for case in found if case}

    def get(self, key: Key) -> Talk:
        if key not in self._talks:
            fetch_together(self._uow.connection, self.query_call({key}))
        return self._talks[key]

    def all_of(self, bot: str, account: int) -> list[Talk]:
        """Everything that a person is in the middle of, in all chats."""
        columns = (_TABLE.c.chat, _TABLE.c.topic)
        mine = select(*columns).where(_TABLE.c.bot == bot, _TABLE.c.account == account)
        keys = {(bot, row.chat, row.topic, account) for row in self._uow.connection.execute(mine)}
        keys |= {key for key in self._talks if (key[0], key[3]) == (bot, account)}
        return [self.get(key) for key in sorted(keys)]

    def changes(self) -> list[Batch]:
        """What was changed, to be written."""
        changed = [(talk, now) for talk in self._talks.values() if (now := talk.snapshot()) != talk.seen]
        rows = [
            {
                **dict(zip(_NAMES, talk.key, strict=True)),
                "state": talk.state,
                "expires_at": talk.expires_at if any(name in talk.state for name in WORDS) else None,
                "wake_at": talk.wake_at,
                "updated_at": self._uow.now,
            }
            for talk, _ in changed
        ]
        for talk, now in changed:
            talk.seen = now
        return [(_WRITTEN, rows)] if rows else []

    def to_wake(self, limit: int = 100) -> list[Key]:
        """Conversations in which something is due."""
        columns = (Conversation.bot, Conversation.chat, Conversation.topic, Conversation.account)
        due = select(*columns).where(Conversation.wake_at <= self._uow.now).order_by(Conversation.wake_at).limit(limit)
        return [(row.bot, row.chat, row.topic, row.account) for row in self._uow.connection.execute(due)]

    def erase_expired(self) -> int:
        """Erase drafts and other words that nobody came back for."""
        expired = self._uow.connection.execute(select(_TABLE).where(_TABLE.c.expires_at <= self._uow.now)).all()
        for row in expired:
            # only as it was read: what the person says meanwhile is kept
            same = and_(*(_TABLE.c[name] == row._mapping[name] for name in (*_NAMES, "updated_at")))  # noqa: SLF001
            if kept := {name: part for name, part in row.state.items() if name not in WORDS}:
                self._uow.connection.execute(update(_TABLE).where(same).values(state=kept, expires_at=None))
            else:
                self._uow.connection.execute(delete(_TABLE).where(same))
        return len(expired)

    def of_another(self, key: Key) -> Talk:
        """The conversation of somebody other than the person being answered, locked so that nobody else changes it."""
        if key not in self._talks:
            self._uow.inbox.lock_lane(key[0], key[1], wait=True)
        return self.get(key)

    def move_chat(self, bot: str, old: int, new: int) -> None:
        """A group became a supergroup: open conversations continue there."""
        run(self._uow.connection, *self.changes())
        self._talks = {key: talk for key, talk in self._talks.items() if key[:2] not in ((bot, old), (bot, new))}
        there = _TABLE.alias("there")
        taken = select(there.c.chat).where(
            there.c.bot == bot,
            there.c.chat == new,
            there.c.topic == _TABLE.c.topic,
            there.c.account == _TABLE.c.account,
        )
        moved = update(_TABLE).where(_TABLE.c.bot == bot, _TABLE.c.chat == old, ~taken.exists()).values(chat=new)
        self._uow.connection.execute(moved)

    def erase_of(self, bot: str, account: int, chat: int) -> None:
        """Erase all that is kept of a person's conversations."""
        self._talks = {key: talk for key, talk in self._talks.items() if (key[0], key[3]) != (bot, account)}
        same = or_(Conversation.account == account, and_(Conversation.chat == chat, Conversation.account == 0))
        self._uow.connection.execute(delete(Conversation).where(Conversation.bot == bot, same))

    def _keep(self, talk: Talk) -> None:
        talk.seen = talk.snapshot()
        self._talks[talk.key] = talk


def _written(rows: Rows) -> Any:
    statement = rows.insert(_TABLE)
    changed = {name: statement.excluded[name] for name in _CHANGING}
    return statement.on_conflict_do_update(index_elements=list(_NAMES), set_=changed)


_WRITTEN = Change({name: _TABLE.c[name] for name in (*_NAMES, *_CHANGING)}, _written)
