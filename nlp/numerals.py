"""Numbers as people write them, in digits or words: 12, 十二, 两, 二十五, 一百二, 两千二百."""

_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SIZES = {"千": 1000, "百": 100}
SPOKEN = r"[零〇一二两三四五六七八九十百千]{1,7}"
NUMBER = rf"(?:\d{{1,4}}|{SPOKEN})"
"""Matches the numbers that `value` understands; has no group."""


def plain(number: str) -> str:
    """A number in plain digits: 三 and 03 become 3, 十二 becomes 12; other text stays as it is."""
    if number.isdigit():
        return number.lstrip("0") or "0"
    for sign, size in _SIZES.items():
        if sign in number:
            head, _, rest = number.partition(sign)
            return str(size * _DIGITS.get(head, 1) + _rest(rest, size))
    if "十" in number:
        tens, _, ones = number.partition("十")
        return str(10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0))
    return "".join(str(_DIGITS.get(char, char)) for char in number)


def _rest(rest: str, size: int) -> int:
    """The value of what follows 百 or 千: 一百二 is 120, 一百零二 is 102."""
    return _DIGITS[rest] * size // 10 if rest in _DIGITS else value(rest.lstrip("零〇") or "0")


def value(number: str) -> int:
    """The value of a text that matched `NUMBER`; -1 if it is no number after all (十百)."""
    digits = plain(number)
    return int(digits) if digits.isdecimal() else -1
