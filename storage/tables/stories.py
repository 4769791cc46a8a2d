"""Stories of what was achieved, with their pictures."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code
from storage.types import Words


class Story(Base):
    """Before and after, in words that name nobody; public from `published_at` until `hidden_at`."""

    __tablename__ = "stories"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Words)
    before: Mapped[str] = mapped_column(Words)
    after: Mapped[str] = mapped_column(Words)
    case_no: Mapped[int | None]
    topic_no: Mapped[int | None]
    promise_no: Mapped[int | None]
    staff_id: Mapped[int | None]
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    why_hidden: Mapped[str | None] = mapped_column(Words)


class StoryPicture(Base):
    """A picture for a story. Shown only while who sent it agrees (`agreed_at`); taken back, it is shown no more."""

    __tablename__ = "story_pictures"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    story_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    bot: Mapped[str] = mapped_column(Code)
    account: Mapped[int]
    after: Mapped[bool]
    asked_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "story_no"], ["stories.community_id", "stories.no"], ondelete="CASCADE"),
        Index("ix_story_pictures_account", "bot", "account"),
    )
