"""JSON and text measures, at the speed a burst of updates needs.

orjson refuses lone surrogates and huge numbers, and those are just what a
poison update carries, so the standard library stays behind it.
"""

import json
from typing import Any

import orjson


def dumps(value: object) -> bytes:
    """Encode as JSON; lone surrogates and big integers survive."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


def loads(data: bytes | str) -> Any:
    """Decode JSON; raises ValueError when it is none."""
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(data)


def utf16_len(text: str) -> int:
    """Length in UTF-16 code units, the unit of every Telegram limit."""
    if text.isascii():
        return len(text)
    return len(text) + sum(char > "\uffff" for char in text)


class RawJson:
    """A result that is already encoded, and what the log keeps of it."""

    __slots__ = ("body", "summary")

    def __init__(self, body: bytes, summary: object) -> None:
        self.body = body
        self.summary = summary
