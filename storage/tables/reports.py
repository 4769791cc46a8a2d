"""Reports that were made or asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Json


class ReportRun(Base):
    """A report of one period: made once, so that its content stays what it was when it was made."""

    __tablename__ = "report_runs"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report: Mapped[str] = mapped_column(Code, primary_key=True)
    period_start: Mapped[datetime] = mapped_column(primary_key=True)
    period_end: Mapped[datetime]
    content: Mapped[Any] = mapped_column(Json)
    made_at: Mapped[datetime]


class ReportRequest(Base):
    """A report that somebody asked for in chat, or (`period_start`) one that is to reach somebody at their own hour.

    It is made and sent outside the process's answering path, not before `due_at`.
    """

    __tablename__ = "report_requests"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report: Mapped[str] = mapped_column(Code)
    bot: Mapped[str] = mapped_column(Code)
    chat: Mapped[int]
    topic: Mapped[int]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    period_start: Mapped[datetime | None]
    __table_args__ = (partial("ix_report_requests_waiting", "asked_at", where="done_at IS NULL"),)


class Subscription(Base):
    """What somebody chose about a report in one chat; what is null is the district's usual.

    `wanted` None: sent by right only (a manager's own chat); a group has a row that says True. `quiet` False: at any
    hour. `minute` counts from midnight.
    """

    __tablename__ = "subscriptions"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report: Mapped[str] = mapped_column(Code, primary_key=True)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    chat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int]
    wanted: Mapped[bool | None]
    weekday: Mapped[int | None]
    minute: Mapped[int | None]
    on_holidays: Mapped[bool | None]
    quiet: Mapped[bool | None]
    __table_args__ = (Index("ix_subscriptions_chat", "bot", "chat"),)
