"""Intake: raw updates are stored and committed before they are confirmed to the messenger. Nothing is parsed here.

Only a quick check runs on the text, so that somebody who may be in danger is served first.
"""

import asyncio
import json
import logging
from collections.abc import Callable

from sqlalchemy import Connection

from bot.channels.port import Channel, ChannelError, Conflict, RawUpdateBody, TryLater
from bot.clock import Clock
from bot.metrics import METRICS
from storage.database import Database
from storage.messenger.inbox import InboxRows, RawUpdate

log = logging.getLogger(__name__)

POLL_SECONDS = 25
CHECKED_LENGTH = 4096
"""Characters of a message that the check for danger reads."""
BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds to wait after the first, second, ... failed poll in a row."""


class Intake:
    """Stores the updates of all bots.

    `wake_worker` is called after each commit, so that work starts at once. On a database of this process alone it is
    called before the write, too: the work joins the same transaction, and a message costs one commit instead of two.

    `is_urgent` is the quick check: does this text sound as if somebody were in danger?
    """

    def __init__(
        self, database: Database, clock: Clock, wake_worker: Callable[[], None], is_urgent: Callable[[str], bool]
    ) -> None:
        self._database = database
        self._clock = clock
        self._wake_worker = wake_worker
        self._is_urgent = is_urgent
        self.trouble: dict[str, str] = {}
        """Why a bot cannot receive at the moment, by its name; shown by /readyz."""

    async def store(self, channel: Channel, batch: list[RawUpdateBody]) -> int:
        """Store the updates that concern the bot. Returns, after the commit, the offset that confirms the batch."""
        envelopes = [(channel.envelope(raw), raw) for raw in batch]
        updates = [
            RawUpdate(channel.name, e.update_id, e.chat, _packed(raw), self._sounds_urgent(e.words))
            for e, raw in envelopes
            if e.ours
        ]
        if updates:
            now = self._clock.now()

            def work(connection: Connection) -> None:
                InboxRows(connection).store(updates, now)

            if self._database.single_process:
                self._wake_worker()
            await self._database.write_one(work)
            METRICS.taken_in.labels(channel.name).inc(len(updates))
            self._wake_worker()
        return max((e.update_id for e, _ in envelopes), default=-1) + 1

    def _sounds_urgent(self, words: str) -> bool:
        try:
            return bool(words) and self._is_urgent(words[:CHECKED_LENGTH])
        except Exception:
            log.exception("the check for danger failed; the message waits its turn")
            return False

    async def poll(self, channel: Channel) -> None:
        """Long-poll for ever. Whoever no longer polls is not in trouble: another process may do it now."""
        try:
            await self._poll(channel)
        finally:
            self.trouble.pop(channel.name, None)

    async def _poll(self, channel: Channel) -> None:
        """The offset of the next request confirms a batch, so it moves only after the commit."""
        offset: int | None = None
        failures = 0
        while True:
            try:
                batch = await channel.fetch(offset, POLL_SECONDS)
                if batch:
                    offset = await self._store_batch(channel, batch)
                failures = 0
                self.trouble.pop(channel.name, None)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, intake goes on; nothing was confirmed
                failures += 1
                await self._wait_after(channel, error, failures)

    async def _store_batch(self, channel: Channel, batch: list[RawUpdateBody]) -> int:
        """As `store`. A batch without any valid update id cannot be confirmed: raise, so that polling backs off."""
        offset = await self.store(channel, batch)
        if offset <= 0:
            raise TryLater("updates without an id")
        return offset

    async def _wait_after(self, channel: Channel, error: Exception, failures: int) -> None:
        reason = _reason(error)
        self.trouble[channel.name] = reason
        METRICS.intake_errors.labels(channel.name, type(error).__name__).inc()
        log.warning("intake of %s: %s", channel.name, reason)
        seconds = getattr(error, "seconds", None) if isinstance(error, TryLater) else None
        await asyncio.sleep(seconds or BACK_OFF[min(failures, len(BACK_OFF)) - 1])


def _packed(raw: RawUpdateBody) -> str:
    """ASCII JSON: NUL and lone surrogates stay escaped, so that every database can store the update."""
    return json.dumps(raw, separators=(",", ":"))


def _reason(error: Exception) -> str:
    if isinstance(error, Conflict):
        return "another process polls with the same token; stop it, or give this one a token of its own"
    if isinstance(error, ChannelError):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__
