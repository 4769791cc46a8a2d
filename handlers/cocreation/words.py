"""What these conversations share: where somebody lives, words that are asked for, days that people name."""

from collections.abc import Callable, Iterable
from typing import Any

from handlers import choosing
from handlers.area import ask
from handlers.casework import no_thanks
from handlers.reply import Button, Reply
from handlers.turn import Turn
from storage.ids import new_id
from storage.reference import CommunityRow

MOST_COMMUNITIES = 5


def ask_words(
    turn: Turn, what: str, community: CommunityRow, text: str, chips: Iterable[Button] = (), **data: Any
) -> None:
    """Ask for words, with a way out; the next message answers."""
    name = f"ask:{new_id()}"
    ask(turn, what, community, shown_in=name, **data)
    rows = (*((chip,) for chip in chips), (no_thanks(turn, name),))
    turn.send(Reply(turn.event.address, text, rows, logical=name))


def given_words(turn: Turn, community: CommunityRow, asked: dict[str, Any], longest: int) -> str | None:
    """The words that were asked for; None: there are none, or too many, and the question stays open."""
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


def my_community(turn: Turn) -> CommunityRow | None:
    """Where this resident lives; who has not said so yet is asked."""
    community = turn.community(turn.person.community_id)
    if community is None:
        choosing.ask(turn)
    return community


def for_community(turn: Turn, deed: str, then: Callable[[Turn, CommunityRow], None]) -> None:
    """Do something in the one community that this person is meant for; of several, each in turn."""
    if not turn.as_staff:
        if (mine := my_community(turn)) is not None:
            then(turn, mine)
        return
    communities = turn.communities_for(deed)
    if not communities:
        turn.say("problem.no_right")
    for community in communities[:MOST_COMMUNITIES]:
        then(turn, community)
