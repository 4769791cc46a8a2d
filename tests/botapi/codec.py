"""JSON and text measures, at the speed a burst of updates needs.

orjson is used where it is installed; it refuses lone surrogates and huge
numbers, and those are just what a poison update carries, so the standard
library stays behind it.
"""

import json
from collections.abc import Callable
from typing import Any

type_errors: tuple[type[Exception], ...] = (TypeError, ValueError)

_fast_dumps: Callable[[Any], bytes] | None
_fast_loads: Callable[[bytes | str], Any] | None
try:
    import orjson

    _fast_dumps, _fast_loads = orjson.dumps, orjson.loads
except ImportError:  # the fake must run on aiohttp alone
    _fast_dumps = _fast_loads = None


def dumps(value: object) -> bytes:
    """Encode as JSON; lone surrogates and big integers survive."""
    if _fast_dumps is not None:
        try:
            return _fast_dumps(value)
        except type_errors:
            pass
    return json.dumps(value, separators=(",", ":")).encode()


def loads(data: bytes | str) -> Any:  # noqa: ANN401 - JSON is any shape
    """Decode JSON; raises ValueError when it is none."""
    if _fast_loads is not None:
        try:
            return _fast_loads(data)
        except type_errors:
            pass
    return json.loads(data)


def utf16_len(text: str) -> int:
    """Length in UTF-16 code units, the unit of every Telegram limit."""
    if text.isascii():
        return len(text)
    return len(text) + sum(char > "\uffff" for char in text)
