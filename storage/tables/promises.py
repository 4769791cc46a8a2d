"""Promises (承诺) of a community, and what those who were promised something say of them."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Words


class Promise(Base):
    """Something that was promised: by whom (`owner` as people call them), by when, out of which case or topic.

    `kept`: what its owner reported; `kept_at`, when. `next_at`: the clock looks at it then. `ended_at`: judged.
    """

    __tablename__ = "promises"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Words)
    kind: Mapped[str] = mapped_column(Code)
    owner: Mapped[str] = mapped_column(Words)
    staff_id: Mapped[int | None]
    case_no: Mapped[int | None]
    topic_no: Mapped[int | None]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    given_up: Mapped[str | None] = mapped_column(Words)
    asked_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    source: Mapped[str | None] = mapped_column(String(100))
    __table_args__ = (
        Index("uq_promises_community_id_source", "community_id", "source", unique=True),
        partial("ix_promises_next_at", "next_at", where="next_at IS NOT NULL"),
    )


class PromisePerson(Base):
    """Somebody who was promised it, and what they say: kept, not yet, no; with a reason of the district's own."""

    __tablename__ = "promise_people"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    promise_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    said: Mapped[str | None] = mapped_column(Code)
    reason: Mapped[str | None] = mapped_column(Words)
    said_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["community_id", "promise_no"], ["promises.community_id", "promises.no"], ondelete="CASCADE"
        ),
        Index("ix_promise_people_account", "bot", "account"),
    )
