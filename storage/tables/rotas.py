"""Rotas (轮值): members and turns."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Words


class Rota(Base):
    """An upkeep duty that volunteers take in turn. `weekdays`: digits, 0 is Monday. `next_at`: the evening before."""

    __tablename__ = "rotas"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Words)
    weekdays: Mapped[str] = mapped_column(String(7))
    staff_id: Mapped[int | None]
    topic_no: Mapped[int | None]
    made_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (partial("ix_rotas_next_at", "next_at", where="next_at IS NOT NULL"),)


class RotaMember(Base):
    __tablename__ = "rota_members"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rota_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    since: Mapped[datetime]
    last_turn: Mapped[str | None] = mapped_column(String(10))
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "rota_no"], ["rotas.community_id", "rotas.no"], ondelete="CASCADE"),
        Index("ix_rota_members_account", "bot", "account"),
    )


class RotaTurn(Base):
    """Whose turn a day is; nobody's (`account` null) is nobody's fault. `swap`: they ask somebody to stand in."""

    __tablename__ = "rota_turns"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rota_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    bot: Mapped[str | None] = mapped_column(Code)
    account: Mapped[int | None]
    swap: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        ForeignKeyConstraint(["community_id", "rota_no"], ["rotas.community_id", "rotas.no"], ondelete="CASCADE"),
        Index("ix_rota_turns_account", "bot", "account"),
    )
