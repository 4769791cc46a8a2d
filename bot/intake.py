"""Intake: raw updates are stored and committed before they are confirmed to the messenger. Nothing is parsed here.

Only a quick look is taken at the words: who may be in danger is worked on before all others.
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
LONGEST_LOOK = 4096
BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0)


class Intake:
    """Takes updates in for all bots; `arrived` is called after each commit, so that work begins at once.

    Where this process is alone with the database it is called before, too: work that is asked for while the updates are
    written is committed with them, so that a message takes one commit, not two.

    `urgent` is the quick look at words: chats where somebody may be in danger are worked on before all others.
    """

    def __init__(
        self, database: Database, clock: Clock, arrived: Callable[[], None], urgent: Callable[[str], bool]
    ) -> None:
        self._database = database
        self._clock = clock
        self._arrived = arrived
        self._urgent = urgent
        self.trouble: dict[str, str] = {}
        """Why a bot cannot receive at the moment, by its name; shown by /readyz."""

    async def store(self, channel: Channel, batch: list[RawUpdateBody]) -> int:
        """Keep what concerns the bot; returns only when it is committed. Gives the offset that confirms the batch."""
        envelopes = [(channel.envelope(raw), raw) for raw in batch]
        updates = [
            RawUpdate(channel.name, e.update_id, e.chat, _packed(raw), self._looks_urgent(e.words))
            for e, raw in envelopes
            if e.ours
        ]
        if updates:
            now = self._clock.now()

            def work(connection: Connection) -> None:
                InboxRows(connection).store(updates, now)

            if self._database.single:
                self._arrived()
            await self._database.put(work)
            METRICS.taken_in.labels(channel.name).inc(len(updates))
            self._arrived()
        return max((e.update_id for e, _ in envelopes), default=-1) + 1

    def _looks_urgent(self, words: str) -> bool:
        try:
            return bool(words) and self._urgent(words[:LONGEST_LOOK])
        except Exception:
            log.exception("the look at what cannot wait failed; it waits its turn")
            return False

    async def poll(self, channel: Channel) -> None:
        """Long-poll for ever. The next request's offset is what confirms, and it moves only after the commit."""
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
        """As `store`; a batch that nothing can confirm is not asked for again at once."""
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
    """ASCII JSON: NUL and lone surrogates stay escaped, so every database can hold what came."""
    return json.dumps(raw, separators=(",", ":"))


def _reason(error: Exception) -> str:
    if isinstance(error, Conflict):
        return "another process polls with the same token; stop it, or give this one a token of its own"
    if isinstance(error, ChannelError):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__
