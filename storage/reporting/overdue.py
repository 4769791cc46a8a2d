"""What is overdue now, by responsible unit (督办). Units and cases, never a list of workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, select

from ledger.lifecycle import OPEN
from storage.tables import Case

if TYPE_CHECKING:
    from storage.cases import CaseRow
    from storage.unit_of_work import UnitOfWork

_OURS = Case.community_id.in_(bindparam("communities", expanding=True))
_LATE = and_(_OURS, Case.state.in_(sorted(OPEN)), Case.due_at < bindparam("now"))
_COUNTS = select(Case.unit_id, func.count().label("n")).where(_LATE).group_by(Case.unit_id)
_CASES = (
    select(Case.community_id, Case.no)
    .where(_LATE)
    .order_by(Case.unit_id.is_(None), Case.unit_id, Case.due_at, Case.community_id, Case.no)
    .limit(bindparam("most"))
    .offset(bindparam("first"))
)


class Overdue:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def counts(self, community_ids: list[int]) -> dict[int | None, int]:
        """How many of each unit; None is the communities' own work."""
        return {row.unit_id: row.n for row in self._fetch(_COUNTS, community_ids)}

    def cases(self, community_ids: list[int], most: int, first: int = 0) -> list[CaseRow]:
        """Unit by unit, what has been overdue longest first; the communities' own work last."""
        keys = [(row.community_id, row.no) for row in self._fetch(_CASES, community_ids, most=most, first=first)]
        self._uow.cases.preload(set(keys))
        return [self._uow.cases.get(*key) for key in keys]

    def _fetch(self, statement: Any, community_ids: list[int], **more: int) -> list[Any]:
        given = {"communities": community_ids, "now": self._uow.now, **more}
        return list(self._uow.read(statement, Case, given=given))
