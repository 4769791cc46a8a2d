"""When somebody may be disturbed: within allowed hours and outside quiet hours, in their own time zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from ledger.district import Hours

MINUTES = 60
Part = tuple[time, time]
"""A span of one day: [from, until)."""
WHOLE_DAY = Hours(time.min, time.max)
DAYS_LOOKED_AT = 3
"""Today, tomorrow, and one more day for a change of the clock: allowed hours recur daily."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which somebody may be disturbed (aware UTC)."""

    start: datetime
    end: datetime


def allowed_parts(hours: Hours, quiet: Hours | None = None) -> list[Part]:
    """The parts of a day within `hours` and outside `quiet`, in order. Quiet hours may span midnight."""
    found = [(hours.since, hours.until)]
    if quiet is None:
        return found
    overnight = quiet.since > quiet.until
    shut = [(quiet.since, time.max), (time.min, quiet.until)] if overnight else [(quiet.since, quiet.until)]
    for since, until in shut:
        found = [part for start, end in found for part in ((start, min(end, since)), (max(start, until), end))]
    return sorted((start, end) for start, end in found if start < end)


def windows(since: datetime, allowed: Sequence[Part], zone: tzinfo) -> Iterator[Window]:
    """The windows of the coming days that these parts leave open, from `since` on."""
    today = since.astimezone(zone).date()
    for days in range(DAYS_LOOKED_AT):
        day = today + timedelta(days=days)
        for start, end in allowed:
            begins, ends = (datetime.combine(day, clock, zone).astimezone(UTC) for clock in (start, end))
            if ends > since:
                yield Window(max(since.astimezone(UTC), begins), ends)


def next_allowed(moment: datetime, hours: Hours, zone: tzinfo) -> datetime:
    """`moment` if it lies within `hours`, otherwise their next beginning (aware UTC)."""
    return next(windows(moment, allowed_parts(hours), zone)).start


def after_quiet_hours(moment: datetime, quiet: Hours | None, zone: tzinfo) -> datetime:
    """`moment`, or the end of the quiet hours in which it lies (aware UTC)."""
    return next(windows(moment, allowed_parts(WHOLE_DAY, quiet), zone)).start


def minute_of(clock: time) -> int:
    """A time of day as minutes since midnight."""
    return clock.hour * MINUTES + clock.minute


def time_at(minute: int) -> time:
    return time(*divmod(minute, MINUTES))
