"""What communities have of each check-up point, now and in earlier years, and which are neighbours."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ledger.checkup import Condition, Source, Stock
from storage.sql.bulk import upsert
from storage.tables import FacilityPast, FacilityStock, Neighbour

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ledger.sharing import Pair
    from storage.tables import Base
    from storage.unit_of_work import UnitOfWork

_Row = dict[str, Any]
_FIELDS = tuple(field.name for field in fields(Stock))
_KEPT = ("community_id", "point", *_FIELDS, "staff_id", "changed_at")
Stocks = dict[str, Stock]
"""What a community has, by the codes of points."""
Years = dict[int, Stocks]
"""What was found in each year, the last of that year."""


class Facilities:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of(self, community_id: int) -> Stocks:
        return self.of_all([community_id])[community_id]

    def of_all(self, community_ids: Collection[int]) -> dict[int, Stocks]:
        """What each of these communities has; empty where nothing was filled in."""
        found: dict[int, Stocks] = {community_id: {} for community_id in community_ids}
        for row in self._rows(FacilityStock, FacilityStock.community_id.in_(found)):
            found[row.community_id][row.point] = stock_of(row)
        return found

    def found_in(self, community_ids: Collection[int]) -> dict[int, Years]:
        """What was found in each of these communities, year by year."""
        found: dict[int, Years] = {community_id: {} for community_id in community_ids}
        for table in (FacilityPast, FacilityStock):
            for row in self._rows(table, table.community_id.in_(found)):
                found[row.community_id].setdefault(year_of(row._mapping), {})[row.point] = stock_of(row)  # noqa: SLF001
        return found

    def put(self, community_id: int, point: str, stock: Stock, staff_id: int | None = None) -> None:
        """Keep what there is of one point, in place of what was known; what is of an earlier year is kept beside it."""
        if stock.source is None:
            raise ValueError("a figure without its source")
        row: dict[str, Any] = {name: getattr(stock, name) for name in _FIELDS}
        row |= {"community_id": community_id, "point": point, "staff_id": staff_id, "changed_at": self._uow.now}
        this = (FacilityStock.community_id == community_id, FacilityStock.point == point)
        known = next((dict(known._mapping) for known in self._rows(FacilityStock, *this)), None)  # noqa: SLF001
        newest, older = in_order(row, known)
        if older is not None:
            self._keep(FacilityPast, older | {"found_in": year_of(older)}, "found_in")
        self._keep(FacilityStock, newest)

    def _keep(self, table: type[Base], row: dict[str, Any], *more_of_key: str) -> None:
        key = ("community_id", "point", *more_of_key)
        statement = upsert(self._uow.connection)(table)
        changed = {name: statement.excluded[name] for name in row if name not in key}
        self._uow.execute(statement.on_conflict_do_update(index_elements=key, set_=changed).values(row))

    def _rows(self, table: type[Base], *where: Any) -> Any:
        columns = [getattr(table, name) for name in _KEPT]
        return self._uow.read(select(*columns).where(*where), table)

    def named_neighbours(self) -> list[Pair]:
        """Communities that an import named as neighbours."""
        rows = self._uow.read(select(Neighbour.community_id, Neighbour.other_id), Neighbour)
        return [frozenset((row.community_id, row.other_id)) for row in rows]


def year_of(row: Mapping[str, Any]) -> int:
    """The year that a figure was found in."""
    return int((row["found_on"] or row["changed_at"]).year)


def in_order(row: _Row, known: _Row | None) -> tuple[_Row, _Row | None]:
    """What counts from now on, and what is kept of an earlier year, where one of the two is of one."""
    if known is None or year_of(known) == year_of(row):
        return row, None
    return (row, known) if year_of(known) < year_of(row) else (known, row)


def stock_of(row: Any) -> Stock:
    values = {name: row._mapping[name] for name in _FIELDS}  # noqa: SLF001 - SQLAlchemy's public name
    values["condition"] = Condition(values["condition"]) if values["condition"] else None
    values["source"] = Source(values["source"])
    return Stock(**values)
