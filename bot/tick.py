"""The clock's part: APScheduler only ticks. What is due is a query on rows, "done" is a row."""

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from bot.clock import Clock
from bot.work import Worker
from handlers import clockwork, router
from handlers.context import Context
from handlers.event import Address, Event, EventKind
from handlers.post import post
from handlers.reply import Reply
from handlers.turn import Turn
from storage.database import Database
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

OUTBOX_KEPT = timedelta(days=30)


class Ticker:
    """Runs what is due: albums, follow-ups, alarms, clean-up. Each in a transaction of its own."""

    def __init__(
        self, database: Database, context: Context, clock: Clock, worker: Worker, to_send: Callable[[], None]
    ) -> None:
        self._database = database
        self._context = context
        self._clock = clock
        self._worker = worker
        self._to_send = to_send

    async def once(self) -> int:
        """Do all that is due now; returns how many things that were."""
        done = 0
        for task in (self._wake, self._alarms, self._cases):
            done += await self._safely(task)
        return done

    async def clean(self) -> None:
        """Erase what has outlived its time: drafts, keys, buttons."""
        await self._safely(self._clean)

    async def _safely(self, task: Callable[[UnitOfWork], int]) -> int:
        """Run one task; a failure is logged and costs the others nothing."""
        now = self._clock.now()
        after: list[Callable[[], None]] = []

        def work(connection: Connection) -> int:
            uow = UnitOfWork(connection, self._worker.reference(connection), now)
            count = task(uow)
            uow.flush()
            after[:] = uow.after_commit
            return count

        try:
            count = await self._database.write(work)
        except Exception:
            log.exception("the clock's task %s failed; it is tried again", task.__name__)
            return 0
        for call in after:
            call()
        if count:
            self._to_send()
        return count

    def _wake(self, uow: UnitOfWork) -> int:
        """Conversations in which something is due though nobody wrote."""
        keys = uow.conversations.to_wake()
        for bot, chat, topic, account in keys:
            if uow.inbox.lock_lane(bot, chat):
                event = Event(EventKind.IGNORED, Address(bot, chat, topic), account, uow.now)
                self._post(uow, router.wake(self._context, uow, event).replies)
        return len(keys)

    def _alarms(self, uow: UnitOfWork) -> int:
        alarms = uow.cases.alarms_due()
        for alarm in alarms:
            case = uow.cases.get(alarm.community_id, alarm.case_no)
            turn = self._turn(uow)
            clockwork.alarm_due(turn, case, alarm)
            self._post(uow, turn.replies)
        return len(alarms)

    def _cases(self, uow: UnitOfWork) -> int:
        cases = uow.cases.to_look_at()
        for case in cases:
            turn = self._turn(uow)
            clockwork.look_at(turn, case)
            self._post(uow, turn.replies)
        return len(cases)

    def _clean(self, uow: UnitOfWork) -> int:
        limits = self._context.district.limits
        uow.conversations.erase_expired()
        uow.inbox.forget_before(uow.now - limits.inbox_key_kept.wall)
        uow.outbox.forget_before(uow.now - OUTBOX_KEPT)
        uow.buttons.forget_expired()
        return 0

    def _turn(self, uow: UnitOfWork) -> Turn:
        """A turn of nobody's: the clock acts."""
        return Turn(self._context, uow, Event(EventKind.IGNORED, Address(self._context.staff_bot, 0), None, uow.now))

    def _post(self, uow: UnitOfWork, replies: list[Reply]) -> None:
        for reply in replies:
            post(self._context, uow, reply)
