"""Alarms of emergencies: who was called, up to which level, and whether somebody has taken it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select, update

from storage.cases.by_case import by_case, parameters
from storage.sql.compiled import CompiledQuery
from storage.tables import Alarm, table_of

if TYPE_CHECKING:
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

_ALARM = CompiledQuery(by_case(table_of(Alarm)))


class AlarmsOfCases:
    """Alarms of cases; one is stopped once."""

    _uow: UnitOfWork

    def raise_alarm(self, key: tuple[int, int], next_at: datetime, level: int = 0) -> None:
        self._uow.insert(
            Alarm,
            {
                "community_id": key[0],
                "case_no": key[1],
                "level": level,
                "raised_at": self._uow.now,
                "next_at": next_at,
                "acknowledged_at": None,
                "staff_id": None,
            },
        )

    def alarms_due(self, limit: int = 200) -> list[Any]:
        """Alarms that nobody acknowledged in time; those that another process looks at are passed over."""
        statement = select(Alarm.__table__).where(Alarm.next_at <= self._uow.now).order_by(Alarm.next_at).limit(limit)
        statement = statement.with_for_update(skip_locked=True)
        return list(self._uow.read(statement, Alarm))

    def alarm(self, key: tuple[int, int]) -> Any | None:
        return next(iter(self._uow.fetch(_ALARM, Alarm, given=parameters(key))), None)

    def escalate(self, key: tuple[int, int], level: int, next_at: datetime | None) -> None:
        self._change_alarm(key, level=level, next_at=next_at)

    def acknowledge(self, key: tuple[int, int], staff_id: int | None) -> bool:
        """Stop an alarm; False if somebody already had."""
        return self._change_alarm(key, next_at=None, acknowledged_at=self._uow.now, staff_id=staff_id)

    def alarm_again(self, key: tuple[int, int], next_at: datetime, level: int) -> None:
        """What was acknowledged by mistake rings on, from this level."""
        same = and_(Alarm.community_id == key[0], Alarm.case_no == key[1])
        rings = {"level": level, "next_at": next_at, "acknowledged_at": None, "staff_id": None}
        self._uow.execute(update(Alarm).where(same).values(**rings))

    def _change_alarm(self, key: tuple[int, int], **values: Any) -> bool:
        same = and_(Alarm.community_id == key[0], Alarm.case_no == key[1], Alarm.acknowledged_at.is_(None))
        return self._uow.execute(update(Alarm).where(same).values(**values)).rowcount == 1
