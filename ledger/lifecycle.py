"""The lifecycle of a case as one table: which step leads from which state to which, who may take it, what it needs.

发现问题 - 解决问题 - 巩固提升 (plan, 三(三)); steps follow 国办发〔2020〕53号: 受理、派单、办理、答复、回访、评价.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class State(StrEnum):
    """The state of a case. The names that people read are data (`district/scenes.yaml`)."""

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
    """In which role somebody acts. `SYSTEM` is the clock; a `HELPER` is an officer of a unit that assists (协办)."""

    RESIDENT = "resident"
    WORKER = "worker"
    MANAGER = "manager"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    HELPER = "helper"
    ADMIN = "admin"
    SYSTEM = "system"


class Action(StrEnum):
    """A step of a case, in the imperative."""

    ACCEPT = "accept"
    ASK = "ask"
    SUPPLEMENT = "supplement"
    RELABEL = "relabel"
    CONTACT = "contact"
    DISPATCH = "dispatch"
    SIGN = "sign"
    START = "start"
    RETURN = "return"
    EXTEND = "extend"
    GRANT = "grant"
    DENY = "deny"
    PARK = "park"
    RESOLVE = "resolve"
    UNSOLVED = "unsolved"
    FOLLOW_UP = "follow_up"
    CHECK = "check"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    OBJECT = "object"
    UPHOLD = "uphold"
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
    SUPERVISE = "supervise"
    REPORT_BACK = "report_back"


class Outcome(StrEnum):
    """Whether the answer says that the matter is solved. An honest "unsolved" is followed up like any other answer."""

    SOLVED = "solved"
    UNSOLVED = "unsolved"


class Refusal(StrEnum):
    """Why a step is not allowed."""

    STATE = "state"
    ROLE = "role"
    MISSING = "missing"
    LATE = "late"
    OWN = "own"


S, R, A = State, Role, Action

HANDLED: frozenset[State] = frozenset(
    {S.ACCEPTED, S.DISPATCHED, S.SIGNED, S.WORKING, S.EXTENSION_ASKED, S.PARKED, S.REDO, S.RETURNED}
)
"""States in which somebody has taken the case but not answered it."""
OPEN: frozenset[State] = HANDLED | {S.WAITING, S.NEEDS_INFO}
"""States in which the resident still waits for an answer."""
ENDED: frozenset[State] = frozenset(S) - OPEN - {S.ANSWERED, S.FOLLOW_UP}

ANSWERS: frozenset[State] = frozenset({S.ANSWERED, S.FOLLOW_UP})
CLOSED: frozenset[State] = frozenset({S.CLOSED, S.CLOSED_UNCONFIRMED})

STAFF: frozenset[Role] = frozenset({R.WORKER, R.MANAGER, R.SUPERVISOR, R.ADMIN})
APPROVERS: frozenset[Role] = STAFF - {R.WORKER}
"""Roles that decide what a worker can only request."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    Attributes:
        sources: states from which the step can be taken.
        to: the state after it. None: the state stays, or, with `back`, returns to the one before.
        roles: who may take it.
        needs: what has to be given with it (reason, reply, unit, target).
        tells: key of the text that the residents of the case get.
        undoable: it can be undone for a minute; until then the text is held back.
        in_time: only possible before the case is due.
        judges: steps that this one confirms or checks; the staff member who took the last of them may not take it.
    """

    sources: frozenset[State]
    to: State | None
    roles: frozenset[Role]
    needs: tuple[str, ...] = ()
    tells: str | None = None
    undoable: bool = False
    back: bool = False
    in_time: bool = False
    judges: tuple[Action, ...] = ()


IN_PROGRESS: frozenset[State] = frozenset({S.ACCEPTED, S.SIGNED, S.WORKING, S.REDO})
"""States in which somebody works on the case, or is about to."""
CASEWORKERS = STAFF | {R.OFFICER}
"""Roles that may work on a case."""
ANSWERING = (A.RESOLVE, A.UNSOLVED)

TRANSITIONS: dict[Action, Transition] = {
    A.ACCEPT: Transition(frozenset({S.WAITING, S.NEEDS_INFO}), S.ACCEPTED, STAFF, (), "told.accepted", undoable=True),
    A.ASK: Transition(OPEN, S.NEEDS_INFO, CASEWORKERS, ("question",), "told.asked"),
    A.SUPPLEMENT: Transition(frozenset({S.NEEDS_INFO}), None, frozenset({R.RESIDENT}), ("words",), back=True),
    A.RELABEL: Transition(OPEN | ANSWERS, None, STAFF | {R.RESIDENT}, ("label",)),
    A.CONTACT: Transition(OPEN, None, CASEWORKERS),
    A.DISPATCH: Transition(OPEN, S.DISPATCHED, STAFF, ("target",), "told.dispatched", undoable=True),
    A.SIGN: Transition(frozenset({S.DISPATCHED}), S.SIGNED, CASEWORKERS),
    A.START: Transition(
        HANDLED - {S.WORKING, S.EXTENSION_ASKED}, S.WORKING, CASEWORKERS, (), "told.working", undoable=True
    ),
    A.RETURN: Transition(frozenset({S.DISPATCHED, S.SIGNED, S.WORKING}), S.RETURNED, CASEWORKERS, ("reason", "target")),
    A.EXTEND: Transition(IN_PROGRESS, S.EXTENSION_ASKED, CASEWORKERS, ("reason", "length"), in_time=True),
    A.GRANT: Transition(
        frozenset({S.EXTENSION_ASKED}), None, APPROVERS, ("length",), "told.extended", back=True, judges=(A.EXTEND,)
    ),
    A.DENY: Transition(frozenset({S.EXTENSION_ASKED}), None, APPROVERS, (), "told.not_extended", back=True),
    A.PARK: Transition(IN_PROGRESS | {S.PARKED}, S.PARKED, APPROVERS, ("reason",), "told.parked", undoable=True),
    A.RESOLVE: Transition(OPEN, S.ANSWERED, CASEWORKERS, ("reply",), "told.answered", undoable=True),
    A.UNSOLVED: Transition(OPEN, S.ANSWERED, CASEWORKERS, ("reason", "reply"), "told.unsolved", undoable=True),
    A.FOLLOW_UP: Transition(frozenset({S.ANSWERED}), S.FOLLOW_UP, frozenset({R.SYSTEM})),
    A.CHECK: Transition(ANSWERS | CLOSED, None, STAFF, judges=ANSWERING),
    A.CONFIRM: Transition(ANSWERS | {S.CLOSED_UNCONFIRMED}, S.CLOSED, STAFF | {R.RESIDENT}, judges=ANSWERING),
    A.REOPEN: Transition(ANSWERS | CLOSED, S.REDO, STAFF | {R.RESIDENT}, (), "told.redo"),
    A.OBJECT: Transition(ANSWERS | CLOSED, S.FOLLOW_UP, STAFF | {R.RESIDENT}),
    A.UPHOLD: Transition(frozenset({S.FOLLOW_UP}), S.CLOSED, APPROVERS, ("reason",), "told.upheld"),
    A.LAPSE: Transition(frozenset({S.FOLLOW_UP}), S.CLOSED_UNCONFIRMED, frozenset({R.SYSTEM})),
    A.MERGE: Transition(OPEN, S.MERGED, STAFF, ("target",), "told.merged", undoable=True),
    A.JOIN: Transition(
        frozenset({S.WAITING, S.NEEDS_INFO}), S.MERGED, frozenset({R.RESIDENT}), ("target",), "told.merged"
    ),
    A.UNMERGE: Transition(frozenset({S.MERGED}), S.ACCEPTED, STAFF, ("target",), "told.unmerged"),
    A.TRANSFER: Transition(OPEN, S.TRANSFERRED, STAFF | {R.SYSTEM}, ("target",), "told.transferred", undoable=True),
    A.REFUSE: Transition(OPEN, S.REFUSED, STAFF, ("reason",), "told.refused", undoable=True),
    A.WITHDRAW: Transition(OPEN | ANSWERS, S.WITHDRAWN, frozenset({R.RESIDENT})),
    A.HELP: Transition(HANDLED, None, STAFF, ("target",)),
    A.NOTE: Transition(HANDLED, None, CASEWORKERS | {R.HELPER}, ("words",)),
    A.ACKNOWLEDGE: Transition(OPEN, None, CASEWORKERS),
    A.SUPERVISE: Transition(OPEN, None, APPROVERS, ("words",)),
    A.REPORT_BACK: Transition(OPEN | ANSWERS, None, CASEWORKERS, ("words",)),
}

LEAD_BACK: frozenset[Action] = frozenset(action for action, row in TRANSITIONS.items() if row.back)

REOPENS_BY_ITSELF = 1
"""How many times a resident's "not solved" reopens a case; the next one goes to the manager."""


class NotAllowed(Exception):
    """A step that the table does not allow; `why` says which of its conditions does not hold."""

    def __init__(self, message: str, why: Refusal = Refusal.STATE) -> None:
        super().__init__(message)
        self.why = why


def step(
    state: State,
    action: Action,
    role: Role,
    given: Collection[str] = (),
    *,
    origin: State | None = None,
    late: bool = False,
    own: bool = False,
) -> State:
    """Return the state after `action`.

    Args:
        state: where the case stands.
        action: the step.
        role: in which role it is taken.
        given: names of what is given with it; see `Transition.needs`.
        origin: the state before `state`, for steps that lead back.
        late: the case is overdue.
        own: the same person took the step that this one judges.

    Raises:
        NotAllowed: the table has no such step for this state and role, or one of its conditions does not hold.
    """
    row = TRANSITIONS[action]
    if state not in row.sources:
        raise NotAllowed(f"{action} does not start from {state}")
    if role not in row.roles:
        raise NotAllowed(f"{role} may not {action}", Refusal.ROLE)
    if missing := [need for need in row.needs if need not in given]:
        raise NotAllowed(f"{action} needs {', '.join(missing)}", Refusal.MISSING)
    if row.in_time and late:
        raise NotAllowed(f"{action} is only possible before the due time", Refusal.LATE)
    if row.judges and own:
        raise NotAllowed(f"{action} is for somebody else", Refusal.OWN)
    return (origin or S.WAITING) if row.back else row.to or state


def says_no(reopened: int) -> Action:
    """The step that a resident's "not solved" takes, for a case that was reopened `reopened` times."""
    return A.REOPEN if reopened < REOPENS_BY_ITSELF else A.OBJECT


@cache
def actions_for(state: State, role: Role) -> tuple[Action, ...]:
    """Steps that `role` can take from `state`, in the order of the table."""
    return tuple(action for action, row in TRANSITIONS.items() if state in row.sources and role in row.roles)
