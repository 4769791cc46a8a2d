"""Merging two topics: everything of one moves to the other, and back when they are separated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from storage.tables import (
    Contribution,
    Decision,
    Gathering,
    HelpCall,
    Promise,
    Rota,
    Story,
    TopicCase,
    TopicSupporter,
)

if TYPE_CHECKING:
    from storage.cocreation.topics import Key
    from storage.unit_of_work import UnitOfWork

_BELONGS: dict[str, tuple[Any, Any]] = {
    "cases": (TopicCase, TopicCase.case_no),
    "contributions": (Contribution, Contribution.id),
    "calls": (HelpCall, HelpCall.no),
    "gatherings": (Gathering, Gathering.no),
    "rotas": (Rota, Rota.no),
    "promises": (Promise, Promise.no),
    "stories": (Story, Story.no),
    "decisions": (Decision, Decision.id),
}
"""What belongs to a topic and goes with it when it is merged."""


class TopicMerging:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def bring_over(self, source: Key, target: Key) -> dict[str, Any]:
        """Move everything that belongs to one topic to another. People who support both count once.

        Returns the numbers of what was moved, so that `take_apart` can undo it. The supporters of the old topic are
        copied and stay there, as its record.
        """
        there = {(row.bot, row.account) for row in self._uow.topics.supporters(target)}
        new = [row for row in self._uow.topics.supporters(source) if (row.bot, row.account) not in there]
        for row in new:
            values = {"community_id": target[0], "topic_no": target[1], "bot": row.bot, "account": row.account}
            values |= {"chat": row.chat, "came_from": source[1], "since": row.since}
            self._uow.insert(TopicSupporter, values)
        return {"supporters": len(new)} | {name: self._moved(name, source, target) for name in _BELONGS}

    def _moved(self, name: str, source: Key, target: Key) -> list[int]:
        table, number = _BELONGS[name]
        of_source = (table.community_id == source[0], table.topic_no == source[1])
        found = list(self._uow.read(select(number).where(*of_source).order_by(number), table).scalars())
        self._uow.execute(update(table).where(*of_source).values(topic_no=target[1]))
        return found

    def take_apart(self, source: Key, target: Key, came: dict[str, Any]) -> None:
        """Undo `bring_over`: what was moved goes back, as far as it still exists.

        People who support the other topic only because of the merge support the old topic alone again.
        """
        came_over = (TopicSupporter.topic_no == target[1], TopicSupporter.came_from == source[1])
        self._uow.execute(delete(TopicSupporter).where(TopicSupporter.community_id == target[0], *came_over))
        for name, (table, number) in _BELONGS.items():
            still = (table.community_id == target[0], table.topic_no == target[1], number.in_(came.get(name, [])))
            self._uow.execute(update(table).where(*still).values(topic_no=source[1]))
