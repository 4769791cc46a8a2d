"""What spikes are computed from: cases and joiners of the last days, and which spikes were already told."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select

from ledger.lifecycle import State
from ledger.rights import Part
from ledger.scenes import Scene
from storage.cases import ROOT_CAUSE
from storage.reporting.queries import PLACES
from storage.sql.bulk import upsert
from storage.sql.keys import given as by_keys
from storage.sql.keys import select_by_keys
from storage.tables import Case, CasePerson, SpikeTold, table_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

LEFT_OUT = (State.WITHDRAWN, State.REFUSED)
"""Cases in these states do not count as reports."""


class Sighting(NamedTuple):
    """A case that was filed or joined lately; `people`: who reported or joined it in that time, one name each."""

    community_id: int
    no: int
    scene: Scene
    item: int
    building_id: int | None
    grid_id: int | None
    place: str | None
    key: tuple[int, ...]
    confirmed: bool
    people: frozenset[tuple[Any, ...]]
    at: datetime


class Usual(NamedTuple):
    """How many cases of a scene a place had in the weeks before."""

    scene: Scene
    building_id: int | None
    grid_id: int | None
    place: str | None
    n: int


_SINCE: Any = bindparam("since")
_COMMUNITIES: Any = bindparam("communities", expanding=True)
_JOINED = (
    select(CasePerson.community_id, CasePerson.case_no, func.count().label("n"))
    .where(
        CasePerson.community_id.in_(_COMMUNITIES), CasePerson.part == Part.JOINER.value, CasePerson.joined_at >= _SINCE
    )
    .group_by(CasePerson.community_id, CasePerson.case_no)
    .subquery()
)
_OF_CASE = and_(Case.community_id == _JOINED.c.community_id, Case.no == _JOINED.c.case_no)
_NEW = Case.created_at >= _SINCE
_SEEN = (
    select(
        *(Case.community_id, Case.no, Case.scene, Case.item, Case.building_id, Case.grid_id, Case.place),
        *(Case.proposal, Case.confirmed, Case.created_at),
    )
    .join_from(Case, _JOINED, _OF_CASE, isouter=True)
    .where(Case.community_id.in_(_COMMUNITIES), Case.state.not_in(LEFT_OUT), Case.source != ROOT_CAUSE)
)
_FILED = _SEEN.where(_NEW)
_ONLY_JOINED = _SEEN.where(~_NEW, _JOINED.c.n > 0)
_CASE_PEOPLE = table_of(CasePerson)
_PEOPLE = select_by_keys([_CASE_PEOPLE.c.community_id, _CASE_PEOPLE.c.case_no])


class Spikes:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def seen(self, communities: Collection[int], since: datetime) -> list[Sighting]:
        """Cases that were filed or joined since then."""
        given = {"communities": list(communities), "since": since}
        rows = [
            row
            for statement in (_FILED, _ONLY_JOINED)
            for row in self._uow.read(statement, Case, CasePerson, given=given)
        ]
        people = self._people([(row.community_id, row.no) for row in rows], since)
        return [_sighting(row, frozenset(people[row.community_id, row.no])) for row in rows]

    def _people(self, keys: list[tuple[int, int]], since: datetime) -> dict[tuple[int, int], set[tuple[Any, ...]]]:
        """Get who came to these cases since then. By account: somebody who reports twice counts once.

        Who filed on behalf of a person counts for that person: one in each case, unless the person is in it, too.
        """
        rows = self._uow.read(_PEOPLE, CasePerson, given=by_keys(keys)).all() if keys else []
        told = {(row.community_id, row.case_no) for row in rows if row.part == Part.REPORTER}
        found: dict[tuple[int, int], set[tuple[Any, ...]]] = {key: set() for key in keys}
        for row in rows:
            key, own = (row.community_id, row.case_no), row.part in (Part.REPORTER, Part.JOINER)
            if row.joined_at >= since and (own or key not in told):
                found[key].add((row.bot, row.account) if own else key)
        return found

    def usual(self, community_id: int, start: datetime, end: datetime) -> list[Usual]:
        """Cases by place and scene in [start, end)."""
        rows = self._uow.fetch(PLACES, Case, given={"community": community_id, "start": start, "end": end})
        return [Usual(Scene(row.scene), row.building_id, row.grid_id, row.place, row.n) for row in rows]

    def tell(self, community_id: int, scene: str, place: tuple[str, int | str], before: datetime) -> bool:
        """Note that a spike is told now; False if the same was told at `before` or later.

        Of a place only a digest is kept: its name may be in a resident's own words.
        """
        digest = hashlib.sha256(f"{place[0]}:{place[1]}".encode()).hexdigest()
        row = {"community_id": community_id, "scene": scene, "place": digest, "told_at": self._uow.now}
        statement = upsert(self._uow.connection)(SpikeTold).values(row)
        statement = statement.on_conflict_do_update(
            index_elements=["community_id", "scene", "place"],
            set_={"told_at": self._uow.now},
            where=SpikeTold.told_at < before,
        )
        return self._uow.execute(statement).rowcount == 1


def _sighting(row: Any, people: frozenset[tuple[Any, ...]]) -> Sighting:
    return Sighting(
        *(row.community_id, row.no, Scene(row.scene), row.item, row.building_id, row.grid_id, row.place),
        key=tuple(row.proposal.get("key", ())),
        confirmed=row.confirmed,
        people=people,
        at=row.created_at,
    )
