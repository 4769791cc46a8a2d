"""A community's own data, counters and buttons."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, Name
from storage.types import Json


class Counter(Base):
    __tablename__ = "counters"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Code, primary_key=True)
    value: Mapped[int]


class Grid(Base):
    __tablename__ = "grids"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name)


class Building(Base):
    __tablename__ = "buildings"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    grid_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Name)
    built_year: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    __table_args__ = (ForeignKeyConstraint(["community_id", "grid_id"], ["grids.community_id", "grids.id"]),)


class Duty(Base):
    """Who is on duty when: weekday 0 to 6, minutes of the community's day [start, end)."""

    __tablename__ = "duties"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int]
    weekday: Mapped[int]
    start_minute: Mapped[int]
    end_minute: Mapped[int]


class Question(Base):
    """A line of a community's question list; community 0 is the whole district. `source` vouches for the answer."""

    __tablename__ = "questions"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question: Mapped[str] = mapped_column(String(1000))
    answer: Mapped[str] = mapped_column(String(1000))
    source: Mapped[str] = mapped_column(String(100))


class Keyboard(Base):
    """The buttons of one message; `choices` are (action, case number, data, good for one press) each.

    The chat only sees `community_id`, `id` and the button's place; whoever presses is held against the row. `used` has
    a bit for each button that was pressed and is good for one press.
    """

    __tablename__ = "keyboards"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code)
    chat: Mapped[int]
    account: Mapped[int | None]
    choices: Mapped[Any] = mapped_column(Json)
    used: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)
