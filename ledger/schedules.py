"""When a report reaches a receiver: on their weekday, at their hour, moved past holidays and quiet hours if wanted."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ledger.clocks import is_working_day
from ledger.district import DigestTime, Hours
from ledger.periods import Period
from ledger.quiet_hours import after_quiet_hours


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a receiver wants a report. `weekday` None (monthly, quarterly): on the first day after its period."""

    weekday: int | None
    time: time
    on_holidays: bool
    quiet: Hours | None


def usual(digest: DigestTime, *, weekly: bool) -> Schedule:
    """The district's default, for receivers who have not chosen."""
    return Schedule(digest.weekday if weekly else None, digest.time, digest.on_holidays, digest.quiet)


def moment(schedule: Schedule, period: Period, zone: tzinfo) -> datetime:
    """When the report on `period` is due to its receiver (aware UTC): never before the period is over."""
    _, day = period.days(zone)
    if schedule.weekday is not None:
        day += timedelta(days=(schedule.weekday - day.weekday()) % 7)
    while not (schedule.on_holidays or is_working_day(day)):
        day += timedelta(days=1)
    return after_quiet_hours(_at(day, schedule.time, zone), schedule.quiet, zone)


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
