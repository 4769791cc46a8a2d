"""Routes an event to its handler: by command, by button (handlers/button_presses.py), or by what its words say."""

import math
from dataclasses import dataclass

from handlers import (
    answers,
    button_presses,
    choosing_community,
    feature_registry,
    groups,
    intents,
    membership,
    reports,
    start,
    subscriptions,
    visibility,
)
from handlers.cases import emergencies, queue, undo
from handlers.cocreation import ballots, rules
from handlers.context import Context, Serves
from handlers.event import Event, EventKind
from handlers.feature import Command
from handlers.moderation import allowance, rate_limits
from handlers.personal_data import consent, erasing, privacy
from handlers.reply import Answer, Reply
from handlers.residents import albums, edits, joining, lookup, matters, media, proxies, remarks, report
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Refusal
from nlp.understanding import Alarm, Reading
from storage.errors import NotFound
from storage.unit_of_work import UnitOfWork

SPOKEN = (EventKind.TEXT, EventKind.MEDIA, EventKind.LOCATION, EventKind.COMMAND, EventKind.PRESS, EventKind.OTHER)
"""Kinds of events that only a person who has not blocked the bot can cause."""
SHORT_NUMBER = 2
"""Digits of a number that chooses from a list."""
EXPLAINED = (Refusal.LATE, Refusal.OWN)
"""Refusals that have a text of their own; for the others the person is told the case's state."""


@dataclass(frozen=True, slots=True)
class Result:
    """What handling an event produced: replies to queue, the answer to a pressed button, and the inbox's outcome.

    `throttled`: its person is over the rate limit.
    """

    replies: list[Reply]
    answer: Answer | None
    outcome: str
    throttled: bool = False


RESIDENT_COMMANDS: dict[str, Command] = {
    "start": start.start,
    "help": start.help_,
    "mine": lookup.my_cases,
    "withdraw": lookup.withdraw_which,
    "person": start.person,
    "privacy": privacy.notice,
    "data": privacy.my_data,
    "erase": erasing.ask_erase,
    "community": choosing_community.ask,
    "proxy": proxies.begin,
    "register": groups.register,
    "seen": consent.show_accesses,
    "withdraw_consent": consent.ask_withdraw_consent,
    **feature_registry.RESIDENT_COMMANDS,
}
GROUP_COMMANDS: dict[str, Command] = {
    "help": start.help_,
    "queue": queue.waiting,
    "weekly": reports.weekly,
    "monthly": reports.monthly,
    "quarterly": reports.quarterly,
    "here": membership.set_staff_chat,
    "subscriptions": subscriptions.show,
}
RESIDENTS_GROUP_COMMANDS: dict[str, Command] = {"register": groups.register, "start": groups.tie}
STAFF_COMMANDS: dict[str, Command] = {
    **GROUP_COMMANDS,
    "proxy": proxies.begin,
    "start": start.start,
    "privacy": privacy.notice,
    "data": privacy.my_data,
    "erase": erasing.ask_erase,
    "seen": consent.show_accesses,
    "withdraw_consent": consent.ask_withdraw_consent,
    **feature_registry.STAFF_COMMANDS,
}


def needs_understanding(context: Context, event: Event) -> bool:
    """Whether the text has most likely to be understood: private words, not a command and not a short number."""
    text = event.text.strip()
    return event.kind is EventKind.TEXT and event.private and len(text) > SHORT_NUMBER and not context.word(text)


def handle(context: Context, uow: UnitOfWork, event: Event, reading: Reading | None = None) -> Result:
    """Handle one event completely. What it changes goes into `uow`, what it says into the result.

    `reading`: the event's text as understood, if that was done ahead.

    Raises:
        NotAllowed, NotFound: the caller must roll back, then call `refuse`.
    """
    turn = Turn(context, uow, event)
    if reading is not None:
        turn.reading = reading
    visibility.restrict(turn)
    if event.private and event.kind in SPOKEN:
        turn.person.paused_at = None
    if "choices" in turn.talk.state:
        turn.talk.state["choices"]["old"] = True
    if not rate_limits.held_up(turn):
        _route(turn)
    edits.catch_up(turn)
    return Result(turn.replies, turn.answer, turn.outcome, turn.throttled)


def refuse(context: Context, uow: UnitOfWork, event: Event, error: NotAllowed | NotFound) -> Result:
    """Tell the person in plain words that nothing was done. The caller has rolled back what the event began."""
    turn = Turn(context, uow, event)
    uow.find_reach({(event.address.bot, turn.account)})
    visibility.restrict(turn)
    turn.expected()
    if isinstance(error, NotFound):
        turn.tell("problem.gone", alert=True)
        return Result(turn.replies, turn.answer, "gone")
    case = button_presses.case_of(turn, event.press)
    if error.why in EXPLAINED:
        turn.tell(f"problem.{error.why}", alert=True)
    elif case is None:
        turn.tell("problem.not_now", alert=True)
    else:
        names = context.district.states if turn.as_staff else context.district.resident_states
        state = names[case.state]
        turn.tell("problem.not_now_is", alert=True, number=turn.number(case), state=state)
    return Result(turn.replies, turn.answer, "not allowed")


def wake(context: Context, uow: UnitOfWork, event: Event) -> Result:
    """Handle what became due in a conversation without anybody writing: a complete album, an old export, a pause."""
    turn = Turn(context, uow, event)
    uow.see(None)
    uow.find_reach({(event.address.bot, turn.account)})
    visibility.restrict(turn)
    state, now = turn.talk.state, uow.now.timestamp()
    if "album" in state and state["album"]["due"] <= now:
        _album_complete(turn)
    if "export" in state and state["export"]["due"] <= now:
        privacy.forget_export(turn)
    if state.get("pace", {}).get("due", math.inf) <= now:
        rate_limits.pause_over(turn)
    edits.catch_up(turn)
    turn.wake_again()
    return Result(turn.replies, None, turn.outcome)


def _route(turn: Turn) -> None:
    event = turn.event
    match event.kind:
        case EventKind.PRESS:
            button_presses.press(turn, event.press)
        case EventKind.BLOCKED | EventKind.UNBLOCKED | EventKind.MOVED:
            membership.changed(turn)
        case EventKind.EDIT:
            edits.edited(turn)
        case EventKind.IGNORED:
            turn.outcome = "ignored"
        case EventKind.OTHER:
            _unreadable(turn)
        case _ if not event.private and (not turn.as_staff or turn.uow.groups.of_residents(event.address.chat)):
            _in_a_group(turn)
        case EventKind.COMMAND:
            _command(turn, turn.context.word(f"/{event.command}") or event.command)
        case EventKind.LOCATION if turn.bot.serves is not Serves.STAFF and event.private:
            media.location(turn)
        case EventKind.LOCATION | EventKind.TEXT | EventKind.MEDIA:
            _words(turn)


def _unreadable(turn: Turn) -> None:
    """A sticker, a poll: alone somebody hears what can be sent instead, at most once a minute."""
    turn.outcome = "unreadable"
    stranger = turn.bot.serves is Serves.STAFF and not turn.as_staff
    if turn.event.private:
        text = turn.context.texts("start.staff_only" if stranger else "talk.unreadable")
        turn.send(Reply(turn.event.address, text, key=_once_a_minute(turn, "unreadable")))


def _once_a_minute(turn: Turn, what: str) -> str:
    """The key of a message that each person gets at most once a minute in a chat."""
    here, minute = turn.event.address, int(turn.uow.now.timestamp() // 60)
    return f"{what}:{here.bot}:{here.chat}:{turn.account}:{minute}"


def _in_a_group(turn: Turn) -> None:
    """In a group everybody reads along, so reports are taken privately; an emergency and what belongs to it anywhere.

    In a residents' group the staff are neighbours like others: no list and no card is shown there.
    """
    turn.outcome = "in a group"
    if turn.event.account is None:
        turn.say("group.who_are_you")
    elif turn.bot.serves is Serves.STAFF:
        _to_the_staff_bot(turn)
    elif (command := _group_command(turn)) is not None:
        command(turn)
    elif turn.event.text and matters.emergency(turn.reading):
        report.report(turn)
    elif turn.event.kind is not EventKind.COMMAND and (case := emergencies.told_here(turn)) is not None:
        media.add_to_emergency(turn, case)
    else:
        _write_privately(turn)


def _to_the_staff_bot(turn: Turn) -> None:
    if turn.event.text and matters.emergency(turn.reading):
        _among_staff(turn)
    else:
        turn.say("group.not_among_residents" if turn.as_staff else "start.staff_only")


def _write_privately(turn: Turn) -> None:
    """Point to the private chat, at most once a minute for each person."""
    text = turn.context.texts("group.private")
    turn.send(Reply(turn.event.address, text, key=_once_a_minute(turn, "privately")))


def _group_command(turn: Turn) -> Command | None:
    """登记 as a reply to a message, or /start with one of our links. After a mention the slash may be left out."""
    said = f"/{turn.event.command}" if turn.event.command else turn.event.text
    name = turn.context.word(said) or turn.event.command
    return None if name == "start" and not turn.event.argument else RESIDENTS_GROUP_COMMANDS.get(name)


# --- commands --------------------------------------------------------------------------------------------------------


def _command(turn: Turn, name: str) -> None:
    turn.drop_question()
    commands = _commands(turn)
    turn.outcome = f"command {name}" if name in commands else "unknown command"
    if name in commands:
        commands[name](turn)
    elif turn.bot.serves is Serves.STAFF and not turn.as_staff:
        turn.say("start.staff_only")
    elif turn.event.private:  # in a group it may be meant for another bot
        turn.say("problem.for_staff" if name in STAFF_COMMANDS else "problem.unknown_command")
    elif turn.as_staff and name in STAFF_COMMANDS:
        turn.say("group.privately")


def _commands(turn: Turn) -> dict[str, Command]:
    if not turn.event.private:
        return GROUP_COMMANDS if turn.bot.serves is Serves.STAFF else {**GROUP_COMMANDS, **RESIDENTS_GROUP_COMMANDS}
    match turn.bot.serves:
        case Serves.RESIDENTS:
            return RESIDENT_COMMANDS
        case Serves.STAFF:
            return STAFF_COMMANDS if turn.as_staff else {"start": start.start}
        case Serves.BOTH:
            return {**RESIDENT_COMMANDS, **STAFF_COMMANDS} if turn.as_staff else RESIDENT_COMMANDS


# --- words -----------------------------------------------------------------------------------------------------------


def _words(turn: Turn) -> None:
    """Words may be a command, the number of a choice, part of an album, an answer to our question, or a report."""
    event, text = turn.event, turn.event.text.strip()
    if command := _command_word(turn):
        _command(turn, command)
    elif (number := _short_number(turn)) and (choice := _numbered(turn, number)):
        button_presses.press(turn, choice)
    elif turn.bot.serves is not Serves.STAFF and event.private and joining.by_number(turn):
        return
    elif event.album and not (text and matters.emergency(turn.reading)):
        if albums.other_waits(turn):
            _album_complete(turn)
        albums.gather(turn)
    else:
        _free_text(turn)


def _command_word(turn: Turn) -> str | None:
    """The command that plain words name. On the staff bot, words that only residents have a command for are none."""
    command = turn.context.word(turn.event.text) if turn.event.kind is EventKind.TEXT else None
    return command if command in _commands(turn) or turn.bot.serves is not Serves.STAFF else None


def _album_complete(turn: Turn) -> None:
    event = albums.take_out(turn)
    whole = Turn(turn.context, turn.uow, event, replies=turn.replies)
    _free_text(whole)
    turn.outcome = whole.outcome


def _free_text(turn: Turn) -> None:
    if turn.event.private and proxies.takes(turn):
        return
    if answers.take_answer(turn):
        return
    if turn.event.private and allowance.has_to_wait(turn):
        return
    if turn.bot.serves is Serves.STAFF or not turn.event.private:
        _among_staff(turn)
    elif turn.event.forwarded and not matters.emergency(turn.reading) and groups.forwarded(turn):
        return
    elif turn.event.kind is EventKind.MEDIA:
        media.media(turn)
    elif _short_number(turn):
        turn.say("talk.number")
        turn.outcome = "none number"
    elif turn.event.text.strip() and not (
        remarks.take_remark(turn)
        or _follow_words(turn)
        or lookup.asked_after(turn)
        or rules.answers(turn)
        or ballots.spoken(turn)
    ):
        report.report(turn)


def _follow_words(turn: Turn) -> bool:
    """Follow words that ask for a command, or for a topic by its number. False: they ask for neither."""
    name = intents.command(turn)
    if name in _commands(turn):
        _command(turn, name)
        return True
    no = intents.topic_no(turn) if turn.event.private else None
    here = turn.communities_for("topics") if turn.as_staff else [turn.community(turn.person.community_id)]
    if no is None or len(here) != 1 or here[0] is None:
        return False
    feature_registry.press(turn, "topic_card", here[0].id, {"topic": no})
    return True


def _among_staff(turn: Turn) -> None:
    """Staff do not report here. Somebody in danger still gets the numbers to call instead of being sent elsewhere."""
    turn.outcome = "among staff"
    emergency = matters.emergency(turn.reading) if turn.event.text else None
    if emergency:
        calls = [f"emergency.call_{alarm}" for alarm in emergency.alarms if alarm is not Alarm.HUMAN]
        key = "emergency.staff" if calls else "emergency.listen"
        turn.say(key, calls="\n".join(turn.context.texts(call) for call in calls))
    elif not turn.as_staff:
        turn.say("start.staff_only")
    elif not (undo.asked_in_words(turn) or lookup.card_by_number(turn) or _follow_words(turn)):
        turn.say("remark.staff_courtesy" if report.is_only_courtesy(turn) else "remark.not_understood")


def _short_number(turn: Turn) -> int:
    text = turn.event.text.strip()
    return int(text) if turn.event.kind is EventKind.TEXT and text.isdecimal() and len(text) <= SHORT_NUMBER else 0


def _numbered(turn: Turn, number: int) -> str | None:
    """The button behind a number, where choices are numbered instead of shown as buttons."""
    choices = turn.talk.state.get("choices", {}).get("data", [])
    return choices[number - 1] if number <= len(choices) else None
