"""Leases: a part of the program runs in one process only, and another process takes over when that one disappears.

A holder that has not been able to renew its lease stops the part when the lease expires by its own clock, measured from
before it asked: always before another process can start. (docs/adr/0016)
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import Connection

from storage.database import Database
from storage.messenger import leases

log = logging.getLogger(__name__)

HELD_FOR = timedelta(seconds=15)
RENEWED_EVERY = 4.0
"""Seconds. Three attempts fit in before the lease expires."""
LOOKED_EVERY = 1.0
"""Seconds between two checks by processes that do not hold it."""
AGAIN_AFTER = 0.5
"""Seconds until the part is cancelled again: code that it awaits may swallow a cancellation."""


class Leased:
    """A lease on `name`, for this process (`owner`)."""

    def __init__(self, database: Database, owner: str, name: str) -> None:
        self._database = database
        self._owner = owner
        self._name = name
        self._task: asyncio.Future[None] | None = None
        self._ends: asyncio.TimerHandle | None = None

    @property
    def _runs(self) -> bool:
        return self._task is not None and not self._task.done()

    async def run(self, part: Callable[[], Awaitable[None]]) -> None:
        """Run `part` whenever the lease is ours. On SQLite, where this is the only process, it always is."""
        if self._database.single_process:
            await part()
            return
        try:
            while True:
                await self._step(part)
                await asyncio.sleep(RENEWED_EVERY if self._runs else LOOKED_EVERY)
        finally:
            self._stop()
            await self._ended()

    async def _ended(self) -> None:
        """Return only when the part has ended, however often this is cancelled: before that, no other may start."""
        while self._task is not None and not self._task.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([self._task])

    async def _step(self, part: Callable[[], Awaitable[None]]) -> None:
        """Take or renew the lease once. Without an answer nothing changes: nobody else can have got it either."""
        loop = asyncio.get_running_loop()
        until = loop.time() + HELD_FOR.total_seconds()
        try:
            mine = await self._database.write_one(self._hold)
        except Exception as error:  # noqa: BLE001 - without the database nobody gets a lease
            log.warning("%s: no lease (%s)", self._name, type(error).__name__)
            return
        if not mine and self._runs:
            log.warning("%s: another process has taken over", self._name)
            self._stop()
        elif mine and loop.time() < until:
            self._goes_on(part, until)

    def _hold(self, connection: Connection) -> bool:
        if not self._runs and leases.is_held(connection, self._name, self._owner):
            return False
        return leases.hold(connection, self._name, self._owner, HELD_FOR)

    def _goes_on(self, part: Callable[[], Awaitable[None]], until: float) -> None:
        """Start the part if it is not running, and let it end at `until` unless the lease is renewed before."""
        if self._ends:
            self._ends.cancel()
        if not self._runs:
            self._task = asyncio.ensure_future(part())
        self._ends = asyncio.get_running_loop().call_at(until, self._stop)

    def _stop(self) -> None:
        """Cancel the part, repeatedly, until it has ended."""
        if self._ends:
            self._ends.cancel()
        if self._task and not self._task.done():
            self._task.cancel()
            self._ends = asyncio.get_running_loop().call_later(AGAIN_AFTER, self._stop)


async def give_up_leases(database: Database, owner: str) -> None:
    """Release our leases at the end, so that another process need not wait until they expire."""
    if database.single_process:
        return
    try:
        await database.write(lambda connection: leases.release(connection, owner))
    except Exception as error:  # noqa: BLE001 - they expire by themselves
        log.warning("leases not released (%s)", type(error).__name__)
