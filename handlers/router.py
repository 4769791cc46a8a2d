"""Which handler an event goes to: tables of commands, of buttons and of what a question of ours expects."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from handlers import casework, edits, media, membership, mine, privacy, queue, report, start, undo, weekly
from handlers.context import Context
from handlers.event import Event, EventKind
from handlers.reply import Answer, Reply
from handlers.turn import Turn
from ledger.lifecycle import Action, NotAllowed, Role
from nlp.understanding import Reading
from storage.buttons import ButtonRow
from storage.cases import CaseRow
from storage.errors import NotFound
from storage.unit_of_work import UnitOfWork

SHORT_NUMBER = 2


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an event: replies to queue, the word over a pressed button, and the outcome for the inbox."""

    replies: list[Reply]
    answer: Answer | None
    outcome: str


RESIDENT_COMMANDS: dict[str, Callable[[Turn], None]] = {
    "start": start.start,
    "help": start.help_,
    "mine": mine.my_cases,
    "privacy": privacy.notice,
    "data": privacy.my_data,
    "erase": privacy.ask_erase,
    "community": start.community,
}
STAFF_COMMANDS: dict[str, Callable[[Turn], None]] = {
    "start": start.start,
    "help": start.help_,
    "queue": queue.waiting,
    "weekly": weekly.weekly,
    "here": membership.here,
    "privacy": privacy.notice,
}

OWN_PRESSES: dict[str, Callable[[Turn, dict[str, Any]], None]] = {
    "agree": report.agree,
    "agree_anonymous": report.agree_anonymous,
    "discard": report.discard,
    "other_community": report.other_community,
    "choose_street": report.choose_street,
    "choose_community": report.choose_community,
    "file_anyway": report.file_anyway,
    "my_data": privacy.my_data,
    "ask_erase": privacy.ask_erase,
    "erase": privacy.erase,
}
"""Buttons about the person who presses, not about a case."""

REPORTER_PRESSES: dict[str, casework.Handler] = {
    "details": mine.details,
    "add_to_case": mine.add_to_case,
    "ask_scene": mine.ask_scene,
    "ask_urgency": mine.ask_urgency,
    "set_scene": mine.set_scene,
    "set_urgency": mine.set_urgency,
    "ask_withdraw": mine.ask_withdraw,
    "withdraw": mine.withdraw,
    "solved": mine.solved,
    "not_solved": mine.not_solved,
    "satisfied": mine.satisfied,
}
"""Buttons about a case, for those who reported or joined it."""

STAFF_PRESSES: dict[str, casework.Handler] = {
    Action.ACCEPT: casework.accept,
    Action.ACKNOWLEDGE: casework.acknowledge,
    Action.START: casework.simple(Action.START),
    Action.SIGN: casework.simple(Action.SIGN),
    Action.RESOLVE: casework.ask_words(Action.RESOLVE),
    Action.ASK: casework.ask_words(Action.ASK),
    Action.REFUSE: casework.ask_words(Action.REFUSE),
    Action.DISPATCH: casework.ask_dispatch,
    Action.MERGE: casework.ask_merge,
    "refuse_because": casework.refuse_because,
    "dispatch_to": casework.dispatch_to,
    "merge_into": casework.merge_into,
    "staff_scene": casework.staff_scene,
    "staff_urgency": casework.staff_urgency,
    "set_scene": mine.set_scene,
    "set_urgency": mine.set_urgency,
    "show_files": casework.show_files,
    "open_card": casework.open_card,
    "undo": undo.undo,
}
"""Buttons about a case, for staff with a role over its community."""

ANSWERS: dict[str, Callable[[Turn, CaseRow], None]] = {"supplement": mine.supplement, "place": mine.place}
"""What a resident's next words answer."""

MADE_OF_WORDS = {EventKind.TEXT, EventKind.MEDIA}


def handle(context: Context, uow: UnitOfWork, event: Event, prepared: Reading | None = None) -> Result:
    """Handle one event completely; everything it changes is in `uow`, everything it says in the result.

    Raises:
        NotAllowed, NotFound: roll everything back, then `refuse`.
    """
    turn = Turn(context, uow, event, prepared)
    if event.account is not None and event.private and event.kind is not EventKind.BLOCKED:
        turn.person.paused_at = None
    _route(turn)
    return Result(turn.replies, turn.answer, turn.outcome)


def refuse(context: Context, uow: UnitOfWork, event: Event, error: NotAllowed | NotFound) -> Result:
    """Say in plain words that nothing was done; what the refused step had begun is rolled back before."""
    turn = Turn(context, uow, event)
    turn.tell("problem.not_now" if isinstance(error, NotAllowed) else "problem.gone", alert=True)
    return Result(turn.replies, turn.answer, "not allowed" if isinstance(error, NotAllowed) else "gone")


def wake(context: Context, uow: UnitOfWork, event: Event) -> Result:
    """Something became due in a conversation though nobody wrote."""
    turn = Turn(context, uow, event)
    media.album_complete(turn)
    return Result(turn.replies, None, turn.outcome)


def _route(turn: Turn) -> None:
    event = turn.event
    match event.kind:
        case EventKind.PRESS:
            _press(turn, event.press)
        case EventKind.BLOCKED | EventKind.UNBLOCKED | EventKind.MOVED:
            membership.changed(turn)
        case EventKind.EDIT:
            edits.edited(turn)
        case EventKind.LOCATION:
            media.location(turn)
        case EventKind.COMMAND:
            _command(turn, event.command)
        case EventKind.TEXT | EventKind.MEDIA:
            _words(turn)
        case EventKind.IGNORED:
            turn.outcome = "ignored"


def _command(turn: Turn, name: str) -> None:
    name = turn.context.word(f"/{name}") or name
    commands = STAFF_COMMANDS if turn.as_staff else RESIDENT_COMMANDS
    turn.expected()
    turn.outcome = f"command {name}" if name in commands else "unknown command"
    commands.get(name, _unknown)(turn)


def _unknown(turn: Turn) -> None:
    turn.say("problem.unknown_command")


def _words(turn: Turn) -> None:
    """Words are a command, a number for a choice, the answer to a question of ours, or a report."""
    text = turn.event.text.strip()
    if turn.event.kind is EventKind.TEXT and (command := turn.context.word(text)):
        _command(turn, command)
        return
    if text.isdecimal() and len(text) <= SHORT_NUMBER and (choice := _numbered(turn, int(text))):
        _press(turn, choice)
        return
    if turn.event.kind is EventKind.TEXT or text or turn.as_staff:
        expected = turn.expected()
        if expected and _answer(turn, expected):
            return
    if turn.as_staff and turn.bot.serves != "both":
        turn.say("help.staff")
    elif turn.bot.serves == "staff":
        turn.say("start.staff_only")
    elif turn.event.kind is EventKind.MEDIA:
        media.media(turn)
    elif text:
        report.report(turn)


def _numbered(turn: Turn, choice: int) -> str | None:
    """The button behind a number, where choices are numbered."""
    choices = turn.talk.state.get("choices", [])
    return choices[choice - 1] if 1 <= choice <= len(choices) else None


def _answer(turn: Turn, expected: dict[str, Any]) -> bool:
    """Take the words as the answer to a question of ours; False if they are plainly something else."""
    case = turn.uow.cases.get(*expected["case"])
    what = expected["what"]
    if what in ANSWERS:
        if turn.event.kind is EventKind.TEXT and turn.reading.first.alarms:
            return False
        if what == "place" and len(turn.event.text) > report.LONGEST_PLACE:
            return False
        ANSWERS[what](turn, case)
        return True
    role = _role_over(turn, case)
    if role is None:
        raise NotFound("no longer on the staff")
    if what == "merge":
        casework.merge_typed(turn, case, role)
    else:
        casework.words_given(turn, Action(what), case, role)
    return True


# --- buttons ---------------------------------------------------------------------------------------------------------


def _press(turn: Turn, pressed: str) -> None:
    """Look the button up, hold the person against the row, then act; a foreign or forged one does nothing."""
    button = turn.uow.buttons.find(pressed)
    if button is None or button.expires_at < turn.uow.now or not _belongs(turn, button):
        turn.outcome = "button refused"
        turn.tell("problem.button", alert=True)
    elif button.once and (button.used_at is not None or not turn.uow.buttons.use(button)):
        turn.outcome = "button used"
        turn.tell("problem.pressed_already")
    elif button.action in OWN_PRESSES:
        turn.outcome = f"press {button.action}"
        OWN_PRESSES[button.action](turn, button.data)
    else:
        _press_on_case(turn, button)


def _belongs(turn: Turn, button: ButtonRow) -> bool:
    """Whether a button was made for this chat and, if it was made for one person, for this one."""
    address = turn.event.address
    here = (button.bot, button.chat) == (address.bot, address.chat)
    return here and turn.event.account is not None and button.account in (None, turn.account)


def _press_on_case(turn: Turn, button: ButtonRow) -> None:
    case = turn.uow.cases.get(button.community_id, button.case_no or 0)
    turn.outcome = f"press {button.action}"
    role = _role_over(turn, case) if turn.as_staff else None
    if role is not None and button.action in STAFF_PRESSES:
        STAFF_PRESSES[button.action](turn, case, role, button.data)
    elif button.action in REPORTER_PRESSES and turn.uow.cases.is_in(case.key, turn.event.address.bot, turn.account):
        REPORTER_PRESSES[button.action](turn, case, Role.RESIDENT, button.data)
    else:
        turn.outcome = "button refused"
        turn.tell("problem.no_right", alert=True)


def _role_over(turn: Turn, case: CaseRow) -> Role | None:
    """The most local role that this person has over a case, by their rights now."""
    units = [case.unit_id] if case.unit_id else []
    roles = turn.roles(turn.uow.reference.communities[case.community_id].place(case.grid_id, units))
    order = (Role.WORKER, Role.MANAGER, Role.SUPERVISOR, Role.ADMIN, Role.OFFICER)
    return next((role for role in order if role in roles), None)
