"""Combines reminders: of one kind within an hour, the first are sent one by one, the others in one message."""

from datetime import UTC, datetime

from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Rows, in_rows
from handlers.turn import Turn
from ledger.nudges import Nudge
from ledger.scenes import Urgency
from storage.cases import CaseRow
from storage.nudges import NudgeRow

KINDS = frozenset({Nudge.UNSIGNED, Nudge.NEAR, Nudge.OVERDUE, Nudge.OVERDUE_TWICE})
"""Kinds that only need to be seen; each of the others asks for an answer."""
LISTED = 12


def this_hour(turn: Turn, case: CaseRow, nudge: NudgeRow) -> list[NudgeRow]:
    """All nudges of this kind in this hour, whoever got them; empty if this one gets its own message."""
    if nudge.kind not in KINDS or case.urgency is Urgency.EMERGENCY:
        return []
    within = turn.context.district.limits.nudges_alone.within.wall.total_seconds()
    since = datetime.fromtimestamp(turn.uow.now.timestamp() // within * within, UTC)
    return turn.uow.nudges.lately(nudge.community_id, nudge.kind, since)


def rest(turn: Turn, hour: list[NudgeRow], to: Address) -> list[NudgeRow]:
    """Those nudges that have no message of their own in this chat."""
    told = [nudge for nudge in hour if (to.bot, to.chat) in nudge.told]
    return told[turn.context.district.limits.nudges_alone.times :]


def message(turn: Turn, nudges: list[NudgeRow], to: Address) -> Reply:
    """One message that grows with each nudge. A case opens by its number; one tap acknowledges all."""
    cases = [turn.uow.cases.get(*nudge.key) for nudge in nudges[:LISTED]]
    texts, kind = turn.context.texts, nudges[0].kind
    # no words of residents, because an erasure could not cancel a message about many cases by its cause
    lines = [texts("nudge.together_line", number=turn.number(case), due=turn.when(case.due_at, case)) for case in cases]
    if len(nudges) > LISTED:
        lines.append(texts("nudge.together_more", n=len(nudges) - LISTED))
    text = texts(f"nudge.together_{kind}", n=len(nudges), lines="\n".join(lines))
    return Reply(to, text, _rows(turn, nudges, cases), priority=Priority.NOTICE, logical=name_of(nudges))


def name_of(nudges: list[NudgeRow]) -> str:
    return f"nudges:{nudges[0].community_id}:{nudges[0].id}"


def _rows(turn: Turn, nudges: list[NudgeRow], cases: list[CaseRow]) -> Rows:
    community_id = nudges[0].community_id
    opens = [Button(turn.number(case), "open_card", community_id, case.no) for case in cases]
    seen = {"community": community_id, "nudges": [nudge.id for nudge in nudges]}
    return (*in_rows(opens, 4), (Button(turn.context.texts("button.seen"), "seen_together", community_id, data=seen),))
