"""Reports that were made or asked for."""

from datetime import datetime
from typing import Any

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
    """Somebody asked for a report in chat; it is made and sent outside the process's answering path."""

    __tablename__ = "report_requests"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report: Mapped[str] = mapped_column(Code)
    bot: Mapped[str] = mapped_column(Code)
    chat: Mapped[int]
    topic: Mapped[int]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    __table_args__ = (partial("ix_report_requests_waiting", "asked_at", where="done_at IS NULL"),)
