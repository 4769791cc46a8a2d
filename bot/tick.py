"""Ticks: does what has become due. What is due is a query on rows, and what was done is a row, too."""

import logging
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection

from bot.clock import Clock
from bot.erasure_log import ErasureLog
from bot.metrics import METRICS
from bot.tasks import in_turn
from bot.transactions import write
from handlers import feature_registry, router
from handlers.cases import spikes, timed_steps
from handlers.context import Context
from handlers.event import Address, Event, EventKind
from handlers.feature import Due
from handlers.outbox import enqueue
from handlers.personal_data import erasing, retention
from handlers.reply import Reply
from handlers.turn import Turn
from storage.database import Database
from storage.messenger.inbox import LaneLock
from storage.reference_queries import ReferenceCache
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

T = TypeVar("T")
OUTBOX_KEPT = REQUESTS_KEPT = timedelta(days=30)
CONTACTS_AT_ONCE = 100
RETRY_AFTER = timedelta(minutes=1)
"""A thing whose handling failed is left alone for this long."""

Deed = Callable[[UnitOfWork], None]


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of thing that becomes due: how to find those that are, how to tell them apart, what to do with each.

    `do` may return deeds that follow. They belong to the same transaction, unless one of them fails.
    """

    name: str
    find: Callable[[UnitOfWork], list[Any]]
    key: Callable[[Any], Hashable]
    do: Callable[[UnitOfWork, Any], Iterable[Deed] | None]


class Ticker:
    """Does what is due: albums, deadlines, follow-ups, alarms, clean-up. What fails is retried after a while."""

    def __init__(
        self,
        database: Database,
        context: Context,
        clock: Clock,
        reference: ReferenceCache,
        wake_delivery: Callable[[], None],
    ) -> None:
        self._database = database
        self._context = context
        self._clock = clock
        self._reference = reference
        self._wake_delivery = wake_delivery
        self._resting: dict[Hashable, datetime] = {}
        self._tasks = (
            Task("alarm", lambda uow: uow.cases.alarms_due(), lambda alarm: ("alarm", alarm[0], alarm[1]), self._alarm),
            Task("talk", lambda uow: uow.conversations.to_wake(), lambda key: ("talk", *key), self._wake),
            Task("case", lambda uow: uow.cases.to_look_at(), lambda case: ("case", *case.key), self._case),
            Task(
                "nudge",
                lambda uow: uow.nudges.due(),
                lambda nudge: ("nudge", nudge.community_id, nudge.id),
                self._nudge,
            ),
            *(self._of_feature(due) for due in feature_registry.DUE),
        )

        self._watched = Task(
            "spike",
            lambda uow: spikes.due(uow, context.district.limits.spike),
            lambda spike: ("spike", *spike.name),
            self._spike,
        )
        self._kept_too_long = Task(
            "contacts", self._contacts_over, lambda case: ("contacts", *case.key), self._forget_contacts
        )

    async def once(self) -> int:
        """Do everything that is due now; returns the number of things done.

        If the query for one kind of thing fails, the other kinds are still handled; the error is raised at the end.
        """
        with METRICS.tick_seconds.time():
            done = 0
            if await self._something_may_be_due():
                done = sum(await in_turn([partial(self._run, task) for task in self._tasks]))
        METRICS.ticked_at.set(self._clock.now().timestamp())
        return done

    async def _something_may_be_due(self) -> bool:
        try:
            return await self._database.read(self._is_anything_due)
        except Exception as error:  # noqa: BLE001 - the culprit is found kind by kind
            log.warning("the query for what is due failed (%s); querying each kind by itself", type(error).__name__)
            return True

    def _is_anything_due(self, connection: Connection) -> bool:
        """One read for all kinds: in most seconds nothing is due, and no write transaction is needed."""
        with UnitOfWork(connection, self._reference.current(connection), self._clock.now()) as uow:
            return any(self._awake(task, uow) for task in self._tasks)

    def due_now(self, uow: UnitOfWork) -> dict[str, int]:
        """How many things of each kind are due and not done, including those that failed and wait for a retry."""
        return {task.name: len(task.find(uow)) for task in self._tasks}

    async def watch(self) -> None:
        """Look for spikes among recent cases; once a minute is often enough."""
        await self._run(self._watched)

    async def clean(self) -> None:
        """Delete what has outlived its retention time: drafts, keys, buttons, contact data."""
        try:
            await in_turn((lambda: self._write(self._clean), lambda: self._run(self._kept_too_long)))
        except Exception:
            log.exception("the clean-up failed; it is tried again")

    async def erase_again(self, erased: ErasureLog, oldest_backup: datetime | None = None) -> int:
        """After a restore: erase again everybody who asked to be erased since the backup was made.

        Marks are kept as long as a backup may hold the person; the last one stays though it is old.
        """
        marks = erased.marks()

        def work(uow: UnitOfWork) -> int:
            back = [row for row in uow.people.everybody() if _is_back(erased, marks, row)] if marks else []
            for bot, account, chat in [(row.bot, row.account, row.chat) for row in back]:
                event = Event(EventKind.IGNORED, Address(bot, chat), account, uow.now)
                turn = Turn(self._context, uow, event)
                erasing.erase(turn, {})
                self._post(uow, turn.replies)
            return len(back)

        kept = self._clock.now() - self._context.district.limits.backups_kept.wall - erasing.PRUNED_WITHIN
        erased.forget(min(kept, oldest_backup or kept))
        return await self._write(work)

    # running ---------------------------------------------------------------------------------------------------------

    async def _run(self, task: Task) -> int:
        """Do all that is due of one kind in one transaction; if that fails, one by one."""
        try:
            return await self._write(lambda uow: _do(task, uow, self._awake(task, uow)))
        except Exception as error:  # noqa: BLE001 - the culprit is found one by one
            log.warning("a batch of due things failed (%s); doing them one by one", type(error).__name__)
            return await self._one_by_one(task)

    async def _one_by_one(self, task: Task) -> int:
        done, now = 0, self._clock.now()
        self._resting = {key: until for key, until in self._resting.items() if until > now}
        for key in await self._write(lambda uow: [task.key(thing) for thing in self._awake(task, uow)]):
            try:
                done += await self._alone(task, key)
            except Exception:
                log.exception("%s failed; it is tried again in a while", key)
                METRICS.tick_failures.labels(task.name).inc()
                self._resting[key] = self._clock.now() + RETRY_AFTER
        return done

    async def _alone(self, task: Task, key: Hashable) -> int:
        """Do one thing with what follows from it. If that fails, first the thing itself, and then each deed by itself.

        A deed that fails by itself, too, is given up, because the thing it follows is no longer due.
        """

        def found(uow: UnitOfWork) -> list[Any]:
            return [thing for thing in self._awake(task, uow) if task.key(thing) == key]

        try:
            return await self._write(lambda uow: _do(task, uow, found(uow)))
        except Exception as error:  # noqa: BLE001 - what is due may still succeed
            log.warning("%s failed (%s); doing first what is due, then what follows", key, type(error).__name__)
        deeds = await self._write(lambda uow: [deed for thing in found(uow) for deed in task.do(uow, thing) or ()])
        await in_turn([partial(self._write, deed) for deed in deeds])
        return 1

    def _awake(self, task: Task, uow: UnitOfWork) -> list[Any]:
        return [thing for thing in task.find(uow) if self._resting.get(task.key(thing), uow.now) <= uow.now]

    async def _write(self, work: Callable[[UnitOfWork], T]) -> T:
        result = await write(self._database, self._reference.current, self._clock.now(), work)
        if result:
            self._wake_delivery()
        return result

    # what is due -----------------------------------------------------------------------------------------------------

    def _wake(self, uow: UnitOfWork, key: tuple[str, int, int, int]) -> None:
        """A conversation in which something is due though nobody wrote."""
        bot, chat, topic, account = key
        if uow.inbox.lock_lane(bot, chat, wait=False) is not LaneLock.BUSY:
            event = Event(EventKind.IGNORED, Address(bot, chat, topic), account, uow.now)
            self._post(uow, router.wake(self._context, uow, event).replies)

    def _alarm(self, uow: UnitOfWork, alarm: Any) -> None:
        turn = self._turn(uow)
        timed_steps.alarm_due(turn, uow.cases.get(alarm.community_id, alarm.case_no), alarm)
        self._post(uow, turn.replies)

    def _case(self, uow: UnitOfWork, case: Any) -> list[Deed]:
        turn = self._turn(uow)
        deeds = timed_steps.look_at(turn, case)
        self._post(uow, turn.replies)
        return [partial(self._follow, deed, case.key) for deed in deeds]

    def _follow(self, deed: timed_steps.Deed, key: tuple[int, int], uow: UnitOfWork) -> None:
        turn = self._turn(uow)
        deed(turn, uow.cases.get(*key))
        self._post(uow, turn.replies)

    def _nudge(self, uow: UnitOfWork, nudge: Any) -> None:
        turn = self._turn(uow)
        timed_steps.nudge_due(turn, uow.cases.get(*nudge.key), nudge)
        self._post(uow, turn.replies)

    def _spike(self, uow: UnitOfWork, spike: Any) -> None:
        turn = self._turn(uow)
        spikes.tell(turn, spike)
        self._post(uow, turn.replies)

    def _of_feature(self, due: Due) -> Task:
        def do(uow: UnitOfWork, thing: Any) -> None:
            turn = self._turn(uow)
            due.do(turn, thing)
            self._post(uow, turn.replies)

        return Task(due.name, due.find, lambda thing: (due.name, *due.key(thing)), do)

    def _contacts_over(self, uow: UnitOfWork) -> list[Any]:
        limits = self._context.district.limits
        return uow.retention.over(
            uow.now - limits.contacts_kept.wall, limits.silence_closes_after.wall, CONTACTS_AT_ONCE
        )

    def _forget_contacts(self, uow: UnitOfWork, case: Any) -> None:
        turn = self._turn(uow)
        retention.forget_contacts(turn, case)
        self._post(uow, turn.replies)

    def _clean(self, uow: UnitOfWork) -> None:
        limits = self._context.district.limits
        uow.conversations.erase_expired()
        uow.inbox.forget_before(uow.now - limits.inbox_key_kept.wall)
        uow.outbox.forget_before(uow.now - OUTBOX_KEPT)
        uow.reports.forget_asked_before(uow.now - REQUESTS_KEPT)
        uow.buttons.forget_expired()
        uow.pushes.forget_before(uow.now - limits.pushes.kept.wall)
        over = uow.now - limits.together.kept.wall
        uow.promises.forget_before(over)
        uow.rules.forget_before(over)
        uow.calls.forget_before(over)
        uow.gatherings.forget_before(over)
        uow.rooms.forget_before(over)
        uow.rotas.forget_before(over.date().isoformat())
        uow.concerns.forget_before(uow.now - limits.moderation.kept.wall)
        uow.content.forget_before(uow.now - limits.moderation.kept.wall)
        uow.erasure.strangers(uow.now - limits.draft_kept.wall)
        uow.erasure.left_overs()

    def _turn(self, uow: UnitOfWork) -> Turn:
        """A turn without a person: the clock acts."""
        return Turn(self._context, uow, Event(EventKind.IGNORED, Address(self._context.staff_bot, 0), None, uow.now))

    def _post(self, uow: UnitOfWork, replies: list[Reply]) -> None:
        for reply in replies:
            enqueue(self._context, uow, reply)


def _do(task: Task, uow: UnitOfWork, things: list[Any]) -> int:
    """Do these things, and what follows from each; returns how many there are."""
    for thing in things:
        for deed in task.do(uow, thing) or ():
            deed(uow)
    return len(things)


def _is_back(erased: ErasureLog, marks: dict[str, datetime], person: Any) -> bool:
    """Whether this person was erased after their row was created: then only a restore can have brought it back."""
    at = erased.at(marks, person.bot, person.account)
    return at is not None and person.created_at is not None and person.created_at < at
