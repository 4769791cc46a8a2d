"""What may stand in one cell.

A parser takes a cell's value and returns what it means (None: blank), or raises `WrongCell` with the reason, in words
for the person who filled the cell.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NoReturn, TypeVar
from zoneinfo import available_timezones

from ledger.quiet_hours import minute_of
from ledger.text import shortened

T = TypeVar("T")
Parser = Callable[[Any], Any]

LONGEST_NAME = 100
LONGEST_WORDS = 1000
LONGEST_CELL = 32_767
DAY = 24 * 60
END_OF_DAY = datetime(1900, 1, 1)  # noqa: DTZ001 - how openpyxl reads 24:00 from a cell with a time format
CHANNEL = re.compile(r"-100\d{6,13}")
INTEGER = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.0{1,9})?")
DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
AMOUNT = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,15})?")
UNITS = re.compile(r"(?:人|平方米|平米|m2|年|°|%|分钟|元|个|家|处|座|班)$")
DAY_OF_YEAR = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}")
PHONE = re.compile(r"\+?[0-9]{5,20}")
CLOCK = re.compile(r"([0-9]{1,2})(?::|点)([0-9]{2})?(?::00)?")
WEEKDAY = re.compile(r"(?:周|星期|礼拜)?([一二三四五六日天1-7])")
WEEKDAYS = "一二三四五六日"
SPANS = {"每天": "1-7", "每日": "1-7", "全周": "1-7", "工作日": "1-5", "周末": "6-7", "双休日": "6-7"}


class WrongCell(Exception):
    """A cell that cannot mean anything; says why."""


def key(text: str) -> str:
    """By what two spellings of a name are the same: width, blanks and case make no difference."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def text(value: Any) -> str | None:
    """A name as it was written, without invisible marks, on one line."""
    return _one_line(value, LONGEST_NAME)


def words(value: Any) -> str | None:
    """As `text`, and some sentences long."""
    return _one_line(value, LONGEST_WORDS)


def _one_line(value: Any, longest: int) -> str | None:
    if value is None:
        return None
    if isinstance(value, (date, time, timedelta)):
        _refuse("单元格是日期或时间格式，请改成文本格式再填")
    if isinstance(value, bool):
        _refuse("要填文字", value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    words = str(value)
    words = _visible(words) if len(words) <= LONGEST_CELL else words
    if len(words) > longest:
        _refuse(f"太长，最多 {longest} 个字", words)
    return words or None


def _visible(words: str) -> str:
    """Drop marks without width; refuse controls, which no keyboard writes into a name."""
    kinds = {unicodedata.category(c) for c in words if c not in "\t\r\n"}
    if kinds & {"Cc", "Cs"}:
        _refuse("有看不见的控制字符，请重新输入")
    words = "".join(c for c in words if unicodedata.category(c) != "Cf")
    return re.sub(r"\s+", " ", words).strip()


def plain(value: Any) -> str | None:
    """As `text`, in half-width characters."""
    words = text(value)
    return unicodedata.normalize("NFKC", words).strip() if words else None


def whole(low: int, high: int, example: int) -> Callable[[Any], int | None]:
    def parse(value: Any) -> int | None:
        number = _number(value, INTEGER, f"要填整数，例如 {example}")
        if number is None:
            return None
        if not low <= number <= high:
            _refuse(f"要在 {low} 到 {high} 之间", value)
        return int(number)

    return parse


def degrees(limit: int) -> Callable[[Any], float | None]:
    def parse(value: Any) -> float | None:
        number = _number(value, DECIMAL, "要填度数，例如 30.2155")
        if number is not None and abs(number) > limit:
            _refuse(f"要在 -{limit} 到 {limit} 之间（纬度和经度填反了？）", value)
        return number

    return parse


def amount(high: float, example: str) -> Callable[[Any], float | None]:
    """A number with decimals that is not negative."""

    def parse(value: Any) -> float | None:
        number = _number(value, AMOUNT, f"要填数字，例如 {example}")
        if number is not None and not 0 <= number <= high:
            _refuse(f"要在 0 到 {high:g} 之间", value)
        return number

    return parse


def day(value: Any) -> date | None:
    """A day of the calendar, from a cell with a date or as it is written: 2026-11-20, 2026年11月20日."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    words = plain(value)
    return _day(words, value) if words else None


def _day(words: str, value: Any) -> date:
    found = DAY_OF_YEAR.fullmatch(words.replace(" ", ""))
    try:
        return date(*map(int, found.groups() if found else ()))
    except (TypeError, ValueError):
        _refuse("要填日期，例如 2026-11-20", value)


def _number(value: Any, pattern: re.Pattern[str], wanted: str) -> float | None:
    if isinstance(value, (date, time, timedelta)):
        _refuse(f"单元格是日期格式，请改成“常规”格式；{wanted}")
    if isinstance(value, bool):
        _refuse(wanted, value)
    words = plain(f"{value:.15g}" if isinstance(value, float) else value)
    if words is None:
        return None
    words = UNITS.sub("", words).strip()
    if not pattern.fullmatch(words):
        _refuse(wanted, value)
    return float(words.replace(",", ""))


def code(value: Any) -> str | None:
    words = (plain(value) or "").upper()
    if words and not CODE.fullmatch(words):
        _refuse("代码要用大写字母（后面可以加数字），最多 8 个", value)
    return words or None


def channel(value: Any) -> int | None:
    """A channel's id as the messenger gives it: below zero."""
    number = _number(value, CHANNEL, "要填频道编号，例如 -1001234567890（以 -100 开头）")
    return None if number is None else int(number)


def phone(value: Any) -> str | None:
    """A phone number without its blanks and dashes; the reason never repeats it."""
    words = re.sub(r"[\s()-]", "", plain(value) or "")
    if words and not PHONE.fullmatch(words):
        _refuse("电话写法不对，要填 5 到 20 位数字")
    return words or None


def time_zone(value: Any) -> str | None:
    words = plain(value)
    if words and words not in available_timezones():
        _refuse("没有这个时区，例如 Asia/Shanghai", value)
    return words


def one_of(choices: Mapping[str, T]) -> Callable[[Any], T | None]:
    known = {key(name): choice for name, choice in choices.items()}

    def parse(value: Any) -> T | None:
        words = text(value)
        if words and key(words) not in known:
            _refuse(f"只能填 {'、'.join(choices)}", value)
        return known[key(words)] if words else None

    return parse


def point(codes: Iterable[str]) -> Callable[[Any], str | None]:
    """A point of the check-up by its code, with or without its name behind: 3, 1.2 社区党群活动中心."""
    known = set(codes)

    def parse(value: Any) -> str | None:
        words = plain(value)
        found = (words or "").split(" ")[0].removeprefix("第").removesuffix("项")
        if words and found not in known:
            _refuse("没有这一项，请填序号，例如 3 或 1.2", value)
        return found or None

    return parse


def names(value: Any) -> tuple[str, ...] | None:
    """Several names in one cell, with 、 or , between them."""
    words = text(value)
    return tuple(part.strip() for part in re.split(r"[、,，;；]", words) if part.strip()) or None if words else None


def minute(value: Any) -> int | None:
    """A time of the day in minutes from midnight; 24:00 is its end."""
    if isinstance(value, time):
        return minute_of(value)
    if isinstance(value, datetime) and value == END_OF_DAY:
        return DAY
    if isinstance(value, timedelta):
        value = value / timedelta(days=1)
    if isinstance(value, float) and 0 <= value <= 1:
        return round(value * DAY)
    return None if value is None else _minute(value)


def _minute(value: Any) -> int | None:
    words = plain(str(value))
    found = CLOCK.fullmatch((words or "").replace(" ", ""))
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (0, 60)
    if words and (minutes > 59 or hours * 60 + minutes > DAY):  # noqa: PLR2004 - minutes of an hour
        _refuse("要填时间，例如 08:30", value)
    return hours * 60 + minutes if words else None


def weekdays(value: Any) -> tuple[int, ...] | None:
    """Days such as 周一-周五, 周六、周日, 每天, 工作日; Monday is 0. A span may run over Sunday."""
    words = plain(value)
    if words is None:
        return None
    found: set[int] = set()
    for part in re.split(r"[、,;/和\s]+", words):
        ends = [WEEKDAY.fullmatch(end) for end in re.split(r"[-–—~至到]", SPANS.get(part, part))]
        if not all(ends) or len(ends) > 2:  # noqa: PLR2004 - from and to
            _refuse("要填星期，例如 周一-周五 或 周六、周日", value)
        first, last = (_weekday(end[1]) for end in (ends[0], ends[-1]) if end)
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return tuple(sorted(found))


def _weekday(mark: str) -> int:
    return int(mark) - 1 if mark.isdigit() else WEEKDAYS.index(mark.replace("天", "日"))


def _refuse(wanted: str, value: Any = None) -> NoReturn:
    shown = "" if value is None else f"；写的是“{shortened(str(value), 20)}”"
    raise WrongCell(wanted + shown)
