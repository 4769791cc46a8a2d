"""Drops files that no row names: what was interrupted between a file and its row, on the way in or on the way out.

A file is kept before the row that names it is committed, and dropped after the row is gone: whoever ends in between
leaves it. So what was kept or touched lately is looked at again, when it has had time to get its row or to lose it.
"""

import asyncio
import logging
import time
from pathlib import Path

from bot.files import FileStore
from storage.database import Database
from storage.files_used import unused

log = logging.getLogger(__name__)

SETTLED_AFTER = EVERY = 6 * 3600.0
"""Seconds. Twice as long is less than the day in which whoever asks to be erased is."""
LOOKED_BACK = 2 * 86_400.0
"""Seconds that are looked back the first time: not at everything, for a wrong database names nothing of it."""
STAMP = "swept"


class Sweeper:
    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files

    async def once(self) -> int:
        """Look, if it is time again; returns how many files were dropped. By the machine's clock, as files have it."""
        until = time.time() - SETTLED_AFTER
        since = self._swept_until(until)
        if until - since < EVERY:
            return 0
        found = await asyncio.to_thread(self._files.touched, since, until)
        left = await self._database.read(lambda connection: unused(connection, found)) if found else set[str]()
        dropped = await asyncio.to_thread(self._files.drop_untouched, left, until)
        dropped += await asyncio.to_thread(self._files.drop_scratch, until)
        if dropped:
            log.warning("%s files that nothing names were dropped", dropped)
        self._stamp.parent.mkdir(parents=True, exist_ok=True)
        self._stamp.write_text(str(until), encoding="ascii")
        return dropped

    @property
    def _stamp(self) -> Path:
        return self._files.folder / STAMP

    def _swept_until(self, until: float) -> float:
        try:
            return min(float(self._stamp.read_text(encoding="ascii")), until)
        except (FileNotFoundError, ValueError):
            return until - LOOKED_BACK
