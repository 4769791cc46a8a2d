"""The lines and buttons of a case's card, for one viewer."""

from dataclasses import dataclass
from functools import cache

from handlers.cases import deadlines
from handlers.cases.viewers import View
from handlers.reply import Button, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Role, State, actions_for
from ledger.rights import may
from ledger.scenes import Urgency
from ledger.text import shortened
from storage.cases import CaseRow

TEXT_ON_CARD = 600
MOST_SURE = 99
"""Percent. No label is certain: 100 % would tell the worker that there is nothing to check."""
OFFERED: tuple[tuple[Action | str, ...], ...] = (
    (Action.GRANT, Action.DENY),
    (Action.ACCEPT, Action.SIGN, Action.START, Action.RESOLVE),
    ("phoned_solved", "phoned_unsolved"),
    (Action.CHECK, "open_again", Action.UPHOLD),
    (Action.DISPATCH, Action.ASK, Action.MERGE),
    (Action.CONTACT, Action.EXTEND, Action.PARK, Action.RETURN),
    (Action.HELP, Action.NOTE, "phone", "call_for"),
    ("staff_scene", "staff_urgency"),
    (Action.TRANSFER, Action.REFUSE, Action.SUPERVISE),
    (Action.UNMERGE,),
)
"""Buttons of a card by row, most used first; those that the state or the role does not allow are left out."""
BEHIND: dict[Action, set[str]] = {
    Action.RELABEL: {"staff_scene", "staff_urgency"},
    Action.CONFIRM: {"phoned_solved", "phoned_unsolved"},
    Action.REOPEN: {"open_again"},
    Action.NOTE: {"phone", "call_for"},
}
"""Buttons that lead to a step but have other names."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a card shows in addition to the case's own row."""

    similar: tuple[int, ...] = ()
    files: int = 0
    name: str = ""
    unanswered: bool = False
    helpers: tuple[int, ...] = ()
    crowd: int = 0
    """Number of similar cases that came at the same time and have no card of their own."""
    why_aside: str = ""
    """Why it was refused, parked or returned, or to whom it was transferred."""
    calls: tuple[str, ...] = ()
    """Open calls for help from neighbours."""


def card_name(case: CaseRow) -> str:
    return f"card:{case.community_id}:{case.no}"


def card(turn: Turn, case: CaseRow, view: View, beside: Beside) -> Reply:
    return Reply(
        view.to,
        "\n".join(_lines(turn, case, view, beside)),
        _buttons(turn, case, _roles(turn, case, view), beside),
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
    return lines + _lines_about_the_matter(turn, case, view, beside)


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
    helpers = "、".join(turn.unit_name(case, unit) for unit in beside.helpers if unit in reference.units)
    if case.unit_id in reference.units:
        lines.append(texts("card.lead" if helpers else "card.unit", unit=turn.unit_name(case, case.unit_id)))
    if helpers:
        lines.append(texts("card.helpers", units=helpers))
    return lines


def _lines_about_the_matter(turn: Turn, case: CaseRow, view: View, beside: Beside) -> list[str]:
    texts = turn.context.texts
    lines = []
    if item := turn.context.district.item(case.item):
        units = turn.context.district.units_at(item.units, turn.uow.reference.street_of(case.community_id))
        lines.append(texts("card.item", no=item.no, item=item.name, units=units))
    if why := case.proposal.get("why"):
        sure = "card.why" if not case.confirmed else "card.confirmed"
        percent = min(round(100 * float(case.proposal.get("p", 0))), MOST_SURE)
        lines.append(texts(sure, why="、".join(why[:4]), percent=percent))
    if beside.crowd:
        lines.append(texts("crowd.alike", n=beside.crowd))
    lines += beside.calls
    if beside.files:
        lines.append(texts("card.has_files", n=beside.files))
    if case.reply:
        lines.append(texts("card.reply", reply=shortened(view.hides(turn)(case.reply), TEXT_ON_CARD)))
    if beside.why_aside:
        lines.append(texts(f"card.{case.state}", why=view.hides(turn)(beside.why_aside)))
    if case.merged_into is not None:
        lines.append(texts("card.merged", number=_numbered(turn, case, case.merged_into)))
    if beside.similar:
        lines.append(texts("card.similar", numbers="、".join(_numbered(turn, case, no) for no in beside.similar)))
    return lines


def _roles(turn: Turn, case: CaseRow, view: View) -> frozenset[Role]:
    """Somebody who is a worker and the manager gets the buttons of both."""
    staff = turn.uow.reference.staff_by_chat.get((view.to.bot, view.to.chat))
    return frozenset(turn.roles_over(case, staff) if staff else ()) or frozenset({view.role})


def _buttons(turn: Turn, case: CaseRow, roles: frozenset[Role], beside: Beside) -> Rows:
    """Buttons for what these roles can do next, by the lifecycle's table."""
    spoken_with = case.contacted_at is not None or deadlines.clock_of(turn, case).contact is None
    rows = [tuple([_button(turn, case, name) for name in row]) for row in _offered(case.state, roles, spoken_with)]
    possible = {action for role in roles for action in actions_for(case.state, role)}
    if beside.similar and Action.MERGE in possible:
        rows.append(tuple(_merge_button(turn, case, no) for no in beside.similar[:2]))
    if beside.crowd and Action.MERGE in possible:
        rows.append((_button(turn, case, "merge_crowd"),))
    if beside.files:
        rows.append((_button(turn, case, "show_files"),))
    if beside.unanswered and Action.ACKNOWLEDGE in possible:
        rows.insert(0, (_button(turn, case, Action.ACKNOWLEDGE),))
    return tuple(rows)


@cache
def _offered(state: State, roles: frozenset[Role], spoken_with: bool) -> tuple[tuple[str, ...], ...]:
    """Names of the buttons that roles get in a state, by row. `spoken_with`: nobody has to call the resident."""
    possible: set[Action | str] = {action for role in roles for action in actions_for(state, role)}
    if state is State.WAITING and Action.ACCEPT in possible:
        possible.discard(Action.START)
    if spoken_with:
        possible.discard(Action.CONTACT)
    for action, buttons in BEHIND.items():
        if action in possible:
            possible |= {button for button in buttons if may(button, roles)}
    rows = (tuple(str(name) for name in row if name in possible) for row in OFFERED)
    return tuple(row for row in rows if row)


def _button(turn: Turn, case: CaseRow, action: str) -> Button:
    return Button(turn.context.texts(f"button.{action}"), action, case.community_id, case.no)


def _merge_button(turn: Turn, case: CaseRow, into: int) -> Button:
    label = turn.context.texts("button.merge_into", number=_numbered(turn, case, into))
    return Button(label, "merge_into", case.community_id, case.no, {"into": into})


def _numbered(turn: Turn, case: CaseRow, no: int) -> str:
    return f"{turn.community_of(case).code}-{no}"
