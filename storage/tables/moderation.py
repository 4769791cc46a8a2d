"""What is put before a person: how somebody writes, what they wrote for neighbours; and cases that came as a crowd."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, of_case, partial
from storage.types import Words, WordsJson


class Concern(Base):
    """Somebody's way of writing that a person should look at. `held`: words that wait for it to be filed.

    Those with one `key` in one community are one matter: `lead_id` is the first of them, whose card speaks for all.
    `next_at`: held words are filed then though nobody has looked.
    """

    __tablename__ = "concerns"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code)
    account: Mapped[int]
    chat: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    key: Mapped[str | None] = mapped_column(String(100))
    lead_id: Mapped[int | None]
    times: Mapped[int] = mapped_column(default=1)
    sample: Mapped[str] = mapped_column(Words)
    held: Mapped[Any | None] = mapped_column(WordsJson)
    state: Mapped[str] = mapped_column(Code, default="open")
    reason: Mapped[str | None] = mapped_column(Code)
    opened_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    staff_id: Mapped[int | None]
    until: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_concerns_account", "bot", "account"),
        partial("ix_concerns_open", "community_id", "kind", "key", where="state = 'open'"),
        partial("ix_concerns_next_at", "next_at", where="next_at IS NOT NULL"),
        Index("ix_concerns_opened_at", "opened_at"),
    )


class ConcernEvent(Base):
    """One step of a concern, append-only: who decided what about it, and why."""

    __tablename__ = "concern_events"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    concern_id: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(Code)
    role: Mapped[str] = mapped_column(Code)
    staff_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Code)
    __table_args__ = (
        ForeignKeyConstraint(
            ["community_id", "concern_id"], ["concerns.community_id", "concerns.id"], ondelete="CASCADE"
        ),
        Index("ix_concern_events_concern_id", "community_id", "concern_id"),
    )


class Crowd(Base):
    """A case that came with others like it; they are shown on the card of `lead_no`."""

    __tablename__ = "crowds"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lead_no: Mapped[int]
    at: Mapped[datetime]
    __table_args__ = (of_case(), Index("ix_crowds_lead_no", "community_id", "lead_no"))


class ContentStep(Base):
    """One decision about what a resident wrote for neighbours, append-only. `kind`, `content_id`: which piece."""

    __tablename__ = "content_steps"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Code)
    content_id: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(Code)
    role: Mapped[str] = mapped_column(Code)
    staff_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Words)
    __table_args__ = (Index("ix_content_steps_content_id", "community_id", "kind", "content_id", "id"),)


class ContentReport(Base):
    """Somebody finds wrong what a neighbour wrote. `settled`: a person has looked since."""

    __tablename__ = "content_reports"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Code, primary_key=True)
    content_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    settled: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_content_reports_account", "bot", "account"),)
