"""A case's lifecycle as one table: who may do what, from where, to where, and what it takes.

发现问题 - 解决问题 - 巩固提升 (plan, 三(三)); steps follow 国办发〔2020〕53号: 受理、派单、办理、答复、回访、评价.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a case stands. The names that people read are data (`district/scenes.yaml`)."""

    WAITING = "waiting"
    NEEDS_INFO = "needs_info"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    WORKING = "working"
    EXTENSION_ASKED = "extension_asked"
    PARKED = "parked"
    ANSWERED = "answered"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    CLOSED_UNCONFIRMED = "closed_unconfirmed"
    REDO = "redo"
    RETURNED = "returned"
    MERGED = "merged"
    TRANSFERRED = "transferred"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """Who acts. `SYSTEM` is the clock; a `HELPER` is an officer of a unit that helps with a case (协办)."""

    RESIDENT = "resident"
    WORKER = "worker"
    MANAGER = "manager"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    HELPER = "helper"
    ADMIN = "admin"
    SYSTEM = "system"


class Action(StrEnum):
    """What can be done to a case (imperative)."""

    ACCEPT = "accept"
    ASK = "ask"
    SUPPLEMENT = "supplement"
    RELABEL = "relabel"
    DISPATCH = "dispatch"
    SIGN = "sign"
    START = "start"
    RETURN = "return"
    RESOLVE = "resolve"
    FOLLOW_UP = "follow_up"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    LAPSE = "lapse"
    MERGE = "merge"
    JOIN = "join"
    UNMERGE = "unmerge"
    TRANSFER = "transfer"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    ACKNOWLEDGE = "acknowledge"
    HELP = "help"
    NOTE = "note"


S, R, A = State, Role, Action

HANDLED: frozenset[State] = frozenset(
    {S.ACCEPTED, S.DISPATCHED, S.SIGNED, S.WORKING, S.EXTENSION_ASKED, S.PARKED, S.REDO, S.RETURNED}
)
"""Somebody has taken it and it is not answered yet."""
OPEN: frozenset[State] = HANDLED | {S.WAITING, S.NEEDS_INFO}
"""Something is still owed to the resident."""
ENDED: frozenset[State] = frozenset(S) - OPEN - {S.ANSWERED, S.FOLLOW_UP}

STAFF: frozenset[Role] = frozenset({R.WORKER, R.MANAGER, R.SUPERVISOR, R.ADMIN})


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. `to` None: the case stays where it is.

    `needs` names what has to be given (reason, reply, unit, target); `tells` is the text that the resident gets;
    an undoable step can be taken back for a minute, and so what it tells waits so long.
    """

    sources: frozenset[State]
    to: State | None
    roles: frozenset[Role]
    needs: tuple[str, ...] = ()
    tells: str | None = None
    undoable: bool = False


TRANSITIONS: dict[Action, Transition] = {
    A.ACCEPT: Transition(frozenset({S.WAITING, S.NEEDS_INFO}), S.ACCEPTED, STAFF, (), "told.accepted", undoable=True),
    A.ASK: Transition(OPEN, S.NEEDS_INFO, STAFF | {R.OFFICER}, ("question",), "told.asked"),
    A.SUPPLEMENT: Transition(frozenset({S.NEEDS_INFO}), S.WAITING, frozenset({R.RESIDENT}), ("words",)),
    A.RELABEL: Transition(OPEN | {S.ANSWERED, S.FOLLOW_UP}, None, STAFF | {R.RESIDENT}, ("label",)),
    A.DISPATCH: Transition(OPEN, S.DISPATCHED, STAFF, ("target",), "told.dispatched", undoable=True),
    A.SIGN: Transition(frozenset({S.DISPATCHED}), S.SIGNED, STAFF | {R.OFFICER}),
    A.START: Transition(HANDLED - {S.WORKING}, S.WORKING, STAFF | {R.OFFICER}, (), "told.working", undoable=True),
    A.RETURN: Transition(
        frozenset({S.DISPATCHED, S.SIGNED, S.WORKING}), S.RETURNED, STAFF | {R.OFFICER}, ("reason", "target")
    ),
    A.RESOLVE: Transition(OPEN, S.ANSWERED, STAFF | {R.OFFICER}, ("reply",), "told.answered", undoable=True),
    A.FOLLOW_UP: Transition(frozenset({S.ANSWERED}), S.FOLLOW_UP, frozenset({R.SYSTEM})),
    A.CONFIRM: Transition(frozenset({S.ANSWERED, S.FOLLOW_UP}), S.CLOSED, frozenset({R.RESIDENT})),
    A.REOPEN: Transition(
        frozenset({S.ANSWERED, S.FOLLOW_UP, S.CLOSED, S.CLOSED_UNCONFIRMED}),
        S.REDO,
        frozenset({R.RESIDENT, R.MANAGER, R.SUPERVISOR, R.ADMIN}),
    ),
    A.LAPSE: Transition(frozenset({S.FOLLOW_UP}), S.CLOSED_UNCONFIRMED, frozenset({R.SYSTEM})),
    A.MERGE: Transition(OPEN, S.MERGED, STAFF, ("target",), "told.merged", undoable=True),
    A.JOIN: Transition(frozenset({S.WAITING, S.NEEDS_INFO}), S.MERGED, frozenset({R.RESIDENT}), ("target",)),
    A.UNMERGE: Transition(frozenset({S.MERGED}), S.ACCEPTED, STAFF, ("target",), "told.unmerged"),
    A.TRANSFER: Transition(OPEN, S.TRANSFERRED, STAFF, ("target",), "told.transferred", undoable=True),
    A.REFUSE: Transition(OPEN, S.REFUSED, STAFF, ("reason",), "told.refused", undoable=True),
    A.WITHDRAW: Transition(OPEN | {S.ANSWERED, S.FOLLOW_UP}, S.WITHDRAWN, frozenset({R.RESIDENT})),
    A.HELP: Transition(HANDLED, None, STAFF, ("target",)),
    A.NOTE: Transition(HANDLED, None, STAFF | {R.OFFICER, R.HELPER}, ("words",)),
    A.ACKNOWLEDGE: Transition(OPEN, None, STAFF),
}


class NotAllowed(Exception):
    """The step does not fit: wrong state, wrong role, or something needed is missing."""


def step(state: State, action: Action, role: Role, given: Collection[str] = ()) -> State:
    """Return the state after `action`.

    Raises:
        NotAllowed: the table has no such step for this state and role, or a needed part is not `given`.
    """
    row = TRANSITIONS[action]
    if state not in row.sources:
        raise NotAllowed(f"{action} does not start from {state}")
    if role not in row.roles:
        raise NotAllowed(f"{role} may not {action}")
    if missing := [need for need in row.needs if need not in given]:
        raise NotAllowed(f"{action} needs {', '.join(missing)}")
    return row.to or state


def actions_for(state: State, role: Role) -> list[Action]:
    """What `role` could do next to a case in `state`, in the table's order."""
    return [action for action, row in TRANSITIONS.items() if state in row.sources and role in row.roles]
