"""居民需求调研: surveys, who is asked, and what they said."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Json, Words


def _of_survey() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["community_id", "survey_id"], ["surveys.community_id", "surveys.id"], ondelete="CASCADE"
    )


class Survey(Base):
    """A survey of a community's residents; `template` is fixed with it, so that a district may change its file.

    `state`: running, ended, stopped. `results` are its counts as they were at the end. `next_at`: when the clock has
    to look at it (the reminder, the end, the end of keeping who said what).
    """

    __tablename__ = "surveys"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    template: Mapped[Any] = mapped_column(Json)
    staff_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(Code)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    remind_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    results: Mapped[Any | None] = mapped_column(Json)
    next_at: Mapped[datetime | None]
    answers_gone_at: Mapped[datetime | None]
    __table_args__ = (
        partial("ix_surveys_next_at", "next_at", where="next_at IS NOT NULL"),
        partial("ix_surveys_running", "community_id", where="state = 'running'", unique=True),
    )


class SurveyPerson(Base):
    """Somebody who took it up or declined. `state`: answering, done, declined. `question` is the next one's place."""

    __tablename__ = "survey_people"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(Code)
    question: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    __table_args__ = (_of_survey(), Index("ix_survey_people_account", "bot", "account"))


class SurveyAnswer(Base):
    """One answer of one person: the option's place, or words. `item`: the construction item that it stands for."""

    __tablename__ = "survey_answers"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    option: Mapped[int | None]
    item: Mapped[int] = mapped_column(default=0)
    words: Mapped[str | None] = mapped_column(Words)
    at: Mapped[datetime]
    __table_args__ = (_of_survey(), Index("ix_survey_answers_account", "bot", "account"))
