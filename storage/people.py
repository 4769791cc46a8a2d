"""Messenger accounts that wrote to a bot, with their community and consent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, tuple_, update

from storage.inbox import upsert
from storage.tables import Person

if TYPE_CHECKING:
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
    building_id: int | None = None
    consent_version: str | None = None
    consented_at: datetime | None = None
    paused_at: datetime | None = None
    created_at: datetime | None = None


class People:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._people: dict[Account, PersonRow] = {}
        self._seen: dict[Account, dict[str, object]] = {}

    def preload(self, accounts: set[Account]) -> None:
        """Read many accounts with one query."""
        if not accounts:
            return
        same = tuple_(Person.bot, Person.account).in_(list(accounts))
        for row in self._uow.connection.execute(select(Person.__table__).where(same)):
            person = PersonRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
            self._people[person.bot, person.account] = person
            self._seen[person.bot, person.account] = asdict(person)

    def find(self, bot: str, account: int) -> PersonRow | None:
        if (bot, account) not in self._people:
            self.preload({(bot, account)})
        return self._people.get((bot, account))

    def get(self, bot: str, account: int, chat: int) -> PersonRow:
        """The person of an account; a new one if nobody knows it yet."""
        person = self.find(bot, account)
        if person is None:
            person = self._people[bot, account] = PersonRow(bot, account, chat, created_at=self._uow.now)
        return person

    def write_changes(self) -> None:
        rows = [row for key, person in self._people.items() if (row := asdict(person)) != self._seen.get(key)]
        if not rows:
            return
        statement = upsert(self._uow.connection)(Person)
        changed = {name: statement.excluded[name] for name in rows[0] if name not in ("bot", "account", "created_at")}
        statement = statement.on_conflict_do_update(index_elements=["bot", "account"], set_=changed)
        self._uow.connection.execute(statement, rows)
        self._seen.update({(str(row["bot"]), int(row["account"])): row for row in rows})

    def pause(self, bot: str, chat: int) -> None:
        """Somebody cannot be reached in `chat` any more: nothing is sent there until they come back."""
        still = Person.paused_at.is_(None)
        self._uow.connection.execute(
            update(Person).where(Person.bot == bot, Person.chat == chat, still).values(paused_at=self._uow.now)
        )

    def paused_chats(self, bot: str, chats: set[int]) -> set[int]:
        statement = select(Person.chat).where(Person.bot == bot, Person.chat.in_(chats), Person.paused_at.is_not(None))
        return set(self._uow.connection.execute(statement).scalars())

    def move_chat(self, bot: str, old: int, new: int) -> None:
        self._uow.connection.execute(update(Person).where(Person.bot == bot, Person.chat == old).values(chat=new))

    def erase(self, bot: str, account: int) -> None:
        self._people.pop((bot, account), None)
        self._seen.pop((bot, account), None)
        self._uow.connection.execute(delete(Person).where(Person.bot == bot, Person.account == account))
