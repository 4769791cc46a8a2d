"""The lifecycle of a topic (议题, 决策共谋) as one table, from the draft to its result.

Here: from which state a step leads to which, and what it needs. Who may take it is decided by `ledger/rights.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ledger.lifecycle import NotAllowed, Refusal


class TopicState(StrEnum):
    """The state of a topic. The names that people read are texts (`topic.state_<name>`).

    `HIDDEN`: its text was reported and taken down (ledger/moderation.py). No step of this table leads there or away:
    once let through again, the topic returns to the state before.
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
    """A step of a topic. `BRING_BACK`: the clock brings up a topic that was put off."""

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
    """Who started a topic."""

    CASES = "cases"
    MANAGER = "manager"
    RESIDENT = "resident"


class ContributionKind(StrEnum):
    OPTION = "option"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class TopicStep:
    """One row of the table. `tells`: key of the text for all who reported it, seconded it or contributed to it."""

    sources: frozenset[TopicState]
    to: TopicState
    needs: tuple[str, ...] = ()
    tells: str | None = None


S, A = TopicState, TopicAction
PROPOSED: frozenset[TopicState] = frozenset({S.DRAFT, S.LATER})
"""States in which it is not decided yet whether neighbours discuss the topic."""
UNDECIDED: frozenset[TopicState] = PROPOSED | {S.OPEN}
"""States in which other topics can be merged into it, and separated again."""
TALKED_OVER: frozenset[TopicState] = frozenset({S.OPEN, S.VOTING, S.DECIDED})
"""States in which neighbours see it in the list."""
IN_SIGHT: frozenset[TopicState] = TALKED_OVER | {S.DONE}
"""States in which neighbours may open it."""
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
    """Steps that are possible from `state`, in the order of the table."""
    return [action for action, row in STEPS.items() if state in row.sources]
