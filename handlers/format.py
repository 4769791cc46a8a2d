"""How numbers and times are written in chat."""

from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from digests.dates import day_and_time, time_of_day
from handlers.texts import Texts
from ledger.district import Duration
from storage.reference import CommunityRow

MINUTE, HOUR = 60, 3600


class Numbered(Protocol):
    @property
    def no(self) -> int: ...


def number(community: CommunityRow, case: Numbered) -> str:
    """The ledger number as people say it: the community's letters and a running number."""
    return f"{community.code}-{case.no}"


def from_to(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> str:
    """11月23日 下午6:00 到 晚上8:00; over midnight, with the second day as well."""
    same_day = starts_at.astimezone(zone).date() == ends_at.astimezone(zone).date()
    end = time_of_day(ends_at.astimezone(zone)) if same_day else day_and_time(ends_at, zone)
    return f"{day_and_time(starts_at, zone)} 到 {end}"


def is_today(moment: datetime, now: datetime, zone: tzinfo) -> bool:
    """Return whether both are on the same local day: a late reminder must not say "tomorrow"."""
    return moment.astimezone(zone).date() == now.astimezone(zone).date()


def day(moment: datetime, zone: tzinfo) -> str:
    """2026年11月23日."""
    local = moment.astimezone(zone)
    return f"{local.year}年{local.month}月{local.day}日"


def length(texts: Texts, limit: Duration) -> str:
    """How long a limit is, in words."""
    if limit.working_days:
        return texts("length.working_days", n=limit.working_days)
    if limit.wall.days and not limit.wall.seconds:
        return texts("length.days", n=limit.wall.days)
    return texts("length.hours", n=round(limit.wall.total_seconds() / HOUR))


def duration(texts: Texts, time: timedelta) -> str:
    """How long something has taken, as roughly as people say it."""
    if time.days:
        return texts("length.days", n=time.days)
    hours = round(time.total_seconds() / HOUR)
    return texts("length.hours", n=hours) if hours else texts("length.minutes", n=round(time.total_seconds() / MINUTE))


def exactly(texts: Texts, minutes: int) -> str:
    """A length that was fixed: 2 小时, 90 分钟."""
    hours, more = divmod(minutes, MINUTE)
    return texts("length.minutes", n=minutes) if more else texts("length.hours", n=hours)
