"""What all tables share."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, MetaData, String, Table
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase

from storage.types import Utc

Name = String(100)
Code = String(40)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the few rows that still matter."""
    return Index(name, *columns, unique=unique, sqlite_where=sql(where), postgresql_where=sql(where))


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Utc, int: BigInteger, str: String}  # noqa: RUF012 - SQLAlchemy's own form


def table_of(model: type[Base]) -> Table:
    """The plain table behind a model: statements on it are cheaper than on the model."""
    return Base.metadata.tables[model.__tablename__]


def of_case() -> ForeignKeyConstraint:
    """The foreign key of a row that belongs to a case."""
    return ForeignKeyConstraint(["community_id", "case_no"], ["cases.community_id", "cases.no"], ondelete="CASCADE")
