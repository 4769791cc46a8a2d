"""Deadlines: emergencies and urgent matters run by the wall clock, others in Chinese working days.

`chinesecalendar` knows public holidays and the weekend days that are worked in return (调休), for the years that the
State Council has announced. For later years only weekends count as days off.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

import chinese_calendar

from ledger.district import Clock, Duration, Limits
from ledger.scenes import Kind, Urgency

END_OF_WORK = time(18, 0)


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether offices work on `day`. In a year that is not announced yet: Monday to Friday."""
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
    """The end of a `limit` that begins at `start` (aware UTC).

    A limit in working days ends at the close of work on its last day; the day of `start` is not counted.
    """
    if not limit.working_days:
        return start + limit.wall
    return _closes(start.astimezone(zone).date(), limit.working_days, zone)


@lru_cache(maxsize=4096)
def _closes(day: date, left: int, zone: tzinfo) -> datetime:
    """Close of work on the working day that is `left` working days after `day`."""
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return datetime.combine(day, END_OF_WORK, zone).astimezone(UTC)


def before(end: datetime, limit: Duration, zone: tzinfo) -> datetime:
    """The moment `limit` before `end` (aware UTC). Working days are counted back at the same time of day."""
    if not limit.working_days:
        return end - limit.wall
    local = end.astimezone(zone)
    day = _worked_before(local.date(), limit.working_days)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def _worked_before(day: date, left: int) -> date:
    """The day that is `left` working days before `day`."""
    while left:
        day -= timedelta(days=1)
        left -= is_working_day(day)
    return day


def clock_for(limits: Limits, kind: Kind, urgency: Urgency) -> Clock:
    """The clock of a matter: plain questions have their own, otherwise the urgency decides."""
    if kind is Kind.QUERY and urgency in (Urgency.NORMAL, Urgency.LONG_TERM):
        return limits.clocks["query"]
    return limits.clocks[urgency]
