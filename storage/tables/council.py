"""The council of residents (居民议事会): members with terms, meetings with minutes, decisions with owners and dates."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Json, Words


class CouncilMember(Base):
    """A resident on the council for a term; the account is bound by a code that is good once. Only its hash is kept."""

    __tablename__ = "council_members"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Words)
    since: Mapped[datetime]
    until: Mapped[datetime]
    code_hash: Mapped[str | None] = mapped_column(String(64))
    bot: Mapped[str | None] = mapped_column(Code)
    account: Mapped[int | None]
    chat: Mapped[int | None]
    __table_args__ = (Index("ix_council_members_account", "bot", "account"),)


class Meeting(Base):
    """A meeting of the council: its agenda are topics, its minutes what was said there. `held_at`: minutes are in.

    `next_at`: its council is reminded.
    """

    __tablename__ = "meetings"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    begins_at: Mapped[datetime]
    place: Mapped[str | None] = mapped_column(Words)
    agenda: Mapped[Any] = mapped_column(Json)
    minutes: Mapped[str | None] = mapped_column(Words)
    held_at: Mapped[datetime | None]
    staff_id: Mapped[int | None]
    next_at: Mapped[datetime | None]
    __table_args__ = (partial("ix_meetings_next_at", "next_at", where="next_at IS NOT NULL"),)


class Decision(Base):
    """What was decided, who sees to it, by when. It becomes a case (`case_no`), or a promise that the community keeps.

    Read by the ledger of promises: an unbroken row of (text, owner, due_at) by community.
    """

    __tablename__ = "decisions"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic_no: Mapped[int | None]
    meeting_no: Mapped[int | None]
    text: Mapped[str] = mapped_column(Words)
    owner: Mapped[str] = mapped_column(Words)
    due_at: Mapped[datetime]
    case_no: Mapped[int | None]
    staff_id: Mapped[int | None]
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "topic_no"], ["topics.community_id", "topics.no"]),
        ForeignKeyConstraint(["community_id", "meeting_no"], ["meetings.community_id", "meetings.no"]),
        Index("ix_decisions_topic_no", "community_id", "topic_no"),
    )
