"""Rows of the reference tables as an operator changes them: found by their names, never deleted silently."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from ledger.district import Unit as DistrictUnit
from storage.reference import changed
from storage.tables import Invitation, Unit


def keep_units(connection: Connection, units: Iterable[DistrictUnit]) -> int:
    """Bring the table of responsible units in line with the district's file; returns how many rows that changed.

    A unit that stands under another of its spellings is renamed, so that its number stays. None is deleted.
    """
    ids = {row.name: row.id for row in connection.execute(select(Unit.id, Unit.name))}
    before = dict(ids)
    for unit in units:
        if unit.name in ids:
            continue
        old = next((alias for alias in unit.aliases if alias in ids), None)
        if old:
            ids[unit.name] = ids.pop(old)
            connection.execute(update(Unit).where(Unit.id == ids[unit.name]).values(name=unit.name))
        else:
            ids[unit.name] = max(ids.values(), default=0) + 1
            connection.execute(insert(Unit).values(id=ids[unit.name], name=unit.name))
    new = [name for name in ids if before.get(name) != ids[name]]
    if new:
        changed(connection)
    return len(new)
