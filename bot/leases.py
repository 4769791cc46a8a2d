"""Runs a part of the program in one process only; another takes over when that one is gone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from storage import leases

if TYPE_CHECKING:
    from bot.build import App

log = logging.getLogger(__name__)

HELD_FOR = timedelta(seconds=20)
RENEWED_EVERY = 5.0


class Leased:
    def __init__(self, app: "App", name: str) -> None:
        self._app = app
        self._name = name

    async def run(self, part: Callable[[], Awaitable[None]]) -> None:
        """Run `part` while the lease is ours. On SQLite there is only this process, so it always is."""
        if self._app.database.single:
            await part()
            return
        task: asyncio.Future[None] | None = None
        try:
            while True:
                mine = await self._hold()
                if mine and (task is None or task.done()):
                    task = asyncio.ensure_future(part())
                elif not mine and task is not None:
                    log.warning("%s: another process has taken over", self._name)
                    task.cancel()
                    task = None
                await asyncio.sleep(RENEWED_EVERY)
        finally:
            if task is not None:
                task.cancel()
                await asyncio.wait([task])

    async def _hold(self) -> bool:
        now, owner = self._app.clock.now(), self._app.owner
        try:
            return await self._app.database.write(
                lambda connection: leases.hold(connection, self._name, owner, now, HELD_FOR)
            )
        except Exception as error:  # noqa: BLE001 - without the database nobody holds anything
            log.warning("%s: no lease (%s)", self._name, type(error).__name__)
            return False


async def give_up_leases(app: "App") -> None:
    """At the end: another process need not wait until ours run out."""
    if app.database.single:
        return
    try:
        await app.database.write(lambda connection: leases.release(connection, app.owner))
    except Exception as error:  # noqa: BLE001 - they run out by themselves
        log.warning("leases not given up (%s)", type(error).__name__)
