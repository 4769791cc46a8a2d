"""社区体检: what a community has of each point, and which communities lie beside each other."""

from datetime import date, datetime

from sqlalchemy import Date, Float, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, Name


class Figures:
    """What was found of one point (`district/checkup.yaml`); see `ledger.checkup.Stock` for the fields."""

    has: Mapped[bool | None]
    number: Mapped[int | None]
    area_m2: Mapped[float | None] = mapped_column(Float)
    ratio: Mapped[float | None] = mapped_column(Float)
    walk_minutes: Mapped[float | None] = mapped_column(Float)
    base_m2: Mapped[float | None] = mapped_column(Float)
    condition: Mapped[str | None] = mapped_column(Code)
    year: Mapped[int | None]
    paid: Mapped[str | None] = mapped_column(String(1000))
    income: Mapped[int | None]
    upkeep: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(String(1000))
    source: Mapped[str] = mapped_column(Code)
    origin: Mapped[str | None] = mapped_column(Name)
    found_on: Mapped[date | None] = mapped_column(Date)
    staff_id: Mapped[int | None]
    changed_at: Mapped[datetime]


class FacilityStock(Figures, Base):
    """What a community has of one point, as it was found last."""

    __tablename__ = "facility_stock"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    point: Mapped[str] = mapped_column(Code, primary_key=True)


class FacilityPast(Figures, Base):
    """What was found of a point in an earlier year, the last of that year."""

    __tablename__ = "facility_past"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    point: Mapped[str] = mapped_column(Code, primary_key=True)
    found_in: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Neighbour(Base):
    """Two communities that were named as neighbours; one row says it for both."""

    __tablename__ = "neighbours"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
