"""Events (活动) and the people who signed up."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Words


class Gathering(Base):
    """An event (活动). `code` is read out on the spot; `next_at`: the reminder of the day before, then the thanks."""

    __tablename__ = "gatherings"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Words)
    place: Mapped[str] = mapped_column(Words)
    places: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(6))
    staff_id: Mapped[int | None]
    topic_no: Mapped[int | None]
    call_no: Mapped[int | None]
    reminded_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    __table_args__ = (partial("ix_gatherings_next_at", "next_at", where="next_at IS NOT NULL"),)


class GatheringPerson(Base):
    """Somebody who signed up, in the order of `id`. `state`: coming, waiting, came. `tries`: wrong codes so far."""

    __tablename__ = "gathering_people"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    gathering_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    id: Mapped[int]
    state: Mapped[str] = mapped_column(Code)
    name: Mapped[str | None] = mapped_column(Words)
    tries: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(
            ["community_id", "gathering_no"], ["gatherings.community_id", "gatherings.no"], ondelete="CASCADE"
        ),
        Index("ix_gathering_people_account", "bot", "account"),
    )
