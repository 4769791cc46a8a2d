"""One case as it was read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import case

from ledger.lifecycle import State
from ledger.scenes import Kind, Scene, Urgency
from storage.tables import Case

if TYPE_CHECKING:
    from datetime import datetime

ROOT_CAUSE = "root_cause"
"""Source of a case that the ledger itself filed, about what others have in common."""
BY_URGENCY = case({urgency: rank for rank, urgency in enumerate(Urgency)}, value=Case.urgency, else_=9)


@dataclass(slots=True)
class CaseRow:
    """One case as it was read. Only `Cases.change` changes it."""

    community_id: int
    no: int
    version: int
    state: State
    scene: Scene
    scene2: Scene | None
    kind: Kind
    item: int
    urgency: Urgency
    text: str
    place: str | None
    building_id: int | None
    grid_id: int | None
    latitude: float | None
    longitude: float | None
    proposal: dict[str, Any]
    confirmed: bool
    anonymous: bool
    supporters: int
    source: str
    staff_id: int | None
    first_staff_id: int | None
    unit_id: int | None
    merged_into: int | None
    reopened: int
    reply: str | None
    solved: bool | None
    satisfied: int | None
    created_at: datetime
    sign_due_at: datetime
    due_at: datetime
    signed_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    contacted_at: datetime | None
    outcome: str | None
    root_no: int | None
    changed_at: datetime
    next_at: datetime | None

    @property
    def key(self) -> tuple[int, int]:
        return self.community_id, self.no


COLUMNS = tuple(field.name for field in fields(CaseRow))
_ENUMS: dict[str, Any] = {"state": State, "scene": Scene, "kind": Kind, "urgency": Urgency}


def case_row(row: Any) -> CaseRow:
    """Build a `CaseRow` from a row of the table."""
    values = {name: getattr(row, name) for name in COLUMNS}
    for name, enum in _ENUMS.items():
        values[name] = enum(values[name])
    values["scene2"] = Scene(values["scene2"]) if values["scene2"] else None
    return CaseRow(**values)
