"""Promises of a community, and what the people concerned say about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.base_store import Store
from storage.counters import next_no
from storage.ids import new_id
from storage.tables import Promise, PromisePerson

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

NOBODY = ""
"""The bot of a person whose identity has been deleted."""


class Promises(Store):
    def make(self, community_id: int, *, source: str | None, people: Iterable[tuple[str, int]], **of: Any) -> int:
        """Add a promise and return its number. If one with the same `source` exists, return that one's."""
        if source and (known := self.out_of(community_id, source)):
            return int(known.no)
        no = next_no(self._uow, community_id, "promise")
        self._put(Promise, community_id=community_id, no=no, made_at=self._uow.now, source=source, **of)
        for bot, account in dict.fromkeys(people):
            self._put(PromisePerson, community_id=community_id, promise_no=no, bot=bot, account=account)
        return no

    def out_of(self, community_id: int, source: str) -> Any:
        """The promise with this source (an answer, a decision), or None."""
        return self._one(Promise, Promise.community_id == community_id, Promise.source == source)

    def take_back(self, community_id: int, no: int) -> bool:
        """Delete what was no promise after all. False: its owner has reported on it, or people were asked about it."""
        same = (Promise.community_id == community_id, Promise.no == no)
        untouched = (Promise.reported_at.is_(None), Promise.asked_at.is_(None))
        return self._delete(Promise, *same, *untouched) == 1  # and who it was made to, by the foreign key

    def get(self, community_id: int, no: int) -> Any:
        return self._one(Promise, Promise.community_id == community_id, Promise.no == no)

    def of_community(self, community_id: int, limit: int) -> list[Any]:
        """Promises of a community, the newest first."""
        return self._many(Promise, Promise.community_id == community_id, by=(Promise.no.desc(),), limit=limit)

    def open_about(self, community_id: int, topic_no: int) -> list[Any]:
        """Promises about a topic that are not yet reported as kept or given up."""
        about = (Promise.community_id == community_id, Promise.topic_no == topic_no)
        return self._many(Promise, *about, Promise.reported_at.is_(None), Promise.given_up.is_(None), by=(Promise.no,))

    def due(self) -> list[Any]:
        return self._due(Promise)

    def change(self, promise: Any, **values: Any) -> None:
        self._change(Promise, Promise.community_id == promise.community_id, Promise.no == promise.no, **values)

    def people(self, community_id: int, no: int) -> list[Any]:
        return self._many(PromisePerson, *_of(community_id, no))

    def say(self, community_id: int, no: int, bot: str, account: int, **values: Any) -> bool:
        """Store the answer of a person to whom it was promised. False: it was not promised to them."""
        mine = (PromisePerson.bot == bot, PromisePerson.account == account)
        return self._change(PromisePerson, *_of(community_id, no), *mine, said_at=self._uow.now, **values) > 0

    def of_person(self, bot: str, account: int) -> list[Any]:
        return self._many(PromisePerson, PromisePerson.bot == bot, PromisePerson.account == account)

    def erase(self, bot: str, account: int) -> None:
        """Detach an erased person from their answers, which still count."""
        for row in self.of_person(bot, account):
            self._nobodys(row)

    def forget_before(self, moment: datetime) -> None:
        """In promises that were asked about before `moment`, delete who people are; their answers stay."""
        for promise in self._many(Promise, Promise.asked_at < moment, Promise.next_at.is_(None), limit=100):
            for row in self.people(promise.community_id, promise.no):
                if row.bot:
                    self._nobodys(row)

    def _nobodys(self, row: Any) -> None:
        mine = (PromisePerson.bot == row.bot, PromisePerson.account == row.account)
        self._change(PromisePerson, *_of(row.community_id, row.promise_no), *mine, bot=NOBODY, account=new_id())


def _of(community_id: int, no: int) -> tuple[Any, Any]:
    return PromisePerson.community_id == community_id, PromisePerson.promise_no == no
