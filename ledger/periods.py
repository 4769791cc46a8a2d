"""Weeks, months and quarters of reports: half-open spans from midnight to midnight in the community's time zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from ledger.district import DigestTime

WEEK = timedelta(days=7)
MOST_CAUGHT_UP = 4
"""Weeks whose digests are made up for after a downtime, in which nothing was filed; older ones are made on request."""


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span [start, end), both aware UTC and both midnight in the community's time zone."""

    start: datetime
    end: datetime

    def before(self, zone: tzinfo) -> "Period":
        """The period of as many calendar days just before this one; a change of the clock does not matter."""
        first, last = self.days(zone)
        length = last - first
        return Period(midnight(first - length, zone), self.start)

    def days(self, zone: tzinfo) -> tuple[date, date]:
        """The first day, and the day after the last."""
        return self.start.astimezone(zone).date(), self.end.astimezone(zone).date()

    def name(self, zone: tzinfo) -> str:
        """The name of a week, after the ISO week in which it begins: 2026-W47."""
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
    """The period of `count` whole months that begins on `first`, the first day of a month."""
    return Period(midnight(first, zone), midnight(_later(first, count), zone))


def last_full_months(now: datetime, count: int, zone: tzinfo) -> Period:
    """The latest month (`count` 1) or quarter (`count` 3) that is over."""
    today = now.astimezone(zone).date()
    running = date(today.year, (today.month - 1) // count * count + 1, 1)
    return months_from(_later(running, -count), count, zone)


def months_before(period: Period, count: int, zone: tzinfo) -> Period:
    """The month or quarter before `period`. Not `Period.before`, because months differ in length."""
    return months_from(_later(period.days(zone)[0], -count), count, zone)


def months_up_to(period: Period, count: int, zone: tzinfo, most: int) -> list[Period]:
    """The last `most` months or quarters up to this one, oldest first."""
    found = [period]
    while len(found) < most:
        found.append(months_before(found[-1], count, zone))
    return found[::-1]


def months_named(name: str, zone: tzinfo) -> Period:
    """The month (2026-10) or quarter (2026-Q3) of that name.

    Raises:
        ValueError: there is no such month or quarter.
    """
    year, _, part = name.upper().partition("-")
    count = 3 if part.startswith("Q") else 1
    return months_from(date(int(year), (int(part.removeprefix("Q")) - 1) * count + 1, 1), count, zone)


def months_name(period: Period, zone: tzinfo) -> str:
    """The name of a month (2026-10) or quarter (2026-Q3)."""
    first, after = period.days(zone)
    quarter = _later(first, 1) != after
    return f"{first.year}-Q{(first.month + 2) // 3}" if quarter else f"{first.year}-{first.month:02}"


def _later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def newest_due(
    now: datetime, newest_over: Period, before: Callable[[Period], Period], due_at: Callable[[Period], datetime]
) -> Period:
    """The latest period whose report is due by `now`. `before` gives a period's predecessor."""
    period = newest_over
    while due_at(period) > now:
        period = before(period)
    return period


def missed(last: Period, done_until: datetime | None, zone: tzinfo, most: int = MOST_CAUGHT_UP) -> list[Period]:
    """Weeks up to `last` whose digest is still to be made, oldest first; at most `most`.

    A community without any digest begins with `last`. A week counts as done if most of it lies before `done_until`:
    after a change of the time zone or of the digest's weekday, weeks no longer line up with earlier ones.
    """
    if done_until is None:
        return [last]
    weeks: list[Period] = []
    week = last
    while len(weeks) < most and week.start + (week.end - week.start) / 2 > done_until:
        weeks.append(week)
        week = week.before(zone)
    return weeks[::-1]
