"""Delivery: drains the outbox of one bot within the messenger's limits, most urgent class first.

A crash between sending a message and marking it as sent repeats the message. So only one is in flight at a time, unless
the district's limits allow more (`at_once`): that uses a slow line better, and a crash may repeat as many.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

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
from bot.message_splitting import split
from bot.metrics import METRICS
from bot.tasks import ended, wait_for
from bot.transactions import write
from ledger.district import MessengerLimits
from ledger.text import utf16_length
from storage.database import Database
from storage.messenger.file_ids import copies, remember
from storage.messenger.outbox import OutRow
from storage.reference import Reference
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

BATCH = 60
TRIES = 12
"""Attempts at a message that fails for a reason of its own."""
LONGEST_WAIT = 300.0
"""Seconds between two such attempts, at most."""
OUTAGE_SURVIVED = timedelta(hours=24)
"""How long a message waits for a messenger that is down."""
OUTAGE_WAIT = 8.0
TOKEN_WAIT = 30.0
IDLE_SECONDS = 1.0
RETRY_WRITE, RETRY_WRITE_AT_MOST = 0.2, 5.0
"""Seconds until an outcome that could not be written is written again: at first, and after several failures."""


class Deliverer:
    """Sends what is queued for one bot. Setting `wake` makes it look at once."""

    def __init__(
        self, database: Database, channel: Channel, files: FileStore, limits: MessengerLimits, clock: Clock
    ) -> None:
        self._database = database
        self._channel = channel
        self._files = files
        self._clock = clock
        self._limiter = Limiter(limits)
        self._at_once = limits.at_once
        self._in_flight: dict[int, asyncio.Task[bool]] = {}
        """Deliveries that are under way, by row id."""
        self._busy_chats: set[int] = set()
        self._parts_sent: dict[int, list[Sent]] = {}
        """The parts of a message that have been sent, by row id, until the last one has."""
        self.wake = asyncio.Event()
        self.trouble = ""
        """Why nothing can be sent at the moment; shown by /readyz."""

    async def run(self) -> None:
        """Deliver for ever. Whoever no longer delivers is not in trouble: another process may do it now."""
        try:
            await self._run()
        finally:
            self.trouble = ""

    async def _run(self) -> None:
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
        """Start what may be sent now; returns for how many seconds there is nothing to do.

        Rows are read only when there is room for them, and no more than that: an alarm that is queued meanwhile comes
        next, and what is taken back meanwhile is not sent.
        """
        while len(self._in_flight) >= self._at_once:
            await asyncio.wait(self._in_flight.values(), return_when=asyncio.FIRST_COMPLETED)
        now = time.monotonic()
        room = self._limiter.room(now)
        if not room:
            return self._limiter.bot_free_at() - now
        rows = await self._due(min(room, self._at_once - len(self._in_flight)))
        for row in _heads(rows):
            self._start(row)
        return 0.0 if rows else min(self._limiter.next_free_at() - time.monotonic(), IDLE_SECONDS)

    async def drain(self) -> None:
        """Send everything that is due, in order within each chat, ignoring limits: for the demo, replays and tests."""
        while rows := await self._due(BATCH):
            chats: dict[int, list[OutRow]] = {}
            for row in rows:
                chats.setdefault(row.chat, []).append(row)
            await asyncio.gather(*(self._deliver_all(of_chat) for of_chat in chats.values()))
        await self.stop()

    async def stop(self, seconds: float | None = None) -> None:
        """Wait until messages in flight have arrived and are marked; after `seconds`, give them up to be sent again."""
        await ended([*self._in_flight.values()], seconds)

    async def _due(self, limit: int) -> list[OutRow]:
        """Rows that may be sent now. Rows for chats that have blocked the bot or are gone are cancelled instead."""
        held = self._limiter.held_chats(time.monotonic()) | self._busy_chats
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

    def _start(self, row: OutRow) -> None:
        """Start one delivery, unless its chat is busy or has to wait."""
        now = time.monotonic()
        if row.chat in self._busy_chats | self._limiter.held_chats(now):
            return
        self._limiter.note(row.chat, now)
        self._busy_chats.add(row.chat)
        task = asyncio.get_running_loop().create_task(self._deliver(row))
        self._in_flight[row.id] = task
        task.add_done_callback(lambda done: self._ended(row, done))

    def _ended(self, row: OutRow, task: asyncio.Task[bool]) -> None:
        self._in_flight.pop(row.id, None)
        self._busy_chats.discard(row.chat)
        if not task.cancelled() and (error := task.exception()):
            self._not_noted(row, error)
        self.wake.set()

    def _not_noted(self, row: OutRow, error: BaseException) -> None:
        """The outcome of a failed attempt could not be written, so the row is still due: let its chat wait a little."""
        self.trouble = f"the outcome of a message cannot be noted ({type(error).__name__})"
        log.error("delivery for %s: %s", self._channel.name, self.trouble)
        self._limiter.hold(row.chat, time.monotonic() + RETRY_WRITE_AT_MOST, whole_bot=False)

    async def _deliver_all(self, rows: list[OutRow]) -> None:
        """Deliver the rows of one chat in order; stop at the first that fails, which the others must not overtake."""
        for row in rows:
            if not await self._deliver(row):
                return

    async def _deliver(self, row: OutRow) -> bool:
        """Send one row and note the outcome; True: it was sent, or there was nothing to send."""
        if row.body.get("only_edit") and (row.shown_id is None or not self._channel.abilities.edits):
            await self._write(lambda uow: uow.outbox.skip(row))
            return True
        failure: Exception | None = None
        try:
            sent = await self._send(row)
        except Exception as error:  # noqa: BLE001 - `_failed` decides what each kind means
            failure = error
            METRICS.send_errors.labels(self._channel.name, type(error).__name__).inc()
            await self._failed(row, error)
        else:
            await self._note_sent(row, sent)
            METRICS.sent.labels(self._channel.name).inc()
            self.trouble = ""
        return failure is None

    async def _sleep(self, seconds: float) -> None:
        await wait_for(self.wake, seconds)

    # sending ---------------------------------------------------------------------------------------------------------

    async def _send(self, row: OutRow) -> Sent:
        """Send one row in as many parts as it takes; those sent in an earlier attempt are left out."""
        sent = self._parts_sent.pop(row.id, [])
        try:
            for part in (await self._parts(row))[len(sent) :]:
                sent.append(await self._channel.send(part))
        except Exception:
            if sent:
                self._parts_sent[row.id] = sent
            raise
        return Sent(sent[-1].message_id, {digest: held for one in sent for digest, held in one.file_ids.items()})

    async def _parts(self, row: OutRow) -> list[Outgoing]:
        """One row as it is sent: long texts in pieces, files with their text as caption where it fits."""
        body, can = row.body, self._channel.abilities
        if body.get("gone"):
            return [Outgoing(row.chat, row.topic, "", edit=row.shown_id, gone=True)]
        files = await self._files_to_send(body.get("files", []))
        rows = [[Choice(b["label"], b["data"]) for b in line] for line in body.get("rows", [])]
        message = Outgoing(row.chat, row.topic, body["text"], rows, files)
        pieces = split(message.text, can.text_limit)
        if message.has_caption and utf16_length(message.text) > can.caption_limit:
            pieces.append("")
        edit = row.shown_id if can.edits and len(pieces) == 1 and not files else None
        before = [Outgoing(row.chat, row.topic, piece) for piece in pieces[:-1]]
        return [*before, *self._channel.parts(replace(message, text=pieces[-1], edit=edit))]

    async def _files_to_send(self, files: list[dict[str, str]]) -> list[SendFile]:
        if not files:
            return []
        digests = [file["digest"] for file in files]
        known = await self._database.read(lambda connection: copies(connection, self._channel.name, digests))
        return [
            SendFile(f["kind"], f["name"], f["digest"], self._files.stored(f["digest"]), known.get(f["digest"]))
            for f in files
        ]

    async def _note_sent(self, row: OutRow, sent: Sent) -> None:
        """Mark a row as sent, however long the database is away: an unmarked message would be sent again and again."""
        name, wait = self._channel.name, RETRY_WRITE

        def note(uow: UnitOfWork) -> None:
            _mark_sent(uow, row, sent)
            if sent.file_ids:
                remember(uow.connection, name, sent.file_ids)

        while True:
            try:
                return await self._write(note)
            except Exception as error:  # noqa: BLE001 - whatever it is, the message has been sent
                self.trouble = f"what was sent cannot be noted ({type(error).__name__})"
                log.error("delivery for %s waits: %s", name, self.trouble)  # noqa: TRY400 - it repeats
            await asyncio.sleep(wait)
            wait = min(wait * 2, RETRY_WRITE_AT_MOST)

    # when sending fails ----------------------------------------------------------------------------------------------

    async def _failed(self, row: OutRow, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}" if isinstance(error, Refused | TryLater) else type(error).__name__
        bot = self._channel.name
        match error:
            case TryLater(seconds=float() | int() as seconds):
                await self._put_off(row, reason, seconds)
            case TryLater():
                await self._wait_for_messenger(row, reason)
            case BadToken():
                await self._wait_for_token(row, reason)
            case NotEditable():
                await self._write(lambda uow: uow.outbox.forget_shown(row))
            case Moved(new_chat=new):
                await self._write(lambda uow: uow.move_chat(bot, row.chat, new))
            case Unreachable():
                self._parts_sent.pop(row.id, None)
                await self._write(lambda uow: _give_up_chat(uow, row, reason))
            case Refused():
                log.error("message %s of %s refused: %s", row.id, bot, error)
                await self._kill(row, reason)
            case _:
                await self._again_or_dead(row, reason, error)

    async def _wait_for_messenger(self, row: OutRow, reason: str) -> None:
        """The messenger is down, which is not the message's fault: it waits for a day before it is given up."""
        now = self._clock.now()
        since = row.failing_since or now
        if now - since > OUTAGE_SURVIVED:
            await self._kill(row, reason)
        else:
            wait = min(max((now - since).total_seconds(), 1.0), OUTAGE_WAIT)
            await self._put_off(row, reason, wait * random.uniform(0.5, 1), failing_since=since)

    async def _wait_for_token(self, row: OutRow, reason: str) -> None:
        """The token is refused, which is no message's fault: all of them wait until the bot has a valid token."""
        self.trouble = reason
        log.error("the messenger refuses the token of %s: nothing can be sent; see chulin doctor", self._channel.name)
        self._limiter.hold(row.chat, time.monotonic() + TOKEN_WAIT, whole_bot=True)
        await self._put_off(row, reason, TOKEN_WAIT)

    async def _again_or_dead(self, row: OutRow, reason: str, error: Exception) -> None:
        if row.attempts + 1 >= TRIES:
            log.error("message %s of %s given up after %s tries", row.id, self._channel.name, TRIES, exc_info=error)
            await self._kill(row, reason)
        else:
            seconds = min(2.0**row.attempts, LONGEST_WAIT)
            await self._put_off(row, reason, seconds, counts=True, failing_since=row.failing_since)

    async def _kill(self, row: OutRow, reason: str) -> None:
        self._parts_sent.pop(row.id, None)
        await self._write(lambda uow: uow.outbox.kill(row, reason))

    async def _put_off(
        self,
        row: OutRow,
        reason: str,
        seconds: float,
        *,
        counts: bool = False,
        failing_since: datetime | None = None,
    ) -> None:
        """Try again later. The chat's other messages wait with it, so that none overtakes it.

        `counts`: it is the message's own failure. `failing_since`: the messenger has been down for it since then.
        """
        self._limiter.hold(row.chat, time.monotonic() + seconds, whole_bot=False)
        again = self._clock.now() + timedelta(seconds=seconds)

        def later(uow: UnitOfWork) -> None:
            uow.outbox.put_off(row, reason, again, counts=counts, failing_since=failing_since)

        await self._write(later)

    async def _write(self, change: Callable[[UnitOfWork], object]) -> None:
        await write(self._database, lambda _: _NOBODY, self._clock.now(), change)


_NOBODY = Reference(0, {}, {}, {}, {}, (), {})
"""Delivery needs no reference data."""


def _heads(rows: list[OutRow]) -> list[OutRow]:
    """The first row of each chat: a later one must not overtake it, should it fail."""
    return list({row.chat: row for row in reversed(rows)}.values())[::-1]


def _mark_sent(uow: UnitOfWork, row: OutRow, sent: Sent) -> None:
    """Mark a row as sent. After a deletion, nothing is shown under its logical name any more."""
    uow.outbox.mark_sent(row, sent.message_id)
    if row.body.get("gone"):
        uow.outbox.forget_shown(row)


def _give_up_chat(uow: UnitOfWork, row: OutRow, reason: str) -> None:
    """The chat is gone or has blocked the bot: send nothing there until somebody writes from it again.

    A group is asked anew with the next message: it may have silenced the bot for a while, and then nobody says so.
    """
    if row.chat > 0:
        uow.people.pause(row.bot, row.chat)
    for community_id in uow.sends_no_more_to_group(row.bot, row.chat) if row.chat < 0 else ():
        log.error("the staff chat of community %s is gone: its cards go to people again", community_id)
    uow.outbox.kill(row, reason)
    uow.outbox.cancel_chat(row.bot, row.chat)
