"""People who ask in their own words for what can be done together (有什么活动, 怎么投票, 议题3) are led there.

Only where a message says nothing else: 活动室的灯坏了 is a report.
"""

import re
from functools import cache

from handlers.turn import Turn

LONGEST = 20
WAYS = (
    "propose", "topics", "vote_for", "votes", "line_claim", "minutes", "council", "check_in",
    "calls", "rooms", "events", "rules", "rotas", "promises", "stories",
)  # fmt: skip
"""Commands, in the order in which their words are looked for."""


def command(turn: Turn) -> str | None:
    """The command that somebody asks for; None: they say something else, or more."""
    text = turn.event.text.strip()
    if not text or len(text) > LONGEST:
        return None
    texts = turn.context.texts
    found = _pattern(texts("ways_in.around"), *(texts(f"ways_in.{way}") for way in WAYS)).fullmatch(
        "".join(text.split())
    )
    return found.lastgroup if found else None


def topic_no(turn: Turn) -> int | None:
    """The topic that is named by its number and nothing else."""
    text = "".join(turn.event.text.split())
    if len(text) > LONGEST:
        return None
    texts = turn.context.texts
    found = _numbered(texts("ways_in.around"), texts("ways_in.topic")).fullmatch(text)
    return int(found["no"]) if found else None


@cache
def _pattern(around: str, *words: str) -> re.Pattern[str]:
    beside = _one_of(around)
    ways = zip(WAYS, map(_one_of, words), strict=True)
    named = "|".join(f"(?P<{way}>{it}(?:{beside}*{it})*)" for way, it in ways)
    return re.compile(f"{beside}*(?:{named}){beside}*")


@cache
def _numbered(around: str, word: str) -> re.Pattern[str]:
    beside = _one_of(around)
    return re.compile(rf"{beside}*{_one_of(word)}(?P<no>\d{{1,6}}){beside}*")


def _one_of(words: str) -> str:
    return f"(?:{'|'.join(map(re.escape, words.split('|')))})"
