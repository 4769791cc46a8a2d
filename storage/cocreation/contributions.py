"""Options and reasons that people wrote for a topic."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from ledger.moderation import ContentState
from ledger.topics import ContributionKind
from storage.ids import new_id
from storage.tables import Contribution, table_of

if TYPE_CHECKING:
    from datetime import datetime

    from storage.cocreation.topics import Account, Key
    from storage.unit_of_work import UnitOfWork


@dataclass(slots=True)
class ContributionRow:
    """An option or a reason as it was read from the database. Moderation is in content.py."""

    community_id: int
    id: int
    topic_no: int
    kind: ContributionKind
    state: ContentState
    text: str
    bot: str | None
    account: int | None
    chat: int | None
    why: str | None
    at: datetime

    @property
    def author(self) -> Account | None:
        if self.bot is None or self.account is None or self.chat is None:
            return None
        return self.bot, self.account, self.chat


class Contributions:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(
        self, key: Key, kind: ContributionKind, text: str, who: Account | None, *, shown: bool = False
    ) -> ContributionRow:
        """Add an option or a reason. What staff add is `shown` at once and has no author."""
        bot, account, chat = who or (None, None, None)
        row: dict[str, Any] = dict.fromkeys(_COLUMNS)
        row |= {"community_id": key[0], "id": new_id(), "topic_no": key[1], "kind": kind, "text": text}
        row |= {"bot": bot, "account": account, "chat": chat, "at": self._uow.now}
        row["state"] = ContentState.SHOWN if shown else ContentState.WAITING
        self._uow.insert(Contribution, row | {"appealed": False})
        return ContributionRow(**row)

    def of(self, key: Key, *states: ContentState) -> list[ContributionRow]:
        """Options and reasons of a topic in these states (all, if none is named), oldest first."""
        this = [Contribution.community_id == key[0], Contribution.topic_no == key[1]]
        if states:
            this.append(Contribution.state.in_(list(states)))
        statement = select(table_of(Contribution)).where(*this).order_by(Contribution.id)
        return [_contribution(row) for row in self._uow.read(statement, Contribution)]

    def options(self, key: Key) -> list[ContributionRow]:
        """The options that neighbours see."""
        found = self.of(key, ContentState.SHOWN)
        return [row for row in found if row.kind is ContributionKind.OPTION]

    def count_by(self, bot: str, account: int, since: datetime) -> int:
        """How many options and reasons a person has written since `since`."""
        mine = (Contribution.bot == bot, Contribution.account == account, Contribution.at > since)
        return int(self._uow.read(select(func.count()).where(*mine), Contribution).scalar_one())

    def written_by(self, bot: str, account: int) -> list[ContributionRow]:
        """Everything that a person has written, in any topic and state."""
        mine = (Contribution.bot == bot, Contribution.account == account)
        statement = select(table_of(Contribution)).where(*mine).order_by(Contribution.id)
        return [_contribution(row) for row in self._uow.read(statement, Contribution)]

    def delete(self, row: ContributionRow) -> None:
        this = (Contribution.community_id == row.community_id, Contribution.id == row.id)
        self._uow.execute(delete(Contribution).where(*this))

    def reword(self, row: ContributionRow, text: str) -> None:
        this = (Contribution.community_id == row.community_id, Contribution.id == row.id)
        self._uow.execute(update(Contribution).where(*this).values(text=text))


_COLUMNS = tuple(field.name for field in fields(ContributionRow))


def _contribution(row: Any) -> ContributionRow:
    values = {name: getattr(row, name) for name in _COLUMNS}
    kind, state = ContributionKind(values["kind"]), ContentState(values["state"])
    return ContributionRow(**values | {"kind": kind, "state": state})
