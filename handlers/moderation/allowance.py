"""What a person may still do in the current window, counted in their conversation."""

from datetime import timedelta

from digests.dates import day_and_time
from handlers.residents import matters
from handlers.turn import Turn
from ledger.district import Allowance
from ledger.rate_limits import Window, window
from storage.reference import DISTRICT

SAID_AGAIN = timedelta(hours=1)
MORE_MAY_COME = timedelta(seconds=5)


def limit_of(turn: Turn, kind: str) -> Allowance:
    """The district's limit, by its name in limits.yaml."""
    found: Allowance = getattr(turn.context.district.limits.pace, kind)
    return found


def count(turn: Turn, kind: str) -> Window:
    """Count one more thing of this kind; returns the window that is open."""
    found = _window(turn, kind)
    found = Window(found.opened, found.times + 1)
    turn.talk.state.setdefault("pace", {})[kind] = [found.opened, found.times]
    return found


def may_file(turn: Turn) -> bool:
    """Whether this person may have another report filed now."""
    return turn.as_staff or _window(turn, "reports").times < limit_of(turn, "reports").times


def say_later(turn: Turn) -> None:
    """The report waits as a draft: said once, and shown again when the hour is over."""
    allowed, found = limit_of(turn, "reports"), _window(turn, "reports")
    until = found.ends(allowed)
    look_again(turn, until)
    pace = turn.talk.state["pace"]
    if pace.get("later") != found.opened:
        pace["later"] = found.opened
        minutes = max(1, round((until - turn.uow.now.timestamp()) / 60))
        turn.say("pace.reports", n=allowed.times, minutes=minutes)


def look_again(turn: Turn, at: float) -> None:
    """Wake the conversation then, though not while more of it may wait: what was kept is shown."""
    pace, soon = turn.talk.state.setdefault("pace", {}), turn.uow.now + MORE_MAY_COME
    pace["due"] = max(at, soon.timestamp(), pace.get("due", 0.0))
    turn.wake_again()


def has_to_wait(turn: Turn) -> bool:
    """Whether the staff asked this person to wait: what they say is not taken, and they hear so once an hour."""
    until = turn.person.muted_until
    if turn.as_staff or until is None or until <= turn.uow.now:
        return False
    if turn.event.text and matters.emergency(turn.reading):
        return False
    turn.outcome = "has to wait"
    pace, now = turn.talk.state.setdefault("pace", {}), turn.uow.now.timestamp()
    if now - pace.get("muted", 0.0) >= SAID_AGAIN.total_seconds():
        pace["muted"] = now
        community = turn.community(turn.person.community_id) or turn.uow.reference.communities[DISTRICT]
        turn.say("concern.still_paused", until=day_and_time(until, community.zone))
    return True


def _window(turn: Turn, kind: str) -> Window:
    """As of when it reached us: what waited its turn meanwhile is counted where it belongs."""
    kept, at = turn.talk.state.get("pace", {}).get(kind), turn.event.taken_at or turn.uow.now
    return window((kept[0], kept[1]) if kept else None, at.timestamp(), limit_of(turn, kind))
