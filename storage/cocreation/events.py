"""Events (活动): who has signed up, who waits for a place, who came."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from storage.base_store import Store
from storage.counters import next_no
from storage.ids import new_id
from storage.tables import Gathering, GatheringPerson

if TYPE_CHECKING:
    from datetime import datetime

COMING, ON_LIST, CAME, GUEST = "coming", "waiting", "came", "guest"
"""State of a person at an event. A guest is not signed up and has tried the code."""
ONE_DAY = timedelta(days=1)


class Gatherings(Store):
    def make(self, community_id: int, **of: Any) -> int:
        no = next_no(self._uow, community_id, "gathering")
        self._put(Gathering, community_id=community_id, no=no, **of)
        return no

    def get(self, community_id: int, no: int) -> Any:
        return self._one(Gathering, Gathering.community_id == community_id, Gathering.no == no)

    def held(self, community_id: int, no: int) -> Any:
        """The event, locked until the commit, so that places are given in order."""
        return self._lock(Gathering, Gathering.community_id == community_id, Gathering.no == no)

    def to_come(self, community_id: int) -> list[Any]:
        """Events that are not over, the next one first."""
        ahead = (Gathering.ends_at > self._uow.now, Gathering.cancelled_at.is_(None))
        return self._many(Gathering, Gathering.community_id == community_id, *ahead, by=(Gathering.starts_at,))

    def around(self, community_id: int) -> list[Any]:
        """Events that may be taking place now, within a day."""
        near = (Gathering.starts_at < self._uow.now + ONE_DAY, Gathering.ends_at > self._uow.now - ONE_DAY)
        here = (Gathering.community_id == community_id, Gathering.cancelled_at.is_(None))
        return self._many(Gathering, *here, *near, by=(Gathering.starts_at,))

    def due(self) -> list[Any]:
        return self._due(Gathering)

    def change(self, gathering: Any, **values: Any) -> None:
        same = (Gathering.community_id == gathering.community_id, Gathering.no == gathering.no)
        self._change(Gathering, *same, **values)

    def people(self, gathering: Any, *states: str) -> list[Any]:
        """People of an event in these states, in the order in which they signed up."""
        which = [GatheringPerson.state.in_(states)] if states else []
        return self._many(GatheringPerson, *_of_gathering(gathering), *which, by=(GatheringPerson.id,))

    def person(self, gathering: Any, bot: str, account: int) -> Any:
        mine = (GatheringPerson.bot == bot, GatheringPerson.account == account)
        return self._one(GatheringPerson, *_of_gathering(gathering), *mine)

    def helped(self, community_id: int, *, case_no: int | None, topic_no: int | None) -> list[tuple[str, int]]:  # noqa: ARG002 - as all have it
        """(bot, account) of everybody with an own account who came to an event about a topic."""
        same = and_(
            Gathering.community_id == GatheringPerson.community_id, Gathering.no == GatheringPerson.gathering_no
        )
        here = (Gathering.community_id == community_id, Gathering.topic_no == (topic_no or 0))
        came = (GatheringPerson.state == CAME, GatheringPerson.account > 0)
        columns = (GatheringPerson.bot, GatheringPerson.account)
        statement = select(*columns).join(Gathering, same).where(*here, *came).order_by(GatheringPerson.id)
        return [(row.bot, row.account) for row in self._uow.read(statement, Gathering, GatheringPerson)]

    def sign_up(self, gathering: Any, state: str, *, tries: int = 0, **who: Any) -> bool:
        """Add a person to an event. False: they are on the list already. `tries`: wrong codes that they have given."""
        of = {"community_id": gathering.community_id, "gathering_no": gathering.no}
        return self._put(GatheringPerson, **of, id=new_id(), state=state, tries=tries, at=self._uow.now, **who)

    def change_person(self, person: Any, **values: Any) -> None:
        self._change(GatheringPerson, *_same(person), **values)

    def remove(self, person: Any) -> None:
        self._delete(GatheringPerson, *_same(person))

    def of_person(self, bot: str, account: int) -> list[Any]:
        same = (Gathering.community_id == GatheringPerson.community_id, Gathering.no == GatheringPerson.gathering_no)
        statement = select(Gathering.title, Gathering.starts_at, GatheringPerson.state)
        mine = (GatheringPerson.bot == bot, GatheringPerson.account == account)
        joined = statement.join(GatheringPerson, same[0] & same[1]).where(*mine).order_by(Gathering.starts_at)
        return list(self._uow.read(joined, Gathering, GatheringPerson))

    def signed_up(self, bot: str, account: int, chat: int) -> list[Any]:
        """All rows of a person and of people whom they signed up."""
        mine = or_(GatheringPerson.account == account, GatheringPerson.chat == chat)
        return self._many(GatheringPerson, GatheringPerson.bot == bot, mine)

    def forget_before(self, moment: datetime) -> None:
        """Delete the people of events that ended before `moment`."""
        over = select(Gathering.no).where(
            Gathering.community_id == GatheringPerson.community_id,
            Gathering.no == GatheringPerson.gathering_no,
            Gathering.ends_at < moment,
        )
        self._delete(GatheringPerson, over.exists())


def _of_gathering(gathering: Any) -> tuple[Any, Any]:
    same_place = GatheringPerson.community_id == gathering.community_id
    return same_place, GatheringPerson.gathering_no == gathering.no


def _same(person: Any) -> tuple[Any, ...]:
    return (
        GatheringPerson.community_id == person.community_id,
        GatheringPerson.gathering_no == person.gathering_no,
        GatheringPerson.bot == person.bot,
        GatheringPerson.account == person.account,
    )
