"""A topic's lifecycle as one table: what neighbours talk over, from the draft to what became of it (决策共谋).

Who may take a step stands in `ledger/rights.py`; here stands from where to where, and what it needs.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ledger.lifecycle import NotAllowed, Refusal


class TopicState(StrEnum):
    """Where a topic stands. The names that people read are texts (`topic.state_<name>`).

    `HIDDEN`: its words were reported and taken down (ledger/moderation.py). No step leads there or away: let through
    again, it stands where it stood.
    """

    DRAFT = "draft"
    LATER = "later"
    DECLINED = "declined"
    OPEN = "open"
    VOTING = "voting"
    DECIDED = "decided"
    DONE = "done"
    MERGED = "merged"
    HIDDEN = "hidden"


class TopicAction(StrEnum):
    """What can be done to a topic. `BRING_BACK`: what was put off comes up again by the clock."""

    OPEN = "open"
    DECLINE = "decline"
    PUT_OFF = "put_off"
    BRING_BACK = "bring_back"
    MERGE = "merge"
    UNMERGE = "unmerge"
    CALL_VOTE = "call_vote"
    END_VOTE = "end_vote"
    DECIDE = "decide"
    CARRY_OUT = "carry_out"


class Source(StrEnum):
    """Who began a topic."""

    CASES = "cases"
    MANAGER = "manager"
    RESIDENT = "resident"


class ContributionKind(StrEnum):
    OPTION = "option"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class TopicStep:
    """One row of the table. `tells`: the text for all who told of it, seconded it or wrote for it."""

    sources: frozenset[TopicState]
    to: TopicState
    needs: tuple[str, ...] = ()
    tells: str | None = None


S, A = TopicState, TopicAction
PROPOSED: frozenset[TopicState] = frozenset({S.DRAFT, S.LATER})
"""Somebody still has to say whether it is talked over."""
UNDECIDED: frozenset[TopicState] = PROPOSED | {S.OPEN}
"""Others can be merged into it, and taken apart from it again."""
TALKED_OVER: frozenset[TopicState] = frozenset({S.OPEN, S.VOTING, S.DECIDED})
"""Neighbours see it in the list."""
IN_SIGHT: frozenset[TopicState] = TALKED_OVER | {S.DONE}
"""Neighbours may open it."""
ENDED: frozenset[TopicState] = frozenset({S.DECLINED, S.DONE, S.MERGED})

STEPS: dict[TopicAction, TopicStep] = {
    A.OPEN: TopicStep(PROPOSED | {S.DECLINED}, S.OPEN, (), "topic.told_open"),
    A.DECLINE: TopicStep(PROPOSED, S.DECLINED, ("reason",), "topic.told_declined"),
    A.PUT_OFF: TopicStep(frozenset({S.DRAFT}), S.LATER),
    A.BRING_BACK: TopicStep(frozenset({S.LATER}), S.DRAFT),
    A.MERGE: TopicStep(PROPOSED | {S.OPEN}, S.MERGED, ("target",), "topic.told_merged"),
    A.UNMERGE: TopicStep(frozenset({S.MERGED}), S.OPEN, (), "topic.told_unmerged"),
    A.CALL_VOTE: TopicStep(frozenset({S.OPEN}), S.VOTING),
    A.END_VOTE: TopicStep(frozenset({S.VOTING}), S.OPEN),
    A.DECIDE: TopicStep(frozenset({S.OPEN}), S.DECIDED, ("decision",), "topic.told_decided"),
    A.CARRY_OUT: TopicStep(frozenset({S.DECIDED}), S.DONE, ("words",), "topic.told_done"),
}


def step(state: TopicState, action: TopicAction, given: Collection[str] = ()) -> TopicState:
    """Return the state after `action`.

    Raises:
        NotAllowed: the table has no such step from here, or something that it needs is missing.
    """
    row = STEPS[action]
    if state not in row.sources:
        raise NotAllowed(f"{action} does not start from {state}")
    if missing := [need for need in row.needs if need not in given]:
        raise NotAllowed(f"{action} needs {', '.join(missing)}", Refusal.MISSING)
    return row.to


def possible(state: TopicState) -> list[TopicAction]:
    """What could be done next to a topic, in the table's order."""
    return [action for action, row in STEPS.items() if state in row.sources]
