"""Streets, communities, units, staff and their rights; the same for every shard."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, Name
from storage.types import Json, Words


class Street(Base):
    __tablename__ = "streets"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name, unique=True)


class Community(Base):
    """A community (社区). `staff_chat` is where new cases are shown, as (bot, chat, topic).

    `channel`: the messenger's id of its public channel, where stories are posted by the bot for residents.
    """

    __tablename__ = "communities"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    street_id: Mapped[int | None] = mapped_column(ForeignKey("streets.id"))
    code: Mapped[str] = mapped_column(Code, unique=True)
    name: Mapped[str] = mapped_column(Name)
    time_zone: Mapped[str] = mapped_column(Code, default="Asia/Shanghai")
    population: Mapped[int | None]
    area_m2: Mapped[int | None]
    built_year: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    staff_chat: Mapped[Any | None] = mapped_column(Json)
    channel: Mapped[int | None]


class Unit(Base):
    """A responsible unit (责任单位)."""

    __tablename__ = "units"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name, unique=True)


class Staff(Base):
    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Words)
    phone: Mapped[str | None] = mapped_column(Words)
    active: Mapped[bool] = mapped_column(default=True)


class StaffRight(Base):
    """One role in one scope; see ledger/rights.py. `community_id` is that of a grid: grids are counted in each."""

    __tablename__ = "staff_rights"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(Code, primary_key=True)
    scope: Mapped[str] = mapped_column(Code, primary_key=True)
    scope_id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)


class StaffAccount(Base):
    """A messenger account bound to a staff row by an invitation."""

    __tablename__ = "staff_accounts"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    chat: Mapped[int]
    bound_at: Mapped[datetime]


class Invitation(Base):
    """A single-use link that binds an account to a staff row. Only the token's hash is kept."""

    __tablename__ = "invitations"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ProgramRevision(Base):
    """A revision whose program may serve from the database as it is (docs/adr/0014-old-and-new-side-by-side.md).

    Its own, and older ones that every step since has left all they use.
    """

    __tablename__ = "program_revisions"
    revision: Mapped[str] = mapped_column(String(32), primary_key=True)


class ReferenceVersion(Base):
    """Counts changes to the reference tables, so that processes know when to read them again."""

    __tablename__ = "reference_version"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
