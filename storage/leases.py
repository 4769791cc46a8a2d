"""Leases: who alone may deliver or poll for a bot. The holder renews; after a crash another takes over."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_

from storage.bulk import upsert
from storage.tables import Lease


def hold(connection: Connection, name: str, owner: str, now: datetime, for_: timedelta) -> bool:
    """Take or renew a lease; False while somebody else holds it."""
    statement = upsert(connection)(Lease).values(name=name, owner=owner, until=now + for_)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"owner": owner, "until": now + for_},
        where=or_(Lease.owner == owner, Lease.until < now),
    ).returning(Lease.owner)
    return connection.execute(statement).scalar() == owner


def release(connection: Connection, owner: str) -> None:
    connection.execute(delete(Lease).where(Lease.owner == owner))
