"""The card of a case, as staff see it: one message that changes in place, wherever it stands."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from handlers import deadlines
from handlers.emergencies import alarm_name, reachable
from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Rows, Showing
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Role, State, actions_for
from ledger.rights import Part, may
from ledger.scenes import Urgency
from ledger.words import shortened
from storage.cases import CaseRow
from storage.shown import OnTheWay

log = logging.getLogger(__name__)

TEXT_ON_CARD = 600
OFFERED: tuple[tuple[Action | str, ...], ...] = (
    (Action.GRANT, Action.DENY),
    (Action.ACCEPT, Action.SIGN, Action.START, Action.RESOLVE),
    ("phoned_solved", "phoned_unsolved"),
    (Action.CHECK, "open_again", Action.UPHOLD),
    (Action.DISPATCH, Action.ASK, Action.MERGE),
    (Action.CONTACT, Action.EXTEND, Action.PARK, Action.RETURN),
    (Action.HELP, Action.NOTE, "phone"),
    ("staff_scene", "staff_urgency"),
    (Action.TRANSFER, Action.REFUSE, Action.SUPERVISE),
    (Action.UNMERGE,),
)
"""Buttons of a card by row, most used first; those that the state or the role does not allow are left out."""
BEHIND: dict[Action, set[str]] = {
    Action.RELABEL: {"staff_scene", "staff_urgency"},
    Action.CONFIRM: {"phoned_solved", "phoned_unsolved"},
    Action.REOPEN: {"open_again"},
    Action.NOTE: {"phone"},
}
"""Buttons that stand for a step under other names."""
OUTSIDE = (Role.OFFICER, Role.HELPER)
"""Other handlers than the community: they see the place and the matter, not whose it is (PIPL, article 23)."""
LEVELS = (Role.WORKER, Role.MANAGER, Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class View:
    """Who looks at a card: where, with which role, and whether personal data is hidden there."""

    to: Address
    role: Role = Role.WORKER
    masked: bool = False

    @property
    def knows_people(self) -> bool:
        return not self.masked and self.role not in OUTSIDE

    def hides(self, turn: Turn) -> Callable[[str], str]:
        """What is done to words before they are shown here."""
        if self.masked:
            return turn.context.mask
        return turn.context.mask_contacts if self.role in OUTSIDE else str


@dataclass(frozen=True, slots=True)
class Beside:
    """What a card shows that does not stand in the case's own row."""

    similar: tuple[int, ...] = ()
    files: int = 0
    name: str = ""
    unanswered: bool = False
    helpers: tuple[int, ...] = ()


def show_new(turn: Turn, case: CaseRow, similar: list[int], files: int, *, proxied: bool = False) -> None:
    """Send the card of a case that was just filed to whoever handles the community's cases."""
    name = turn.person.name or ""
    name = named_for(turn, case, name) if proxied else name
    beside = Beside(tuple(similar), files, name, case.urgency is Urgency.EMERGENCY)
    views = viewers(turn, case)
    if not views:
        _nobody_there(case.community_id)
    for view in views:
        turn.send(card(turn, case, view, beside))


def refresh(turn: Turn, case: CaseRow) -> None:
    """Show the case as it is now, wherever its card stands, to who may still see it."""
    views = {(view.to.bot, view.to.chat): view for view in viewers(turn, case)}
    for bot, chat in turn.uow.shown.chats(card_name(case)):
        if (bot, chat) not in views and (view := _private_view(turn, case, bot, chat)):
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
    """Change the cards that stand in chats, and send none anew."""
    here = {(view.to.bot, view.to.chat): view for view in viewers(turn, case)}
    beside = what_is_beside(turn, case)
    for bot, chat in turn.uow.shown.chats(card_name(case)):
        if view := here.get((bot, chat)) or _private_view(turn, case, bot, chat):
            turn.send(replace(card(turn, case, view, beside), showing=Showing.ONLY_EDIT))


def show_here(turn: Turn, case: CaseRow, role: Role) -> None:
    """Send the card to this chat; from now on it changes here."""
    view = View(turn.event.address, role, masked=not turn.event.private)
    reply = card(turn, case, view, what_is_beside(turn, case))
    turn.send(replace(reply, showing=Showing.ANEW, priority=Priority.INTERACTIVE))


def notify(turn: Turn, case: CaseRow, key: str, **values: str) -> None:
    """Tell whoever handles a case that something was added: a card that changes in place makes no sound."""
    urgent = case.urgency is Urgency.EMERGENCY
    called = turn.uow.shown.chats(alarm_name(case)) if urgent else []
    views = [*viewers(turn, case), *(View(Address(bot, chat)) for bot, chat in called), *_lead(turn, case)]
    for view in {(view.to.bot, view.to.chat): view for view in views}.values():
        shown = {name: view.hides(turn)(value) for name, value in values.items()}
        text = turn.context.texts(key, number=turn.number(case), **shown)
        look = Button(turn.context.texts("button.open_card"), "open_card", case.community_id, case.no)
        priority = Priority.EMERGENCY if urgent else Priority.NOTICE
        turn.send(Reply(view.to, text, ((look,),), priority=priority, cause=about(case)))


def viewers(turn: Turn, case: CaseRow) -> list[View]:
    """The community's staff chat, else its workers privately, else whoever is above them, else who is on duty."""
    community = turn.community_of(case)
    if community.staff_chat:
        return [View(Address(*community.staff_chat), masked=True)]
    for role in LEVELS:
        staff = turn.uow.reference.staff_with(case.community_id, role)
        if addresses := reachable(turn, staff):
            return [View(address, role) for address in addresses]
    return [View(address) for address in reachable(turn, turn.called_to(case))]


def _lead(turn: Turn, case: CaseRow) -> list[View]:
    """The officers of the unit that leads (主办), as far as the card has reached them."""
    if case.unit_id is None:
        return []
    has_it = set(turn.uow.shown.chats(card_name(case)))
    officers = reachable(turn, turn.officers_of(case, case.unit_id))
    return [View(to, Role.OFFICER) for to in officers if (to.bot, to.chat) in has_it]


@cache
def _nobody_there(community_id: int) -> None:
    """Said once: it is a gap in the staff, not in the case."""
    log.error("community %s: nobody on the staff can be shown its cases", community_id)


def card_name(case: CaseRow) -> str:
    return f"card:{case.community_id}:{case.no}"


def about(case: CaseRow) -> str:
    """Cause of messages that carry a case's words: erasing the words takes back those that have not arrived."""
    return f"about:{case.community_id}:{case.no}"


def _private_view(turn: Turn, case: CaseRow, bot: str, chat: int) -> View | None:
    """A chat of somebody who has a role over the case by the rights of now."""
    staff = turn.uow.reference.staff_by_chat.get((bot, chat))
    role = turn.role_over(case, staff) if staff else None
    return View(Address(bot, chat), role) if role else None


def _on_the_way(turn: Turn, case: CaseRow, done: set[tuple[str, int]]) -> list[tuple[View, OnTheWay]]:
    """Cards that still wait for the minute of undo: when they come, they have to say what is true then."""
    officers = turn.officers_of(case, case.unit_id) if case.unit_id else []
    found = []
    for to in reachable(turn, officers) if officers else ():
        waiting = turn.uow.shown.on_the_way(to.bot, to.chat, card_name(case))
        if waiting and (to.bot, to.chat) not in done:
            found.append((View(to, Role.OFFICER), waiting))
    return found


def what_is_beside(turn: Turn, case: CaseRow) -> Beside:
    cases = turn.uow.cases
    alarm = cases.alarm(case.key) if case.urgency is Urgency.EMERGENCY else None
    ringing = alarm is not None and alarm.acknowledged_at is None
    helpers = tuple(cases.helpers(case.key)) if case.state is not State.WAITING else ()
    files = len(cases.attachments(case.key))
    return Beside(files=files, name=_reporter(turn, case), unanswered=ringing, helpers=helpers)


def _reporter(turn: Turn, case: CaseRow) -> str:
    """How the reporter is called in the messenger; nobody gets to know who was anonymous."""
    people = [] if case.anonymous else turn.uow.cases.people(case.key)
    teller = next((p for p in people if p.part != Part.JOINER and not p.anonymous), None)
    person = turn.uow.people.find(teller.bot, teller.account) if teller else None
    name = (person.name or "") if person else ""
    return named_for(turn, case, name) if teller and teller.part != Part.REPORTER else name


def named_for(turn: Turn, case: CaseRow, name: str) -> str:
    """Of a case that somebody filed for another: for whom, and who it was."""
    rows = (row for row in turn.uow.contacts.of_case(case.key) if row.part == "represented")
    whom = next((row.name for row in rows), None)
    return turn.context.texts("card.for_whom", whom=whom, name=name) if whom else name


# --- what stands on it -----------------------------------------------------------------------------------------------


def card(turn: Turn, case: CaseRow, view: View, beside: Beside) -> Reply:
    return Reply(
        view.to,
        "\n".join(_lines(turn, case, view, beside)),
        _buttons(turn, case, view.role, beside),
        priority=Priority.EMERGENCY if case.urgency is Urgency.EMERGENCY else Priority.NOTICE,
        logical=card_name(case),
    )


def _lines(turn: Turn, case: CaseRow, view: View, beside: Beside) -> list[str]:
    texts, district = turn.context.texts, turn.context.district
    mask = view.hides(turn)
    lines = [
        texts(
            "card.head",
            mark=district.urgencies[case.urgency].mark,
            urgency=district.urgencies[case.urgency].name,
            scene=district.scenes[case.scene].name,
            kind=district.kinds[case.kind],
            number=turn.number(case),
            state=district.states[case.state],
            community=turn.community_of(case).name,
        ),
        texts("card.words", text=shortened(mask(case.text), TEXT_ON_CARD)),
        texts("card.place", place=mask(case.place) if case.place else texts("receipt.no_place")),
        texts("card.times", filed=turn.when(case.created_at, case), due=turn.when(case.due_at, case)),
    ]
    if beside.unanswered and case.state in OPEN:
        lines.insert(1, texts("card.unanswered"))
    if case.latitude is not None and case.longitude is not None:
        lines.append(texts("card.map", latitude=f"{case.latitude:.6f}", longitude=f"{case.longitude:.6f}"))
    lines += _lines_about_people(turn, case, view, beside)
    return lines + _lines_about_the_matter(turn, case, beside)


def _lines_about_people(turn: Turn, case: CaseRow, view: View, beside: Beside) -> list[str]:
    texts, reference = turn.context.texts, turn.uow.reference
    lines = []
    if case.anonymous:
        lines.append(texts("card.anonymous"))
    elif beside.name and view.knows_people:
        lines.append(texts("card.reporter", name=beside.name))
    if case.supporters > 1:
        lines.append(texts("card.supporters", n=case.supporters))
    if case.staff_id in reference.staff:
        lines.append(texts("card.staff", name=reference.staff[case.staff_id].name))
    if case.first_staff_id in reference.staff and case.first_staff_id != case.staff_id:
        lines.append(texts("card.first", name=reference.staff[case.first_staff_id].name))
    helpers = "、".join(reference.units[unit] for unit in beside.helpers if unit in reference.units)
    if case.unit_id in reference.units:
        lines.append(texts("card.lead" if helpers else "card.unit", unit=reference.units[case.unit_id]))
    if helpers:
        lines.append(texts("card.helpers", units=helpers))
    return lines


def _lines_about_the_matter(turn: Turn, case: CaseRow, beside: Beside) -> list[str]:
    texts = turn.context.texts
    lines = []
    if item := turn.context.district.item(case.item):
        lines.append(texts("card.item", no=item.no, item=item.name, units="、".join(item.units)))
    if why := case.proposal.get("why"):
        sure = "card.why" if not case.confirmed else "card.confirmed"
        lines.append(texts(sure, why="、".join(why[:4]), percent=round(100 * float(case.proposal.get("p", 0)))))
    if beside.files:
        lines.append(texts("card.has_files", n=beside.files))
    if case.reply:
        lines.append(texts("card.reply", reply=shortened(case.reply, TEXT_ON_CARD)))
    if case.merged_into is not None:
        lines.append(texts("card.merged", number=_numbered(turn, case, case.merged_into)))
    if beside.similar:
        lines.append(texts("card.similar", numbers="、".join(_numbered(turn, case, no) for no in beside.similar)))
    return lines


def _buttons(turn: Turn, case: CaseRow, role: Role, beside: Beside) -> Rows:
    """What this role could do next, by the lifecycle's table."""
    possible: set[Action | str] = set(actions_for(case.state, role))
    if case.state is State.WAITING and Action.ACCEPT in possible:
        possible.discard(Action.START)
    if case.contacted_at is not None or deadlines.clock_of(turn, case).contact is None:
        possible.discard(Action.CONTACT)
    for action, buttons in BEHIND.items():
        if action in possible:
            possible |= {button for button in buttons if may(button, [role])}
    rows = [[_button(turn, case, action) for action in row if action in possible] for row in OFFERED]
    if Action.MERGE in possible:
        rows.append([_merge_button(turn, case, no) for no in beside.similar[:2]])
    if beside.files:
        rows.append([_button(turn, case, "show_files")])
    if beside.unanswered and Action.ACKNOWLEDGE in possible:
        rows.insert(0, [_button(turn, case, Action.ACKNOWLEDGE)])
    return tuple(tuple(row) for row in rows if row)


def _button(turn: Turn, case: CaseRow, action: str) -> Button:
    return Button(turn.context.texts(f"button.{action}"), action, case.community_id, case.no)


def _merge_button(turn: Turn, case: CaseRow, into: int) -> Button:
    label = turn.context.texts("button.merge_into", number=_numbered(turn, case, into))
    return Button(label, "merge_into", case.community_id, case.no, {"into": into})


def _numbered(turn: Turn, case: CaseRow, no: int) -> str:
    return f"{turn.community_of(case).code}-{no}"
