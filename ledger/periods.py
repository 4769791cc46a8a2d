"""Weeks of a community: half open [start, end), in its own time zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from ledger.district import DigestTime


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open stretch of time [start, end), both aware UTC."""

    start: datetime
    end: datetime

    def before(self) -> "Period":
        """The stretch of the same calendar length just before; a week stays a week over a clock change."""
        return Period(self.start - (self.end - self.start), self.start)


def zone_named(name: str) -> tzinfo:
    """Return the time zone called `name` (IANA)."""
    return ZoneInfo(name)


def last_full_week(now: datetime, digest: DigestTime, zone: tzinfo) -> Period:
    """The newest week (midnight of the digest's weekday to the next) whose digest is due by `now`."""
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    day = midnight - timedelta(days=(local.weekday() - digest.weekday) % 7)
    if local < datetime.combine(day.date(), digest.time, zone):
        day -= timedelta(days=7)
    start = datetime.combine(day.date() - timedelta(days=7), datetime.min.time(), zone)
    end = datetime.combine(day.date(), datetime.min.time(), zone)
    return Period(start.astimezone(UTC), end.astimezone(UTC))
