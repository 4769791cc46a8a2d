"""Leads people who ask in their own words to what can be done together (有什么活动, 怎么投票, 议题3).

Only where a message says nothing else: 活动室的灯坏了 is a report.
"""

import re
from functools import cache

from handlers.phrases import LONGEST, one_of, said
from handlers.turn import Turn

INTENTS = (
    "propose", "topics", "vote_for", "votes", "line_claim", "minutes", "council", "check_in",
    "calls", "rooms", "events", "rules", "rotas", "promises", "stories",
)  # fmt: skip
"""Commands, in the order in which their words are looked for."""


def command(turn: Turn) -> str | None:
    """The command that somebody asks for; None: they say something else, or more."""
    return said(turn.context.texts, "intents", INTENTS, turn.event.text)


def topic_no(turn: Turn) -> int | None:
    """The topic that is named by its number and nothing else."""
    text = "".join(turn.event.text.split())
    if len(text) > LONGEST:
        return None
    texts = turn.context.texts
    found = _numbered(texts("intents.around"), texts("intents.topic")).fullmatch(text)
    return int(found["no"]) if found else None


@cache
def _numbered(around: str, word: str) -> re.Pattern[str]:
    beside = one_of(around)
    return re.compile(rf"{beside}*{one_of(word)}(?P<no>\d{{1,6}}){beside}*")
