"""Entities that Telegram finds by itself in a text nobody marked up."""

import re
from typing import Any

from tests.botapi.codec import utf16_len

# A command or mention after any letter, Chinese ones too, is part of a word; a
# phone number is taken after Chinese letters, as in "电话13900000000".
_PATTERNS = {
    "url": r"https?://[^\s<>\"，。！？、；：）】》]+",
    "email": r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[a-zA-Z]{2,}",
    "bot_command": (r"(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])"),
    "mention": r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)",
    "hashtag": r"(?<![\w#])#\w*[^\W\d]\w*",
    "phone_number": (r"(?<![A-Za-z0-9_.])(?:\+\d[\d -]{7,16}\d|1[3-9]\d{9})(?![A-Za-z0-9_])"),
}
_ANY = re.compile(
    "|".join(f"(?P<{kind}>{regex})" for kind, regex in _PATTERNS.items()),
)
_HINT = re.compile(r"[/@#+]|\d{11}")


def find_entities(text: str) -> list[dict[str, Any]]:
    """Return commands, mentions, addresses and numbers, in order."""
    if not _HINT.search(text):
        return []
    return [
        {
            "type": found.lastgroup,
            "offset": utf16_len(text[: found.start()]),
            "length": utf16_len(found.group()),
        }
        for found in _ANY.finditer(text)
    ]


def with_found(text: str, marked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the entities found to those marked, where they do not overlap."""
    found = [e for e in find_entities(text) if not _overlaps(e, marked)]
    if not found:
        return marked
    return sorted([*marked, *found], key=lambda e: (e["offset"], -e["length"]))


def _overlaps(entity: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return any(
        other["offset"] < end
        and start < other["offset"] + other["length"]
        and other["type"] in {"code", "pre", "text_link", "text_mention"}
        for other in others
    )


def cut(text: str, entity: dict[str, Any]) -> str:
    """Return the part of the text an entity covers."""
    units = text.encode("utf-16-le", errors="surrogatepass")
    start = entity["offset"] * 2
    return units[start : start + entity["length"] * 2].decode(
        "utf-16-le",
        errors="surrogatepass",
    )
