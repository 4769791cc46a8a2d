"""Rate limits for people: what they report above them is kept and acknowledged once. An emergency is never delayed."""

from handlers.cases import emergencies
from handlers.event import EventKind
from handlers.moderation import allowance, concerns
from handlers.residents import drafts, matters
from handlers.turn import Turn
from nlp.emergencies import likely

COUNTED = {
    EventKind.TEXT: "messages",
    EventKind.MEDIA: "messages",
    EventKind.LOCATION: "messages",
    EventKind.COMMAND: "messages",
    EventKind.EDIT: "messages",
    EventKind.OTHER: "messages",
    EventKind.PRESS: "taps",
}
KEPT = (EventKind.TEXT, EventKind.MEDIA, EventKind.LOCATION)
"""What becomes a draft. An edit or a command has to be sent again, and the person is told so."""
FAR_OVER = 2


def held_up(turn: Turn) -> bool:
    """Count what a resident does alone with us; whether this one is over the limit and goes no further for now.

    In groups nothing of anybody is kept, not even a count.
    """
    what = COUNTED.get(turn.event.kind)
    if what is None or not turn.event.private or not turn.account or turn.as_staff or _part_of_an_album(turn):
        return False
    found, allowed = allowance.count(turn, what), allowance.limit_of(turn, what)
    turn.throttled = found.times > allowed.times
    if not turn.throttled or _urgent(turn, found.times, allowed.times):
        return False
    turn.outcome = f"over the limit of {what}"
    if what == "taps":
        turn.tell("pace.taps", alert=True)
        return True
    if found.times == allowed.times + 1:
        turn.say("pace.messages")
        concerns.noticed(turn, "floods")
    if turn.event.kind in KEPT:
        drafts.add(turn)
        allowance.look_again(turn, found.ends(allowed))
    return True


def pause_over(turn: Turn) -> None:
    """The time is over: what was kept is shown, to be filed or not."""
    turn.talk.state["pace"].pop("due")
    if not drafts.there_is_one(turn):
        return
    if drafts.words(turn):
        if drafts.is_emergency(turn):
            drafts.file(turn)
            return
        turn.say("pace.kept")
    drafts.show(turn, below=True)


def _part_of_an_album(turn: Turn) -> bool:
    """The parts of an album come as messages of their own, and are one."""
    state = turn.talk.state
    known = (state.get("album", {}).get("id"), state.get("last", {}).get("album"))
    return turn.event.album is not None and turn.event.album in known


def _urgent(turn: Turn, times: int, allowed: int) -> bool:
    """Words that tell of danger, or anything that belongs to an emergency of just now.

    Far over the limit only what a quick look finds is read with care: all of it is, when the draft is shown.
    """
    if turn.event.kind is EventKind.PRESS:
        return False
    text = turn.event.text
    read = bool(text) and (times <= FAR_OVER * allowed or likely(text))
    return (read and matters.emergency(turn.reading) is not None) or emergencies.ringing(turn) is not None
