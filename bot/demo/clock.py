"""The demo's time: a Friday morning to begin with, moved on by hand."""

from datetime import UTC, datetime, time, timedelta

from bot.clock import ShiftedClock
from ledger.district import DigestTime
from ledger.periods import running_week, week_from, zone_named
from ledger.schedules import moment, usual

ZONE = zone_named("Asia/Shanghai")
FRIDAY, OPENING = 4, time(9, 30)


class StandingClock:
    """Moves only when it is told to: for the script, which never waits."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def forward(self, by: timedelta) -> None:
        self._now += max(by, timedelta())


DemoClock = StandingClock | ShiftedClock


def running_from(start: datetime) -> ShiftedClock:
    """A clock that runs as the real one does, and shows `start` now."""
    clock = ShiftedClock()
    clock.ahead = start - clock.now()
    return clock


def opening(today: datetime) -> datetime:
    """When the demo begins: the Friday of the week of `today`, after the offices have opened."""
    local = today.astimezone(ZONE)
    friday = local.date() + timedelta(days=FRIDAY - local.weekday())
    return datetime.combine(friday, OPENING, ZONE).astimezone(UTC)


def until_digest(now: datetime, digest: DigestTime) -> timedelta:
    """How far it is to the next weekly digest."""
    schedule = usual(digest, weekly=True)
    week = running_week(now, digest, ZONE).before(ZONE)
    while (due := moment(schedule, week, ZONE)) <= now:
        week = week_from(week.days(ZONE)[1], ZONE)
    return due - now
