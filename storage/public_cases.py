"""Cases as other systems may read them: by community, time, scene and status, never an emergency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select, tuple_

from ledger.lifecycle import OPEN, State
from ledger.scenes import EIGHT_SCENES, Scene, Urgency
from storage.cases import CaseRow, case_row
from storage.tables import Case

OPEN_TO_OTHERS = OPEN | {State.ANSWERED, State.FOLLOW_UP}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: those of `numbers` (community, number), else those received in [start, end)."""

    communities: Sequence[int]
    numbers: Sequence[tuple[int, int]] | None = None
    start: datetime | None = None
    end: datetime | None = None
    scenes: Sequence[Scene] = ()
    open_: bool | None = None
    limit: int = 100
    offset: int = 0


def published(connection: Connection, wanted: Wanted) -> list[CaseRow]:
    """The cases that are wanted, newest first."""
    statement = (
        select(Case.__table__)
        .where(and_(*_conditions(wanted)))
        .order_by(Case.created_at.desc(), Case.community_id, Case.no.desc())
        .limit(wanted.limit)
        .offset(wanted.offset)
    )
    return [case_row(row) for row in connection.execute(statement)]


def _conditions(wanted: Wanted) -> list[Any]:
    found: list[Any] = [Case.community_id.in_(wanted.communities), Case.urgency != Urgency.EMERGENCY]
    found.append(Case.scene.in_(wanted.scenes or EIGHT_SCENES))
    if wanted.numbers is not None:
        found.append(tuple_(Case.community_id, Case.no).in_(wanted.numbers))
    if wanted.start and wanted.end:
        found += [Case.created_at >= wanted.start, Case.created_at < wanted.end]
    if wanted.open_ is not None:
        found.append(Case.state.in_(OPEN_TO_OTHERS) if wanted.open_ else Case.state.not_in(OPEN_TO_OTHERS))
    return found
