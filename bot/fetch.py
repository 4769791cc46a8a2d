"""Fetches files of cases from the messenger once, into the attachment store; never decodes them."""

import asyncio
import logging

from sqlalchemy import Connection

from bot.channels.port import Channel, Refused, TryLater
from bot.clock import Clock
from bot.files import FileStore
from storage.attachments import Waiting, refuse, stored, try_again, waiting
from storage.database import Database

log = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024
"""Bytes that Telegram lets a bot download."""
TRIES = 8


class Fetcher:
    def __init__(self, database: Database, channels: dict[str, Channel], files: FileStore, clock: Clock) -> None:
        self._database = database
        self._channels = channels
        self._files = files
        self._clock = clock

    async def once(self) -> int:
        """Fetch what waits; returns how many files that were."""
        todo = await self._database.read(lambda connection: waiting(connection, list(self._channels)))
        for row in todo:
            await self._fetch(row)
        return len(todo)

    async def run(self, pause: float = 2.0) -> None:
        while True:
            try:
                if await self.once():
                    continue
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("fetching files failed; it goes on")
            await asyncio.sleep(pause)

    async def _fetch(self, row: Waiting) -> None:
        scratch = self._files.scratch()
        try:
            await self._channels[row.bot].download(row.file_id, scratch, LARGEST)
        except Exception as error:  # noqa: BLE001 - decided on below
            scratch.unlink(missing_ok=True)
            await self._failed(row, error)
            return
        digest = self._files.take(scratch)
        await self._database.write(lambda connection: stored(connection, row, digest))

    async def _failed(self, row: Waiting, error: Exception) -> None:
        final = isinstance(error, Refused) or row.attempts + 1 >= TRIES
        log.warning("file of case %s/%s: %s", row.community_id, row.id, type(error).__name__)

        def work(connection: Connection) -> None:
            (refuse if final else try_again)(connection, row)

        await self._database.write(work)
        if isinstance(error, TryLater):
            await asyncio.sleep(error.seconds or 1)
