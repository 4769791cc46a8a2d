"""Weeks of a community: half open [start, end), from midnight to midnight in its own time zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from ledger.district import DigestTime

WEEK = timedelta(days=7)
MOST_CAUGHT_UP = 4
"""After a long downtime only so many weeks are made up for."""


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open stretch of time [start, end), both aware UTC, each a midnight of its community."""

    start: datetime
    end: datetime

    def before(self, zone: tzinfo) -> "Period":
        """The stretch of as many calendar days just before: a week stays a week over a clock change."""
        first, last = self.days(zone)
        length = last - first
        return Period(midnight(first - length, zone), self.start)

    def days(self, zone: tzinfo) -> tuple[date, date]:
        """First day and the day after the last."""
        return self.start.astimezone(zone).date(), self.end.astimezone(zone).date()

    def name(self, zone: tzinfo) -> str:
        """Name of a week by the ISO week that it begins in, as 2026-W47."""
        year, week, _ = self.days(zone)[0].isocalendar()
        return f"{year}-W{week:02}"


def zone_named(name: str) -> tzinfo:
    """Return the time zone called `name` (IANA)."""
    return ZoneInfo(name)


def midnight(day: date, zone: tzinfo) -> datetime:
    """The moment at which `day` begins in `zone`, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def week_from(day: date, zone: tzinfo) -> Period:
    return Period(midnight(day, zone), midnight(day + WEEK, zone))


def week_named(name: str, digest: DigestTime, zone: tzinfo) -> Period:
    """The week called `name` (2026-W47).

    Raises:
        ValueError: there is no such week.
    """
    year, separator, week = name.upper().partition("-W")
    if not separator:
        raise ValueError(name)
    return week_from(date.fromisocalendar(int(year), int(week), digest.weekday + 1), zone)


def running_week(now: datetime, digest: DigestTime, zone: tzinfo) -> Period:
    """The week that `now` lies in; weeks begin on the digest's weekday."""
    today = now.astimezone(zone).date()
    return week_from(today - timedelta(days=(today.weekday() - digest.weekday) % 7), zone)


def last_full_week(now: datetime, digest: DigestTime, zone: tzinfo) -> Period:
    """The newest week whose digest is due by `now`."""
    running = running_week(now, digest, zone)
    first_day = running.days(zone)[0]
    due_at = datetime.combine(first_day, digest.time, zone).astimezone(UTC)
    full = running.before(zone)
    return full if now >= due_at else full.before(zone)


def months_from(first: date, count: int, zone: tzinfo) -> Period:
    """The stretch of `count` whole months that begins on `first`, a first of a month."""
    return Period(midnight(first, zone), midnight(_later(first, count), zone))


def last_full_months(now: datetime, count: int, zone: tzinfo) -> Period:
    """The newest month (`count` 1) or quarter (3) that is over."""
    today = now.astimezone(zone).date()
    running = date(today.year, (today.month - 1) // count * count + 1, 1)
    return months_from(_later(running, -count), count, zone)


def months_before(period: Period, count: int, zone: tzinfo) -> Period:
    """The month or quarter before one: months differ in length."""
    return months_from(_later(period.days(zone)[0], -count), count, zone)


def months_up_to(period: Period, count: int, zone: tzinfo, most: int) -> list[Period]:
    """`most` months or quarters that end with this one, oldest first."""
    found = [period]
    while len(found) < most:
        found.append(months_before(found[-1], count, zone))
    return found[::-1]


def months_named(name: str, zone: tzinfo) -> Period:
    """The month 2026-10 or the quarter 2026-Q3.

    Raises:
        ValueError: there is no such month or quarter.
    """
    year, _, part = name.upper().partition("-")
    count = 3 if part.startswith("Q") else 1
    return months_from(date(int(year), (int(part.removeprefix("Q")) - 1) * count + 1, 1), count, zone)


def months_name(period: Period, zone: tzinfo) -> str:
    """2026-10 or 2026-Q3."""
    first, after = period.days(zone)
    quarter = _later(first, 1) != after
    return f"{first.year}-Q{(first.month + 2) // 3}" if quarter else f"{first.year}-{first.month:02}"


def _later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def newest_due(
    now: datetime, newest_over: Period, before: Callable[[Period], Period], due_at: Callable[[Period], datetime]
) -> Period:
    """The newest period whose report is due by `now`; `before` gives the period before one."""
    period = newest_over
    while due_at(period) > now:
        period = before(period)
    return period


def missed(last: Period, done_until: datetime | None, zone: tzinfo, most: int = MOST_CAUGHT_UP) -> list[Period]:
    """Weeks up to `last` that still need their digest, oldest first.

    A community that never had one begins with `last`. A week that lies mostly before `done_until` is done: where the
    zone or the weekday of the digest was changed, weeks do not fit the older ones to the hour.
    """
    if done_until is None:
        return [last]
    weeks: list[Period] = []
    week = last
    while len(weeks) < most and week.start + (week.end - week.start) / 2 > done_until:
        weeks.append(week)
        week = week.before(zone)
    return weeks[::-1]
