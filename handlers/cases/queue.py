"""待办: the cases that wait for a staff member, most urgent first."""

from typing import Any

from handlers.cases import staff_steps
from handlers.reply import Button, Reply, in_rows
from handlers.turn import Turn
from ledger.rights import Scope, may
from ledger.text import shortened
from storage.cases import CaseRow
from storage.reference import DISTRICT

LISTED = 10


def waiting(turn: Turn) -> None:
    _list(turn, 0)


def more(turn: Turn, data: dict[str, Any]) -> None:
    """Show the next cases; they include cases that wait for somebody else but still need attention."""
    _list(turn, int(data["from"]))


def next_one(turn: Turn, _data: dict[str, Any]) -> None:
    """Show the card of the next untouched case, so that new cases can be handled without the list."""
    case = turn.uow.cases.untouched(*scope_of(turn))
    role = turn.role_over(case) if case else None
    if case is None or role is None:
        turn.say("queue.none_new")
    else:
        staff_steps.open_card(turn, case, role, {})


def _list(turn: Turn, first: int) -> None:
    texts, (communities, units) = turn.context.texts, scope_of(turn)
    cases = turn.uow.cases.waiting(communities, LISTED, units, offset=first)
    if not cases:
        turn.say("queue.none")
        return
    left = turn.uow.cases.count_waiting(communities, units) - first - len(cases)
    lines = [] if first else [texts("queue.head", n=len(cases) + left)]
    lines += [_line(turn, case) for case in cases]
    rows = in_rows([Button(turn.number(case), "open_card", case.community_id, case.no) for case in cases], 3)
    if left > 0:
        lines.append(texts("queue.more", n=left))
        rows = (*rows, (turn.mine("button.queue_more", "queue_more", data={"from": first + LISTED}),))
    turn.send(Reply(turn.event.address, "\n".join(lines), rows))


def scope_of(turn: Turn) -> tuple[list[int], list[int]]:
    """Communities and units whose queue this member of staff sees."""
    if turn.staff is None:
        return [], []
    reference = turn.uow.reference
    communities = [c.id for c in reference.communities.values() if may("queue", turn.roles(c.place()))]
    if DISTRICT not in communities and turn.staff in reference.on_duty_anywhere(turn.uow.now):
        communities.append(DISTRICT)
    units = [right.scope_id for right in turn.staff.rights if right.scope is Scope.UNIT]
    return communities, units


def _line(turn: Turn, case: CaseRow) -> str:
    district = turn.context.district
    return turn.context.texts(
        "queue.line_late" if case.due_at < turn.uow.now else "queue.line",
        mark=district.urgencies[case.urgency].mark,
        number=turn.number(case),
        scene=district.scenes[case.scene].name,
        state=district.states[case.state],
        text=shortened(turn.context.mask(case.text), 24),
        due=turn.when(case.due_at, case),
    )
