"""Shared rooms and their bookings."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, Name, partial
from storage.types import Words


class Room(Base):
    """A shared room. Opening hours are minutes of the day, `weekdays` digits (0 is Monday), `slot` minutes."""

    __tablename__ = "rooms"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name)
    weekdays: Mapped[str] = mapped_column(String(7))
    opens: Mapped[int]
    closes: Mapped[int]
    slot: Mapped[int]
    closed_at: Mapped[datetime | None]


class Booking(Base):
    """One slot of a room; the key is what keeps two people from having the same. `next_at`: the reminder."""

    __tablename__ = "bookings"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    room_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code)
    account: Mapped[int]
    chat: Mapped[int]
    name: Mapped[str | None] = mapped_column(Words)
    starts_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "room_id"], ["rooms.community_id", "rooms.id"], ondelete="CASCADE"),
        Index("ix_bookings_account", "bot", "account"),
        Index("ix_bookings_starts_at", "starts_at"),
        partial("ix_bookings_next_at", "next_at", where="next_at IS NOT NULL"),
    )
