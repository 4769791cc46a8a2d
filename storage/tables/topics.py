"""Topics (议题): what many told together, with options, reasons, supporters and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Json, Words


def of_topic() -> ForeignKeyConstraint:
    """The foreign key of a row that belongs to a topic."""
    return ForeignKeyConstraint(["community_id", "topic_no"], ["topics.community_id", "topics.no"], ondelete="CASCADE")


class Topic(Base):
    """One matter that a community talks over. `version` rises with each change.

    `source` says who began it: a cluster of cases, the manager, or a resident (then with an account). `next_at`: the
    clock looks at it then (a put-off draft comes back; who took part is forgotten). `hidden`: its words were reported
    and taken down, and whether an appeal against that was heard; `why`, `judge_*`, `appealed` as in `Contribution`.
    """

    __tablename__ = "topics"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(Code)
    title: Mapped[str] = mapped_column(Words)
    text: Mapped[str | None] = mapped_column(Words)
    item: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(Code)
    bot: Mapped[str | None] = mapped_column(Code)
    account: Mapped[int | None]
    chat: Mapped[int | None]
    staff_id: Mapped[int | None]
    merged_into: Mapped[int | None]
    decision: Mapped[str | None] = mapped_column(Words)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    hidden: Mapped[str | None] = mapped_column(Code)
    why: Mapped[str | None] = mapped_column(Words)
    judge_staff_id: Mapped[int | None]
    judge_bot: Mapped[str | None] = mapped_column(Code)
    judge_account: Mapped[int | None]
    appealed: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        Index("ix_topics_state", "community_id", "state"),
        Index("ix_topics_account", "bot", "account"),
        partial("ix_topics_next_at", "next_at", where="next_at IS NOT NULL"),
    )


class TopicCase(Base):
    """A case of the ledger that is evidence for a topic. A case speaks for one topic at a time."""

    __tablename__ = "topic_cases"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic_no: Mapped[int]
    since: Mapped[datetime]
    __table_args__ = (of_topic(), Index("ix_topic_cases_topic_no", "community_id", "topic_no"))


class TopicSupporter(Base):
    """Who seconded a topic (附议). `came_from`: the topic that they had seconded before it was merged into this one."""

    __tablename__ = "topic_supporters"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    came_from: Mapped[int | None]
    since: Mapped[datetime]
    __table_args__ = (of_topic(), Index("ix_topic_supporters_account", "bot", "account"))


class Contribution(Base):
    """An option for a topic, or a reason about it; neighbours see it once a person has let it through.

    `judge_*`: who decided last, so that an appeal goes to somebody else; `appealed`: it may be asked for once.
    """

    __tablename__ = "contributions"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic_no: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Code)
    text: Mapped[str] = mapped_column(Words)
    bot: Mapped[str | None] = mapped_column(Code)
    account: Mapped[int | None]
    chat: Mapped[int | None]
    why: Mapped[str | None] = mapped_column(Words)
    judge_staff_id: Mapped[int | None]
    judge_bot: Mapped[str | None] = mapped_column(Code)
    judge_account: Mapped[int | None]
    appealed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    __table_args__ = (
        of_topic(),
        Index("ix_contributions_topic_no", "community_id", "topic_no", "id"),
        Index("ix_contributions_account", "bot", "account"),
    )


class ContributionSupporter(Base):
    """Who seconds an option or a reason (赞同), until they take it back."""

    __tablename__ = "contribution_supporters"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contribution_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(
            ["community_id", "contribution_id"], ["contributions.community_id", "contributions.id"], ondelete="CASCADE"
        ),
        Index("ix_contribution_supporters_account", "bot", "account"),
    )


class TopicEvent(Base):
    """One step of a topic, append-only. Residents who sit on the council are named by their role only."""

    __tablename__ = "topic_events"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic_no: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(Code)
    role: Mapped[str] = mapped_column(Code)
    staff_id: Mapped[int | None]
    before: Mapped[str | None] = mapped_column(Code)
    after: Mapped[str] = mapped_column(Code)
    reason: Mapped[str | None] = mapped_column(Words)
    detail: Mapped[Any | None] = mapped_column(Json)
    __table_args__ = (of_topic(), Index("ix_topic_events_topic_no", "community_id", "topic_no", "id"))


class TopicWatch(Base):
    """When a community's cases are next looked through for what many told together."""

    __tablename__ = "topic_watches"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_at: Mapped[datetime]
