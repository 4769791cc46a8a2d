"""What these conversations share: the community concerned, and asking for words, again if they do not fit."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from handlers import choosing
from handlers.area import ask
from handlers.cases import casework
from handlers.reply import Button, Reply
from handlers.turn import Turn
from storage.ids import new_id
from storage.reference import CommunityRow

MOST_COMMUNITIES = 5
BETWEEN = re.compile("[;；]")


def ask_words(
    turn: Turn, what: str, community: CommunityRow, text: str, chips: Iterable[Button] = (), **data: Any
) -> None:
    """Ask for words, with a way out; the next message answers."""
    name = f"ask:{new_id()}"
    ask(turn, what, community, shown_in=name, **data)
    rows = (*((chip,) for chip in chips), (casework.no_thanks(turn, name),))
    turn.send(Reply(turn.event.address, text, rows, logical=name))


def given_words(turn: Turn, community: CommunityRow, asked: dict[str, Any], longest: int) -> str | None:
    """The words that were asked for. None: there are none or too many, and it stays open."""
    words = turn.event.text.strip()
    if words and len(words) <= longest:
        turn.close(asked.get("shown_in"), "ask.answered")
        return words
    data = {name: value for name, value in asked.items() if name not in ("what", "community", "at", "lasting")}
    ask(turn, asked["what"], community, **data)
    if words:
        turn.say("cocreation.too_long", most=longest, n=len(words))
    else:
        turn.say("cocreation.words_please")
    return None


def ask_again(turn: Turn, asked: dict[str, Any], why: str, ask: Callable[[], None]) -> None:
    """What came is no answer: the question is asked once more, and what is wrong with the words stands over it."""
    name = asked.get("shown_in")
    turn.replies[:] = [reply for reply in turn.replies if name is None or reply.logical != name]
    turn.close(name, "ask.again")
    ask()
    question = turn.replies[-1]
    question.text = f"{why}\n\n{question.text}"


def lines_of(words: str) -> list[str]:
    """Lines as they were asked for; whoever cannot make a new line writes ； between them."""
    lines = words.splitlines()
    parts = lines if len(lines) > 1 else BETWEEN.split(words)
    return [line.strip() for line in parts if line.strip()]


def my_community(turn: Turn) -> CommunityRow | None:
    """Where this resident lives; who has not said so yet is asked."""
    community = turn.community(turn.person.community_id)
    if community is None:
        choosing.ask(turn)
    return community


def for_community(turn: Turn, action: str, then: Callable[[Turn, CommunityRow], None]) -> None:
    """Do something in the one community that this person is meant for; of several, each in turn."""
    if not turn.as_staff:
        if (mine := my_community(turn)) is not None:
            then(turn, mine)
        return
    communities = turn.communities_for(action)
    if not communities:
        turn.say("problem.no_right")
    for community in communities[:MOST_COMMUNITIES]:
        then(turn, community)
