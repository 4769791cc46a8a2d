"""Days of a rota. `weekdays` holds at least one digit; 0 is Monday."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

WEEK_AND_A_DAY = 8


def next_day(now: datetime, weekdays: str, zone: tzinfo) -> date:
    """The next day of the rota, not counting today."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(1, WEEK_AND_A_DAY))
    return next(day for day in days if str(day.weekday()) in weekdays)


def evening_before(now: datetime, weekdays: str, at: time, zone: tzinfo) -> datetime:
    """The next evening, at the time `at`, before a day of the rota (aware UTC)."""
    day = next_day(now, weekdays, zone)
    while (evening := datetime.combine(day - timedelta(days=1), at, zone)) <= now:
        day = next_day(datetime.combine(day, at, zone), weekdays, zone)
    return evening.astimezone(UTC)
