"""Many cases at a time: similar ones share one card, and too many of any kind get none of their own.

Each case is in the ledger all the same, with its receipt, its clock and its place in 待办.
"""

from typing import Any

from handlers.cases import cards, merged_people, steps, undo
from handlers.cases.viewers import viewers
from handlers.reply import Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Role, step
from ledger.scenes import Urgency
from storage.cases import CaseRow
from storage.errors import NotFound

MERGED_AT_ONCE = 50


def show_new(turn: Turn, case: CaseRow, similar: list[int], files: int, *, proxied: bool) -> None:
    """Show a new case to the staff: on a card of its own, on that of its crowd, or only in the list."""
    lead, size = _crowd(turn, case, similar)
    if lead is not None and size >= turn.context.district.limits.crowds.alike.times:
        cards.redraw(turn, lead)
    elif case.urgency in (Urgency.NORMAL, Urgency.LONG_TERM) and _too_many(turn, case):
        _say_too_many(turn, case)
    else:
        cards.show_new(turn, case, similar, files, proxied=proxied)


def _crowd(turn: Turn, case: CaseRow, similar: list[int]) -> tuple[CaseRow | None, int]:
    """The case that speaks for this one and for how many, if like ones came of late: now this one counts to them."""
    since = turn.uow.now - turn.context.district.limits.crowds.alike.within.wall
    for no in similar:
        first, size = turn.uow.crowds.standing((case.community_id, no))
        lead = _open_one(turn, case, first)
        if lead is None and first != no:
            lead, size = _open_one(turn, case, no), turn.uow.crowds.size((case.community_id, no))
        if lead is not None and lead.no != case.no and lead.created_at > since:
            turn.uow.crowds.join(case.key, lead.no)
            return lead, size + 1
    return None, 0


def _open_one(turn: Turn, case: CaseRow, no: int) -> CaseRow | None:
    try:
        found = turn.uow.cases.get(case.community_id, no)
    except NotFound:
        return None
    return found if found.state in OPEN else None


def _too_many(turn: Turn, case: CaseRow) -> bool:
    """Whether so many cases of this community are younger than the limit allows."""
    allowed = turn.context.district.limits.crowds.all
    before = case.no - allowed.times
    since = turn.uow.now - allowed.within.wall
    return before > 0 and turn.uow.crowds.filed_since(case.community_id, before, since)


def _say_too_many(turn: Turn, case: CaseRow) -> None:
    """Once an hour, in place of all those cards."""
    allowed = turn.context.district.limits.crowds.all
    hour = int(turn.uow.now.timestamp() // allowed.within.wall.total_seconds())
    text = turn.context.texts("crowd.too_many", community=turn.community_of(case).name, n=allowed.times)
    for view in viewers(turn, case):
        key = f"crowd:{case.community_id}:{hour}:{view.to.bot}:{view.to.chat}"
        turn.send(Reply(view.to, text, priority=Priority.NOTICE, key=key))


def merge_crowd(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Put the cases of its crowd into this one, some at a time; their people hear of it as in any merging."""
    taken = []
    for no in turn.uow.crowds.members(case.key, [*OPEN], MERGED_AT_ONCE):
        other = turn.uow.cases.get(case.community_id, no)
        step(other.state, Action.MERGE, role, {"target"})
        joiners = merged_people.newcomers(turn, other, case)
        event_id = steps.take(turn, other, Action.MERGE, role, **merged_people.options(turn, case, len(joiners)))
        taken.append((no, event_id))
        merged_people.come_over(turn, other, case, role, joiners)
    left = len(turn.uow.crowds.members(case.key, [*OPEN], MERGED_AT_ONCE))
    key = "crowd.merged_some" if left else "crowd.merged"
    done = turn.context.texts(key, n=len(taken), number=turn.number(case))
    if taken:
        undo.offer(turn, case, Action.MERGE, taken, done)
    else:
        turn.send(Reply(turn.event.address, done))
    cards.refresh(turn, case)
    turn.outcome = "step merge"
