"""Deadlines. E and U run by the wall clock, N and L in working days of the People's Republic.

Working days know public holidays and 调休 (the working weekends that make up for them) through `chinesecalendar`,
which knows the years that the State Council has announced; beyond them only weekends are free.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

import chinese_calendar

from ledger.district import Clock, Duration, Limits
from ledger.scenes import Kind, Urgency

END_OF_WORK = time(18, 0)


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether offices work on `day`; for a year not announced yet, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5  # noqa: PLR2004 - Saturday is 5


def knows_year(year: int) -> bool:
    """Whether the holidays of `year` are known."""
    try:
        chinese_calendar.is_workday(date(year, 6, 1))
    except NotImplementedError:
        return False
    return True


def due(start: datetime, limit: Duration, zone: tzinfo) -> datetime:
    """When `limit` from `start` is over (aware UTC).

    A limit in working days ends at the close of work of its last day; the day of the report does not count.
    """
    if not limit.working_days:
        return start + limit.wall
    return _closes(start.astimezone(zone).date(), limit.working_days, zone)


@lru_cache(maxsize=4096)
def _closes(day: date, left: int, zone: tzinfo) -> datetime:
    """Close of work on the last of so many working days after `day`."""
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return datetime.combine(day, END_OF_WORK, zone).astimezone(UTC)


def before(end: datetime, limit: Duration, zone: tzinfo) -> datetime:
    """The moment that lies `limit` before `end` (aware UTC); so many working days before, at the same time of day."""
    if not limit.working_days:
        return end - limit.wall
    local = end.astimezone(zone)
    day = _worked_before(local.date(), limit.working_days)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def _worked_before(day: date, left: int) -> date:
    """The day that lies so many working days before `day`."""
    while left:
        day -= timedelta(days=1)
        left -= is_working_day(day)
    return day


def clock_for(limits: Limits, kind: Kind, urgency: Urgency) -> Clock:
    """Pick the clock of a matter: a plain question has its own, else the urgency decides."""
    if kind is Kind.QUERY and urgency in (Urgency.NORMAL, Urgency.LONG_TERM):
        return limits.clocks["query"]
    return limits.clocks[urgency]
