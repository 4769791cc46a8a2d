"""督办清单: overdue cases of an area by unit, with one tap to ask for an answer. It never lists workers."""

from itertools import groupby
from typing import Any

from handlers.feature import Feature
from handlers.format import duration
from handlers.reply import Button, Reply, in_rows
from handlers.turn import Turn
from ledger.lifecycle import Action, Role
from ledger.nudges import Nudge
from ledger.text import shortened
from storage.cases import CaseRow
from storage.reference import CommunityRow

LISTED = 10
WORDS_SHOWN = 20
INDENT = "\u3000"


def listed(turn: Turn) -> None:
    """督办: show overdue cases in the communities that this person is responsible for."""
    if turn.communities_for("overdue"):
        _list(turn, 0)
    else:
        turn.say("overdue.not_yours")
    turn.outcome = "overdue"


def more(turn: Turn, _community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Show the next cases of the list."""
    _list(turn, int(data["from"]))


def _list(turn: Turn, first: int) -> None:
    texts, communities = turn.context.texts, [c.id for c in turn.communities_for("overdue")]
    cases = turn.uow.overdue.cases(communities, LISTED, first)
    if not cases:
        turn.say("overdue.none")
        return
    counts = turn.uow.overdue.counts(communities)
    left = sum(counts.values()) - first - len(cases)
    asked = {case.key: nudges[0] for case in cases if (nudges := turn.uow.nudges.open(case.key, (Nudge.SUPERVISION,)))}
    lines = [texts("overdue.head", n=sum(counts.values()))] if not first else []
    for unit, of_unit in groupby(cases, key=lambda case: case.unit_id):
        name = _unit(turn, communities, unit) or texts("overdue.own")
        lines.append(texts("overdue.unit", name=name, n=counts[unit]))
        lines += [INDENT + _line(turn, case, asked.get(case.key)) for case in of_unit]
    open_ones = [case for case in cases if case.key not in asked]
    rows = in_rows([_ask(turn, case) for case in open_ones], 3)
    if left > 0:
        more_of = Button(texts("button.overdue_more"), "overdue_more", communities[0], data={"from": first + LISTED})
        lines.append(texts("overdue.more", n=left))
        rows = (*rows, (more_of,))
    if open_ones:
        lines.append(texts("overdue.how"))
    turn.send(Reply(turn.event.address, "\n".join(lines), rows))


def _unit(turn: Turn, communities: list[int], unit: int | None) -> str:
    """The name of a unit. 各街道 becomes the street if all communities are in one."""
    reference = turn.uow.reference
    streets = {reference.street_of(community) for community in communities}
    name = reference.units.get(unit or 0, "")
    return turn.context.district.units_at([name], streets.pop() if len(streets) == 1 else "")


def _line(turn: Turn, case: CaseRow, asked: Any) -> str:
    late = duration(turn.context.texts, turn.uow.now - case.due_at)
    text = shortened(turn.context.mask(case.text), WORDS_SHOWN)
    if asked is not None:
        until = turn.when(asked.due_at, case)
        return turn.context.texts("overdue.line_asked", number=turn.number(case), late=late, text=text, until=until)
    return turn.context.texts("overdue.line", number=turn.number(case), late=late, text=text)


def _ask(turn: Turn, case: CaseRow) -> Button:
    """The button that asks the staff who handle a case, in words of the district."""
    label = turn.context.texts("button.overdue_ask", number=turn.number(case))
    data = {"step": Action.SUPERVISE, "words": turn.context.texts("overdue.question")}
    return Button(label, "words_chosen", case.community_id, case.no, data, turn.account, once=True)


FEATURE = Feature(staff_commands={"overdue": listed}, buttons={"overdue_more": more})
