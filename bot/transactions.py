"""Runs work in a transaction of its own, with a unit of work."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from bot.tasks import run_callbacks
from storage.database import Database
from storage.reference import Reference
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")


async def write(
    database: Database, reference: Callable[[Connection], Reference], now: datetime, work: Callable[[UnitOfWork], T]
) -> T:
    """Run `work` on a new unit of work, write what it collected, commit, and run its callbacks.

    `reference` gives the snapshot of the reference tables. `work` may run more than once: see `Database.write`.
    """
    callbacks: list[Callable[[], None]] = []

    def in_transaction(connection: Connection) -> T:
        with UnitOfWork(connection, reference(connection), now) as uow:
            result = work(uow)
            uow.flush()
            callbacks[:] = uow.after_commit
            return result

    result = await database.write(in_transaction)
    run_callbacks(callbacks)
    return result
