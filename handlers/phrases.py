"""Recognises messages that say exactly one of a few known things: 还没修好, 算了, 怎么投票.

The words are the district's data. Whoever says more than them is taken at the rest of their words.
"""

import re
from collections.abc import Sequence
from functools import cache

from handlers.texts import Texts, alternatives

LONGEST = 20
SHORTEST = 2
"""Fewer characters may mean any of several names."""
ENDS = "。.!！~，,吧"


def said(texts: Texts, section: str, ways: tuple[str, ...], text: str) -> str | None:
    """Which of the ways a text says, if nothing but the words `around` stands beside it; the first that fits."""
    if len(text) > LONGEST:
        return None
    words = tuple((way, texts(f"{section}.{way}")) for way in ways)
    found = _pattern(texts(f"{section}.around"), words).fullmatch("".join(text.split()))
    return found.lastgroup if found else None


def mentions(texts: Texts, key: str, text: str) -> bool:
    """Whether a text has any of the words of `key` in it."""
    return any(word in text for word in texts.alternatives(key))


def called(text: str, names: Sequence[str]) -> int | None:
    """The place of the one name that has the words in it, or is in them: 停车 for 停车和充电."""
    said = "".join(text.split()).strip(ENDS)
    bare = ["".join(name.split()) for name in names]
    alike = [place for place, name in enumerate(bare) if said in name or name in said]
    return alike[0] if len(alike) == 1 and SHORTEST <= len(said) <= LONGEST else None


def one_of(words: str) -> str:
    """The pattern of words that are written `one|another`."""
    return f"(?:{'|'.join(map(re.escape, alternatives(words)))})"


@cache
def _pattern(around: str, words: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    beside = one_of(around)
    ways = ((name, one_of(alike)) for name, alike in words)
    named = "|".join(f"(?P<{name}>{it}(?:{beside}*{it})*)" for name, it in ways)
    return re.compile(f"{beside}*(?:{named}){beside}*")
