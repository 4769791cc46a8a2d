"""Moving a case into the ledger of another community."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, insert, literal, select

from ledger.lifecycle import Action, State
from storage.cases.rows import COLUMNS, CaseRow
from storage.tables import Access, Base, Case, table_of

if TYPE_CHECKING:
    from storage.unit_of_work import UnitOfWork

MOVED_TO = "moved_to"
"""In the last event of a case that has moved: community and number under which it goes on."""
ITS_OWN = ("community_id", "no", "version", "changed_at")
_OF_A_CASE = [
    table
    for table in Base.metadata.sorted_tables
    if table is table_of(Access) or any(key.column.table is table_of(Case) for key in table.foreign_keys)
]


class MovingOfCases:
    """Cases that go on in another community."""

    _uow: UnitOfWork

    def move(self, case: CaseRow, community_id: int) -> CaseRow:
        """File a case again in another community, under its next number, with everything that belongs to it.

        The old number stays, with nothing in it, so that numbers have no gaps.
        """
        values = {name: getattr(case, name) for name in COLUMNS if name not in ITS_OWN}
        moved: CaseRow = self._uow.cases.file(community_id, **values)
        for table in _OF_A_CASE:
            here = and_(table.c.community_id == case.community_id, table.c.case_no == case.no)
            new = {"community_id": moved.community_id, "case_no": moved.no}
            columns: list[Any] = [literal(new[c.name], c.type) if c.name in new else c for c in table.columns]
            self._uow.execute(insert(table).from_select(table.columns.keys(), select(*columns).where(here)))
            self._uow.execute(delete(table).where(here))
        return moved

    def moved_to(self, case: CaseRow) -> tuple[int, int] | None:
        """Where a case goes on that has moved to another community; otherwise None."""
        step = self._uow.cases.last_step(case.key, [Action.TRANSFER]) if case.state is State.TRANSFERRED else None
        key = (step.detail or {}).get(MOVED_TO) if step else None
        return (key[0], key[1]) if key else None

    def where_it_goes_on(self, case: CaseRow) -> CaseRow:
        """The case itself, or the one that it has moved to: buttons and questions from before still work."""
        there = self.moved_to(case)
        return self._uow.cases.get(*there) if there else case
