"""Numbers as people write them, in digits or spoken out: 12, 十二, 两, 二十五, 一百."""

_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
NUMBER = r"(?:\d{1,4}|[零〇一二两三四五六七八九十百]{1,5})"
"""A pattern of what `value` understands, without a group."""


def plain(number: str) -> str:
    """三 and 03 are 3; 十二 is 12; an empty string and letters stay."""
    if number.isdigit():
        return number.lstrip("0") or "0"
    if "百" in number:
        hundreds, _, rest = number.partition("百")
        return str(100 * _DIGITS.get(hundreds, 1) + value(rest.lstrip("零〇") or "0"))
    if "十" in number:
        tens, _, ones = number.partition("十")
        return str(10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0))
    return "".join(str(_DIGITS.get(char, char)) for char in number)


def value(number: str) -> int:
    """What matched `NUMBER`, as an int; -1: it is none after all (十百)."""
    digits = plain(number)
    return int(digits) if digits.isdecimal() else -1
