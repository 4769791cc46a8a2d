"""How a person likes to be addressed: numbers instead of buttons, one sentence a message, or both (大字)."""

from typing import Any

from handlers.feature import Feature
from handlers.turn import Turn

MOST_PIECES = 6
"""So many messages at most; the rest stands in the last."""


def by_number(turn: Turn) -> None:
    turn.person.numbered = True
    turn.say("manner.by_number")


def by_button(turn: Turn) -> None:
    _end_numbers(turn)
    turn.say("manner.by_button")


def short(turn: Turn) -> None:
    turn.person.short = True
    turn.say("manner.short")


def long(turn: Turn) -> None:
    """As it was: buttons, and all at once."""
    _end_numbers(turn)
    turn.person.short = None
    turn.say("manner.long")


def _end_numbers(turn: Turn) -> None:
    """A number answers what we ask from now on, and not a choice that was numbered before."""
    turn.person.numbered = None
    if turn.bot.buttons:
        turn.talk.state.pop("choices", None)


def large(turn: Turn) -> None:
    """A chat cannot make its letters larger: what can be done is done, and where to turn the rest is said."""
    turn.person.short = turn.person.numbered = True
    turn.say("manner.large")


def pieces(text: str) -> list[str]:
    """One line a message, without its bullet; what stands between 「 and 」 stays whole, and ： keeps the next line."""
    found: list[str] = []
    for line in text.splitlines():
        said = line.strip().removeprefix("·").strip()
        before = found[-1] if found else ""
        goes_on = before.count("「") > before.count("」") or before.endswith("：")
        if goes_on or len(found) == MOST_PIECES:
            found[-1] += f"\n{line}"
        elif said:
            found.append(said)
    return found or [text]


def _exported(turn: Turn) -> dict[str, Any]:
    return {"numbered": bool(turn.person.numbered), "short": bool(turn.person.short)}


FEATURE = Feature(
    resident_commands={"by_number": by_number, "by_button": by_button, "short": short, "long": long, "large": large},
    exports=_exported,
)
