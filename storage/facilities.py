"""What communities have of each point of the check-up, and who their neighbours are."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ledger.checkup import Condition, Source, Stock
from storage.bulk import upsert
from storage.tables import FacilityStock, Neighbour

if TYPE_CHECKING:
    from collections.abc import Collection

    from ledger.sharing import Pair
    from storage.unit_of_work import UnitOfWork

_FIELDS = tuple(field.name for field in fields(Stock))
_COLUMNS: tuple[Any, ...] = tuple(getattr(FacilityStock, name) for name in ("community_id", "point", *_FIELDS))
Stocks = dict[str, Stock]
"""What a community has, by the codes of points."""


class Facilities:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of(self, community_id: int) -> Stocks:
        return self.of_all([community_id])[community_id]

    def of_all(self, community_ids: Collection[int]) -> dict[int, Stocks]:
        """What each of these communities has; empty where nothing was filled in."""
        found: dict[int, Stocks] = {community_id: {} for community_id in community_ids}
        statement = select(*_COLUMNS).where(FacilityStock.community_id.in_(list(community_ids)))
        for row in self._uow.read(statement, FacilityStock):
            found[row.community_id][row.point] = stock_of(row)
        return found

    def put(self, community_id: int, point: str, stock: Stock, staff_id: int | None = None) -> None:
        """Keep what there is of one point, in place of what was known."""
        if stock.source is None:
            raise ValueError("a figure without its source")
        row: dict[str, Any] = {name: getattr(stock, name) for name in _FIELDS}
        row |= {"community_id": community_id, "point": point, "staff_id": staff_id, "changed_at": self._uow.now}
        statement = upsert(self._uow.connection)(FacilityStock)
        changed = {name: statement.excluded[name] for name in row if name not in ("community_id", "point")}
        statement = statement.on_conflict_do_update(index_elements=["community_id", "point"], set_=changed)
        self._uow.execute(statement.values(row))

    def named_neighbours(self) -> list[Pair]:
        """Communities that an import named as neighbours."""
        rows = self._uow.read(select(Neighbour.community_id, Neighbour.other_id), Neighbour)
        return [frozenset((row.community_id, row.other_id)) for row in rows]


def stock_of(row: Any) -> Stock:
    values = {name: row._mapping[name] for name in _FIELDS}  # noqa: SLF001 - SQLAlchemy's public name
    values["condition"] = Condition(values["condition"]) if values["condition"] else None
    values["source"] = Source(values["source"])
    return Stock(**values)
