"""Work: takes stored updates in batches. A batch is one transaction; it handles each update fully or not at all.

Updates wait in lanes, one lane for each chat of a bot. A batch takes whole lanes, so a chat's updates stay in order.
People over the rate limit are throttled: their lanes get small batches with long pauses between them, so that a flood
barely slows anybody else.

On a shared database (PostgreSQL) two batches run at a time: one computes while the other waits for the server. If a
batch fails, it is rolled back and the first update of each lane is handled alone.
"""

import asyncio
import logging
import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from bot.channels.port import Channel
from bot.clock import Clock
from bot.handling import BatchResult, Handling
from bot.metrics import METRICS
from bot.tasks import ended, run_callbacks, wait_for
from handlers.reply import Answer
from storage.database import Database
from storage.messenger.inbox import ALL_RANKS, NORMAL, THROTTLED, URGENT, InboxRows, LaneKey, Stored

log = logging.getLogger(__name__)

MAX_LANES = 64
"""Lanes in a batch."""
SHARED_MAX_LANES, SHARED_BATCHES = 8, 2
"""On a shared database: lanes in a batch, and batches at a time. Small ones leave work for each other."""
LANE_UPDATES, URGENT_LANE_UPDATES = 4, 25
"""Updates of one lane in a batch; a lane that is not urgent gives only one while other lanes wait."""
THROTTLED_LANES, THROTTLED_UPDATES = 4, 8
"""A throttled batch: its lanes, and its updates in all. Small, because the next poll has to wait for it."""
THROTTLED_PAUSE_FACTOR = 24
"""While others write, the pause after a throttled batch lasts this many times as long as the batch did."""
MIN_THROTTLED_PAUSE = 0.05
"""Seconds of pause after a throttled batch in any case."""
QUIET_SECONDS = 2.0
"""Seconds without work for anybody else, after which throttled people need not wait for others."""
IDLE_SECONDS = 1.0

UNTHROTTLED_RANKS, THROTTLED_RANKS = (URGENT, NORMAL), (THROTTLED, THROTTLED)


class BatchScope(NamedTuple):
    """Which lanes a batch takes: at most `max_lanes`, with a rank from the first to the last of `ranks`."""

    max_lanes: int
    ranks: tuple[int, int]


class Worker:
    """Handles the updates that intake has stored. Setting `wake` starts a batch at once."""

    def __init__(
        self,
        database: Database,
        handling: Handling,
        channels: dict[str, Channel],
        clock: Clock,
        wake_delivery: Callable[[], None],
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._wake_delivery = wake_delivery
        self._handling = handling
        self._max_lanes, batches = (MAX_LANES, 1) if database.single_process else (SHARED_MAX_LANES, SHARED_BATCHES)
        self._slots = asyncio.Semaphore(batches)
        self._batches: set[asyncio.Task[int]] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()
        self._batch_was_full = asyncio.Event()
        """There is work for a second batch. Only used where work runs in the event loop's own thread."""
        self._unthrottled_at = -math.inf
        """When an update of somebody who is not throttled was last handled (monotonic seconds)."""

    async def run(self) -> None:
        """Work for ever: without pause while there is work, else when woken or after a second."""
        loops = [self._run_unthrottled(self.wake, IDLE_SECONDS), self._run_throttled()]
        if not self._database.single_process:
            loops.append(self._run_unthrottled(self._batch_was_full, None))
        await asyncio.gather(*loops)

    async def _run_unthrottled(self, wake: asyncio.Event, idle: float | None) -> None:
        while True:
            wake.clear()
            if await self._run_batch_or_log(BatchScope(self._max_lanes, UNTHROTTLED_RANKS)):
                self._unthrottled_at = time.monotonic()
            else:
                await wait_for(wake, idle)

    async def _run_throttled(self) -> None:
        while True:
            began = time.monotonic()
            handled = await self._run_batch_or_log(BatchScope(THROTTLED_LANES, THROTTLED_RANKS))
            now = time.monotonic()
            others_write = now - self._unthrottled_at < QUIET_SECONDS
            pause = THROTTLED_PAUSE_FACTOR * (now - began) if others_write else 0.0
            await asyncio.sleep(max(pause, MIN_THROTTLED_PAUSE))
            if not handled:
                await wait_for(self.wake, IDLE_SECONDS)

    async def _run_batch_or_log(self, scope: BatchScope) -> int:
        """As `run_batch`, but never raises: the updates are still stored and are tried again."""
        try:
            return await self.run_batch(scope)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("work failed; nothing is lost, it is tried again")
            await asyncio.sleep(1)
            return 1

    async def run_once(self, lanes: int | None = None) -> int:
        """Run one batch over lanes of every rank; returns the number of updates handled."""
        return await self.run_batch(BatchScope(lanes or self._max_lanes, ALL_RANKS))

    async def run_batch(self, scope: BatchScope) -> int:
        """Run one batch; returns the number of updates handled. A cancelled caller does not cancel the batch."""
        task = asyncio.get_running_loop().create_task(self._run_batch(scope))
        self._batches.add(task)
        task.add_done_callback(self._batches.discard)
        return await asyncio.shield(task)

    async def _run_batch(self, scope: BatchScope) -> int:
        async with self._slots:
            try:
                result = await self._database.write(partial(self._handle_batch, scope))
            except Exception as error:  # noqa: BLE001 - the culprit is found one by one
                log.warning("a batch of updates failed (%s); running them one by one", type(error).__name__)
                return await self._run_one_by_one(scope)
            self._after_commit(result)
            return result.handled

    async def stop(self, seconds: float | None = None) -> None:
        """Wait for running batches, and for what follows their commit.

        What takes longer than `seconds` is cancelled and rolled back; another process handles it.
        """
        await ended([*self._batches], seconds)
        await ended([*self._answering], seconds)

    async def drain(self) -> None:
        """Work until no lane is ready."""
        while await self.run_once():
            pass
        await asyncio.gather(*self._answering)

    # one batch -------------------------------------------------------------------------------------------------------

    def _handle_batch(self, scope: BatchScope, connection: Connection) -> BatchResult:
        """Lock lanes and handle what waits in them; the locks are held until the commit."""
        locked, waiting = self._lock_lanes(connection, scope)
        if len(locked) == self._max_lanes and not self._database.single_process:
            self._batch_was_full.set()
        if not locked:
            return BatchResult()
        batch = [self._handling.prepare(stored) for stored in waiting]
        if scope.ranks != THROTTLED_RANKS:  # most of what throttled people write is kept without being understood
            self._handling.read_ahead(batch)
        return self._handling.batch(connection, locked, batch)

    def _lock_lanes(self, connection: Connection, scope: BatchScope) -> tuple[Collection[LaneKey], list[Stored]]:
        """Lock lanes that are ready; gives them and the updates that wait in them."""
        now, inbox = self._clock.now(), InboxRows(connection)
        found = inbox.ready_lanes(list(self._channels), now, scope.max_lanes, scope.ranks)
        by_rank: defaultdict[int, list[LaneKey]] = defaultdict(list)
        for lane, rank in found.items():
            by_rank[rank].append(lane)
        waiting: list[Stored] = []
        for rank, lanes in by_rank.items():
            waiting += inbox.waiting(lanes, _updates_per_lane(rank, len(found)), now, in_order=rank != URGENT)
        return found, waiting

    # after the commit ------------------------------------------------------------------------------------------------

    def _after_commit(self, result: BatchResult) -> None:
        run_callbacks(result.after_commit)
        for bot, press_id, answer in result.answers:
            task = asyncio.get_running_loop().create_task(self._answer(bot, press_id, answer))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        self._count(result)
        if result.handled:
            self._wake_delivery()

    def _count(self, result: BatchResult) -> None:
        now = self._clock.now()
        kinds = Counter((stored.bot, outcome.split(" ")[0]) for stored, outcome in result.outcomes)
        for (bot, kind), times in kinds.items():
            METRICS.handled.labels(bot, kind).inc(times)
        for stored, _ in result.outcomes:
            METRICS.answered_in.observe(max((now - stored.received_at).total_seconds(), 0))

    async def _answer(self, bot: str, press_id: str, answer: Answer) -> None:
        """Answer a pressed button. Such answers are not queued: a late one is worth nothing."""
        try:
            await self._channels[bot].answer(press_id, answer)
        except Exception as error:  # noqa: BLE001 - only the spinner on the button stays a little longer
            log.debug("answer to a button failed: %s", type(error).__name__)

    # when a batch fails ----------------------------------------------------------------------------------------------

    async def _run_one_by_one(self, scope: BatchScope) -> int:
        """Handle the first update of each ready lane by itself; one that fails again is put off or set aside."""
        _, found = await self._database.read(lambda connection: self._lock_lanes(connection, scope))
        heads = {(stored.bot, stored.chat): stored for stored in reversed(found)}
        for stored in heads.values():
            self._after_commit(await self._run_alone(stored))
        return len(heads)

    async def _run_alone(self, stored: Stored) -> BatchResult:
        try:
            return await self._database.write(partial(self._handling.alone, stored))
        except Exception as error:  # noqa: BLE001 - logged when it has been put off
            return await self._database.write(partial(self._handling.failed, stored, error))


def _updates_per_lane(rank: int, lanes: int) -> int:
    """How many updates of one lane a batch of `lanes` lanes takes."""
    if rank == URGENT:
        return URGENT_LANE_UPDATES
    if rank == THROTTLED:
        return max(THROTTLED_UPDATES // lanes, 1)
    return LANE_UPDATES if lanes == 1 else 1
