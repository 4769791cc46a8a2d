"""The history of a case: its steps, append-only, and the labels that people corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ledger.lifecycle import LEAD_BACK, Role, State
from storage.ids import new_id
from storage.tables import CaseEvent, Correction

if TYPE_CHECKING:
    from collections.abc import Collection

    from storage.cases.rows import CaseRow
    from storage.unit_of_work import UnitOfWork


class HistoryOfCases:
    """Steps and corrections of cases."""

    _uow: UnitOfWork

    def add_event(
        self,
        case: CaseRow,
        *,
        action: str,
        role: Role,
        before: State | None,
        staff_id: int | None = None,
        reason: str | None = None,
        via: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> int:
        """Append a step to a case's history; returns its id."""
        event_id = new_id()
        self._uow.insert(
            CaseEvent,
            {
                "community_id": case.community_id,
                "id": event_id,
                "case_no": case.no,
                "at": self._uow.now,
                "action": action,
                "role": role,
                "staff_id": staff_id,
                "before": before,
                "after": case.state,
                "reason": reason,
                "via": via,
                "detail": detail,
            },
        )
        return event_id

    def events(self, key: tuple[int, int]) -> list[Any]:
        statement = (
            select(CaseEvent.__table__)
            .where(CaseEvent.community_id == key[0], CaseEvent.case_no == key[1])
            .order_by(CaseEvent.id)
        )
        return list(self._uow.read(statement, CaseEvent))

    def last_step(self, key: tuple[int, int], actions: Collection[str]) -> Any | None:
        """The newest of these steps that was taken with a case and not undone."""
        events = self.events(key)
        undone = {event.detail["event"] for event in events if event.action == "undo"}
        return next((event for event in reversed(events) if event.action in actions and event.id not in undone), None)

    def came_from(self, case: CaseRow) -> State | None:
        """The state from which a case was put aside into the one that it is in; steps that lead back do not count."""
        moved = (event for event in reversed(self.events(case.key)) if event.before != event.after == case.state)
        before = next((event.before for event in moved if event.action not in ("undo", *LEAD_BACK)), None)
        return State(before) if before else None

    def add_correction(self, case: CaseRow, label: str, before: str | None, after: str, role: Role) -> None:
        self._uow.insert(
            Correction,
            {
                "community_id": case.community_id,
                "id": new_id(),
                "case_no": case.no,
                "label": label,
                "before": before,
                "after": after,
                "role": role,
                "at": self._uow.now,
            },
        )
