"""Pushes: inviting many residents to something (a survey, a topic, an event). Other features use three functions:

- `invite` records who is to be invited. It sends nothing: the clock hands a few hundred invitations at a time to
  delivery, in the lowest priority class, so that neither an alarm nor the transaction waits for 5,000 people.
- `call_off` ends an invitation: nobody gets it any more, and those in the outbox are cancelled.
- `reached` tells how many people have been invited.

Everybody gets an invitation at most once (a unique row), within `ask_between` and outside their own quiet hours, and
at most `pushes.a_week` of any kind in seven days; further ones wait until their `until`. People who have blocked the
bot or have not agreed to the notice get none. 别再发 stops them all, including those in the outbox; the first push that
a person gets says so.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from digests.dates import time_of_day
from handlers.context import Serves
from handlers.event import Address
from handlers.feature import Due, Feature
from handlers.reply import Button, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.district import Hours
from ledger.pushes import WEEK, PushPolicy, next_window
from ledger.quiet_hours import minute_of, time_at
from storage.ids import new_id
from storage.messenger.inbox import LaneLock
from storage.pushes import LEFT_OUT, SENT, WAITING, Recipient

PORTION = 300
"""Pushes in the outbox of a bot at a time: as many as its messenger accepts in ten seconds."""
AGAIN = timedelta(seconds=5)
"""When a person whose lane is locked is tried again."""


@dataclass(frozen=True, slots=True)
class Push:
    """What people are invited to.

    `thing` names it for ever (`survey:12`): who had it once does not get it again. `rows`: buttons on things of the
    community, made for each person, so that nobody else can press them. The message is shown under the logical name
    `logical` (the thing's, unless given), so that `turn.close(name, ...)` replaces it. After `until` nobody gets it.
    """

    thing: str
    text: str
    rows: Rows = ()
    until: datetime | None = None
    logical: str | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """Of one thing: how many were sent it, wait for it, were left out (stopped, blocked, too late)."""

    sent: int
    waiting: int
    left_out: int


def invite(
    turn: Turn,
    community_id: int,
    push: Push,
    *,
    buildings: Collection[int] | None = None,
    people: Iterable[tuple[str, int]] | None = None,
) -> int:
    """Invite the residents of a community, of some of its buildings, or these `people` as (bot, account).

    May be called again for the same thing: only who is new is invited. Returns how many those are.
    """
    rows = [[_kept(button) for button in row] for row in push.rows]
    pushes = turn.uow.pushes
    push_id = pushes.add(
        community_id,
        push.thing,
        text=push.text,
        rows=rows,
        logical=push.logical or push.thing,
        until=push.until,
    )
    if people is not None:
        return pushes.to_accounts(community_id, push_id, people)
    bots = [bot.name for bot in turn.context.bots.values() if bot.serves is not Serves.STAFF]
    return pushes.to_residents(community_id, push_id, bots, buildings)


def call_off(turn: Turn, community_id: int, thing: str) -> None:
    """The thing is over, or was a mistake: nobody is sent it any more."""
    turn.uow.pushes.call_off(community_id, thing)


def reached(turn: Turn, community_id: int, thing: str) -> Reached:
    counts = turn.uow.pushes.counts(community_id, thing)
    return Reached(*(counts.get(state, 0) for state in (SENT, WAITING, LEFT_OUT)))


def _kept(button: Button) -> dict[str, Any]:
    return {
        "label": button.label,
        "action": button.action,
        "community_id": button.community_id,
        "case_no": button.case_no,
        "data": button.data,
        "once": button.once,
    }


# --- the clock -------------------------------------------------------------------------------------------------------


def look(turn: Turn, to: Recipient) -> None:
    """It is time to send somebody a push, or to see whether one went out in time."""
    pushes, now = turn.uow.pushes, turn.uow.now
    if turn.uow.inbox.lock_lane(to.bot, to.chat, wait=False) is LaneLock.BUSY:  # they may just be saying 别再发
        pushes.wait(to, now + AGAIN)
    elif to.state == SENT:
        _see_that_it_went(turn, to)
    elif to.no_pushes_at or to.paused_at or _too_late(to, now):
        pushes.leave_out(to)
    else:
        _send_in_time(turn, to)


def _send_in_time(turn: Turn, to: Recipient) -> None:
    pushes, now = turn.uow.pushes, turn.uow.now
    window = next_window(now, policy_for(turn, to), pushes.sent_to(to, now - WEEK))
    if window is None or _too_late(to, window.start):
        pushes.leave_out(to)
    elif window.start > now:
        pushes.wait(to, window.start)
    else:
        turn.send(_message(turn, to, first=not pushes.had_any(to)))
        pushes.sent(to, window.end)


def _see_that_it_went(turn: Turn, to: Recipient) -> None:
    """Polite hours are over: what still waits goes out in the next, unless the thing is over by then."""
    pushes, now = turn.uow.pushes, turn.uow.now
    if not pushes.still_waits(to):
        pushes.arrived(to)
        return
    window = next_window(now, policy_for(turn, to))
    if window is None or _too_late(to, window.start):
        pushes.take_back(to)
    else:
        pushes.put_off(to, window.start, window.end)


def policy_for(turn: Turn, to: Recipient) -> PushPolicy:
    limits, community = turn.context.district.limits, turn.uow.reference.communities[to.community_id]
    quiet = None
    if to.quiet_since is not None and to.quiet_until is not None:
        quiet = Hours(time_at(to.quiet_since), time_at(to.quiet_until))
    return PushPolicy(limits.ask_between, limits.pushes.a_week, community.zone, quiet)


def _message(turn: Turn, to: Recipient, *, first: bool) -> Reply:
    text = f"{to.text}\n\n{turn.context.texts('pushes.how_to_stop')}" if first else to.text
    rows = tuple(tuple(Button(**button, account=to.account) for button in row) for row in to.rows)
    return Reply(
        Address(to.bot, to.chat),
        text,
        rows,
        priority=Priority.BROADCAST,
        logical=to.logical,
        key=to.key,
        cause=to.cause,
    )


def _too_late(to: Recipient, at: datetime) -> bool:
    return to.until is not None and at >= to.until


# --- what people say -------------------------------------------------------------------------------------------------


def stop(turn: Turn) -> None:
    """别再发: no invitations any more; of their own matters they still hear."""
    turn.person.no_pushes_at = turn.uow.now
    turn.uow.pushes.stop(turn.event.address.bot, turn.account)
    turn.say("pushes.stopped")


def resume(turn: Turn) -> None:
    turn.person.no_pushes_at = None
    turn.say("pushes.resumed", n=turn.context.district.limits.pushes.a_week)


def ask_quiet(turn: Turn) -> None:
    """免打扰: hours in which this person wants no invitations."""
    name = f"quiet:{new_id()}"
    texts, limits = turn.context.texts, turn.context.district.limits
    chips = [
        Button(
            texts("button.quiet", since=time_of_day(h.since), until=time_of_day(h.until)),
            "quiet",
            data={"n": n, "shown_in": name},
            account=turn.account,
        )
        for n, h in enumerate(limits.pushes.quiet_hours)
    ]
    chips.append(turn.mine("button.not_quiet", "quiet", data={"n": None, "shown_in": name}))
    between = limits.ask_between
    hours = {"since": time_of_day(between.since), "until": time_of_day(between.until)}
    text = texts("pushes.quiet", now=_quiet_now(turn), **hours)
    turn.send(Reply(turn.event.address, text, tuple((chip,) for chip in chips), logical=name))


def set_quiet(turn: Turn, data: dict[str, Any]) -> None:
    person, n = turn.person, data["n"]
    hours = None if n is None else turn.context.district.limits.pushes.quiet_hours[n]
    person.quiet_since, person.quiet_until = (minute_of(hours.since), minute_of(hours.until)) if hours else (None, None)
    turn.close(data["shown_in"], "pushes.quiet_set", now=_quiet_now(turn))


def _quiet_now(turn: Turn) -> str:
    since, until = turn.person.quiet_since, turn.person.quiet_until
    if since is None or until is None:
        return turn.context.texts("pushes.no_quiet")
    return f"{time_of_day(time_at(since))}–{time_of_day(time_at(until))}"


def _exported(turn: Turn) -> dict[str, Any]:
    rows = turn.uow.pushes.of_person(turn.event.address.bot, turn.account)
    return {
        "no_pushes_since": turn.person.no_pushes_at,
        "quiet_hours": _quiet_now(turn),
        "pushes": [{"at": row.sent_at, "text": row.text} for row in rows],
    }


def _erased(turn: Turn) -> None:
    turn.uow.pushes.erase(turn.event.address.bot, turn.account)


FEATURE = Feature(
    resident_commands={"stop_pushes": stop, "resume_pushes": resume, "quiet": ask_quiet},
    due=(
        Due(
            "push",
            lambda uow: uow.pushes.due(PORTION),
            lambda to: (to.community_id, to.push_id, to.bot, to.account),
            look,
        ),
    ),
    exports=_exported,
    erases=_erased,
)
