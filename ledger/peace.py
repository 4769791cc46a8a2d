"""When somebody may be disturbed: within polite hours, outside quiet ones, in their own time zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from ledger.district import Hours

MINUTES = 60
Part = tuple[time, time]
"""From a time of day on, until another, on one day."""
WHOLE_DAY = Hours(time.min, time.max)
DAYS_LOOKED_AT = 3
"""Such hours come every day: what is left of today, tomorrow, and one more for a change of the clock."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when on somebody may be disturbed, and until when (aware UTC)."""

    start: datetime
    end: datetime


def parts(hours: Hours, quiet: Hours | None = None) -> list[Part]:
    """Parts of a day that lie within `hours` and outside `quiet`, in order; quiet hours may go past midnight."""
    found = [(hours.since, hours.until)]
    if quiet is None:
        return found
    overnight = quiet.since > quiet.until
    shut = [(quiet.since, time.max), (time.min, quiet.until)] if overnight else [(quiet.since, quiet.until)]
    for since, until in shut:
        found = [part for start, end in found for part in ((start, min(end, since)), (max(start, until), end))]
    return sorted((start, end) for start, end in found if start < end)


def stretches(since: datetime, allowed: Sequence[Part], zone: tzinfo) -> Iterator[Stretch]:
    """What is left of such parts from `since` on, day by day."""
    today = since.astimezone(zone).date()
    for days in range(DAYS_LOOKED_AT):
        day = today + timedelta(days=days)
        for start, end in allowed:
            begins, ends = (datetime.combine(day, clock, zone).astimezone(UTC) for clock in (start, end))
            if ends > since:
                yield Stretch(max(since.astimezone(UTC), begins), ends)


def politely(moment: datetime, hours: Hours, zone: tzinfo) -> datetime:
    """`moment`, or the next time after it within these hours (aware UTC)."""
    return next(stretches(moment, parts(hours), zone)).start


def awake(moment: datetime, quiet: Hours | None, zone: tzinfo) -> datetime:
    """`moment`, or the end of the quiet hours that it lies in (aware UTC)."""
    return next(stretches(moment, parts(WHOLE_DAY, quiet), zone)).start


def minute_of(clock: time) -> int:
    """A time of day in minutes from midnight."""
    return clock.hour * MINUTES + clock.minute


def time_at(minute: int) -> time:
    return time(*divmod(minute, MINUTES))
