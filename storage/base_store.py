"""What the stores of smaller community tables share: rows by key, inserting a row once, counted changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, delete, func, literal_column, select, union_all, update

from storage.sql.bulk import upsert

if TYPE_CHECKING:
    from storage.tables import Base
    from storage.unit_of_work import UnitOfWork


def count_by_state(connection: Connection, model: Any, states: Iterable[str]) -> dict[str, int]:
    """How many rows are in each of a few rare states, each found by the partial index that names the state."""
    names: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in states]
    counts = [select(name, func.count()).select_from(model).where(model.state == name) for name in names]
    return {state: count for state, count in connection.execute(union_all(*counts)) if count}


class Store:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def _one(self, model: type[Base], *where: Any) -> Any:
        """The row, or None."""
        return self._uow.read(select(model.__table__).where(*where), model).one_or_none()

    def _many(self, model: type[Base], *where: Any, by: tuple[Any, ...] = (), limit: int | None = None) -> list[Any]:
        statement = select(model.__table__).where(*where).order_by(*by).limit(limit)
        return list(self._uow.read(statement, model))

    def _due(self, model: Any, limit: int = 100) -> list[Any]:
        """Rows at which the clock has to look; those that another process looks at are passed over."""
        statement = select(model.__table__).where(model.next_at <= self._uow.now).order_by(model.next_at).limit(limit)
        return list(self._uow.read(statement.with_for_update(skip_locked=True), model))

    def _lock(self, model: type[Base], *where: Any) -> Any:
        """The row, held until the commit; None: there is none."""
        return self._uow.read(select(model.__table__).where(*where).with_for_update(), model).one_or_none()

    def _count(self, model: type[Base], *where: Any) -> int:
        return int(self._uow.read(select(func.count()).select_from(model).where(*where), model).scalar_one())

    def _put(self, model: type[Base], **values: Any) -> bool:
        """Write a new row; False if its key is there already."""
        put = upsert(self._uow.connection)(model).values(values).on_conflict_do_nothing()
        return self._uow.execute(put).rowcount == 1

    def _change(self, model: type[Base], *where: Any, **values: Any) -> int:
        """Returns how many rows were changed."""
        statement = update(model).where(*where).values(**values)
        return self._uow.execute(statement.execution_options(synchronize_session=False)).rowcount

    def _delete(self, model: type[Base], *where: Any) -> int:
        statement = delete(model).where(*where).execution_options(synchronize_session=False)
        return self._uow.execute(statement).rowcount
