"""Work: whole lanes of updates, several to a commit, each update all or nothing.

Who writes more than the limits take has small turns with long pauses, so that a flood does not slow the others: see
`LATE_UPDATES`.
Where others share the database (PostgreSQL) two groups are under way at once: one computes while the other waits for
the server. If a group fails it is rolled back and its updates are run one by one.
"""

import asyncio
import contextlib
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
from bot.handling import Done, Handling
from bot.metrics import METRICS
from bot.tasks import ended
from handlers.context import Context
from handlers.reply import Answer
from ledger.lifecycle import NotAllowed
from storage.database import Database
from storage.errors import NotFound
from storage.messenger.inbox import EVERY_RANK, LATE, ORDINARY, URGENT, InboxRows, Stored
from storage.messenger.inbox import Key as Lane
from storage.reference import Reference

log = logging.getLogger(__name__)

LANES = 64
LANES_SHARED, GROUPS_SHARED = 8, 2
"""Where others share the database: smaller groups, so that the second finds something to do, and nobody waits long."""
PER_LANE, PER_URGENT_LANE = 4, 25
"""Updates of one chat in a group where nobody else waits, else it is one of each; and of who may be in danger."""
LATE_LANES, LATE_UPDATES = 4, 8
"""A turn of all who write more than the limits take: so many lanes, so many updates, for the next poll waits for it."""
LATE_PAUSE, LATE_SECONDS, QUIET_SECONDS = 24, 0.05, 2.0
"""The pause after it: so many times what the turn took, on a slow machine too, while others write; else so long."""
IDLE_SECONDS = 1.0


IN_TIME, ONLY_LATE = (URGENT, ORDINARY), (LATE, LATE)


class Share(NamedTuple):
    """Which lanes have their turn: so many at the most, of the first to the last of the ranks."""

    lanes: int
    ranks: tuple[int, int]


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
        self._groups: set[asyncio.Task[int]] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self.arrived = asyncio.Event()
        self._more = asyncio.Event()
        """A group was full: there is work for a second one. Only used where work runs in the loop's own thread."""
        self._in_time_at = -math.inf
        """When something of those who do not write too much was last handled (monotonic seconds)."""

    def reference(self, connection: Connection) -> Reference:
        """The snapshot of the reference tables, read again when something in them was changed."""
        return self._handling.reference(connection)

    async def run(self) -> None:
        """Work for ever: as long as there is something, else until intake says so or a second has passed."""
        parts = [self._run_when(self.arrived, IDLE_SECONDS), self._run_late()]
        if not self._database.single:
            parts.append(self._run_when(self._more, None))
        await asyncio.gather(*parts)

    async def _run_when(self, wanted: asyncio.Event, patience: float | None) -> None:
        while True:
            wanted.clear()
            if await self._surely(Share(self._lanes, IN_TIME)):
                self._in_time_at = time.monotonic()
            else:
                await _until(wanted, patience)

    async def _run_late(self) -> None:
        """The turn of who writes more than the limits take."""
        while True:
            began = time.monotonic()
            some = await self._surely(Share(LATE_LANES, ONLY_LATE))
            now = time.monotonic()
            others = now - self._in_time_at < QUIET_SECONDS
            await asyncio.sleep(max(LATE_PAUSE * (now - began) if others else 0.0, LATE_SECONDS))
            if not some:
                await _until(self.arrived, IDLE_SECONDS)

    async def _surely(self, share: Share) -> int:
        """As `run_group`, whatever happens."""
        try:
            return await self.run_group(share)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("work failed; nothing is lost, it is tried again")
            await asyncio.sleep(1)
            return 1

    async def run_once(self, lanes: int | None = None) -> int:
        """Take one group, whoever is in it; returns how many updates were finished."""
        return await self.run_group(Share(lanes or self._lanes, EVERY_RANK))

    async def run_group(self, share: Share) -> int:
        """Take one group; returns how many updates were finished. Who is cancelled meanwhile leaves it to its end."""
        task = asyncio.get_running_loop().create_task(self._run_group(share))
        self._groups.add(task)
        task.add_done_callback(self._groups.discard)
        return await asyncio.shield(task)

    async def _run_group(self, share: Share) -> int:
        async with self._under_way:
            try:
                done = await self._database.write(partial(self._group, share))
            except Exception as error:  # noqa: BLE001 - found out below, one by one
                log.warning("a group of updates failed (%s); running them one by one", type(error).__name__)
                return await self._one_by_one(share)
            self._finish(done)
            return done.taken

    async def stop(self, seconds: float | None = None) -> None:
        """Let groups that are under way come to their end, and what is left to be done after their commit.

        What has not after `seconds` is taken back, and handled by another process.
        """
        await ended([*self._groups], seconds)
        await ended([*self._answering], seconds)

    async def drain(self) -> None:
        """Work until nothing is ready."""
        while await self.run_once():
            pass
        await asyncio.gather(*self._answering)

    # one group -------------------------------------------------------------------------------------------------------

    def _group(self, share: Share, connection: Connection) -> Done:
        """What is looked at stays locked until it is done."""
        locked, waiting = self._look(connection, share)
        if len(locked) == self._lanes and not self._database.single:
            self._more.set()
        if not locked:
            return Done()
        group = [self._handling.prepare(stored) for stored in waiting]
        if share.ranks != ONLY_LATE:  # most of what is too much is kept unread
            self._handling.read_ahead(group)
        return self._handling.group(connection, locked, group)

    def _look(self, connection: Connection, share: Share) -> tuple[Collection[Lane], list[Stored]]:
        """Lanes that have something to do, locked, and the updates that wait in them."""
        now, inbox = self._clock.now(), InboxRows(connection)
        found = inbox.ready_lanes(list(self._channels), now, share.lanes, share.ranks)
        by_size: defaultdict[int, list[Lane]] = defaultdict(list)
        for lane, rank in found.items():
            by_size[_most_of(rank, len(found))].append(lane)
        return found, [stored for most, lanes in by_size.items() for stored in inbox.waiting(lanes, most, now)]

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

    async def _one_by_one(self, share: Share) -> int:
        """Run the heads of the ready lanes singly; whatever fails alone is put off or set aside."""
        _, found = await self._database.read(lambda connection: self._look(connection, share))
        heads = {(stored.bot, stored.chat): stored for stored in reversed(found)}
        for stored in heads.values():
            try:
                self._finish(await self._database.write(partial(self._handling.single, stored)))
            except (NotAllowed, NotFound) as error:
                self._finish(await self._database.write(partial(self._handling.refused, stored, error)))
            except Exception as error:
                log.exception("update %s/%s failed", stored.bot, stored.update_id)
                await self._database.write(partial(self._handling.failed, stored, error))
                self._to_send()
        return len(heads)


def _most_of(rank: int, lanes: int) -> int:
    """Updates of one lane in a group of so many lanes."""
    if rank == URGENT:
        return PER_URGENT_LANE
    if rank == LATE:
        return max(LATE_UPDATES // lanes, 1)
    return PER_LANE if lanes == 1 else 1


async def _until(wanted: asyncio.Event, patience: float | None) -> None:
    # not wait_for: before Python 3.12 it can swallow a cancellation
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await wanted.wait()
