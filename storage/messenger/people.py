"""Messenger accounts that wrote to a bot, with their community and consent."""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from storage.sql.bulk import Batch, Change, Rows
from storage.sql.compiled import CompiledQuery, QueryCall, fetch_together
from storage.sql.keys import given, select_by_keys
from storage.tables import Person, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

Account = tuple[str, int]


@dataclass(slots=True)
class PersonRow:
    """One account. Change it freely; what changed is written with the unit of work."""

    bot: str
    account: int
    chat: int
    name: str | None = None
    community_id: int | None = None
    community_since: datetime | None = None
    building_id: int | None = None
    consent_version: str | None = None
    consented_at: datetime | None = None
    paused_at: datetime | None = None
    muted_until: datetime | None = None
    created_at: datetime | None = None
    no_pushes_at: datetime | None = None
    quiet_since: int | None = None
    quiet_until: int | None = None
    numbered: bool | None = None
    short: bool | None = None


_COLUMNS = tuple(field.name for field in fields(PersonRow))
_values = attrgetter(*_COLUMNS)
_COMMUNITY = _COLUMNS.index("community_id")
_TABLE = table_of(Person)
_MANY = CompiledQuery(select_by_keys([_TABLE.c.bot, _TABLE.c.account]))


class People:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._people: dict[Account, PersonRow] = {}
        self._seen: dict[Account, object] = {}
        self._missing: set[Account] = set()

    def preload(self, accounts: set[Account]) -> None:
        """Read many accounts with one query, but for those that were read before."""
        fetch_together(self._uow.connection, *self.query_calls(accounts))

    def query_calls(self, accounts: set[Account]) -> list[QueryCall]:
        """The queries of `preload`, to be run with others."""
        new = accounts - self._people.keys() - self._missing

        def keep(rows: Sequence[Any]) -> None:
            for row in rows:
                person = PersonRow(*_values(row))
                self._people[person.bot, person.account] = person
                self._seen[person.bot, person.account] = _values(person)
            self._missing.update(new - self._people.keys())

        return [QueryCall(_MANY, given(new), keep)] if new else []

    def communities(self) -> set[int]:
        """Communities of the people read so far."""
        return {person.community_id for person in self._people.values() if person.community_id is not None}

    def find(self, bot: str, account: int) -> PersonRow | None:
        key = (bot, account)
        if key not in self._people and key not in self._missing:
            self.preload({key})
        return self._people.get(key)

    def get(self, bot: str, account: int, chat: int) -> PersonRow:
        """The person of an account; a new one if nobody knows it yet."""
        person = self.find(bot, account)
        if person is None:
            person = self._people[bot, account] = PersonRow(bot, account, chat, created_at=self._uow.now)
        return person

    def changes(self) -> list[Batch]:
        """What was changed, to be written."""
        for key, person in self._people.items():
            self._note_move(key, person)
        changed_people = [
            (key, v) for key, person in self._people.items() if (v := _values(person)) != self._seen.get(key)
        ]
        self._seen.update(changed_people)
        rows = [dict(zip(_COLUMNS, values, strict=True)) for _, values in changed_people]
        return [(_WRITTEN, rows)] if rows else []

    def everybody(self) -> list[Any]:
        """(bot, account, chat, created_at) of all; for what is looked at once, at start."""
        columns = (_TABLE.c.bot, _TABLE.c.account, _TABLE.c.chat, _TABLE.c.created_at)
        return list(self._uow.connection.execute(select(*columns)))

    def here_since(self, person: PersonRow) -> datetime | None:
        """Since when somebody has said that they live where they do; None: from before that was kept."""
        self._note_move((person.bot, person.account), person)
        return person.community_since

    def _note_move(self, key: Account, person: PersonRow) -> None:
        """Keep since when somebody says that they live where they do."""
        before: Any = self._seen.get(key)
        if (before[_COMMUNITY] if before else None) != person.community_id:
            person.community_since = self._uow.now

    def pause(self, bot: str, chat: int) -> None:
        """Somebody cannot be reached in `chat` any more: nothing is sent there until they come back."""
        still = Person.paused_at.is_(None)
        self._uow.connection.execute(
            update(Person).where(Person.bot == bot, Person.chat == chat, still).values(paused_at=self._uow.now)
        )

    def paused_chats(self, bot: str, chats: set[int]) -> set[int]:
        statement = select(Person.chat).where(Person.bot == bot, Person.chat.in_(chats), Person.paused_at.is_not(None))
        return set(self._uow.connection.execute(statement).scalars())

    def reachable(self, accounts: Iterable[Account]) -> set[Account]:
        """Those of `accounts` that have not blocked the bot."""
        asked = set(accounts)
        self.preload(asked)
        return {key for key in asked if key not in self._people or self._people[key].paused_at is None}

    def move_chat(self, bot: str, old: int, new: int) -> None:
        self._uow.connection.execute(update(Person).where(Person.bot == bot, Person.chat == old).values(chat=new))

    def erase(self, bot: str, account: int) -> None:
        self._people.pop((bot, account), None)
        self._seen.pop((bot, account), None)
        self._uow.connection.execute(delete(Person).where(Person.bot == bot, Person.account == account))


def _written(rows: Rows) -> Any:
    statement = rows.insert(_TABLE)
    changed = {name: statement.excluded[name] for name in _COLUMNS if name not in ("bot", "account", "created_at")}
    return statement.on_conflict_do_update(index_elements=["bot", "account"], set_=changed)


_WRITTEN = Change({name: _TABLE.c[name] for name in _COLUMNS}, _written)
