"""Calls for help and small wishes (微心愿), with the offers that took them up."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code
from storage.types import Words


class HelpCall(Base):
    """A call for help or a small wish (微心愿). One that a resident wrote waits until somebody has looked at it.

    `kind`: time, skill, space, material, money (pledged, never collected). `judged_by` (of the staff), `judge_*` (of
    the council): who decided last, so that an appeal goes to somebody else.
    """

    __tablename__ = "help_calls"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Code)
    text: Mapped[str] = mapped_column(Words)
    places: Mapped[int]
    state: Mapped[str] = mapped_column(Code)
    case_no: Mapped[int | None]
    topic_no: Mapped[int | None]
    bot: Mapped[str | None] = mapped_column(Code)
    account: Mapped[int | None]
    chat: Mapped[int | None]
    staff_id: Mapped[int | None]
    judged_by: Mapped[int | None]
    judge_bot: Mapped[str | None] = mapped_column(Code)
    judge_account: Mapped[int | None]
    why: Mapped[str | None] = mapped_column(Words)
    appealed: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_help_calls_state", "community_id", "state"),
        Index("ix_help_calls_account", "bot", "account"),
    )


class HelpOffer(Base):
    """Somebody who has taken a call up (认领), until they withdraw."""

    __tablename__ = "help_offers"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    call_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    name: Mapped[str | None] = mapped_column(Words)
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(
            ["community_id", "call_no"], ["help_calls.community_id", "help_calls.no"], ondelete="CASCADE"
        ),
        Index("ix_help_offers_account", "bot", "account"),
    )
