"""Who seconds which option or reason of a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from storage.base_store import Store
from storage.tables import Contribution, ContributionSupporter, table_of

if TYPE_CHECKING:
    from storage.cocreation.contributions import ContributionRow

Seconder = ContributionSupporter


class Seconding(Store):
    def second(self, row: ContributionRow, bot: str, account: int) -> bool:
        """Second an option or reason. False: this person does already."""
        of = {"community_id": row.community_id, "contribution_id": row.id}
        return self._put(Seconder, **of, bot=bot, account=account, since=self._uow.now)

    def take_back(self, row: ContributionRow, bot: str, account: int) -> None:
        self._delete(Seconder, *_of(row), Seconder.bot == bot, Seconder.account == account)

    def count(self, row: ContributionRow) -> int:
        return self._count(Seconder, *_of(row))

    def counts(self, rows: list[ContributionRow]) -> dict[int, int]:
        """Number of seconders by contribution id; contributions without any are missing."""
        there = (Seconder.community_id == rows[0].community_id, Seconder.contribution_id.in_([row.id for row in rows]))
        by = Seconder.contribution_id
        statement = select(by, func.count().label("n")).where(*there).group_by(by)
        return {row.contribution_id: row.n for row in self._uow.read(statement, Seconder)}

    def of_person(self, bot: str, account: int) -> list[Any]:
        """The options and reasons that a person seconds."""
        same = and_(Seconder.community_id == Contribution.community_id, Seconder.contribution_id == Contribution.id)
        mine = (Seconder.bot == bot, Seconder.account == account)
        statement = select(table_of(Contribution)).join(Seconder, same).where(*mine).order_by(Contribution.id)
        return list(self._uow.read(statement, Contribution, Seconder))

    def erase(self, bot: str, account: int) -> None:
        self._delete(Seconder, Seconder.bot == bot, Seconder.account == account)

    def forget(self, key: tuple[int, int]) -> None:
        """Delete who seconded the contributions of a topic that ended long ago."""
        of_topic = select(Contribution.id).where(Contribution.community_id == key[0], Contribution.topic_no == key[1])
        self._delete(Seconder, Seconder.community_id == key[0], Seconder.contribution_id.in_(of_topic))


def _of(row: ContributionRow) -> tuple[Any, ...]:
    return Seconder.community_id == row.community_id, Seconder.contribution_id == row.id
