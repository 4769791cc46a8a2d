"""The card of a case for staff: one message that changes in place, in every chat that shows it."""

import logging
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from handlers.cases.card_content import Beside, card, card_name
from handlers.cases.emergencies import alarm_name, reachable
from handlers.cases.viewers import View, private_view, viewers
from handlers.cocreation import open_requests
from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Showing
from handlers.turn import Turn
from ledger.lifecycle import Action, Role, State
from ledger.rights import Part
from ledger.scenes import Urgency
from storage.cases import CaseRow
from storage.messenger.shown_messages import OnTheWay

log = logging.getLogger(__name__)
HOUR = 3600
PUT_ASIDE = {
    State.REFUSED: Action.REFUSE,
    State.TRANSFERRED: Action.TRANSFER,
    State.PARKED: Action.PARK,
    State.RETURNED: Action.RETURN,
}


def show_new(turn: Turn, case: CaseRow, similar: list[int], files: int, *, proxied: bool = False) -> None:
    """Send the card of a new case to the staff who handle the community's cases."""
    name = turn.person.name or ""
    name = named_for(turn, case, name) if proxied else name
    beside = Beside(tuple(similar), files, name, case.urgency is Urgency.EMERGENCY)
    views = viewers(turn, case)
    if not views:
        log_unreachable(turn, case, "nobody on the staff can be shown its cases")
    for view in views:
        turn.send(card(turn, case, view, beside))


def refresh(turn: Turn, case: CaseRow) -> None:
    """Update the case's card in every chat that shows it and may still see it."""
    views = {(view.to.bot, view.to.chat): view for view in viewers(turn, case)}
    for bot, chat in turn.uow.shown_messages.chats(card_name(case)):
        if (bot, chat) not in views and (view := private_view(turn, case, bot, chat)):
            views[bot, chat] = view
    delayed = _on_the_way(turn, case, set(views))
    if not views and not delayed:
        return
    beside = what_is_beside(turn, case)
    for view in views.values():
        turn.send(card(turn, case, view, beside))
    for view, waiting in delayed:
        delay = max(waiting.due_at - turn.uow.now, timedelta())
        turn.send(replace(card(turn, case, view, beside), delay=delay, cause=waiting.cause))


def redraw(turn: Turn, case: CaseRow) -> None:
    """Update existing cards, without sending new ones."""
    here = {(view.to.bot, view.to.chat): view for view in viewers(turn, case)}
    beside = what_is_beside(turn, case)
    for bot, chat in turn.uow.shown_messages.chats(card_name(case)):
        if view := here.get((bot, chat)) or private_view(turn, case, bot, chat):
            turn.send(replace(card(turn, case, view, beside), showing=Showing.ONLY_EDIT))


def show_here(turn: Turn, case: CaseRow, role: Role) -> None:
    """Send the card to this chat, where it is updated from now on."""
    view = View(turn.event.address, role, masked=not turn.event.private)
    reply = card(turn, case, view, what_is_beside(turn, case))
    turn.send(replace(reply, showing=Showing.ANEW, priority=Priority.INTERACTIVE))


def notify(turn: Turn, case: CaseRow, key: str, **values: str) -> None:
    """Tell the staff who handle a case that something was added, because an updated card makes no sound."""
    urgent = case.urgency is Urgency.EMERGENCY
    called = turn.uow.shown_messages.chats(alarm_name(case)) if urgent else []
    views = [*viewers(turn, case), *(View(Address(bot, chat)) for bot, chat in called), *_lead(turn, case)]
    for view in {(view.to.bot, view.to.chat): view for view in views}.values():
        shown = {name: view.hides(turn)(value) for name, value in values.items()}
        text = turn.context.texts(key, number=turn.number(case), **shown)
        look = Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)
        priority = Priority.EMERGENCY if urgent else Priority.NOTICE
        turn.send(Reply(view.to, text, ((look,),), priority=priority, cause=cause_of(case)))


def _lead(turn: Turn, case: CaseRow) -> list[View]:
    """The officers of the leading unit (主办) whom the card has reached."""
    if case.unit_id is None:
        return []
    has_it = set(turn.uow.shown_messages.chats(card_name(case)))
    officers = reachable(turn, turn.officers_of(case, case.unit_id))
    return [View(to, Role.OFFICER) for to in officers if (to.bot, to.chat) in has_it]


def log_unreachable(turn: Turn, case: CaseRow, why: str) -> None:
    """Log that nobody of the staff can be told of a case; for each community once an hour, not for every case."""
    _log_once(case.community_id, why, int(turn.uow.now.timestamp() // HOUR))


@lru_cache(maxsize=1024)
def _log_once(community_id: int, why: str, _hour: int) -> None:
    log.error("community %s: %s", community_id, why)


def cause_of(case: CaseRow) -> str:
    """Cause of messages with a case's words; erasing the words cancels those that have not been sent."""
    return f"about:{case.community_id}:{case.no}"


def _on_the_way(turn: Turn, case: CaseRow, done: set[tuple[str, int]]) -> list[tuple[View, OnTheWay]]:
    """Cards that are still held back for undo; they must be current when they arrive."""
    officers = turn.officers_of(case, case.unit_id) if case.unit_id else []
    found = []
    for to in reachable(turn, officers) if officers else ():
        waiting = turn.uow.shown_messages.on_the_way(to.bot, to.chat, card_name(case))
        if waiting and (to.bot, to.chat) not in done:
            found.append((View(to, Role.OFFICER), waiting))
    return found


def what_is_beside(turn: Turn, case: CaseRow) -> Beside:
    cases = turn.uow.cases
    alarm = cases.alarm(case.key) if case.urgency is Urgency.EMERGENCY else None
    ringing = alarm is not None and alarm.acknowledged_at is None
    helpers = tuple(cases.helpers(case.key)) if case.state is not State.WAITING else ()
    files = len(cases.attachments(case.key))
    crowd = turn.uow.crowds.size(case.key)
    calls = open_requests.lines(turn, case.community_id, case_no=case.no)
    return Beside(
        files=files,
        name=_reporter(turn, case),
        unanswered=ringing,
        helpers=helpers,
        crowd=crowd,
        why_aside=why_aside(turn, case),
        calls=calls,
    )


def why_aside(turn: Turn, case: CaseRow) -> str:
    """Why a case was refused, parked or returned, or to whom it was transferred."""
    action = PUT_ASIDE.get(case.state)
    step = turn.uow.cases.last_step(case.key, (action,)) if action else None
    return (step.reason or "") if step else ""


def _reporter(turn: Turn, case: CaseRow) -> str:
    """The reporter's name in the messenger, or that they are anonymous."""
    people = [] if case.anonymous else turn.uow.cases.people(case.key)
    teller = next((p for p in people if p.part != Part.JOINER and not p.anonymous), None)
    person = turn.uow.people.find(teller.bot, teller.account) if teller else None
    name = (person.name or "") if person else ""
    return named_for(turn, case, name) if teller and teller.part != Part.REPORTER else name


def named_for(turn: Turn, case: CaseRow, name: str) -> str:
    """`name`, or, for a case filed by a proxy, for whom and by whom it was filed."""
    rows = (row for row in turn.uow.contacts.of_case(case.key) if row.part == "represented")
    whom = next((row.name for row in rows), None)
    return turn.context.texts("card.for_whom", whom=whom, name=name) if whom else name
