"""Rules (公约) of a community: versions, clauses and comments."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code
from storage.types import Words


class Rules(Base):
    """One version of a community's rules; the newest published one holds. `vote_no`: what decided it, if a vote did.

    `topic_no`: in which topic it is voted on; `passes`: the option that publishes it.
    """

    __tablename__ = "rules"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Words)
    staff_id: Mapped[int | None]
    vote_no: Mapped[int | None]
    topic_no: Mapped[int | None]
    passes: Mapped[str | None] = mapped_column(Words)
    drafted_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]


class RulesClause(Base):
    __tablename__ = "rules_clauses"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Words)
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "version"], ["rules.community_id", "rules.version"], ondelete="CASCADE"),
    )


class RulesComment(Base):
    """What a resident says of a clause of a draft; for those who draft it, never shown to others."""

    __tablename__ = "rules_comments"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    clause: Mapped[int]
    text: Mapped[str] = mapped_column(Words)
    bot: Mapped[str] = mapped_column(Code)
    account: Mapped[int]
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "version"], ["rules.community_id", "rules.version"], ondelete="CASCADE"),
        Index("ix_rules_comments_account", "bot", "account"),
    )
