"""Deletes files that no row names, and the names of questions that nobody can answer any more.

Such files remain when a process ends between writing a file and its row, or between deleting a row and its file. A file
is stored before the row that names it is committed, and deleted after that row is. So files that were stored or touched
recently are checked again, once they have had time to get or lose their row.
"""

import asyncio
import logging
import time
from datetime import timedelta
from pathlib import Path

from bot.files import FileStore
from storage.database import Database
from storage.files_used import unused
from storage.ids import first_id_at
from storage.messenger.shown_messages import forget_outdated, outdated

log = logging.getLogger(__name__)

SETTLED_AFTER = EVERY = 6 * 3600.0
"""Seconds. Twice as long is still within the day in which an erasure has to be complete."""
LOOKED_BACK = 2 * 86_400.0
"""Seconds of the past that the first sweep covers. Not all of it: with a wrong database, no row would name anything."""
STAMP = "swept"


class Sweeper:
    """`questions_kept`: how long the messenger's ids of our questions are kept; their buttons have expired then."""

    def __init__(self, database: Database, files: FileStore, questions_kept: timedelta) -> None:
        self._database = database
        self._files = files
        self._questions_kept = questions_kept

    async def once(self) -> int:
        """Sweep, if it is time to; returns the number of files deleted. Uses the machine's clock, as file times do."""
        until = time.time() - SETTLED_AFTER
        since = self._swept_until(until)
        if until - since < EVERY:
            return 0
        await self._forget_questions()
        found = await asyncio.to_thread(self._files.touched, since, until)
        left = await self._database.read(lambda connection: unused(connection, found)) if found else set[str]()
        dropped = await asyncio.to_thread(self._files.drop_untouched, left, until)
        dropped += await asyncio.to_thread(self._files.drop_scratch, until)
        if dropped:
            log.warning("%s files that no row names were deleted", dropped)
        self._stamp.parent.mkdir(parents=True, exist_ok=True)
        self._stamp.write_text(str(until), encoding="ascii")
        return dropped

    async def _forget_questions(self) -> None:
        before = first_id_at(time.time() - self._questions_kept.total_seconds())
        old = await self._database.read(lambda connection: outdated(connection, before))
        if old:
            await self._database.write(lambda connection: forget_outdated(connection, old))

    @property
    def _stamp(self) -> Path:
        return self._files.folder / STAMP

    def _swept_until(self, until: float) -> float:
        try:
            return min(float(self._stamp.read_text(encoding="ascii")), until)
        except (FileNotFoundError, ValueError):
            return until - LOOKED_BACK
