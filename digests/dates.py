"""Days and times as managers' pages show them, in the community's time zone."""

from datetime import datetime, timedelta, tzinfo

from ledger.periods import Period


def day(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日"


def day_and_time(moment: datetime, zone: tzinfo) -> str:
    return f"{day(moment, zone)} {moment.astimezone(zone):%H:%M}"


def first_and_last(period: Period, zone: tzinfo) -> dict[str, str]:
    """The first and the last day of a half-open period."""
    return {"first": day(period.start, zone), "last": day(period.end - timedelta(microseconds=1), zone)}
