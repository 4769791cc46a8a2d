"""Delivery: drains the outbox of one bot under the messenger's limits, most urgent class first.

A crash between sending and marking repeats what was on its way. So one message at a time is on its way, unless the
district's limits say more (`at_once`): a slow line is filled better, and a kill may repeat as many.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from bot.channels.port import (
    BadToken,
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
from bot.tasks import ended
from ledger.district import MessengerLimits
from ledger.words import utf16_length
from storage.database import Database
from storage.messenger.filecopies import copies, remember
from storage.messenger.outbox import OutRow
from storage.reference import Reference
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

BATCH = 60
TRIES = 12
LONGEST_WAIT = 300.0
OUTAGE_SURVIVED = timedelta(hours=24)
OUTAGE_WAIT = 8.0
TOKEN_WAIT = 30.0
IDLE_SECONDS = 1.0
NOTED_AGAIN, NOTED_AGAIN_LATER = 0.2, 5.0
"""Seconds after which it is tried again to note what was sent, growing from one to the other."""


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
        self._at_once = limits.at_once
        self._on_the_way: dict[int, asyncio.Task[bool]] = {}
        self._chats_on_the_way: set[int] = set()
        self._pieces_out: dict[int, int] = {}
        """How many pieces of a long message are out, by its row; until the last one is."""
        self.wake = asyncio.Event()
        self.trouble = ""
        """Why nothing at all can be sent at the moment; shown by /readyz."""

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
        """Send what may be sent now; returns for how many seconds there is nothing to do.

        No more is taken at a time than can be on its way, so that an alarm that comes now is next.
        """
        now = time.monotonic()
        room = self._limiter.room(now)
        if not room:
            return self._limiter.bot_free_at() - now
        rows = await self._due(min(room, self._at_once))
        for row in _heads(rows):
            await self._start(row)
        return 0.0 if rows else min(self._limiter.next_free_at() - time.monotonic(), IDLE_SECONDS)

    async def drain(self) -> None:
        """Send all that is due, chat by chat in order, whatever the limits: for channels that are ours."""
        while rows := await self._due(BATCH):
            chats: dict[int, list[OutRow]] = {}
            for row in rows:
                chats.setdefault(row.chat, []).append(row)
            await asyncio.gather(*(self._deliver_all(of_chat) for of_chat in chats.values()))
        await self.stop()

    async def stop(self, seconds: float | None = None) -> None:
        """Let what is on its way arrive and be marked; what has not after `seconds` is sent again some time."""
        await ended([*self._on_the_way.values()], seconds)

    async def _due(self, limit: int) -> list[OutRow]:
        """What may be sent now. What waits for chats that blocked the bot or are gone is cancelled on the way."""
        held = self._limiter.held_chats(time.monotonic()) | self._chats_on_the_way
        now, name = self._clock.now(), self._channel.name

        def look(connection: Connection) -> tuple[list[OutRow], set[int]]:
            with UnitOfWork(connection, _NOBODY, now) as uow:
                rows = uow.outbox.due(name, limit, held)
                return rows, uow.people.paused_chats(name, {row.chat for row in rows}) if rows else set()

        while True:
            rows, paused = await self._database.read(look)
            if not paused:
                return rows
            await self._write(lambda uow, chats=paused: [uow.outbox.cancel_chat(name, chat) for chat in chats])  # type: ignore[misc]

    async def _start(self, row: OutRow) -> None:
        """Begin one delivery; waits for a place. One after another in each chat."""
        while len(self._on_the_way) >= self._at_once:
            await asyncio.wait(self._on_the_way.values(), return_when=asyncio.FIRST_COMPLETED)
        now = time.monotonic()
        if row.chat in self._chats_on_the_way | self._limiter.held_chats(now):
            return
        self._limiter.note(row.chat, now)
        self._chats_on_the_way.add(row.chat)
        task = asyncio.get_running_loop().create_task(self._deliver(row))
        self._on_the_way[row.id] = task
        task.add_done_callback(lambda _: self._arrived(row))

    def _arrived(self, row: OutRow) -> None:
        self._on_the_way.pop(row.id, None)
        self._chats_on_the_way.discard(row.chat)
        self.wake.set()

    async def _deliver_all(self, rows: list[OutRow]) -> None:
        """Deliver rows of one chat; after one that failed, none may overtake it."""
        for row in rows:
            if not await self._deliver(row):
                return

    async def _deliver(self, row: OutRow) -> bool:
        """Send one row and note what came of it; whether it went out."""
        if row.body.get("only_edit") and (row.shown_id is None or not self._channel.abilities.edits):
            await self._write(lambda uow: uow.outbox.skip(row))
            return True
        failure: Exception | None = None
        try:
            sent = await self._send(row)
        except Exception as error:  # noqa: BLE001 - every kind is decided on in one place
            failure = error
            METRICS.send_errors.labels(self._channel.name, type(error).__name__).inc()
            await self._failed(row, error)
        else:
            self._pieces_out.pop(row.id, None)
            await self._note_sent(row, sent)
            METRICS.sent.labels(self._channel.name).inc()
            self.trouble = ""
        return failure is None

    async def _sleep(self, seconds: float) -> None:
        # not wait_for: before Python 3.12 it can swallow a cancellation
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()

    # sending ---------------------------------------------------------------------------------------------------------

    async def _send(self, row: OutRow) -> Sent:
        """Send one row: long texts in pieces, files with their text as caption where it fits."""
        body, can = row.body, self._channel.abilities
        if body.get("gone"):
            return await self._channel.send(Outgoing(row.chat, row.topic, "", edit=row.shown_id, gone=True))
        files = await self._to_send(body.get("files", []))
        rows = [[Choice(b["label"], b["data"]) for b in line] for line in body.get("rows", [])]
        pieces = split(body["text"], can.text_limit)
        if files and utf16_length(body["text"]) > can.caption_limit:
            pieces.append("")
        await self._send_before(row, pieces[:-1])
        edit = row.shown_id if can.edits and len(pieces) == 1 and not files else None
        return await self._channel.send(Outgoing(row.chat, row.topic, pieces[-1], rows, files, edit))

    async def _send_before(self, row: OutRow, pieces: list[str]) -> None:
        """All pieces but the last; those that went out are not sent again when a later one fails."""
        for number, piece in enumerate(pieces, 1):
            if number > self._pieces_out.get(row.id, 0):
                await self._channel.send(Outgoing(row.chat, row.topic, piece))
                self._pieces_out[row.id] = number

    async def _to_send(self, files: list[dict[str, str]]) -> list[SendFile]:
        if not files:
            return []
        digests = [file["digest"] for file in files]
        known = await self._database.read(lambda connection: copies(connection, self._channel.name, digests))
        return [
            SendFile(f["kind"], f["name"], f["digest"], self._files.stored(f["digest"]), known.get(f["digest"]))
            for f in files
        ]

    async def _note_sent(self, row: OutRow, sent: Sent) -> None:
        """Note it, however long the database is away: what is not noted would be sent again, and again."""
        name, wait = self._channel.name, NOTED_AGAIN

        def note(uow: UnitOfWork) -> None:
            _arrived(uow, row, sent)
            if sent.file_ids:
                remember(uow.connection, name, sent.file_ids)

        while True:
            try:
                return await self._write(note)
            except Exception as error:  # noqa: BLE001 - whatever it is, the message is out
                self.trouble = f"what was sent cannot be noted ({type(error).__name__})"
                log.error("delivery for %s waits: %s", name, self.trouble)  # noqa: TRY400 - it repeats
            await asyncio.sleep(wait)
            wait = min(wait * 2, NOTED_AGAIN_LATER)

    # when it did not work --------------------------------------------------------------------------------------------

    async def _failed(self, row: OutRow, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}" if isinstance(error, Refused | TryLater) else type(error).__name__
        bot = self._channel.name
        match error:
            case TryLater(seconds=float() | int() as seconds):
                await self._put_off(row, reason, seconds, counts=False)
            case TryLater():
                await self._wait_for_messenger(row, reason)
            case BadToken():
                await self._wait_for_token(row, reason)
            case NotEditable():
                await self._write(lambda uow: uow.outbox.forget_shown(row))
            case Moved(new_chat=new):
                await self._write(lambda uow: uow.move_chat(bot, row.chat, new))
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

    async def _wait_for_token(self, row: OutRow, reason: str) -> None:
        """No message's fault: all wait, however long it takes until somebody gives this bot a token that is good."""
        self.trouble = reason
        log.error("the messenger refuses the token of %s: nothing can be sent; see chulin doctor", self._channel.name)
        self._limiter.hold(row.chat, time.monotonic() + TOKEN_WAIT, whole_bot=True)
        await self._put_off(row, reason, TOKEN_WAIT, counts=False)

    async def _again_or_dead(self, row: OutRow, reason: str, error: Exception) -> None:
        if row.attempts + 1 >= TRIES:
            log.error("message %s of %s given up after %s tries", row.id, self._channel.name, TRIES, exc_info=error)
            await self._write(lambda uow: uow.outbox.kill(row, reason))
        else:
            await self._put_off(row, reason, min(2.0**row.attempts, LONGEST_WAIT), counts=True)

    async def _put_off(self, row: OutRow, reason: str, seconds: float, *, counts: bool) -> None:
        """Later; the chat's other messages wait with it, so that none overtakes it."""
        self._limiter.hold(row.chat, time.monotonic() + seconds, whole_bot=False)
        again = self._clock.now() + timedelta(seconds=seconds)
        await self._write(lambda uow: uow.outbox.put_off(row, reason, again, counts=counts))

    async def _write(self, change: Callable[[UnitOfWork], object]) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            with UnitOfWork(connection, _NOBODY, now) as uow:
                change(uow)
                uow.flush()

        await self._database.write(work)


_NOBODY = Reference(0, {}, {}, {}, {}, (), {})
"""Delivery needs no reference data."""


def _heads(rows: list[OutRow]) -> list[OutRow]:
    """The first row of each chat: a later one must not overtake it if it fails."""
    return list({row.chat: row for row in reversed(rows)}.values())[::-1]


def _arrived(uow: UnitOfWork, row: OutRow, sent: Sent) -> None:
    """It went out; of what was taken away nothing is shown any more."""
    uow.outbox.mark_sent(row, sent.message_id)
    if row.body.get("gone"):
        uow.outbox.forget_shown(row)


def _give_up_chat(uow: UnitOfWork, row: OutRow, reason: str) -> None:
    """Blocked or gone: nothing more is sent there until somebody writes from there again."""
    uow.people.pause(row.bot, row.chat)
    for community_id in uow.sends_no_more_to_group(row.bot, row.chat) if row.chat < 0 else ():
        log.error("the staff chat of community %s is gone: its cards go to people again", community_id)
    uow.outbox.kill(row, reason)
    uow.outbox.cancel_chat(row.bot, row.chat)
