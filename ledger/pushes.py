"""When somebody may be sent what they did not ask for: at polite hours, and seldom.

A push is an invitation to many (a survey, a topic, an event). What somebody is told of a matter of their own is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from ledger.district import Hours

WEEK = timedelta(days=7)
MIDNIGHT = time(0, 0)
DAYS_LOOKED_AT = 3
"""Polite hours come every day: what is left of today, tomorrow, and one more for a change of the clock."""
LAST_CALL = timedelta(minutes=5)
"""Nothing is sent off in the last minutes of polite hours: it might arrive after them."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What holds for one person: the community's hours, how many in seven days, their own quiet hours."""

    hours: Hours
    a_week: int
    zone: tzinfo
    quiet: Hours | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when on a push may go out, and when it must not any more (aware UTC)."""

    start: datetime
    end: datetime


def next_stretch(now: datetime, manners: Manners, before: Sequence[datetime] = ()) -> Stretch | None:
    """When a person may be sent the next push; `before`: when they were sent others.

    None: never, since their quiet hours leave no time.
    """
    earliest = max(now, _week_allows(manners.a_week, before))
    for stretch in _stretches(earliest, manners):
        start = max(earliest, stretch.start)
        if stretch.end - LAST_CALL > start:
            return Stretch(start.astimezone(UTC), stretch.end.astimezone(UTC))
    return None


def _week_allows(a_week: int, before: Sequence[datetime]) -> datetime:
    """When the last `a_week` pushes do not all lie within seven days any more."""
    latest = sorted(before)[-a_week:]
    return latest[0] + WEEK if len(latest) == a_week else datetime.min.replace(tzinfo=UTC)


def _stretches(since: datetime, manners: Manners) -> Iterator[Stretch]:
    today = since.astimezone(manners.zone).date()
    for days in range(DAYS_LOOKED_AT):
        day = today + timedelta(days=days)
        for start, end in _allowed(manners.hours, manners.quiet):
            yield Stretch(datetime.combine(day, start, manners.zone), datetime.combine(day, end, manners.zone))


def _allowed(hours: Hours, quiet: Hours | None) -> list[tuple[time, time]]:
    """Parts of a day in which this person may be disturbed, in order. Quiet hours may go past midnight."""
    found = [(hours.since, hours.until)]
    if quiet is None:
        return found
    overnight = quiet.since > quiet.until
    shut = [(quiet.since, time.max), (MIDNIGHT, quiet.until)] if overnight else [(quiet.since, quiet.until)]
    for since, until in shut:
        found = [part for start, end in found for part in ((start, min(end, since)), (max(start, until), end))]
    return sorted((start, end) for start, end in found if start < end)
