"""Leases: who alone may deliver or poll for a bot. The holder renews; after a crash another takes over.

The server's clock decides (PostgreSQL, for only there is more than one process): one clock for all, whatever the clocks
of the machines say.
"""

from datetime import timedelta

from sqlalchemy import Connection, delete, func, or_, select

from storage.sql.bulk import upsert
from storage.tables import Lease

_NOW = func.clock_timestamp()


def hold(connection: Connection, name: str, owner: str, for_: timedelta) -> bool:
    """Take or renew a lease; False while somebody else holds it. One statement, so that it is kept without a commit."""
    statement = upsert(connection)(Lease).values(name=name, owner=owner, until=_NOW + for_)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"owner": owner, "until": _NOW + for_},
        where=or_(Lease.owner == owner, Lease.until < _NOW),
    ).returning(Lease.owner)
    return connection.execute(statement).scalar() == owner


def is_held(connection: Connection, name: str, owner: str) -> bool:
    """Whether somebody else holds it: a look that writes nothing, and waits for nobody."""
    held = select(Lease.name).where(Lease.name == name, Lease.owner != owner, Lease.until >= _NOW)
    return connection.execute(held).one_or_none() is not None


def release(connection: Connection, owner: str) -> None:
    connection.execute(delete(Lease).where(Lease.owner == owner))
