"""What residents ask for, by construction item: distinct people of the ledger and of surveys, and urgent cases.

Somebody who asks twice, or in the ledger and in a survey, is one person. Cases whose contacts are gone, and those that
came from elsewhere, count the supporters that were known.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, select, union

from ledger.lifecycle import State
from ledger.needs import Demand
from ledger.rights import Part
from ledger.scenes import NO_ITEM, Kind, Urgency
from storage.cases import ROOT_CAUSE
from storage.reporting.rows import Quote
from storage.tables import Case, CasePerson, Survey, SurveyAnswer

if TYPE_CHECKING:
    from collections.abc import Collection

    from ledger.periods import Period
    from storage.unit_of_work import UnitOfWork

ItemOf = tuple[int, int]
"""A community and the number of a construction item."""
PRESSING = (Urgency.EMERGENCY, Urgency.URGENT)
NO_DEMAND = (State.WITHDRAWN, State.REFUSED, State.MERGED)

_COMMUNITIES: Any = bindparam("communities", expanding=True)
_START: Any = bindparam("start")
_END: Any = bindparam("end")
_SAID = and_(
    Case.community_id.in_(_COMMUNITIES),
    Case.created_at >= _START,
    Case.created_at < _END,
    Case.item != NO_ITEM,
    Case.kind.in_((Kind.PROBLEM, Kind.NEED)),
    Case.state.not_in(NO_DEMAND),
    Case.source != ROOT_CAUSE,
)
_OF_ITEM = (Case.community_id, Case.item)
_IN_CASE = and_(
    CasePerson.community_id == Case.community_id, CasePerson.case_no == Case.no, CasePerson.part != Part.CLERK
)
_ANSWERED = and_(
    SurveyAnswer.community_id.in_(_COMMUNITIES),
    SurveyAnswer.at >= _START,
    SurveyAnswer.at < _END,
    SurveyAnswer.item != NO_ITEM,
)

_CASES = (
    select(*_OF_ITEM, func.count().label("n"), func.count().filter(Case.urgency.in_(PRESSING)).label("urgent"))
    .where(_SAID)
    .group_by(*_OF_ITEM)
)
_NOBODY_KNOWN = (
    select(*_OF_ITEM, func.sum(Case.supporters).label("n"))
    .where(_SAID, ~select(CasePerson.account).where(_IN_CASE).exists())
    .group_by(*_OF_ITEM)
)
_answered = select(SurveyAnswer.community_id, SurveyAnswer.item, SurveyAnswer.bot, SurveyAnswer.account).where(
    _ANSWERED
)
_spoken = select(*_OF_ITEM, CasePerson.bot, CasePerson.account).join(CasePerson, _IN_CASE).where(_SAID)
_everybody = union(_spoken, _answered).subquery()
_PEOPLE = select(_everybody.c.community_id, _everybody.c.item, func.count().label("n")).group_by(
    _everybody.c.community_id, _everybody.c.item
)
_asked = _answered.distinct().subquery()
_SURVEYED = select(_asked.c.community_id, _asked.c.item, func.count().label("n")).group_by(
    _asked.c.community_id, _asked.c.item
)
_FIXED = select(Survey.community_id, Survey.results).where(
    Survey.community_id.in_(_COMMUNITIES),
    Survey.answers_gone_at.is_not(None),
    Survey.ended_at >= _START,
    Survey.ended_at < _END,
)
_place = func.row_number().over(partition_by=_OF_ITEM, order_by=(Case.supporters.desc(), Case.no.desc()))
_ranked = select(*_OF_ITEM, Case.no, Case.text, _place.label("place")).where(_SAID).subquery()
_LOUDEST = select(_ranked).where(_ranked.c.place == 1)


class DemandByItem:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of(self, community_ids: Collection[int], period: Period) -> dict[ItemOf, Demand]:
        """What was asked for in a half-open period."""
        given = {"communities": list(community_ids), "start": period.start, "end": period.end}
        cases = {_key(row): (row.n, row.urgent) for row in self._fetch(_CASES, given)}
        people, surveyed = Counter[ItemOf](), Counter[ItemOf]()
        for row in (*self._fetch(_PEOPLE, given), *self._fetch(_NOBODY_KNOWN, given)):
            people[_key(row)] += int(row.n)
        for row in self._fetch(_SURVEYED, given):
            surveyed[_key(row)] += row.n
        for row in self._fetch(_FIXED, given):
            for item, n in (row.results or {}).get("items", {}).items():
                people[row.community_id, int(item)] += n
                surveyed[row.community_id, int(item)] += n
        return {
            key: Demand(people[key], *cases.get(key, (0, 0)), surveyed[key]) for key in people.keys() | cases.keys()
        }

    def loudest(self, community_id: int, period: Period) -> dict[int, Quote]:
        """One case of each item, as it stands now: erased words are not in here any more."""
        given = {"communities": [community_id], "start": period.start, "end": period.end}
        return {row.item: Quote(row.no, row.text) for row in self._fetch(_LOUDEST, given)}

    def _fetch(self, statement: Any, given: dict[str, Any]) -> list[Any]:
        return list(self._uow.read(statement, Case, CasePerson, Survey, SurveyAnswer, given=given))


def _key(row: Any) -> ItemOf:
    return row.community_id, row.item
