"""Shared rooms and their bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.base_store import Store
from storage.counters import next_no
from storage.tables import Booking, Room

if TYPE_CHECKING:
    from datetime import datetime


class Rooms(Store):
    def make(self, community_id: int, **of: Any) -> int:
        room_id = next_no(self._uow, community_id, "room")
        self._put(Room, community_id=community_id, id=room_id, **of)
        return room_id

    def of_community(self, community_id: int) -> list[Any]:
        return self._many(Room, Room.community_id == community_id, Room.closed_at.is_(None), by=(Room.id,))

    def get(self, community_id: int, room_id: int) -> Any:
        return self._one(Room, Room.community_id == community_id, Room.id == room_id)

    def change(self, room: Any, **values: Any) -> None:
        self._change(Room, Room.community_id == room.community_id, Room.id == room.id, **values)

    def book(self, room: Any, day: str, minute: int, **who: Any) -> bool:
        """Book a slot. False: somebody else has it. The primary key decides, so it holds across processes."""
        of = {"community_id": room.community_id, "room_id": room.id, "day": day, "minute": minute}
        return self._put(Booking, **of, **who)

    def taken(self, room: Any, day: str) -> set[int]:
        same = (Booking.community_id == room.community_id, Booking.room_id == room.id, Booking.day == day)
        return {row.minute for row in self._many(Booking, *same)}

    def bookings(self, room: Any) -> list[Any]:
        """Future bookings of a room, in order."""
        ahead = (Booking.community_id == room.community_id, Booking.room_id == room.id)
        return self._many(Booking, *ahead, Booking.starts_at > self._uow.now, by=(Booking.starts_at,))

    def of_person(self, bot: str, account: int) -> list[Any]:
        """Future bookings of a person."""
        mine = (Booking.bot == bot, Booking.account == account, Booking.starts_at > self._uow.now)
        return self._many(Booking, *mine, by=(Booking.starts_at,))

    def cancel(self, booking: Any) -> bool:
        same = (
            Booking.community_id == booking.community_id,
            Booking.room_id == booking.room_id,
            Booking.day == booking.day,
            Booking.minute == booking.minute,
        )
        mine = (Booking.bot == booking.bot, Booking.account == booking.account)
        return self._delete(Booking, *same, *mine) > 0

    def due(self) -> list[Any]:
        return self._due(Booking)

    def remind_at(self, booking: Any, at: datetime | None) -> None:
        same = (
            Booking.community_id == booking.community_id,
            Booking.room_id == booking.room_id,
            Booking.day == booking.day,
            Booking.minute == booking.minute,
        )
        self._change(Booking, *same, next_at=at)

    def erase(self, bot: str, account: int) -> None:
        self._delete(Booking, Booking.bot == bot, Booking.account == account)

    def forget_before(self, moment: datetime) -> None:
        self._delete(Booking, Booking.starts_at < moment)
