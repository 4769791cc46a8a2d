"""待办: what waits for a member of staff, most urgent first."""

from handlers.reply import Button, Reply, in_rows
from handlers.turn import Turn
from ledger.rights import Scope, may
from ledger.words import shortened
from storage.cases import CaseRow
from storage.reference import DISTRICT

LISTED = 10


def waiting(turn: Turn) -> None:
    communities, units = scope_of(turn)
    cases = turn.uow.cases.waiting(communities, LISTED, units)
    if not cases:
        turn.say("queue.none")
        return
    total = turn.uow.cases.count_waiting(communities, units)
    lines = [turn.context.texts("queue.head", n=total)]
    lines += [_line(turn, case) for case in cases]
    if total > LISTED:
        lines.append(turn.context.texts("queue.more", n=total - LISTED))
    buttons = [Button(turn.number(case), "open_card", case.community_id, case.no) for case in cases]
    turn.send(Reply(turn.event.address, "\n".join(lines), in_rows(buttons, 3)))


def scope_of(turn: Turn) -> tuple[list[int], list[int]]:
    """Communities and units that this member of staff sees the queue of."""
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
