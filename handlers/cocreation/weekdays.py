"""Weekdays as people read and write them. Their names are only in the catalogue; 0 is Monday."""

import re
from datetime import date

from handlers import phrases
from handlers.cocreation.date_parsing import TO
from handlers.texts import Texts

DAYS = range(7)
EVERY = "0123456"
SPAN = 3
"""From this many consecutive days on, they are shown as a span."""


def names(texts: Texts) -> list[str]:
    """周一 to 周日."""
    return [texts(f"weekday.{day}") for day in DAYS]


def shown(texts: Texts, digits: str) -> str:
    """Digits as words: 周一、周四 for "03", 周一到周五 for "01234"."""
    if digits == EVERY:
        return texts("weekday.every")
    found = names(texts)
    if len(digits) >= SPAN and digits in EVERY:
        return texts("weekday.span", first=found[int(digits[0])], last=found[int(digits[-1])])
    return "、".join(found[int(day)] for day in digits)


def dated(texts: Texts, day: date) -> str:
    """12月5日（周六）."""
    return texts("weekday.dated", month=day.month, day=day.day, weekday=names(texts)[day.weekday()])


def understood(texts: Texts, words: str) -> str:
    """Digits of the days that words name (周一到周五, 周一、三、五, 星期天, 每天, 工作日); "" if none."""
    words = "".join(words.split())
    for pair in texts.alternatives("weekday.also"):
        written, meant = pair.split("=")
        words = words.replace(written, meant)
    if phrases.mentions(texts, "weekday.every_words", words):
        return EVERY
    week, letters = names(texts)[0][:-1], "".join(name[-1] for name in names(texts))
    days = _in_spans(words, week, letters) | _in_lists(words, week, letters)
    if not days and re.fullmatch(rf"[{letters}、，,和]+", words):
        days = {letters.index(letter) for letter in words if letter in letters}
    return "".join(map(str, sorted(days)))


def _in_spans(words: str, week: str, letters: str) -> set[int]:
    """Days in spans; 周五到周一 includes the weekend."""
    found: set[int] = set()
    for first, last in re.findall(rf"{week}([{letters}]){TO}(?:{week})?([{letters}])", words):
        start = letters.index(first)
        found |= {(start + ahead) % 7 for ahead in range((letters.index(last) - start) % 7 + 1)}
    return found


def _in_lists(words: str, week: str, letters: str) -> set[int]:
    """Days in lists such as 周一、三、五 or 周一、周三."""
    lists = re.findall(rf"{week}[{letters}](?:[、，,和]?(?:{week})?[{letters}])*", words)
    return {letters.index(letter) for part in lists for letter in part if letter in letters}
