"""Invitations to many residents of a community, and who gets them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Words, WordsJson


class Push(Base):
    """One invitation. `thing` names what it is about; `rows` are its buttons; after `until` it goes to nobody."""

    __tablename__ = "pushes"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    thing: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Words)
    rows: Mapped[Any] = mapped_column(WordsJson)
    logical: Mapped[str | None] = mapped_column(String(100))
    until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    __table_args__ = (
        Index("uq_pushes_community_id_thing", "community_id", "thing", unique=True),
        Index("ix_pushes_created_at", "created_at"),
    )


class PushRecipient(Base):
    """One person who is invited: the row is what makes it once. `next_at`: when the clock looks at it again.

    `sent_at`: when it was, or is to be, handed to delivery; the weekly limit counts these.
    """

    __tablename__ = "push_recipients"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    push_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(Code, default="waiting")
    next_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "push_id"], ["pushes.community_id", "pushes.id"], ondelete="CASCADE"),
        partial("ix_push_recipients_next_at", "bot", "next_at", where="next_at IS NOT NULL"),
        Index("ix_push_recipients_bot", "bot", "account", "sent_at"),
    )
