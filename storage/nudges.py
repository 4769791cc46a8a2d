"""Reminders and questions to the staff about cases: once each by the clock, any number by supervisors."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from ledger.lifecycle import Role
from ledger.nudges import Nudge as Kind
from storage.ids import new_id
from storage.sql.bulk import upsert
from storage.tables import Nudge

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

Chats = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class NudgeRow:
    """One nudge; `told` lists the (bot, chat) that have it, `staff_id` is who asked (None: the clock)."""

    community_id: int
    id: int
    case_no: int
    kind: Kind
    role: Role
    staff_id: int | None
    words: str | None
    asked_at: datetime
    due_at: datetime
    next_at: datetime | None
    told: Chats
    done_at: datetime | None
    done_by: int | None
    answer: str | None

    @property
    def key(self) -> tuple[int, int]:
        return self.community_id, self.case_no


class Nudges:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(
        self,
        key: tuple[int, int],
        kind: Kind,
        role: Role,
        *,
        due_at: datetime,
        told: Chats,
        staff_id: int | None = None,
        words: str | None = None,
        next_at: datetime | None = None,
    ) -> NudgeRow | None:
        """Note that the staff are asked; None if the clock has asked the same already."""
        row = {
            "community_id": key[0],
            "id": new_id(),
            "case_no": key[1],
            "kind": kind,
            "role": role,
            "staff_id": staff_id,
            "words": words,
            "asked_at": self._uow.now,
            "due_at": due_at,
            "next_at": next_at,
            "told": [list(chat) for chat in told],
            "done_at": None,
            "done_by": None,
            "answer": None,
        }
        added = self._uow.execute(upsert(self._uow.connection)(Nudge).values(row).on_conflict_do_nothing())
        return _nudge(row) if added.rowcount == 1 else None

    def get(self, community_id: int, nudge_id: int) -> NudgeRow | None:
        statement = select(Nudge.__table__).where(Nudge.community_id == community_id, Nudge.id == nudge_id)
        row = self._uow.read(statement, Nudge).one_or_none()
        return _nudge(row._mapping) if row else None  # noqa: SLF001

    def open(self, key: tuple[int, int], kinds: Collection[Kind] = tuple(Kind)) -> list[NudgeRow]:
        """What nobody has answered or acknowledged yet, oldest first."""
        statement = (
            select(Nudge.__table__)
            .where(Nudge.community_id == key[0], Nudge.case_no == key[1])
            .where(Nudge.kind.in_(list(kinds)), Nudge.done_at.is_(None))
            .order_by(Nudge.id)
        )
        return [_nudge(row._mapping) for row in self._uow.read(statement, Nudge)]  # noqa: SLF001

    def lately(self, community_id: int, kind: Kind, since: datetime) -> list[NudgeRow]:
        """What the clock asked of one kind since then, in order, answered or not, whoever was told."""
        statement = (
            select(Nudge.__table__)
            .where(Nudge.community_id == community_id, Nudge.kind == kind, Nudge.asked_at >= since)
            .where(Nudge.staff_id.is_(None))
            .order_by(Nudge.asked_at, Nudge.id)
        )
        return [_nudge(row._mapping) for row in self._uow.read(statement, Nudge)]  # noqa: SLF001

    def due(self, limit: int = 200) -> list[NudgeRow]:
        """What was to be answered by now; those that another process looks at are passed over."""
        statement = select(Nudge.__table__).where(Nudge.next_at <= self._uow.now).order_by(Nudge.next_at).limit(limit)
        rows = self._uow.read(statement.with_for_update(skip_locked=True), Nudge)
        return [_nudge(row._mapping) for row in rows]  # noqa: SLF001

    def done(self, nudge: NudgeRow, staff_id: int | None, answer: str | None = None) -> bool:
        """Note who answered or acknowledged; False if somebody already had."""
        values = {"done_at": self._uow.now, "done_by": staff_id, "answer": answer, "next_at": None}
        return self._change(nudge, values)

    def reopen(self, key: tuple[int, int], kinds: Collection[Kind], done_at: datetime) -> list[NudgeRow]:
        """Take back what was answered at this time; returns these nudges."""
        same = (Nudge.community_id == key[0], Nudge.case_no == key[1], Nudge.kind.in_(list(kinds)))
        change = update(Nudge).where(*same, Nudge.done_at == done_at).values(done_at=None, done_by=None)
        return [_nudge(row._mapping) for row in self._uow.execute(change.returning(Nudge.__table__))]  # noqa: SLF001

    def told_too(self, nudge: NudgeRow, chats: Chats) -> None:
        """More people were told, and nobody else is told later."""
        told = [list(chat) for chat in dict.fromkeys([*nudge.told, *chats])]
        self._change(nudge, {"told": told, "next_at": None})

    def _change(self, nudge: NudgeRow, values: dict[str, Any]) -> bool:
        same = (Nudge.community_id == nudge.community_id, Nudge.id == nudge.id, Nudge.done_at.is_(None))
        return self._uow.execute(update(Nudge).where(*same).values(values)).rowcount == 1


_COLUMNS = tuple(field.name for field in fields(NudgeRow))


def _nudge(row: Any) -> NudgeRow:
    values = {name: row[name] for name in _COLUMNS}
    told = [(bot, chat) for bot, chat in values["told"]]
    return NudgeRow(**values | {"kind": Kind(values["kind"]), "role": Role(values["role"]), "told": told})
