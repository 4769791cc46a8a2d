"""Text that is safe to store and to show."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BIDI_CONTROL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BLANK = re.compile(r"\s+")
_HOST_DOT = re.compile(r"(?<=[\w-])\.(?=[^\W\d])")


def storable(text: str) -> str:
    """Replace characters that a database refuses (NUL, lone surrogates) by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def without_bidi_controls(text: str) -> str:
    """The text without invisible characters that change in which direction it and what follows it are read."""
    return _BIDI_CONTROL.sub("", text)


def shortened(text: str, length: int) -> str:
    """The text on one line of at most `length` characters; an ellipsis marks a cut."""
    line = _BLANK.sub(" ", text).strip()
    return line if len(line) <= length else line[: length - 1] + "…"


def unlinked(text: str) -> str:
    """The text, in which a messenger finds no link, mention or address to tap (1.5 stays as it is)."""
    return _HOST_DOT.sub("．", text).replace("://", "：//").replace("@", "＠")


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)
