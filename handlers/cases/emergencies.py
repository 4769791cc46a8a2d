"""Emergencies come before everything: the number to call, then a person, then the next level if nobody answers."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Showing
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Role
from nlp.understanding import Alarm, Understanding
from storage.cases import CaseRow
from storage.messenger.conversations import Talk
from storage.reference import DISTRICT, StaffRow

log = logging.getLogger(__name__)

EVERYBODY = 0
"""In place of an account: the conversation of a whole group."""
MOST_TOLD = 40
"""So many dangers, places and words that are new call the staff again for one emergency of a group."""
MOST_SAID = 20
"""Words and files stop earlier, so that another place still calls them."""
LEVELS = (None, Role.MANAGER, Role.SUPERVISOR, Role.ADMIN)
"""Who gets an alarm at each level; level 0: the staff on duty."""


def raise_alarm(turn: Turn, case: CaseRow, matter: Understanding) -> None:
    """Tell the person what to do, call the staff on duty, and escalate if nobody acknowledges in time."""
    level, addresses = _reached(turn, case, 0)
    called = bool(addresses or turn.community_of(case).staff_chat)
    first_words(turn, case, matter.alarms, needs_human=matter.needs_human, called=called)
    _talk(turn).state["alarm"] = {"case": list(case.key), "at": turn.uow.now.timestamp(), "told": []}
    keep_told(turn, (*matter.alarms, *matter.places))
    ring(turn, case, level, addresses)


def ring(turn: Turn, case: CaseRow, level: int, addresses: list[Address]) -> None:
    """Start the alarm of a case. If nobody can be reached, it is repeated until somebody can."""
    if turn.uow.cases.alarm(case.key) is None:
        turn.uow.cases.raise_alarm(case.key, _next(turn), level)
    else:
        turn.uow.cases.alarm_again(case.key, _next(turn), level)
    if not addresses:
        log.error("emergency %s/%s: nobody can be reached", *case.key)
    for address in addresses:
        turn.send(_alert(turn, case, address))


def ringing(turn: Turn) -> CaseRow | None:
    """The emergency that was just reported in this chat, or None."""
    alarm = _talk(turn).state.get("alarm")
    kept = turn.context.district.limits.media_joins_for.wall.total_seconds()
    if not alarm or turn.uow.now.timestamp() - float(alarm["at"]) > kept:
        return None
    return last_here(turn)


def told_here(turn: Turn) -> CaseRow | None:
    """The emergency that was just reported in this chat, to whoever has told of it before; otherwise None."""
    case = ringing(turn)
    return case if case and turn.uow.cases.part_of(case.key, turn.event.address.bot, turn.account) else None


def overtook(turn: Turn, asked: dict[str, Any]) -> bool:
    """Whether an emergency was just reported here after this question about another case."""
    case = ringing(turn)
    if case is None or asked["at"] >= _talk(turn).state["alarm"]["at"]:
        return False
    other = turn.uow.cases.living((asked["case"][0], asked["case"][1]))
    return other is None or other.key != case.key


def last_here(turn: Turn) -> CaseRow | None:
    """The open emergency that was the last to be reported in this chat, however long ago, or None."""
    alarm = _talk(turn).state.get("alarm")
    case = turn.uow.cases.living((alarm["case"][0], alarm["case"][1])) if alarm else None
    return case if case is not None and case.state in OPEN else None


def is_told(turn: Turn, name: str) -> bool:
    """Whether somebody has told this danger, place or words of the emergency of this chat."""
    return _mark(name) in _talk(turn).state["alarm"]["told"]


def untold(turn: Turn, said: Iterable[str], most: int = MOST_TOLD) -> list[str]:
    """Places and words that nobody has told of the emergency of this chat; not without end."""
    new = [words for words in dict.fromkeys(said) if not is_told(turn, words)]
    return new[: max(most - len(_talk(turn).state["alarm"]["told"]), 0)]


def is_news(turn: Turn, said: str) -> bool:
    """Whether the staff are told this: alone whatever is said, in a group nothing twice."""
    if turn.event.private:
        return True
    new = untold(turn, [said])
    keep_told(turn, new)
    return bool(new)


def passed_on(turn: Turn) -> str:
    """The text that tells the person so; gentle where somebody is in distress."""
    return "emergency.passed_on_gently" if is_told(turn, Alarm.HUMAN) else "emergency.passed_on"


def keep_told(turn: Turn, names: Iterable[str]) -> None:
    """Remember what is told of the emergency of this chat. Only a hash is kept: the words belong to the case."""
    _talk(turn).state["alarm"]["told"] += map(_mark, names)


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def _talk(turn: Turn) -> Talk:
    """The conversation that an alarm belongs to: in a group that of all, because many may report the same."""
    here = turn.event.address
    return turn.talk if turn.event.private else turn.uow.conversations.get((here.bot, here.chat, 0, EVERYBODY))


def first_words(turn: Turn, case: CaseRow, alarms: tuple[Alarm, ...], *, needs_human: bool, called: bool) -> None:
    """Send the person the most important instructions; no form, and a calm tone."""
    texts = turn.context.texts
    calls = "\n".join(texts(f"emergency.call_{alarm}") for alarm in alarms if alarm is not Alarm.HUMAN)
    key = "human" if calls and needs_human else "first" if calls else "listen"
    parts = [
        texts(f"emergency.{key}", calls=calls),
        texts("emergency.called" if called else "emergency.nobody"),
    ]
    if not case.place and case.latitude is None:
        parts.append(texts("emergency.where_gently" if needs_human else "emergency.where"))
        if not turn.event.private:
            parts.append(texts("emergency.reply_here"))
        turn.expect("place", case)
    turn.send(Reply(turn.event.address, "\n".join(parts), priority=Priority.EMERGENCY))


def call_on(turn: Turn, case: CaseRow) -> None:
    """Staff declare a case an emergency: the other staff on duty are called."""
    level, addresses = _reached(turn, case, 0)
    ring(turn, case, level, [address for address in addresses if address != turn.event.address])


def not_acknowledged(turn: Turn, case: CaseRow, level: int) -> None:
    """Nobody answered in time: tell the next level or, after the last one, the operators."""
    told = turn.uow.shown_messages.chats(alarm_name(case))
    higher, addresses = _reached(turn, case, level + 1 if told else 0)
    if addresses:
        for address in addresses:
            turn.send(_alert(turn, case, address))
        turn.uow.cases.escalate(case.key, higher, _next(turn))
        detail = {"level": higher}
        turn.uow.cases.add_event(case, action="escalated", role=Role.SYSTEM, before=case.state, detail=detail)
        return
    log.error("emergency %s/%s: not acknowledged, and nobody is left to be told", *case.key)
    turn.uow.cases.escalate(case.key, level, None if told else _next(turn))


def stop(turn: Turn, case: CaseRow, why: str = "emergency.taken") -> bool:
    """Stop the alarm because somebody has taken the case; everybody who was called sees who."""
    if not turn.uow.cases.acknowledge(case.key, turn.staff_id):
        return False
    name = turn.staff.name if turn.staff else ""
    text = turn.context.texts(why, number=turn.number(case), name=name)
    for bot, chat in turn.uow.shown_messages.chats(alarm_name(case)):
        turn.send(Reply(Address(bot, chat), text, logical=alarm_name(case), showing=Showing.ONLY_EDIT))
    return True


def moved(turn: Turn, old: CaseRow, case: CaseRow) -> None:
    """The alarm of a case that moved: who was called reads where it is now, and those who are there are called.

    Who has already taken it goes on, if they may handle it there.
    """
    text = moved_text(turn, old, case)
    for bot, chat in turn.uow.shown_messages.chats(alarm_name(old)):
        turn.send(Reply(Address(bot, chat), text, logical=alarm_name(old), showing=Showing.ONLY_EDIT))
    alarm = turn.uow.cases.alarm(case.key)
    taken_by = turn.uow.reference.staff.get(alarm.staff_id or 0) if alarm else None
    if alarm and not (taken_by and turn.role_over(case, taken_by)):
        call_on(turn, case)


def moved_text(turn: Turn, old: CaseRow, case: CaseRow) -> str:
    community = turn.community_of(case).name
    return turn.context.texts("emergency.moved", number=turn.number(old), community=community, to=turn.number(case))


def ring_on(turn: Turn, case: CaseRow, undone: Any) -> None:
    """Restart the alarm after the step that stopped it was undone."""
    alarm = turn.uow.cases.alarm(case.key)
    if alarm is None or alarm.acknowledged_at != undone.at:
        return
    turn.uow.cases.alarm_again(case.key, _next(turn), alarm.level)
    for bot, chat in turn.uow.shown_messages.chats(alarm_name(case)):
        turn.send(_alert(turn, case, Address(bot, chat)))


def alarm_name(case: CaseRow) -> str:
    return f"alarm:{case.community_id}:{case.no}"


def _next(turn: Turn) -> datetime:
    return turn.uow.now + turn.context.district.limits.alarm_acknowledged_in.wall


def _reached(turn: Turn, case: CaseRow, level: int) -> tuple[int, list[Address]]:
    """(level, addresses): who can be reached at `level`, or at the next level where anybody can."""
    for higher in range(level, len(LEVELS)):
        role = LEVELS[higher]
        if addresses := on_duty(turn, case) if role is None else _with_role(turn, case, role):
            return higher, addresses
    return level, []


def on_duty(turn: Turn, case: CaseRow) -> list[Address]:
    """Who can be reached of those who are on duty for a case: those of its community, else the next."""
    return _first_reachable(turn, *turn.on_duty_for(case))


def _with_role(turn: Turn, case: CaseRow, role: Role) -> list[Address]:
    """Who can be reached of those with a role over a case; where its community is unknown, everybody with this role."""
    reference = turn.uow.reference
    anywhere = reference.staff_anywhere(role) if case.community_id == DISTRICT else []
    return _first_reachable(turn, reference.staff_with(case.community_id, role), anywhere)


def _first_reachable(turn: Turn, *groups: list[StaffRow]) -> list[Address]:
    return next((addresses for staff in groups if (addresses := reachable(turn, staff))), [])


def reachable(turn: Turn, staff: list[StaffRow]) -> list[Address]:
    """Private chats of staff who have not blocked the bot."""
    bot = turn.context.staff_bot
    chats = {(b, account): chat for row in staff for b, account, chat in row.accounts if b == bot}
    there = turn.uow.people.reachable(chats) if chats else set()
    return [Address(bot, chat) for key, chat in chats.items() if key in there]


def _alert(turn: Turn, case: CaseRow, to: Address) -> Reply:
    """An alert in place of an earlier one that has not arrived. No `key`: one that was used would leave neither."""
    text = turn.context.texts(
        "emergency.alert",
        number=turn.number(case),
        community=turn.community_of(case).name,
        text=case.text,
        place=case.place or turn.context.texts("receipt.no_place"),
    )
    acknowledge = Button(turn.context.texts("button.acknowledge"), "acknowledge", case.community_id, case.no)
    return Reply(
        to,
        text,
        ((acknowledge,),),
        priority=Priority.EMERGENCY,
        logical=alarm_name(case),
        showing=Showing.ANEW,
    )
