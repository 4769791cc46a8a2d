"""Work: whole lanes of updates, several to a commit, each update all or nothing.

Updates are parsed and understood before the transaction where no other process can take them (SQLite), inside it where
one could (PostgreSQL). If a group fails it is rolled back and its updates are run one by one; one that fails alone is
put off, and after `TRIES` it is set aside with its reason, so that it blocks nobody.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot.channels.port import Channel, Unreadable
from bot.clock import Clock
from bot.metrics import METRICS
from handlers import router
from handlers.context import Context
from handlers.event import Event, EventKind
from handlers.post import post
from handlers.reply import Answer, Reply
from handlers.router import Result
from ledger.lifecycle import NotAllowed
from nlp.understanding import Reading
from storage.database import Database
from storage.errors import NotFound
from storage.inbox import InboxRows, Stored
from storage.reference import Reference, load, version
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

LANES = 64
PER_LANE = 8
TRIES = 8
UNDERSTOOD = (EventKind.TEXT, EventKind.MEDIA)


@dataclass(slots=True)
class Prepared:
    """An update, parsed and understood; `unreadable` says why it could not be."""

    stored: Stored
    event: Event | None
    reading: Reading | None
    unreadable: str = ""


@dataclass(slots=True)
class Done:
    """What a committed group leaves to be done outside the transaction."""

    taken: int
    answers: list[tuple[str, str, Answer]]
    after_commit: list[Callable[[], None]]


class Worker:
    """Handles what intake stored; `delivered` is called when there is something to send."""

    def __init__(
        self,
        database: Database,
        context: Context,
        channels: dict[str, Channel],
        clock: Clock,
        to_send: Callable[[], None],
    ) -> None:
        self._database = database
        self._context = context
        self._channels = channels
        self._clock = clock
        self._to_send = to_send
        self._reference: Reference | None = None
        self._one_group = asyncio.Lock()
        self._answering: set[asyncio.Task[None]] = set()
        self.arrived = asyncio.Event()

    async def run(self) -> None:
        """Work for ever: as long as there is something, else until intake says so or a second has passed."""
        while True:
            self.arrived.clear()
            try:
                busy = await self.run_once()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("work failed; nothing is lost, it is tried again")
                await asyncio.sleep(1)
                continue
            if not busy:
                # not wait_for: before Python 3.12 it can swallow a cancellation
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await self.arrived.wait()

    async def run_once(self, lanes: int = LANES) -> int:
        """Take one group; returns how many updates were finished. Who is cancelled meanwhile leaves it to its end."""
        return await asyncio.shield(asyncio.ensure_future(self._run_group(lanes)))

    async def _run_group(self, lanes: int) -> int:
        async with self._one_group:
            try:
                done = await (self._alone(lanes) if self._database.single else self._beside_others(lanes))
            except Exception as error:  # noqa: BLE001 - found out below, one by one
                log.warning("a group of updates failed (%s); running them one by one", type(error).__name__)
                return await self._one_by_one()
            self._finish(done)
            return done.taken

    async def drain(self) -> None:
        """Work until nothing is ready."""
        while await self.run_once():
            pass
        await asyncio.gather(*self._answering)

    # one group -------------------------------------------------------------------------------------------------------

    async def _alone(self, lanes: int) -> Done:
        """Look, parse and understand outside the transaction: nobody else can take these updates meanwhile."""
        found, waiting = await self._database.read(lambda connection: self._look(connection, lanes, PER_LANE))
        if not found:
            return Done(0, [], [])
        group = [self._prepare(stored) for stored in waiting]
        return await self._database.write(lambda connection: self._group(connection, found, group))

    async def _beside_others(self, lanes: int) -> Done:
        """Other processes work too: what is looked at stays locked until it is done."""

        def work(connection: Connection) -> Done:
            locked, waiting = self._look(connection, lanes, PER_LANE)
            return self._group(connection, locked, [self._prepare(s) for s in waiting]) if locked else Done(0, [], [])

        return await self._database.write(work)

    def _look(self, connection: Connection, lanes: int, per_lane: int) -> tuple[list[tuple[str, int]], list[Stored]]:
        """Lanes that have something to do, locked, and the updates that wait in them."""
        now, inbox = self._clock.now(), InboxRows(connection)
        found = inbox.ready_lanes(list(self._channels), now, lanes)
        return found, inbox.waiting(found, per_lane, now)

    def _group(self, connection: Connection, lanes: list[tuple[str, int]], group: list[Prepared]) -> Done:
        """Handle a group in the transaction at hand."""
        now = self._clock.now()
        inbox = InboxRows(connection)
        uow = UnitOfWork(connection, self.reference(connection), now)
        expected = uow.conversations.preload({_talk_key(p.event) for p in group if p.event})
        uow.cases.preload(expected)
        uow.people.preload({(p.event.address.bot, p.event.account or 0) for p in group if p.event})
        communities = uow.people.communities()
        uow.cases.lock_counters(communities)
        uow.people.preload(uow.reference.shown_to(self._context.staff_bot, communities))
        done = Done(len(group), [], uow.after_commit)
        finished = [(p.stored, outcome) for p in group if (outcome := self._handle(uow, p, done)) is not None]
        uow.flush()
        inbox.finish(finished, now)
        for prepared in group:
            if prepared.event is None:
                inbox.park(prepared.stored, prepared.unreadable, now)
        inbox.rest(lanes)
        return done

    def _handle(self, uow: UnitOfWork, prepared: Prepared, done: Done) -> str | None:
        event = prepared.event
        if event is None:
            return None
        return self._settle(uow, prepared, router.handle(self._context, uow, event, prepared.reading), done)

    def _settle(self, uow: UnitOfWork, prepared: Prepared, result: Result, done: Done) -> str:
        """Queue what an event said; returns its outcome."""
        event = prepared.event
        assert event is not None  # noqa: S101 - an unreadable update has no result
        for reply in result.replies:
            post(self._context, uow, reply)
        if event.press_id:
            done.answers.append((event.address.bot, event.press_id, result.answer or Answer("")))
        METRICS.handled.labels(event.address.bot, result.outcome.split(" ")[0]).inc()
        METRICS.answered_in.observe(max((self._clock.now() - prepared.stored.received_at).total_seconds(), 0))
        return result.outcome

    def _prepare(self, stored: Stored) -> Prepared:
        """Parse with the library's models and read the words; neither touches the database."""
        try:
            event = self._channels[stored.bot].parse(json.loads(stored.body))
        except Unreadable as error:
            return Prepared(stored, None, None, f"{type(error).__name__}: {error}")
        except (ValueError, RecursionError) as error:
            return Prepared(stored, None, None, type(error).__name__)
        event = replace(event, update_id=stored.update_id)
        reading = self._context.read(event.text) if event.text and event.kind in UNDERSTOOD else None
        return Prepared(stored, event, reading)

    def reference(self, connection: Connection) -> Reference:
        """The snapshot of the reference tables, read again when something in them was changed."""
        if self._reference is None or self._reference.version != version(connection):
            self._reference = load(connection)
        return self._reference

    # afterwards ------------------------------------------------------------------------------------------------------

    def _finish(self, done: Done) -> None:
        for call in done.after_commit:
            call()
        for bot, press_id, answer in done.answers:
            task = asyncio.get_running_loop().create_task(self._answer(bot, press_id, answer))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        if done.taken:
            self._to_send()

    async def _answer(self, bot: str, press_id: str, answer: Answer) -> None:
        """Answers to buttons are not queued: a late one is worth nothing."""
        try:
            await self._channels[bot].answer(press_id, answer)
        except Exception as error:  # noqa: BLE001 - only the spinner on the button stays a little longer
            log.debug("answer to a button failed: %s", type(error).__name__)

    # when something fails --------------------------------------------------------------------------------------------

    async def _one_by_one(self) -> int:
        """Run the heads of the ready lanes singly; whatever fails alone is put off or set aside."""
        _, heads = await self._database.read(lambda connection: self._look(connection, LANES, 1))
        for stored in heads:
            try:
                done = await self._database.write(partial(self._single, stored))
                self._finish(done)
            except (NotAllowed, NotFound) as error:
                self._finish(await self._database.write(partial(self._refused, stored, error)))
            except Exception as error:  # noqa: BLE001 - it is this update's own
                await self._put_off(stored, error)
        return len(heads)

    def _refused(self, stored: Stored, error: NotAllowed | NotFound, connection: Connection) -> Done:
        """The update asked for something that cannot be done: say so, having done nothing."""
        now = self._clock.now()
        prepared = self._prepare(stored)
        uow = UnitOfWork(connection, self.reference(connection), now)
        done = Done(1, [], uow.after_commit)
        if prepared.event is None or not uow.inbox.take(stored):
            return done
        outcome = self._settle(uow, prepared, router.refuse(self._context, uow, prepared.event, error), done)
        uow.flush()
        uow.inbox.finish([(stored, outcome)], now)
        uow.inbox.rest([(stored.bot, stored.chat)])
        return done

    def _single(self, stored: Stored, connection: Connection) -> Done:
        """As `_group`, for one update."""
        now = self._clock.now()
        inbox = InboxRows(connection)
        if not inbox.take(stored):
            return Done(0, [], [])
        prepared = self._prepare(stored)
        uow = UnitOfWork(connection, self.reference(connection), now)
        done = Done(1, [], uow.after_commit)
        outcome = self._handle(uow, prepared, done)
        uow.flush()
        if outcome is None:
            inbox.park(stored, prepared.unreadable, now)
        else:
            inbox.finish([(stored, outcome)], now)
        inbox.rest([(stored.bot, stored.chat)])
        return done

    async def _put_off(self, stored: Stored, error: Exception) -> None:
        reason = type(error).__name__  # its text may quote what somebody said
        log.error("update %s/%s failed: %s", stored.bot, stored.update_id, type(error).__name__, exc_info=error)
        now = self._clock.now()

        def work(connection: Connection) -> None:
            inbox = InboxRows(connection)
            if stored.attempts + 1 >= TRIES:
                inbox.park(stored, reason, now)
                self._say_sorry(stored, connection, now)
            else:
                inbox.put_off(stored, reason, now + timedelta(seconds=2**stored.attempts))

        await self._database.write(work)
        self._to_send()

    def _say_sorry(self, stored: Stored, connection: Connection, now: datetime) -> None:
        """Once, in plain words: it did not work, the words are kept, somebody will look at them."""
        try:
            event = self._channels[stored.bot].parse(json.loads(stored.body))
        except (Unreadable, ValueError, RecursionError):
            return
        if event.kind in router.SPOKEN:
            uow = UnitOfWork(connection, self.reference(connection), now)
            key = f"failed:{stored.bot}:{stored.update_id}"
            post(self._context, uow, Reply(event.address, self._context.texts("problem.failed"), key=key))
            uow.flush()


def _talk_key(event: Event) -> tuple[str, int, int, int]:
    return event.address.bot, event.address.chat, event.address.topic, event.account or 0
