"""Common parts of these conversations: the community concerned, asking for words, and asking again."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from handlers import choosing_community
from handlers.cases import staff_steps
from handlers.feature import ask
from handlers.reply import Button, Reply
from handlers.turn import Turn
from storage.ids import new_id
from storage.reference import CommunityRow

MOST_COMMUNITIES = 5
BETWEEN = re.compile("[;；]")


def ask_words(
    turn: Turn, question: str, community: CommunityRow, text: str, chips: Iterable[Button] = (), **data: Any
) -> None:
    """Ask for words, with a button to cancel; the next message is the answer."""
    name = f"ask:{new_id()}"
    ask(turn, question, community, shown_in=name, **data)
    rows = (*((chip,) for chip in chips), (staff_steps.no_thanks(turn, name),))
    turn.send(Reply(turn.event.address, text, rows, logical=name))


def given_words(turn: Turn, community: CommunityRow, asked: dict[str, Any], longest: int) -> str | None:
    """The words that were asked for. None: there are none or too many, and the question stays open."""
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
    """Ask a question again because the answer did not fit, with the reason above it."""
    name = asked.get("shown_in")
    turn.replies[:] = [reply for reply in turn.replies if name is None or reply.logical != name]
    turn.close(name, "ask.again")
    ask()
    question = turn.replies[-1]
    question.text = f"{why}\n\n{question.text}"


def lines_of(words: str) -> list[str]:
    """The lines of an answer; people who cannot type a line break may write ； instead."""
    lines = words.splitlines()
    parts = lines if len(lines) > 1 else BETWEEN.split(words)
    return [line.strip() for line in parts if line.strip()]


def my_community(turn: Turn) -> CommunityRow | None:
    """The resident's community. None: they have not chosen one, and are asked now."""
    community = turn.community(turn.person.community_id)
    if community is None:
        choosing_community.ask(turn)
    return community


def for_community(turn: Turn, action: str, then: Callable[[Turn, CommunityRow], None]) -> None:
    """Call `then` for the person's community: a resident's own, or each one in which staff may take `action`."""
    if not turn.as_staff:
        if (mine := my_community(turn)) is not None:
            then(turn, mine)
        return
    communities = turn.communities_for(action)
    if not communities:
        turn.say("problem.no_right")
    for community in communities[:MOST_COMMUNITIES]:
        then(turn, community)
