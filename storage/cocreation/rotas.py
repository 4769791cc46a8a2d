"""Rotas (轮值): members and whose turn each day is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, select

from storage.base_store import Store
from storage.counters import next_no
from storage.tables import Rota, RotaMember, RotaTurn


class Rotas(Store):
    def make(self, community_id: int, **of: Any) -> int:
        no = next_no(self._uow, community_id, "rota")
        self._put(Rota, community_id=community_id, no=no, made_at=self._uow.now, **of)
        return no

    def get(self, community_id: int, no: int) -> Any:
        return self._one(Rota, Rota.community_id == community_id, Rota.no == no)

    def of_community(self, community_id: int) -> list[Any]:
        """Rotas that have not ended."""
        return self._many(Rota, Rota.community_id == community_id, Rota.ended_at.is_(None), by=(Rota.no,))

    def due(self) -> list[Any]:
        return self._due(Rota)

    def change(self, rota: Any, **values: Any) -> None:
        self._change(Rota, Rota.community_id == rota.community_id, Rota.no == rota.no, **values)

    def members(self, rota: Any) -> list[Any]:
        """Members, those first whose last turn is longest ago; new ones in the order of joining."""
        last = func.coalesce(RotaMember.last_turn, "")
        return self._many(RotaMember, *_of_rota(RotaMember, rota), by=(last, RotaMember.since, RotaMember.account))

    def helped(self, community_id: int, *, case_no: int | None, topic_no: int | None) -> list[tuple[str, int]]:  # noqa: ARG002 - as all have it
        """(bot, account) of everybody in a rota about a topic."""
        same = and_(Rota.community_id == RotaMember.community_id, Rota.no == RotaMember.rota_no)
        here = (Rota.community_id == community_id, Rota.topic_no == (topic_no or 0))
        columns = (RotaMember.bot, RotaMember.account)
        statement = select(*columns).join(Rota, same).where(*here).order_by(RotaMember.since)
        return [(row.bot, row.account) for row in self._uow.read(statement, Rota, RotaMember)]

    def join(self, rota: Any, bot: str, account: int, chat: int) -> bool:
        of = {"community_id": rota.community_id, "rota_no": rota.no}
        return self._put(RotaMember, **of, bot=bot, account=account, chat=chat, since=self._uow.now)

    def leave(self, rota: Any, bot: str, account: int, today: str) -> None:
        """Take a member out; their future turns become vacant."""
        self._delete(RotaMember, *_of_rota(RotaMember, rota), RotaMember.bot == bot, RotaMember.account == account)
        ahead = (*_of_rota(RotaTurn, rota), RotaTurn.bot == bot, RotaTurn.account == account, RotaTurn.day >= today)
        self._change(RotaTurn, *ahead, bot=None, account=None)

    def plan(self, rota: Any, day: str, member: Any) -> bool:
        """Give the turn of a day to a member, or to nobody. False: the day is planned already."""
        of = {"community_id": rota.community_id, "rota_no": rota.no, "day": day}
        new = self._put(RotaTurn, **of, bot=member.bot if member else None, account=member.account if member else None)
        if new and member:
            self.had_turn(rota, member.bot, member.account, day)
        return new

    def had_turn(self, rota: Any, bot: str, account: int, day: str) -> None:
        mine = (*_of_rota(RotaMember, rota), RotaMember.bot == bot, RotaMember.account == account)
        self._change(RotaMember, *mine, last_turn=day)

    def turn(self, rota: Any, day: str) -> Any:
        return self._one(RotaTurn, *_of_rota(RotaTurn, rota), RotaTurn.day == day)

    def ask_swap(self, rota: Any, day: str, bot: str, account: int) -> bool:
        """Ask for a replacement on a day. False: it is not this person's turn, or they have asked already."""
        mine = (*_of_rota(RotaTurn, rota), RotaTurn.day == day, RotaTurn.bot == bot, RotaTurn.account == account)
        return self._change(RotaTurn, *mine, RotaTurn.swap.is_(False), swap=True) == 1

    def stand_in(self, rota: Any, day: str, bot: str, account: int) -> bool:
        """Take over a turn. False: somebody else was faster, or no replacement is wanted any more."""
        asked = (*_of_rota(RotaTurn, rota), RotaTurn.day == day, RotaTurn.swap.is_(True))
        return self._change(RotaTurn, *asked, swap=False, bot=bot, account=account) == 1

    def of_person(self, bot: str, account: int) -> list[Any]:
        """Title and joining time of the rotas that a person is in."""
        same = (Rota.community_id == RotaMember.community_id, Rota.no == RotaMember.rota_no)
        statement = select(Rota.title, RotaMember.since).join(RotaMember, (same[0] & same[1]))
        mine = (RotaMember.bot == bot, RotaMember.account == account)
        return list(self._uow.read(statement.where(*mine).order_by(Rota.no), Rota, RotaMember))

    def erase(self, bot: str, account: int) -> None:
        self._delete(RotaMember, RotaMember.bot == bot, RotaMember.account == account)
        self._change(RotaTurn, RotaTurn.bot == bot, RotaTurn.account == account, bot=None, account=None)

    def forget_before(self, day: str) -> None:
        """Delete turns before `day`: who had them is no longer needed."""
        self._delete(RotaTurn, RotaTurn.day < day)


def _of_rota(model: Any, rota: Any) -> tuple[Any, Any]:
    return model.community_id == rota.community_id, model.rota_no == rota.no
