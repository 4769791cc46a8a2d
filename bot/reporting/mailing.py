"""Sends a report to its receivers: fixed once, at once or at each receiver's hour, and again on request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.reporting.services import RenderedReport, ReportServices
from digests.receivers import Receiver, due_at, receivers
from digests.subject import Subject
from handlers.event import Address
from handlers.outbox import enqueue
from handlers.reply import OutFile, Priority, Reply
from ledger.periods import Period, last_full_months, months_before, newest_due
from storage.reporting.rows import Request, Run
from storage.unit_of_work import UnitOfWork

Message = Callable[[Address, str, Priority], Reply]
"""A report as it is sent: where to, the key that makes it one message, how soon."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """What reports with receivers share, whatever stands in them."""

    services: ReportServices

    def receivers(self, uow: UnitOfWork, subject: Subject) -> list[Receiver]:
        context = self.services.context
        return receivers(uow, subject, context.district.limits.digest, context.staff_bot)

    def due_at(self, uow: UnitOfWork, subject: Subject, zone: tzinfo) -> Callable[[Period], datetime]:
        """When the report of a period has to be made: for the first who gets it."""
        found, digest = self.receivers(uow, subject), self.services.context.district.limits.digest
        return lambda period: due_at(found, subject, digest, period, zone)

    def newest(self, uow: UnitOfWork, subject: Subject, months: int) -> Period | None:
        """The newest period of so many months that is over and whose report's hour has come; None: no community."""
        communities = subject.communities(uow.reference)
        if not communities:
            return None
        zone = communities[0].zone
        newest, when = last_full_months(uow.now, months, zone), self.due_at(uow, subject, zone)
        return newest_due(uow.now, newest, lambda period: months_before(period, months, zone), when)

    def due(self, uow: UnitOfWork, subjects: Iterable[Subject], months: int = 0) -> list[tuple[Subject, Period]]:
        """The newest report of each subject whose hour has come and that is not made yet; 0: of its own months."""
        made, found = uow.reports.newest(), []
        for subject in subjects:
            newest_made = made.get((subject.community_id, subject.code))
            if newest_made and newest_made == self._over(uow, subject, months or subject.months):
                continue  # no need to look who gets it when
            period = self.newest(uow, subject, months or subject.months)
            if period and period.start != newest_made:
                found.append((subject, period))
        return found

    def _over(self, uow: UnitOfWork, subject: Subject, months: int) -> datetime | None:
        communities = subject.communities(uow.reference)
        return last_full_months(uow.now, months, communities[0].zone).start if communities else None

    async def message(self, made: RenderedReport) -> tuple[Message, tuple[OutFile, ...]]:
        """A report as it is sent, and its files, which are stored now: all who get it share them."""
        files = await self.services.stored(made.files)

        def to_one(to: Address, key: str, priority: Priority) -> Reply:
            return Reply(to, made.text, files=files, priority=priority, key=key)

        return to_one, files

    def fix(self, uow: UnitOfWork, subject: Subject, run: Run, message: Message | None) -> bool:
        """Keep a report, and send it or put it down for their hour; False if another was first, None sends nothing."""
        if not uow.reports.keep(run, subject.code):
            return False
        zone, period = subject.communities(uow.reference)[0].zone, Period(run.period_start, run.period_end)
        for receiver in self.receivers(uow, subject) if message else ():
            to, at = _address(receiver), receiver.reached_at(period, uow.now, zone)
            if at > uow.now:
                uow.reports.ask(subject.community_id, to, subject.code, due_at=at, period_start=run.period_start)
            elif message:
                enqueue(self.services.context, uow, message(to, _key(subject, run.period_start, to), Priority.NOTICE))
        return True

    def answer(self, uow: UnitOfWork, subject: Subject, request: Request, message: Message | None) -> bool:
        """Send what was asked for, or what was put down for somebody's hour if they still get it; once."""
        if not uow.reports.finish(request):
            return False
        to = Address(request.bot, request.chat, request.topic)
        if message is None:
            return True
        if request.period_start is None:
            enqueue(self.services.context, uow, message(to, f"asked:{request.id}", Priority.INTERACTIVE))
        elif to in map(_address, self.receivers(uow, subject)):
            enqueue(self.services.context, uow, message(to, _key(subject, request.period_start, to), Priority.NOTICE))
        return True


def _address(receiver: Receiver) -> Address:
    return Address(receiver.bot, receiver.chat, receiver.topic)


def _key(subject: Subject, start: datetime, to: Address) -> str:
    """What makes it one message a period and chat."""
    return f"{subject.code}:{subject.community_id}:{start.isoformat()}:{to.bot}:{to.chat}:{to.topic}"
