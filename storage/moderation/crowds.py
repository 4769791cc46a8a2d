"""Cases that arrived with similar ones, and on whose card they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, func, select

from storage.cases.by_case import parameters
from storage.sql.compiled import CompiledQuery
from storage.tables import Case, Crowd, table_of

if TYPE_CHECKING:
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

Key = tuple[int, int]

_CROWDS = table_of(Crowd)
_LED = _CROWDS.alias()
_OURS = _CROWDS.c.community_id == bindparam("community")
_NUMBER = bindparam("number", type_=Integer)
_LEAD = func.coalesce(select(_CROWDS.c.lead_no).where(_OURS, _CROWDS.c.case_no == _NUMBER).scalar_subquery(), _NUMBER)
_SIZE_OF_LED = select(func.count()).where(_LED.c.community_id == bindparam("community"), _LED.c.lead_no == _LEAD)
_STANDING = CompiledQuery(select(_LEAD.label("lead_no"), _SIZE_OF_LED.scalar_subquery().label("size")))
_SIZE = CompiledQuery(select(func.count().label("n")).where(_OURS, _CROWDS.c.lead_no == bindparam("number")))


class Crowds:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def standing(self, key: Key) -> tuple[int, int]:
        """The number of the case that speaks for this one, itself if it came alone, and for how many that speaks."""
        found = self._uow.fetch(_STANDING, Crowd, given=parameters(key))[0]
        return found.lead_no, found.size

    def join(self, key: Key, lead_no: int) -> None:
        row = {"community_id": key[0], "case_no": key[1], "lead_no": lead_no, "at": self._uow.now}
        self._uow.insert(Crowd, row)

    def size(self, key: Key) -> int:
        """How many cases this one speaks for, beside itself."""
        return int(self._uow.fetch(_SIZE, Crowd, given=parameters(key))[0].n)

    def members(self, key: Key, states: list[str], limit: int) -> list[int]:
        """Numbers of those that stand in one of `states`, oldest first."""
        case = (Case.community_id == Crowd.community_id) & (Case.no == Crowd.case_no)
        led = select(Crowd.case_no).join(Case, case).where(Crowd.community_id == key[0], Crowd.lead_no == key[1])
        statement = led.where(Case.state.in_(states)).order_by(Crowd.case_no).limit(limit)
        return list(self._uow.read(statement, Crowd, Case).scalars())

    def filed_since(self, community_id: int, no: int, moment: datetime) -> bool:
        """Whether the case of this number is as young as that: numbers ascend, so all after it are younger still."""
        found = self._uow.cases.filed_at((community_id, no))
        return found is not None and found > moment
