"""Proxies (代投): people who mark a ballot for a neighbour at their request, for one vote, until it is counted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_

from storage.base_store import Store
from storage.cocreation.voters import hash_of
from storage.ids import new_random_id
from storage.tables import VoteProxy

Key = tuple[int, int]
_OF_WHOM = ("voter_bot", "voter_account", "voter_chat", "line_id", "called", "staff_id")


class VoteProxies(Store):
    def ask(self, of: Key, code: str | None, **whose: Any) -> int:
        """Store a voter's request for a proxy. It replaces their older request in this vote. Returns its id."""
        self._delete(VoteProxy, *_of(of), *self._same(of, whose))
        proxy_id = new_random_id()
        of_whom: dict[str, Any] = dict.fromkeys(_OF_WHOM) | {"paper": False}
        row = {"community_id": of[0], "vote_no": of[1], "id": proxy_id, "bot": None, "account": None, "chat": None}
        code_hash = hash_of(of[0], code) if code else None
        self._put(VoteProxy, **row, **(of_whom | whose), code_hash=code_hash, at=self._uow.now)
        return proxy_id

    def _same(self, of: Key, whose: dict[str, Any]) -> tuple[Any, ...]:
        if whose.get("called") is not None:  # words may be sealed: the database cannot compare them
            return (VoteProxy.id.in_([row.id for row in self.outside(of) if row.called == whose["called"]]),)
        if whose.get("line_id") is not None:
            return (VoteProxy.line_id == whose["line_id"],)
        return (VoteProxy.voter_bot == whose["voter_bot"], VoteProxy.voter_account == whose["voter_account"])

    def get(self, of: Key, proxy_id: int) -> Any:
        return self._one(VoteProxy, *_of(of), VoteProxy.id == proxy_id)

    def by_code(self, community_id: int, code: str) -> Any:
        """The request with this code, if no proxy has it yet; otherwise None."""
        same = (VoteProxy.community_id == community_id, VoteProxy.code_hash == hash_of(community_id, code))
        return self._one(VoteProxy, *same)

    def allow(self, request: Any, code: str) -> bool:
        """Make the code valid, after a second worker has asked the voter. False: it was valid before."""
        code_hash = hash_of(request.community_id, code)
        return self._change(VoteProxy, *_row(request), VoteProxy.code_hash.is_(None), code_hash=code_hash) == 1

    def take_up(self, request: Any, bot: str, account: int, chat: int) -> bool:
        """Bind the proxy's account to a request. False: somebody has taken it."""
        waits = (*_row(request), VoteProxy.account.is_(None), VoteProxy.code_hash.is_not(None))
        return self._change(VoteProxy, *waits, bot=bot, account=account, chat=chat, code_hash=None) == 1

    def end(self, request: Any) -> bool:
        return self._delete(VoteProxy, *_row(request)) == 1

    def outside(self, of: Key) -> list[Any]:
        """Requests and paper slips of people who are neither in a chat nor on the register."""
        return self._many(VoteProxy, *_of(of), VoteProxy.called.is_not(None), by=(VoteProxy.at, VoteProxy.id))

    def of_voter(self, of: Key, bot: str, account: int) -> Any:
        return self._one(VoteProxy, *_of(of), VoteProxy.voter_bot == bot, VoteProxy.voter_account == account)

    def held_by(self, of: Key, bot: str, account: int) -> list[Any]:
        """Requests in this vote for which an account is the proxy."""
        mine = (VoteProxy.bot == bot, VoteProxy.account == account)
        return self._many(VoteProxy, *_of(of), *mine, by=(VoteProxy.at, VoteProxy.id))

    def of_person(self, bot: str, account: int) -> list[Any]:
        """Requests in which a person is the voter or the proxy."""
        return self._many(VoteProxy, _theirs(bot, account), by=(VoteProxy.vote_no, VoteProxy.at))

    def erase(self, bot: str, account: int) -> None:
        self._delete(VoteProxy, _theirs(bot, account))


def _of(of: Key) -> tuple[Any, Any]:
    return VoteProxy.community_id == of[0], VoteProxy.vote_no == of[1]


def _row(request: Any) -> tuple[Any, ...]:
    return (*_of((request.community_id, request.vote_no)), VoteProxy.id == request.id)


def _theirs(bot: str, account: int) -> Any:
    voter = (VoteProxy.voter_bot == bot) & (VoteProxy.voter_account == account)
    return or_(voter, (VoteProxy.bot == bot) & (VoteProxy.account == account))
