"""Days and times as people read them, in chat and in reports, in the community's time zone."""

from datetime import datetime, time, timedelta, tzinfo
from functools import lru_cache

from ledger.periods import Period

PARTS = ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (19, "下午"), (24, "晚上"))
"""Parts of the day, each with the hour at which it ends (Unicode CLDR, day periods of Chinese)."""
NOON = 12


def day(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日"


def time_of_day(at: datetime | time) -> str:
    """上午8:30, 中午12:00, 下午6:00."""
    part = next(name for end, name in PARTS if at.hour < end)
    return f"{part}{at.hour if at.hour <= NOON else at.hour - NOON}:{at.minute:02}"


@lru_cache(maxsize=1024)
def day_and_time(moment: datetime, zone: tzinfo) -> str:
    """11月23日 下午6:00."""
    return f"{day(moment, zone)} {time_of_day(moment.astimezone(zone))}"


def first_and_last(period: Period, zone: tzinfo) -> dict[str, str]:
    """The first and the last day of a half-open period."""
    return {"first": day(period.start, zone), "last": day(period.end - timedelta(microseconds=1), zone)}
