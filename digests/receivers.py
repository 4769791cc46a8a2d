"""Who gets a report, in which chat and when: people who may read it, unless they chose otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from digests.subject import WEEK, Subject
from ledger.district import DigestTime
from ledger.periods import Period
from ledger.quiet_hours import after_quiet_hours, time_at
from ledger.schedules import Schedule, moment, usual
from storage.reference import Reference
from storage.reporting.subscriptions import SubscriptionRow
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Receiver:
    """A chat that gets a report, and when."""

    bot: str
    chat: int
    topic: int
    schedule: Schedule

    def reached_at(self, period: Period, now: datetime, zone: tzinfo) -> datetime:
        """When the report of a period is sent to them. A late one is sent now, but not in quiet hours."""
        return max(moment(self.schedule, period, zone), after_quiet_hours(now, self.schedule.quiet, zone))


def receivers(uow: UnitOfWork, subject: Subject, digest: DigestTime, bot: str) -> list[Receiver]:
    """Everybody who gets the report: people who read it by right and have not declined, and chats that chose it."""
    reference = uow.reference
    chosen = uow.subscriptions.of(subject.community_id, subject.code)
    by_right = {
        (bot, chat, 0): None
        for row in reference.staff.values()
        if subject.is_read_by(row)
        for name, _, chat in row.accounts
        if name == bot
    }
    rows: dict[tuple[str, int, int], SubscriptionRow | None] = {**by_right, **_standing(reference, subject, chosen)}
    wanted = {to: row for to, row in rows.items() if _wants(row, by_right=to in by_right)}
    return [Receiver(*to, schedule_of(row, subject, digest)) for to, row in sorted(wanted.items(), key=lambda p: p[0])]


def _standing(
    reference: Reference, subject: Subject, chosen: Iterable[SubscriptionRow]
) -> dict[tuple[str, int, int], SubscriptionRow]:
    """The choices of people who may still read it."""
    return {
        (row.bot, row.chat, row.topic): row
        for row in chosen
        if row.staff_id in reference.staff and subject.may_be_read_by(reference, reference.staff[row.staff_id])
    }


def _wants(row: SubscriptionRow | None, *, by_right: bool) -> bool:
    return by_right if row is None or row.wanted is None else row.wanted


def schedule_of(row: SubscriptionRow | None, subject: Subject, digest: DigestTime) -> Schedule:
    """The chosen schedule; the district's default for what was not chosen."""
    found = usual(digest, weekly=subject.months == WEEK)
    if row is None:
        return found
    return Schedule(
        weekday=found.weekday if row.weekday is None or found.weekday is None else row.weekday,
        time=found.time if row.minute is None else time_at(row.minute),
        on_holidays=found.on_holidays if row.on_holidays is None else row.on_holidays,
        quiet=None if row.quiet is False else found.quiet,
    )


def due_at(
    receivers: Iterable[Receiver], subject: Subject, digest: DigestTime, period: Period, zone: tzinfo
) -> datetime:
    """When a report must be made: for its first receiver, or, without any, at the district's default time."""
    schedules = [receiver.schedule for receiver in receivers] or [usual(digest, weekly=subject.months == WEEK)]
    return min(moment(schedule, period, zone) for schedule in schedules)
