"""Concerns about how somebody writes: opened by the machine, decided by a staff member."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, or_, select, update

from storage.errors import NotFound
from storage.ids import new_id
from storage.tables import Concern, ConcernEvent

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.lifecycle import Role
    from storage.unit_of_work import UnitOfWork


class State(StrEnum):
    """Where a concern stands. `LAPSED`: nobody decided in time."""

    OPEN = "open"
    LET_BE = "let_be"
    PAUSED = "paused"
    FILED = "filed"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class ConcernRow:
    community_id: int
    id: int
    bot: str
    account: int
    chat: int
    kind: str
    key: str | None
    lead_id: int | None
    times: int
    sample: str
    held: Any | None
    state: State
    reason: str | None
    opened_at: datetime
    next_at: datetime | None
    decided_at: datetime | None
    staff_id: int | None
    until: datetime | None

    @property
    def adds(self) -> bool:
        """Whether its held words are for a case that is filed already."""
        return bool(self.held and self.held.get("case"))


class Concerns:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def open(
        self,
        community_id: int,
        *,
        who: tuple[str, int, int],
        kind: str,
        sample: str,
        key: str | None = None,
        held: Any = None,
        next_at: datetime | None = None,
    ) -> ConcernRow:
        """Put something before the staff; `who` is (bot, account, chat). What belongs to an open one joins it."""
        lead = self._lead(community_id, kind, key) if key else None
        concern_id = new_id()
        row: dict[str, Any] = dict.fromkeys(_COLUMNS)
        row |= {"community_id": community_id, "id": concern_id, "kind": kind, "key": key}
        row |= dict(zip(("bot", "account", "chat"), who, strict=True))
        row |= {"lead_id": lead.id if lead else None, "times": 1, "sample": sample, "held": held, "state": State.OPEN}
        self._uow.insert(Concern, row | {"opened_at": self._uow.now, "next_at": next_at})
        return self.get(community_id, concern_id)

    def _lead(self, community_id: int, kind: str, key: str) -> ConcernRow | None:
        same = (Concern.community_id == community_id, Concern.kind == kind, Concern.key == key)
        first = select(Concern.__table__).where(*same, _IS_OPEN, Concern.lead_id.is_(None)).order_by(Concern.id)
        row = self._uow.read(first.limit(1), Concern).one_or_none()
        return _concern(row) if row else None

    def again(self, bot: str, account: int, kind: str) -> bool:
        """Whether such a concern about this person is open already; if so, it has happened once more."""
        same = (Concern.bot == bot, Concern.account == account, Concern.kind == kind, _IS_OPEN)
        changed = update(Concern).where(*same).values(times=Concern.times + 1)
        return self._uow.execute(changed).rowcount > 0

    def get(self, community_id: int, concern_id: int) -> ConcernRow:
        statement = select(Concern.__table__).where(Concern.community_id == community_id, Concern.id == concern_id)
        row = self._uow.read(statement, Concern).one_or_none()
        if row is None:
            raise NotFound
        return _concern(row)

    def group(self, lead: ConcernRow, state: State) -> list[ConcernRow]:
        """The concern and those that joined it, as far as they stand at `state`."""
        one = or_(Concern.id == lead.id, Concern.lead_id == lead.id)
        statement = select(Concern.__table__).where(Concern.community_id == lead.community_id, one)
        rows = self._uow.read(statement.where(Concern.state == state).order_by(Concern.id), Concern)
        return [_concern(row) for row in rows]

    def size(self, lead: ConcernRow) -> int:
        one = or_(Concern.id == lead.id, Concern.lead_id == lead.id)
        statement = select(func.count()).where(Concern.community_id == lead.community_id, one)
        return int(self._uow.read(statement, Concern).scalar_one())

    def change(self, concern: ConcernRow, state: State, **values: Any) -> bool:
        """Move a concern on from the state that was read; False if somebody was faster."""
        this = (Concern.community_id == concern.community_id, Concern.id == concern.id, Concern.state == concern.state)
        return self._uow.execute(update(Concern).where(*this).values(state=state, **values)).rowcount == 1

    def add_event(self, concern: ConcernRow, action: str, role: Role, staff_id: int | None, reason: str | None) -> None:
        row = {"community_id": concern.community_id, "id": new_id(), "concern_id": concern.id, "at": self._uow.now}
        self._uow.insert(ConcernEvent, row | {"action": action, "role": role, "staff_id": staff_id, "reason": reason})

    def events(self, concern: ConcernRow) -> list[Any]:
        this = (ConcernEvent.community_id == concern.community_id, ConcernEvent.concern_id == concern.id)
        return list(self._uow.read(select(ConcernEvent.__table__).where(*this).order_by(ConcernEvent.id), ConcernEvent))

    def due(self, limit: int = 100) -> list[ConcernRow]:
        """Held words that nobody has looked at in time."""
        statement = select(Concern.__table__).where(Concern.next_at <= self._uow.now).order_by(Concern.next_at)
        rows = self._uow.read(statement.limit(limit).with_for_update(skip_locked=True), Concern)
        return [_concern(row) for row in rows]

    def of_person(self, bot: str, account: int) -> list[ConcernRow]:
        statement = select(Concern.__table__).where(Concern.bot == bot, Concern.account == account)
        return [_concern(row) for row in self._uow.read(statement.order_by(Concern.id), Concern)]

    def erase_of(self, bot: str, account: int) -> None:
        self._uow.execute(delete(Concern).where(Concern.bot == bot, Concern.account == account))

    def forget_before(self, moment: datetime) -> None:
        """Erase what is older; held words are never that old."""
        self._uow.execute(delete(Concern).where(and_(Concern.opened_at < moment, Concern.next_at.is_(None))))


_COLUMNS = tuple(field.name for field in fields(ConcernRow))
_IS_OPEN = Concern.state == State.OPEN.value


def _concern(row: Any) -> ConcernRow:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return ConcernRow(**values | {"state": State(values["state"])})
