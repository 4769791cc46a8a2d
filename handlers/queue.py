"""待办: what waits for a member of staff, most urgent first."""

from handlers.format import day_and_time, number
from handlers.reply import Button
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.rights import Scope
from ledger.words import shortened
from storage.cases import CaseRow

LISTED = 10
SEES_QUEUE = {Role.WORKER, Role.MANAGER, Role.SUPERVISOR, Role.ADMIN}


def waiting(turn: Turn) -> None:
    communities, units = scope_of(turn)
    cases = turn.uow.cases.waiting(communities, LISTED, units)
    total = turn.uow.cases.count_waiting(communities)
    if not cases:
        turn.say("queue.none")
        return
    lines = [turn.context.texts("queue.head", n=max(total, len(cases)))]
    lines += [_line(turn, case) for case in cases]
    if total > LISTED:
        lines.append(turn.context.texts("queue.more", n=total - LISTED))
    buttons = [Button(_number(turn, case), "open_card", case.community_id, case.no) for case in cases]
    rows = tuple(tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3))
    turn.say("plain", rows, text="\n".join(lines))


def scope_of(turn: Turn) -> tuple[list[int], list[int]]:
    """Communities and units that this member of staff sees the queue of."""
    if turn.staff is None:
        return [], []
    reference = turn.uow.reference
    communities = [c.id for c in reference.communities.values() if turn.roles(c.place()) & SEES_QUEUE]
    units = [right.scope_id for right in turn.staff.rights if right.scope is Scope.UNIT]
    return communities, units


def _line(turn: Turn, case: CaseRow) -> str:
    district = turn.context.district
    community = turn.uow.reference.communities[case.community_id]
    late = case.due_at < turn.uow.now
    return turn.context.texts(
        "queue.line_late" if late else "queue.line",
        mark=district.urgencies[case.urgency].mark,
        number=_number(turn, case),
        scene=district.scenes[case.scene].name,
        state=district.states[case.state],
        text=shortened(turn.context.mask(case.text), 24),
        due=day_and_time(case.due_at, community.zone),
    )


def _number(turn: Turn, case: CaseRow) -> str:
    return number(turn.uow.reference.communities[case.community_id], case)
