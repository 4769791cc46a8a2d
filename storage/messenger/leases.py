"""Leases: which process alone polls or delivers for a bot. Its holder renews it; after a crash another takes over.

Only PostgreSQL needs them, and its server's clock decides when one expires: machines' clocks may differ.
"""

from datetime import timedelta

from sqlalchemy import Connection, delete, func, or_, select

from storage.sql.bulk import upsert
from storage.tables import Lease

_NOW = func.clock_timestamp()


def hold(connection: Connection, name: str, owner: str, for_: timedelta) -> bool:
    """Take or renew a lease; False: somebody else holds it. A single statement, which commits itself."""
    statement = upsert(connection)(Lease).values(name=name, owner=owner, until=_NOW + for_)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"owner": owner, "until": _NOW + for_},
        where=or_(Lease.owner == owner, Lease.until < _NOW),
    ).returning(Lease.owner)
    return connection.execute(statement).scalar() == owner


def is_held(connection: Connection, name: str, owner: str) -> bool:
    """Whether somebody else holds the lease. Writes nothing and waits for no lock."""
    held = select(Lease.name).where(Lease.name == name, Lease.owner != owner, Lease.until >= _NOW)
    return connection.execute(held).one_or_none() is not None


def release(connection: Connection, owner: str) -> None:
    connection.execute(delete(Lease).where(Lease.owner == owner))
