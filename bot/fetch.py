"""Downloads the files of cases from the messenger into the attachment store, once each. Never decodes them."""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy import Connection

from bot.channels.port import BadToken, Channel, Refused, TryLater
from bot.clock import Clock
from bot.files import FileStore
from storage.attachments import Waiting, refuse, stored, try_again, waiting
from storage.database import Database

log = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024
"""Bytes that Telegram lets a bot download."""
TRIES = 8
IDLE_SECONDS = 2.0
OUTAGE_SURVIVED = timedelta(hours=24)


class Fetcher:
    def __init__(self, database: Database, channels: dict[str, Channel], files: FileStore, clock: Clock) -> None:
        self._database = database
        self._channels = channels
        self._files = files
        self._clock = clock
        self.pause = 0.0
        """Seconds until the messenger may be asked again."""

    async def once(self) -> int:
        """Download waiting files until the messenger asks for a pause; returns how many were waiting."""
        self.pause = 0.0
        todo = await self._database.read(lambda connection: waiting(connection, list(self._channels)))
        for row in todo:
            if not self.pause:
                await self._fetch(row)
        return len(todo)

    async def run(self) -> None:
        while True:
            try:
                busy = await self.once()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("fetching files failed; it goes on")
                busy = 0
            if self.pause or not busy:
                await asyncio.sleep(self.pause or IDLE_SECONDS)

    async def _fetch(self, row: Waiting) -> None:
        scratch = None
        try:
            scratch = self._files.scratch()
            await self._channels[row.bot].download(row.file_id, scratch, LARGEST)
            digest = await asyncio.to_thread(self._files.take, scratch)
        except Exception as error:  # noqa: BLE001 - decided on below
            await self._failed(row, error)
            return
        finally:
            if scratch is not None:
                scratch.unlink(missing_ok=True)
        await self._database.write(lambda connection: stored(connection, row, digest))

    async def _failed(self, row: Waiting, error: Exception) -> None:
        final = self._is_final(row, error)
        log.warning("file of case %s/%s: %s", row.community_id, row.id, type(error).__name__)

        def work(connection: Connection) -> None:
            (refuse if final else try_again)(connection, row)

        await self._database.write(work)
        if not final:
            self.pause = getattr(error, "seconds", None) or 1.0

    def _is_final(self, row: Waiting, error: Exception) -> bool:
        """Whether to give a file up. A messenger that is down, a wrong token or a full disk are waited out."""
        match error:
            case BadToken():
                return False
            case TryLater() | OSError():
                return self._clock.now() - row.at > OUTAGE_SURVIVED
            case _:
                return isinstance(error, Refused) or row.attempts + 1 >= TRIES
