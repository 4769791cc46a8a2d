"""What the clock watches over: alarms of emergencies, and nudges."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, of_case, partial
from storage.types import Json, Words


class Alarm(Base):
    """An emergency that somebody has to acknowledge; `level` rises each time nobody did."""

    __tablename__ = "alarms"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(default=0)
    raised_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    staff_id: Mapped[int | None]
    __table_args__ = (
        of_case(),
        partial("ix_alarms_next_at", "next_at", where="next_at IS NOT NULL"),
    )


class Nudge(Base):
    """Something that the staff are asked about a case: by the clock (`staff_id` null) once each, or by who supervises.

    `due_at` is the case's due time that the clock's nudge is about, or when the answer is due; `told` lists the chats.
    """

    __tablename__ = "nudges"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    role: Mapped[str] = mapped_column(Code)
    staff_id: Mapped[int | None]
    words: Mapped[str | None] = mapped_column(Words)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    told: Mapped[Any] = mapped_column(Json)
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(Words)
    __table_args__ = (
        of_case(),
        Index("ix_nudges_case_no", "community_id", "case_no"),
        partial("ix_nudges_next_at", "next_at", where="next_at IS NOT NULL"),
        partial("uq_nudges_once", "community_id", "case_no", "kind", "due_at", where="staff_id IS NULL", unique=True),
    )


class SpikeTold(Base):
    """When a spike was told last; `place` is a digest, for its name may be in a resident's own words."""

    __tablename__ = "spikes_told"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    scene: Mapped[str] = mapped_column(Code, primary_key=True)
    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    told_at: Mapped[datetime]
