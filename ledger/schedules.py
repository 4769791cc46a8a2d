"""When a report reaches somebody: on their day, at their hour, past holidays and quiet hours if they like."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ledger.clocks import is_working_day
from ledger.district import DigestTime, Hours
from ledger.peace import awake
from ledger.periods import Period


@dataclass(frozen=True, slots=True)
class Schedule:
    """`weekday`: None where the report has no day of the week (monthly, quarterly): the first day after its period."""

    weekday: int | None
    time: time
    on_holidays: bool
    quiet: Hours | None


def usual(digest: DigestTime, *, weekly: bool) -> Schedule:
    """The district's own, for who has said nothing else."""
    return Schedule(digest.weekday if weekly else None, digest.time, digest.on_holidays, digest.quiet)


def moment(schedule: Schedule, period: Period, zone: tzinfo) -> datetime:
    """When the report of `period` is to reach somebody (aware UTC), never before the period is over."""
    _, day = period.days(zone)
    if schedule.weekday is not None:
        day += timedelta(days=(schedule.weekday - day.weekday()) % 7)
    while not (schedule.on_holidays or is_working_day(day)):
        day += timedelta(days=1)
    return awake(_at(day, schedule.time, zone), schedule.quiet, zone)


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
