"""Days and times as people write them: 12月5日 9:00, 明天下午三点半, 下周三晚上7点, 25号, 月底前, 三天内."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ledger import clocks
from ledger.district import Duration
from nlp.numerals import NUMBER, value

LONG_AGO = timedelta(days=60)
"""A day without a year that would be longer ago than this is taken to be in the next year."""
YEARS = range(2000, 2101)
MOST = 999
"""The largest number of days, weeks or months ahead."""
WEEK, MONTH, HALF_A_MONTH = 7, 30, 15
NOON, MIDNIGHT = 12, 24
HALF, QUARTER, HOUR = 30, 15, 60
ENDS = " ，,。"
PARTS = ("凌晨", "清早", "早上", "早晨", "上午", "今早", "明早", "中午", "下午", "傍晚", "晚上", "夜里", "今晚", "明晚")
AFTERNOON = ("中午", "下午", "傍晚", "晚上", "夜里", "今晚", "明晚")
EARLY = 3
"""中午1点 and 中午2点 are after noon, 中午11点 is not."""
TO = r"\s*(?:-|–|—|到|至|~)\s*"


def _clock_pattern(n: int = 0, suffix: str = "") -> str:
    """Pattern of a time of day: 下午三点半, 15:30. `n` distinguishes the groups if a pattern has two of them."""
    spoken = rf"[点时](?P<spoken{n}>半|[一1]刻|{NUMBER}分?)?"
    ends = rf"(?:[:：](?P<minute{n}>\d{{2}})|{spoken}){suffix}"
    return rf"(?:(?P<part{n}>{'|'.join(PARTS)})\s{{0,3}})?(?P<hour{n}>{NUMBER}){ends}"


CLOCK = re.compile(_clock_pattern())
SPAN = re.compile(_clock_pattern(0, "?") + TO + _clock_pattern(1))
NEAR = {"大后天": 3, "今天": 0, "今晚": 0, "今早": 0, "明天": 1, "明晚": 1, "明早": 1, "后天": 2}
WEEKDAYS = "一二三四五六日天"
DAYS_OF = {"天": 1, "周": WEEK, "期": WEEK, "拜": WEEK, "月": MONTH}
"""Days by the last character of 两周, 一个星期, 两个月."""
BEFORE = r"\s*(?:之前|以前|前(?![门面边台]))"


# --- kinds of days ---------------------------------------------------------------------------------------------------


def _dated(found: re.Match[str], now: datetime) -> date | None:
    """12月5日, 十二月五号, 2027年1月3日, 12-5."""
    day = _day_of(value(found["year"] or str(now.year)), value(found["month"]), value(found["day"]))
    if day is None or found["year"] or day >= (now - LONG_AGO).date():
        return day
    return _day_of(day.year + 1, day.month, day.day)


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _near(found: re.Match[str], now: datetime) -> date:
    return now.date() + timedelta(days=NEAR[found["near"]])


def _weekday(found: re.Match[str], now: datetime) -> date:
    """下周三 is in the next week, 这周三 in this one; 周三 is the next Wednesday, which may be today."""
    weekday = min(WEEKDAYS.index(found["weekday"]), WEEK - 1)
    monday = now.date() - timedelta(days=now.weekday())
    if which := found["which"]:
        return monday + timedelta(days=WEEK * which.count("下") + weekday)
    return now.date() + timedelta(days=(weekday - now.weekday()) % WEEK)


def _end_of_month(found: re.Match[str], now: datetime) -> date:
    return _first(now.date(), 2 if found["next"] else 1) - timedelta(days=1)


def _first(day: date, months: int) -> date:
    """The first day of the month that is `months` after the month of `day`."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _end_of_year(_found: re.Match[str], now: datetime) -> date:
    return date(now.year, 12, 31)


def _within(found: re.Match[str], now: datetime) -> date | None:
    """三天内, 两周内, 半个月内, 5个工作日内: that many days from today."""
    n = value(found["n"])
    if not 0 < n <= MOST:
        return None
    if found["unit"] == "个工作日":
        zone = now.tzinfo or UTC
        return clocks.due(now, Duration(working_days=n), zone).astimezone(zone).date()
    return now.date() + timedelta(days=n * DAYS_OF[found["unit"][-1]])


def _half_a_month(_found: re.Match[str], now: datetime) -> date:
    return now.date() + timedelta(days=HALF_A_MONTH)


def _of_this_month(found: re.Match[str], now: datetime) -> date | None:
    """25号: in this month, or in the next one if it is over."""
    for ahead in (0, 1):
        month = _first(now.date(), ahead)
        day = _day_of(month.year, month.month, value(found["day"]))
        if day is not None and day >= now.date():
            return day
    return None


Meant = Callable[[re.Match[str], datetime], date | None]
NAMED: tuple[tuple[str, Meant], ...] = (
    (rf"(?<!去年)(?<!\d)(?:(?P<year>\d{{4}})年)?(?P<month>{NUMBER})月(?P<day>{NUMBER})[日号]?", _dated),
    (rf"(?P<near>{'|'.join(NEAR)})", _near),
    (rf"(?<![上每])(?P<which>这个?|本|下下个?|下个?)?(?<!上个)(?:周|星期|礼拜)(?P<weekday>[{WEEKDAYS}])", _weekday),
    (r"(?<!上个)(?<!上)(?:这个|本|当|(?P<next>下个?))?月底", _end_of_month),
    (r"(?:今年)?年底", _end_of_year),
    (rf"(?<![\d月])(?P<day>{NUMBER})[号日](?![楼栋线院])", _of_this_month),
    (r"(?<![\d:：])(?:(?P<year>\d{4})[-/.])?(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d:：点])", _dated),
)
INSIDE = r"\s*(?:之内|以内|内)"
WITHIN: tuple[tuple[str, Meant], ...] = (
    (rf"(?<!\d)(?P<n>{NUMBER})\s?(?P<unit>个工作日|天|周|个?星期|个?礼拜|个月)" + INSIDE, _within),
    (r"半个月" + INSIDE, _half_a_month),
)
DAYS = [(re.compile(pattern), meant) for pattern, meant in (*NAMED, *WITHIN)]
DEADLINES = [*((re.compile(pattern + BEFORE), meant) for pattern, meant in NAMED), *DAYS[len(NAMED) :]]


# --- reading ---------------------------------------------------------------------------------------------------------


def moment(words: str, now: datetime, zone: tzinfo, at: time | None = None) -> datetime | None:
    """The moment that words name (aware UTC). `at`: the time of day if they name none. None: not understood."""
    return moment_and_rest(words, now, zone, at)[0]


def moment_and_rest(words: str, now: datetime, zone: tzinfo, at: time | None = None) -> tuple[datetime | None, str]:
    """Like `moment`, with the rest of the words: 楚邻驿站 in 11月25日晚上7点半 楚邻驿站."""
    local = now.astimezone(zone)
    day, span = next(_days(DAYS, words, local), (None, (0, 0)))
    named = words[span[0] : span[1]]
    # 今晚 names day and part of the day
    left = f"{words[: span[0]]} {named if named in PARTS else ''}{words[span[1] :]}"
    minutes, rest = _clock(left, at)
    if day is None or minutes is None:
        return None, words
    midnight = datetime.combine(day, time(), zone)
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC), rest


def _clock(words: str, at: time | None) -> tuple[int | None, str]:
    """(minute of the day, the words around it)."""
    found = CLOCK.search(words)
    if found is None:
        return (at.hour * HOUR + at.minute if at else None), words.strip(ENDS)
    return _minutes(found), (words[: found.start()] + words[found.end() :]).strip(ENDS)


def hours_and_rest(words: str) -> tuple[tuple[int, int] | None, str]:
    """Beginning and end in minutes of the day (9:00-17:00, 上午九点到下午五点), with the rest of the words.

    下午2点到5点 ends at 17:00. The end may still be before the beginning; the caller decides what that means.
    """
    found = SPAN.search(words)
    begins, ends = (_minutes(found, 0), _minutes(found, 1)) if found else (None, None)
    if found is None or begins is None or ends is None:
        return None, words
    if ends <= begins < ends + NOON * HOUR and not found["part1"] and value(found["hour0"]) <= NOON:
        ends += NOON * HOUR
    return (begins, ends), f"{words[: found.start()]} {words[found.end() :]}"


def from_until(words: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime | None] | None:
    """Beginning and end, aware UTC (12月5日 9:00-11:00, 周六晚上10点到早上6点). The end is None if none is named."""
    hours, rest = hours_and_rest(words)
    if hours is None:
        begins_at = moment(words, now, zone)
        return (begins_at, None) if begins_at else None
    day, _ = next(_days(DAYS, rest, now.astimezone(zone)), (None, None))
    if day is None:
        return None
    midnight = datetime.combine(day, time(), zone)
    begins, ends = hours if hours[1] > hours[0] else (hours[0], hours[1] + MIDNIGHT * HOUR)
    begins_at, ends_at = (midnight + timedelta(minutes=minutes) for minutes in (begins, ends))
    return begins_at.astimezone(UTC), ends_at.astimezone(UTC)


def promised_by(words: str, now: datetime, zone: tzinfo, at: time) -> datetime | None:
    """The deadline that words promise (12月5日前, 下周五之前, 三天内), aware UTC. None: they name no future day."""
    day, _ = next(_days(DEADLINES, words, now.astimezone(zone)), (None, None))
    due_at = datetime.combine(day, at, zone).astimezone(UTC) if day else None
    return due_at if due_at and due_at > now else None


def _days(
    kinds: list[tuple[re.Pattern[str], Meant]], words: str, now: datetime
) -> Iterator[tuple[date, tuple[int, int]]]:
    """Days that words name, with their positions, the most certain kind first."""
    for pattern, meant in kinds:
        if (found := pattern.search(words)) and (day := meant(found, now)):
            yield day, found.span()


def _minutes(found: re.Match[str], n: int = 0) -> int | None:
    """The minute of the day; 晚上12点 and 24:00 are its end. None: there is no such time."""
    part, hour = found[f"part{n}"] or "", value(found[f"hour{n}"])
    if part in AFTERNOON and hour < NOON and (part != "中午" or hour <= EARLY):
        hour += NOON
    elif part in AFTERNOON and part not in ("中午", "下午") and hour == NOON:
        hour = MIDNIGHT
    minute = int(found[f"minute{n}"]) if found[f"minute{n}"] else _spoken(found[f"spoken{n}"] or "0")
    there_is_one = hour >= 0 and 0 <= minute < HOUR and hour * HOUR + minute <= MIDNIGHT * HOUR
    return hour * HOUR + minute if there_is_one else None


def _spoken(words: str) -> int:
    """Minutes after 点: 半, 一刻, 二十, 05分."""
    if words == "半":
        return HALF
    return QUARTER if words.endswith("刻") else value(words.rstrip("分"))


def day_of(at: datetime, zone: tzinfo) -> str:
    """12月5日."""
    local = at.astimezone(zone)
    return f"{local.month}月{local.day}日"
