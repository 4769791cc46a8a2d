"""Days and times as people write them: 12月5日, 12月5日 9:00, 明天下午3点."""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from ledger import clocks
from ledger.district import Duration

DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})(?:月|[-/.])(\d{1,2})[日号]?")
NEAR = {"今天": 0, "明天": 1, "后天": 2}
CLOCK = re.compile(r"(上午|早上|中午|下午|晚上)?\s{0,3}(\d{1,2})(?:[:：](\d{2})|点(半|\d{1,2}分?)?)")
NOON, HALF = 12, 30
AFTERNOON = ("下午", "晚上")
DEADLINE = re.compile(
    r"(?<!去年)(?<!\d)(?P<day>(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]?|今天|明天|后天|(?P<month>(?:这个月|本月|月)底))\s*(?:之前|以前|前)"
    r"|(?<!\d)(?P<days>[1-9]\d{0,2}|[一二两三四五六七八九十])\s?(?:(?P<work>个工作日)|天)\s?(?:之内|以内|内)"
)
NUMBERS = "零一二三四五六七八九十"
LONG_AGO = timedelta(days=60)
"""A day without a year that lies farther back than this is meant of the next year."""


def moment(words: str, now: datetime, zone: tzinfo, at: time | None = None) -> datetime | None:
    """The moment that words name (aware UTC); `at`: the time of day where they name none. None: not understood."""
    day = _day(words, now.astimezone(zone))
    clock = _clock(DAY.sub(" ", words, count=1)) or at
    if day is None or clock is None:
        return None
    return datetime.combine(day, clock, zone).astimezone(UTC)


def promised_by(words: str, now: datetime, zone: tzinfo, at: time) -> datetime | None:
    """Until when words promise something (12月5日前, 三天内, 5个工作日内), aware UTC; None: no day to come is named."""
    found = DEADLINE.search(words)
    if found is None:
        return None
    if number := found["days"]:
        n = int(number) if number.isdigit() else NUMBERS.index(number.replace("两", "二"))
        by = clocks.due(now, Duration(working_days=n) if found["work"] else Duration(timedelta(days=n)), zone)
        due_at = datetime.combine(by.astimezone(zone).date(), at, zone).astimezone(UTC)
    elif found["month"]:
        first = now.astimezone(zone).replace(day=1) + timedelta(days=32)
        due_at = datetime.combine(first.date().replace(day=1) - timedelta(days=1), at, zone).astimezone(UTC)
    else:
        due_at = moment(found["day"], now, zone, at) or now
    return due_at if due_at > now else None


def _day(words: str, now: datetime) -> datetime | None:
    for word, ahead in NEAR.items():
        if word in words:
            return now + timedelta(days=ahead)
    found = DAY.search(words)
    if found is None:
        return None
    try:
        day = now.replace(year=int(found[1] or now.year), month=int(found[2]), day=int(found[3]))
        return day.replace(year=day.year + 1) if not found[1] and day < now - LONG_AGO else day
    except ValueError:
        return None


def _clock(words: str) -> time | None:
    found = CLOCK.search(words)
    if found is None:
        return None
    part, hour, minutes, spoken = found[1], int(found[2]), found[3], found[4]
    if part in AFTERNOON and hour < NOON:
        hour += NOON
    minute = HALF if spoken == "半" else int(minutes or (spoken or "0").rstrip("分"))
    try:
        return time(hour, minute)
    except ValueError:
        return None


def day_of(at: datetime, zone: tzinfo) -> str:
    """12月5日."""
    local = at.astimezone(zone)
    return f"{local.month}月{local.day}日"
