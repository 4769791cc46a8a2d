"""Work: whole lanes of updates, several to a commit, each update all or nothing.

Where others share the database (PostgreSQL) two groups are under way at once: one computes while the other waits for
the server. If a group fails it is rolled back and its updates are run one by one.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from bot.channels.port import Channel
from bot.clock import Clock
from bot.handling import Done, Handling, Lane
from bot.metrics import METRICS
from handlers.context import Context
from handlers.reply import Answer
from ledger.lifecycle import NotAllowed
from storage.database import Database
from storage.errors import NotFound
from storage.inbox import InboxRows, Stored
from storage.reference import Reference

log = logging.getLogger(__name__)

LANES = 64
LANES_SHARED, GROUPS_SHARED = 8, 2
"""Where others share the database: smaller groups, so that the second finds something to do, and nobody waits long."""
PER_LANE = 4
"""Updates of one chat in a group where nobody else waits; else it is one of each: who floods holds up nobody."""
IDLE_SECONDS = 1.0


class Worker:
    """Handles what intake stored; `to_send` is called when there is something to send."""

    def __init__(
        self,
        database: Database,
        context: Context,
        channels: dict[str, Channel],
        clock: Clock,
        to_send: Callable[[], None],
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._to_send = to_send
        self._handling = Handling(context, channels, clock)
        self._lanes, groups = (LANES, 1) if database.single else (LANES_SHARED, GROUPS_SHARED)
        self._under_way = asyncio.Semaphore(groups)
        self._answering: set[asyncio.Task[None]] = set()
        self.arrived = asyncio.Event()
        self._more = asyncio.Event()
        """A group was full: there is work for a second one. Only used where work runs in the loop's own thread."""

    def reference(self, connection: Connection) -> Reference:
        """The snapshot of the reference tables, read again when something in them was changed."""
        return self._handling.reference(connection)

    async def run(self) -> None:
        """Work for ever: as long as there is something, else until intake says so or a second has passed."""
        if self._database.single:
            await self._run_when(self.arrived, IDLE_SECONDS)
        else:
            await asyncio.gather(self._run_when(self.arrived, IDLE_SECONDS), self._run_when(self._more, None))

    async def _run_when(self, wanted: asyncio.Event, patience: float | None) -> None:
        while True:
            wanted.clear()
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
                    async with asyncio.timeout(patience):
                        await wanted.wait()

    async def run_once(self, lanes: int | None = None) -> int:
        """Take one group; returns how many updates were finished. Who is cancelled meanwhile leaves it to its end."""
        return await asyncio.shield(asyncio.ensure_future(self._run_group(lanes or self._lanes)))

    async def _run_group(self, lanes: int) -> int:
        async with self._under_way:
            try:
                done = await self._database.write(partial(self._group, lanes))
            except Exception as error:  # noqa: BLE001 - found out below, one by one
                log.warning("a group of updates failed (%s); running them one by one", type(error).__name__)
                return await self._one_by_one(lanes)
            self._finish(done)
            return done.taken

    async def drain(self) -> None:
        """Work until nothing is ready."""
        while await self.run_once():
            pass
        await asyncio.gather(*self._answering)

    # one group -------------------------------------------------------------------------------------------------------

    def _group(self, lanes: int, connection: Connection) -> Done:
        """What is looked at stays locked until it is done."""
        locked, waiting = self._look(connection, lanes, PER_LANE)
        if len(locked) == lanes and not self._database.single:
            self._more.set()
        if not locked:
            return Done()
        return self._handling.group(connection, locked, [self._handling.prepare(stored) for stored in waiting])

    def _look(self, connection: Connection, lanes: int, per_lane: int) -> tuple[list[Lane], list[Stored]]:
        """Lanes that have something to do, locked, and the updates that wait in them."""
        now, inbox = self._clock.now(), InboxRows(connection)
        found = inbox.ready_lanes(list(self._channels), now, lanes)
        return found, inbox.waiting(found, per_lane if len(found) == 1 else 1, now)

    # afterwards ------------------------------------------------------------------------------------------------------

    def _finish(self, done: Done) -> None:
        for call in done.after_commit:
            call()
        for bot, press_id, answer in done.answers:
            task = asyncio.get_running_loop().create_task(self._answer(bot, press_id, answer))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        now = self._clock.now()
        for (bot, outcome), times in Counter((s.bot, outcome.split(" ")[0]) for s, outcome in done.ended).items():
            METRICS.handled.labels(bot, outcome).inc(times)
        for stored, _ in done.ended:
            METRICS.answered_in.observe(max((now - stored.received_at).total_seconds(), 0))
        if done.taken:
            self._to_send()

    async def _answer(self, bot: str, press_id: str, answer: Answer) -> None:
        """Answers to buttons are not queued: a late one is worth nothing."""
        try:
            await self._channels[bot].answer(press_id, answer)
        except Exception as error:  # noqa: BLE001 - only the spinner on the button stays a little longer
            log.debug("answer to a button failed: %s", type(error).__name__)

    # when something fails --------------------------------------------------------------------------------------------

    async def _one_by_one(self, lanes: int) -> int:
        """Run the heads of the ready lanes singly; whatever fails alone is put off or set aside."""
        _, heads = await self._database.read(lambda connection: self._look(connection, lanes, 1))
        for stored in heads:
            try:
                self._finish(await self._database.write(partial(self._handling.single, stored)))
            except (NotAllowed, NotFound) as error:
                self._finish(await self._database.write(partial(self._handling.refused, stored, error)))
            except Exception as error:
                log.exception("update %s/%s failed", stored.bot, stored.update_id)
                await self._database.write(partial(self._handling.failed, stored, error))
                self._to_send()
        return len(heads)
