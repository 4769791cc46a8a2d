"""Delivery: drains the outbox of one bot under the messenger's limits, most urgent class first.

A crash between sending and marking repeats what was on its way. So no more is on its way than the limit needs:
rate times the time that one delivery takes (Little's law), which is one message on a quick line.
"""

import asyncio
import logging
import math
import random
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from bot.channels.port import (
    Channel,
    Choice,
    Moved,
    NotEditable,
    Outgoing,
    Refused,
    SendFile,
    Sent,
    TryLater,
    Unreachable,
)
from bot.clock import Clock
from bot.files import FileStore
from bot.limiter import Limiter
from bot.metrics import METRICS
from bot.split import split
from ledger.district import MessengerLimits
from ledger.words import utf16_length
from storage.database import Database
from storage.filecopies import copies, remember
from storage.outbox import OutRow
from storage.reference import Reference
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

BATCH = 60
TRIES = 12
LONGEST_WAIT = 300.0
OUTAGE_SURVIVED = timedelta(hours=24)
OUTAGE_WAIT = 8.0
MOST_AT_ONCE = 16
IDLE_SECONDS = 1.0


class Deliverer:
    """Sends what waits for one bot. `wake` is set when something new was queued."""

    def __init__(
        self, database: Database, channel: Channel, files: FileStore, limits: MessengerLimits, clock: Clock
    ) -> None:
        self._database = database
        self._channel = channel
        self._files = files
        self._clock = clock
        self._limiter = Limiter(limits)
        self._rate = limits.per_second
        self._taking = 0.0
        self._on_the_way: dict[int, asyncio.Task[None]] = {}
        self._chats_on_the_way: set[int] = set()
        self.wake = asyncio.Event()

    async def run(self) -> None:
        while True:
            self.wake.clear()
            try:
                wait = await self.run_once()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("delivery for %s failed; it goes on", self._channel.name)
                wait = IDLE_SECONDS
            if wait > 0:
                await self._sleep(wait)

    async def run_once(self) -> float:
        """Send what may be sent now; returns for how many seconds there is nothing to do."""
        now = time.monotonic()
        if (free_at := self._limiter.bot_free_at()) > now:
            return free_at - now
        rows = await self._due()
        for row in rows:
            if not await self._start(row):
                break
        if not rows:
            return IDLE_SECONDS
        return 0.001 if self._on_the_way else 0.02

    async def drain(self) -> None:
        """Send all that is due, then wait for what is on its way."""
        while rows := await self._due():
            for row in rows:
                await self._start(row)
            await asyncio.gather(*self._on_the_way.values())
        await asyncio.gather(*self._on_the_way.values())

    async def stop(self) -> None:
        """Let what is on its way arrive and be marked."""
        await asyncio.gather(*self._on_the_way.values(), return_exceptions=True)

    async def _due(self) -> list[OutRow]:
        held = self._limiter.held_chats(time.monotonic()) | self._chats_on_the_way
        now = self._clock.now()

        def work(connection: Connection) -> list[OutRow]:
            uow = UnitOfWork(connection, _NOBODY, now)
            rows = uow.outbox.due(self._channel.name, BATCH, held)
            if any(row.logical for row in rows):
                uow.outbox.skip_superseded(self._channel.name)
                rows = uow.outbox.due(self._channel.name, BATCH, held)
            return rows

        return await self._database.write(work)

    async def _start(self, row: OutRow) -> bool:
        """Begin one delivery; waits for a place. False when the bot's limit is reached."""
        if row.chat in self._chats_on_the_way:
            return True
        while len(self._on_the_way) >= self._at_once():
            await asyncio.wait(self._on_the_way.values(), return_when=asyncio.FIRST_COMPLETED)
        now = time.monotonic()
        if self._limiter.bot_free_at() > now:
            return False
        if self._limiter.free_at(row.chat) > now:
            return True
        self._limiter.note(row.chat, now)
        self._chats_on_the_way.add(row.chat)
        task = asyncio.get_running_loop().create_task(self._deliver(row))
        self._on_the_way[row.id] = task
        task.add_done_callback(lambda _: self._arrived(row))
        return True

    def _arrived(self, row: OutRow) -> None:
        self._on_the_way.pop(row.id, None)
        self._chats_on_the_way.discard(row.chat)
        self.wake.set()

    def _at_once(self) -> int:
        return min(max(math.ceil(self._rate * self._taking), 1), MOST_AT_ONCE)

    async def _deliver(self, row: OutRow) -> None:
        started = time.monotonic()
        try:
            sent = await self._send(row)
        except Exception as error:  # noqa: BLE001 - every kind is decided on in one place
            METRICS.send_errors.labels(self._channel.name, type(error).__name__).inc()
            await self._failed(row, error)
        else:
            await self._write(lambda uow: uow.outbox.mark_sent(row, sent.message_id))
            METRICS.sent.labels(self._channel.name).inc()
        self._taking = 0.8 * self._taking + 0.2 * (time.monotonic() - started)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.wake.wait(), seconds)
        except TimeoutError:
            return

    # sending ---------------------------------------------------------------------------------------------------------

    async def _send(self, row: OutRow) -> Sent:
        """Send one row: long texts in pieces, files with their text as caption where it fits."""
        body, can = row.body, self._channel.abilities
        files = await self._to_send(body.get("files", []))
        rows = [[Choice(b["label"], b["data"]) for b in line] for line in body.get("rows", [])]
        text = body["text"]
        if files and utf16_length(text) > can.caption_limit:
            await self._channel.send(Outgoing(row.chat, row.topic, text))
            text = ""
        pieces = split(text, can.text_limit)
        for piece in pieces[:-1]:
            await self._channel.send(Outgoing(row.chat, row.topic, piece))
        edit = row.shown_id if can.edits and len(pieces) == 1 and not files else None
        sent = await self._channel.send(Outgoing(row.chat, row.topic, pieces[-1], rows, files, edit))
        if sent.file_ids:
            name = self._channel.name
            await self._database.write(lambda connection: remember(connection, name, sent.file_ids))
        return sent

    async def _to_send(self, files: list[dict[str, str]]) -> list[SendFile]:
        if not files:
            return []
        digests = [file["digest"] for file in files]
        known = await self._database.read(lambda connection: copies(connection, self._channel.name, digests))
        return [
            SendFile(f["kind"], f["name"], f["digest"], self._files.path(f["digest"]), known.get(f["digest"]))
            for f in files
        ]

    # when it did not work --------------------------------------------------------------------------------------------

    async def _failed(self, row: OutRow, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}" if isinstance(error, Refused | TryLater) else type(error).__name__
        bot = self._channel.name
        match error:
            case TryLater(seconds=float() | int() as seconds):
                self._limiter.hold(row.chat, time.monotonic() + seconds, whole_bot=error.whole_bot)
                await self._put_off(row, reason, seconds, counts=False)
            case TryLater():
                await self._wait_for_messenger(row, reason)
            case NotEditable():
                await self._write(lambda uow: uow.outbox.forget_shown(row))
            case Moved(new_chat=new):
                await self._write(lambda uow: _move(uow, bot, row.chat, new))
            case Unreachable():
                await self._write(lambda uow: _give_up_chat(uow, row, reason))
            case Refused():
                log.error("message %s of %s refused: %s", row.id, bot, error)
                await self._write(lambda uow: uow.outbox.kill(row, reason))
            case _:
                await self._again_or_dead(row, reason, error)

    async def _wait_for_messenger(self, row: OutRow, reason: str) -> None:
        """The messenger is down: no fault of this message, which waits for a day before it is given up."""
        if self._clock.now() - row.created_at > OUTAGE_SURVIVED:
            await self._write(lambda uow: uow.outbox.kill(row, reason))
        else:
            await self._put_off(row, reason, min(2.0**row.attempts, OUTAGE_WAIT) * random.uniform(0.5, 1), counts=True)

    async def _again_or_dead(self, row: OutRow, reason: str, error: Exception) -> None:
        if row.attempts + 1 >= TRIES:
            log.error("message %s of %s given up after %s tries", row.id, self._channel.name, TRIES, exc_info=error)
            await self._write(lambda uow: uow.outbox.kill(row, reason))
        else:
            await self._put_off(row, reason, min(2.0**row.attempts, LONGEST_WAIT), counts=True)

    async def _put_off(self, row: OutRow, reason: str, seconds: float, *, counts: bool) -> None:
        again = self._clock.now() + timedelta(seconds=seconds)
        await self._write(lambda uow: uow.outbox.put_off(row, reason, again, counts=counts))

    async def _write(self, change: Callable[[UnitOfWork], object]) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            uow = UnitOfWork(connection, _NOBODY, now)
            change(uow)
            uow.flush()

        await self._database.write(work)


_NOBODY = Reference(0, {}, {}, {}, {}, (), {})
"""Delivery needs no reference data."""


def _move(uow: UnitOfWork, bot: str, old: int, new: int) -> None:
    """A group became a supergroup: all that pointed to the old id points to the new one."""
    for rows in (uow.outbox, uow.buttons, uow.cases, uow.staff, uow.people):
        rows.move_chat(bot, old, new)


def _give_up_chat(uow: UnitOfWork, row: OutRow, reason: str) -> None:
    """Blocked or gone: nothing more is sent there until somebody writes from there again."""
    uow.people.pause(row.bot, row.chat)
    uow.outbox.kill(row, reason)
    uow.outbox.cancel_chat(row.bot, row.chat)
